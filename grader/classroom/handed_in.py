"""What lies in a folder or a zip of submissions, without ever unpacking or following anything.

Names are shown, never used as paths. A link, a member that points outside, a file too big: each is
named and left alone, and the next one is looked at.
"""

import io
import os
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from grader.errors import UsageError
from grader.process.readable import readable

FILE_MAX = 1 << 20
"""Bytes of one submission."""
ZIP_MAX = 64 << 20
"""Bytes of a zip within a zip."""
FILES_MAX = 20_000
NEITHER = "it is no Python file and no notebook; hand in one of them"
"""The trouble of any other file; who handed in something else beside it has none."""
_NOTHING = "nothing is in it; hand in the file"
_SUFFIXES = {".py", ".ipynb"}
_STAMP, _STAMP_MAX = "timestamp.txt", 100
_DEPTH_MAX = 8


@dataclass(frozen=True, slots=True)
class Found:
    """One file, as handed in.

    Attributes:
        parts: the folders above it and its name, safe to print.
        content: its bytes; None where they were not read.
        trouble: which rule it breaks, and what to do; empty for a file that can be graded.
        time: when it was handed in, as nbgrader noted beside it in UTC; else when it was last
            changed, as far as the folder or the zip says.
    """

    parts: tuple[str, ...]
    content: bytes | None
    trouble: str = ""
    time: datetime | None = None


def look(source: Path) -> Iterator[Found]:
    """Return every Python file and notebook in a folder or zip, and everything that was refused.

    Raises:
        UsageError: there is no such folder, or it is no zip.
    """
    if source.is_dir():
        yield from _in_folder(source, ())
    elif source.is_file():
        try:
            content = zipfile.ZipFile(source)
        except (zipfile.BadZipFile, OSError) as problem:
            message = f"{source}: {problem}; name a folder of submissions, or a zip of them"
            raise UsageError(message) from problem
        with content:
            yield from _in_zip(content, ())
    else:
        message = f"{source}: there is no such folder; name a folder of submissions, or a zip"
        raise UsageError(message)


def _in_folder(folder: Path, above: tuple[str, ...]) -> Iterator[Found]:
    with os.scandir(folder) as entries:
        listed = sorted(entries, key=lambda entry: os.fsencode(entry.name))
    stamp = _stamp(folder / _STAMP) if above else None
    for entry in listed:
        if _ignored(entry.name):
            continue
        parts = (*above, _shown(entry.name))
        if entry.is_symlink():
            yield Found(parts, None, "it is a link; hand in the file itself")
        elif entry.is_dir():
            if len(parts) < _DEPTH_MAX:
                inside = _in_folder(Path(entry.path), parts)
                yield from inside if above else _something(inside, parts)
        elif entry.is_file():
            yield from _file(Path(entry.path), parts, stamp)
        else:
            yield Found(parts, None, "it is a device or a pipe; hand in a file")


def _something(inside: Iterator[Found], parts: tuple[str, ...]) -> Iterator[Found]:
    """Yield what is in a student's folder or zip; if that is nothing, say so."""
    yield from list(inside) or [Found((*parts, "…"), None, _NOTHING)]


def _stamp(path: Path) -> datetime | None:
    """Return the moment of a hand-in that nbgrader wrote, None where it wrote none that we read."""
    try:
        if path.is_symlink() or path.stat().st_size > _STAMP_MAX:
            return None
        moment, _, zone = path.read_text(encoding="ascii").strip().rpartition(" ")
        return datetime.fromisoformat(moment).replace(tzinfo=UTC) if zone == "UTC" else None
    except (OSError, ValueError):
        return None


