"""What lies in a checkpoint directory at one moment, as plain data that can be put down again.

A snapshot holds regular files and directories only. A link, a device or too much data is refused:
each of them could carry state around the checkpoint directory, or could hurt the judge.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NoReturn

from grader.errors import GraderError, MachineError

DEPTH_MAX = 32
_TRIES = 10
_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class SnapshotRefused(GraderError):  # noqa: N818 - a verdict on the directory
    """Something in the directory is not allowed there; the message names it and the rule."""

    def __init__(self, name: str, rule: str) -> None:
        """Keep `name`, relative to the directory, and the `rule` that it breaks."""
        super().__init__(name, rule)
        self.name = name
        self.rule = rule

    def __str__(self) -> str:
        """Say which file, and what is wrong with it."""
        return f"{self.name}: {self.rule}"


@dataclass(frozen=True, slots=True)
class File:
    """The bytes of one file and when they were last changed, in nanoseconds.

    Attributes:
        inode: which file it is, whatever its name; 0 where that is not known.
    """

    content: bytes
    mtime_ns: int
    inode: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Snapshot:
    """All files and directories below one directory, by their path relative to it."""

    files: Mapping[str, File]
    directories: Mapping[str, int]  # path: mtime in nanoseconds

    @property
    def names(self) -> tuple[str, ...]:
        """The paths of all files, sorted."""
        return tuple(sorted(self.files))

    @property
    def total_bytes(self) -> int:
        """The bytes of all files together."""
        return sum(len(file.content) for file in self.files.values())

    @cached_property
    def key(self) -> str:
        """Equal for two snapshots that hold the same names and bytes, changed in the same order.

        The times themselves do not count, as they differ from run to run; their order does, as
        honest programs look for the newest file.
        """
        state = hashlib.blake2b(digest_size=16)
        files = {name: file.mtime_ns for name, file in self.files.items()}
        for kind, times in ((b"f", files), (b"d", self.directories)):
            rank = {time: place for place, time in enumerate(sorted(set(times.values())))}
            for name in sorted(times):
                content = self.files[name].content if kind == b"f" else b""
                path = os.fsencode(name)
                state.update(b"%b%d:%d:%d:" % (kind, rank[times[name]], len(path), len(content)))
                state.update(path)
                state.update(content)
        return state.hexdigest()

    def same_bytes(self, other: "Snapshot") -> bool:
        """Say if both hold the same directories and the same files byte for byte, whenever."""
        mine = {name: file.content for name, file in self.files.items()}
        theirs = {name: file.content for name, file in other.files.items()}
        return mine == theirs and set(self.directories) == set(other.directories)


def take(root: Path, bytes_max: int, files_max: int) -> Snapshot:
    """Return what lies below `root`; raise `SnapshotRefused` for what must not lie there.

    No symbolic link below `root` is ever followed. `files_max` counts directories too. If another
    process removes files while we look, the look is repeated.
    """
    with _opened(root, _DIRECTORY) as fd:
        for _ in range(_TRIES):
            look = _Look(bytes_max, files_max)
            with suppress(_ChangedMeanwhileError):
                look.at(fd, "", 0)
                return Snapshot(look.files, look.directories)
    name, rule = ".", f"files vanished during each of {_TRIES} looks at the directory"
    raise SnapshotRefused(name, rule)


def materialise(snapshot: Snapshot, root: Path) -> None:
    """Put the snapshot's bytes, directories and times into `root`, an empty directory."""
    with _opened(root, _DIRECTORY) as top:
        with os.scandir(top) as present:
            if any(present):
                message = f"{root} must be empty before a snapshot is put into it"
                raise MachineError(message)
        for name in sorted(snapshot.directories):
            os.mkdir(name, dir_fd=top)
        for name, file in snapshot.files.items():
            with _opened(name, _NEW_FILE, top) as fd, os.fdopen(fd, "wb", closefd=False) as out:
                out.write(file.content)
                out.flush()
                os.utime(fd, ns=(file.mtime_ns, file.mtime_ns))
        for name in sorted(snapshot.directories, reverse=True):  # children before their parents
            time = snapshot.directories[name]
            os.utime(name, ns=(time, time), dir_fd=top, follow_symlinks=False)


class _Look:
    """One walk over a directory, with the room that is left."""

    def __init__(self, bytes_max: int, files_max: int) -> None:
        self.files: dict[str, File] = {}
        self.directories: dict[str, int] = {}
        self._bytes_max = bytes_max
        self._files_max = files_max
        self._bytes_left = bytes_max
        self._entries = 0

    def at(self, directory: int, prefix: str, depth: int) -> None:
        """Add what lies in the open `directory`."""
        if depth > DEPTH_MAX:
            _refuse(prefix, f"directories may be {DEPTH_MAX} deep at most")
        for entry in self._counted(directory, prefix):
            name = prefix + entry
            with _entry(name):
                mode = os.stat(entry, dir_fd=directory, follow_symlinks=False).st_mode
                if not stat.S_ISDIR(mode) and not stat.S_ISREG(mode):
                    _refuse(name, f"{_kind(mode)} is not allowed, only files and directories")
                flags = _DIRECTORY | os.O_NOFOLLOW if stat.S_ISDIR(mode) else _FILE
                with _opened(entry, flags, directory) as fd:
                    if stat.S_ISDIR(mode):
                        self.directories[name] = os.fstat(fd).st_mtime_ns
                        self.at(fd, name + "/", depth + 1)
                    else:
                        self.files[name] = self._read(fd, name)

    def _counted(self, directory: int, prefix: str) -> list[str]:
        names = []
        with os.scandir(directory) as entries:
            for entry in entries:
                names.append(entry.name)
                self._entries += 1
                if self._entries > self._files_max:
                    rule = f"at most {self._files_max} files and directories are allowed in all"
                    _refuse(prefix + entry.name, rule)
        return sorted(names)

    def _read(self, fd: int, name: str) -> File:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode):
            raise _ChangedMeanwhileError(name)
        if found.st_nlink > 1:
            _refuse(name, "a hard link (a file with two names) is not allowed")
        too_big = f"at most {self._bytes_max} bytes are allowed in all"
        if found.st_size > self._bytes_left:
            _refuse(name, too_big)
        with os.fdopen(fd, "rb", closefd=False) as file:
            content = file.read(self._bytes_left + 1)
        if len(content) > self._bytes_left:
            _refuse(name, too_big)
        self._bytes_left -= len(content)
        return File(content, found.st_mtime_ns, found.st_ino)


class _ChangedMeanwhileError(Exception):
    """An entry is not any more what it was a moment ago."""


@contextmanager
def _entry(name: str) -> Iterator[None]:
    """Tell an entry that changed while we looked, or that nobody may read, from a broken disk."""
    try:
        yield
    except PermissionError:
        _refuse(name, "the grader may not read it")
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ELOOP, errno.ENOTDIR, errno.ENXIO):
            raise _ChangedMeanwhileError(name) from error
        raise


@contextmanager
def _opened(path: str | Path, flags: int, directory: int | None = None) -> Iterator[int]:
    fd = os.open(path, flags, 0o644, dir_fd=directory)
    try:
        yield fd
    finally:
        os.close(fd)


def _kind(mode: int) -> str:
    if stat.S_ISLNK(mode):
        return "a symbolic link"
    return "a pipe" if stat.S_ISFIFO(mode) else "a socket" if stat.S_ISSOCK(mode) else "a device"


def _refuse(name: str, rule: str) -> NoReturn:
    raise SnapshotRefused(name, rule)
