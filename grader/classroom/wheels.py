"""Our own wheel, as others get it: without the worked solutions."""

import csv
import io
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from grader.errors import UsageError
from grader.questions import COURSE_TEST

_COURSE = "grader/_course/"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # a zip cannot say "no time"
_WHEEL = re.compile(r"exact_resume-[\w.!+]+-py3-none-any\.whl")
_BUILD_SECONDS = 300


@contextmanager
def made(root: Path, wheel: Path | None = None) -> Iterator[Path]:
    """Give out *wheel*, or one that pip makes of the checkout at *root* for as long as it lasts.

    Raises:
        UsageError: *root* is no checkout, or pip could not make one.
    """
    if wheel:
        yield wheel
        return
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "-w",
            folder,
            str(root),
        ]
        if not (root / "pyproject.toml").is_file():
            message = f"{root}: no checkout to make a wheel of; name one with --wheel"
            raise UsageError(message)
        done = subprocess.run(  # noqa: S603 - pip, on our own folder
            command, capture_output=True, text=True, timeout=_BUILD_SECONDS, check=False
        )
        found = list(Path(folder).glob("*.whl"))
        if done.returncode or len(found) != 1:
            said = (done.stderr.strip().splitlines() or ["nothing was written"])[-1]
            message = f"pip made no wheel of {root}: {said}. Name one with --wheel"
            raise UsageError(message)
        yield found[0]


def constraints(root: Path) -> str:
    """Return the versions that the course is tested with, "" where they are not known."""
    file = root / ".ci" / "constraints.txt"
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def without_solutions(wheel: Path, only: Sequence[str] = ()) -> tuple[str, bytes]:
    """Return the name and the bytes of a wheel without solutions; its list of files stays true.

    With *only*, names of exercises, it holds no other exercises, or their lessons, either.

    Raises:
        UsageError: the file is no wheel of ours, or cannot be read.
    """
    if not _WHEEL.fullmatch(wheel.name):
        message = f"{wheel}: not a wheel of exact-resume; make one with: pip wheel --no-deps ."
        raise UsageError(message)
    files: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(wheel) as whole:
            for info in whole.infolist():
                if _stays(info.filename, only):
                    files[info.filename] = whole.read(info)
    except (OSError, zipfile.BadZipFile) as problem:
        message = f"{wheel}: {problem}; make a wheel with: pip wheel --no-deps ."
        raise UsageError(message) from problem
    listed = (".dist-info/RECORD",)
    true = {
        name: _record(held, only) if name.endswith(listed) else held for name, held in files.items()
    }
    return wheel.name, packed(true)


def packed(files: Mapping[str, bytes], programs: Sequence[str] = ()) -> bytes:
    """Return a zip of *files*, of which *programs* may be run; equal files give equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as held:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, _LONG_AGO)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (0o100755 if name in programs else 0o100644) << 16
            held.writestr(info, content)
    return out.getvalue()


def _stays(name: str, only: Sequence[str]) -> bool:
    part, _, rest = name.removeprefix(_COURSE).partition("/")
    if not name.startswith(_COURSE) or part not in {"solutions", "exercises", "lessons"}:
        return True
    unit, below, _ = rest.partition("/")
    # The reports of the mistakes stay: lessons tell of them.
    kept = part != "solutions" or rest.endswith(".txt")
    if only and rest == f"{COURSE_TEST}.toml":  # which leads to pages of every unit
        return False
    return kept and (not only or not below or unit in only)


def _record(record: bytes, only: Sequence[str]) -> bytes:
    """Return the wheel's list of its files, of those that stay."""
    rows = csv.reader(io.StringIO(record.decode(), newline=""))
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(r for r in rows if r and _stays(r[0], only))
    return out.getvalue().encode()