def _file(path: Path, parts: tuple[str, ...], stamp: datetime | None) -> Iterator[Found]:
    facts = path.stat()
    time = stamp or datetime.fromtimestamp(facts.st_mtime, UTC)
    if path.suffix.lower() == ".zip":
        named = (*parts[:-1], parts[-1][: -len(".zip")])
        try:
            with zipfile.ZipFile(path) as inner:
                yield from _something(_in_zip(inner, named), named)
        except (zipfile.BadZipFile, OSError) as problem:
            yield Found(
                parts, None, f"it cannot be opened: {problem}; hand in the file itself", time
            )
    elif path.suffix in _SUFFIXES:
        if facts.st_size > FILE_MAX:
            yield Found(parts, None, _too_big(facts.st_size), time)
            return
        try:
            yield Found(parts, path.read_bytes(), "", time)
        except OSError as problem:
            yield Found(parts, None, f"it cannot be read: {problem.strerror}", time)
    else:
        yield Found(parts, None, NEITHER, time)


def _in_zip(opened: zipfile.ZipFile, above: tuple[str, ...], depth: int = 0) -> Iterator[Found]:
    members = opened.infolist()
    if len(members) > FILES_MAX:
        yield Found((*above, "…"), None, f"{len(members)} files; at most {FILES_MAX} in a zip")
        return
    full = {_path(member).parts[0] for member in members if not member.is_dir()}
    for member in sorted(members, key=lambda member: member.filename):
        path = _path(member)
        if any(map(_ignored, path.parts)):
            continue
        if member.is_dir():
            if not above and len(path.parts) == 1 and path.parts[0] not in full:
                yield Found((_shown(path.parts[0]), "…"), None, _NOTHING)
            continue
        parts = (*above, *(_shown(part) for part in path.parts))
        trouble = _refused(member, path)
        if trouble:
            yield Found(parts, None, trouble)
        elif path.suffix.lower() == ".zip":
            yield from _nested(opened, member, parts, depth)
        elif path.suffix in _SUFFIXES:
            yield _member(opened, member, parts)
        else:
            yield Found(parts, None, NEITHER)


def _path(member: zipfile.ZipInfo) -> PurePosixPath:
    return PurePosixPath(member.filename.replace("\\", "/") or "…")


def _nested(
    opened: zipfile.ZipFile, member: zipfile.ZipInfo, parts: tuple[str, ...], depth: int
) -> Iterator[Found]:
    if depth:
        yield Found(parts, None, "a zip in a zip in a zip; hand in the file itself")
        return
    content = _read(opened, member, ZIP_MAX)
    if isinstance(content, str):
        yield Found(parts, None, content)
        return
    try:
        named = (*parts[:-1], parts[-1][: -len(".zip")])
        with zipfile.ZipFile(io.BytesIO(content)) as inner:
            yield from _something(_in_zip(inner, named, depth + 1), named)
    except zipfile.BadZipFile as problem:
        yield Found(parts, None, f"it cannot be opened: {problem}; hand in the file itself")


def _member(opened: zipfile.ZipFile, member: zipfile.ZipInfo, parts: tuple[str, ...]) -> Found:
    try:
        time = datetime(*member.date_time, tzinfo=UTC)
    except ValueError:
        time = None
    content = _read(opened, member, FILE_MAX)
    if isinstance(content, str):
        return Found(parts, None, content, time)
    return Found(parts, content, "", time)


def _read(opened: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes | str:
    """Return the bytes of a member, or why not; what it says of its size is not believed."""
    if member.file_size > most:
        return _too_big(member.file_size, most)
    try:
        with opened.open(member) as stream:
            content = stream.read(most + 1)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError) as problem:
        return f"it cannot be read: {problem}"
    return content if len(content) <= most else _too_big(len(content), most)


def _refused(member: zipfile.ZipInfo, path: PurePosixPath) -> str:
    if path.is_absolute() or ".." in path.parts:
        return "its name points outside the zip; nothing was written there"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "it is a link; hand in the file itself"
    return ""


def _too_big(size: int, most: int = FILE_MAX) -> str:
    return f"{size} bytes; a file has at most {most}: hand in the code, without data or outputs"


def _ignored(name: str) -> bool:
    """Say whether a name is one that machines leave behind."""
    return (name.startswith(".") and name not in {".", ".."}) or name in {"__MACOSX", "__pycache__"}


def _shown(name: str) -> str:
    return readable(name.encode(errors="surrogateescape")).replace("\n", "\\n")
