"""What a process looked at in its checkpoint directory: equal looks, equal process.

A resume sees a directory only through its own calls. So what came of one resume holds for every
other directory in which the same calls would have seen the same: it need not be run again.
"""

import os
from collections.abc import Callable

from grader.crash_states.operations import Operation
from grader.crash_states.snapshot import Snapshot

_OPENS = frozenset({"open", "openat", "openat2", "creat"})
_LISTS = frozenset({"getdents", "getdents64"})
_NEEDS_TO_KNOW = frozenset({"unlink", "unlinkat", "mkdir", "mkdirat", "rmdir", "mknod", "mknodat"})
_BY_DESCRIPTOR = frozenset({
    "write", "writev", "pwrite64", "pwritev", "pwritev2", "sendfile", "splice", "copy_file_range",
    "ioctl", "mmap", "msync", "ftruncate", "fallocate", "fsync", "fdatasync", "sync_file_range",
    "sync", "syncfs",
})  # fmt: skip
"""The file was opened before, and that was seen."""

Seen = tuple[str, bytes]
"""What a look at a path can tell: nothing there, a directory, or a file with these bytes."""

Question = Callable[[Snapshot, str], bool]

ABSENT: Seen = ("absent", b"")
_A_DIRECTORY: Seen = ("directory", b"")


class Observation:
    """Collects what one process saw of the directory that it found, until it put its own there."""

    def __init__(self, found: Snapshot) -> None:
        """Begin with the directory as the process finds it."""
        self._found = found
        self._seen: dict[str, Seen] = {}
        self._answers: dict[tuple[str, Question], bool] = {}
        self._listed: dict[tuple[str, frozenset[str]], frozenset[str]] = {}
        self._own: frozenset[str] = frozenset()

    def see(self, operation: Operation) -> None:
        """Take note of a call, before it is carried out."""
        path, name = operation.path, operation.name
        if name in _BY_DESCRIPTOR:
            return
        if name in _LISTS:
            self._listed.setdefault((path, self._own), _entries(self._found, path, self._own))
            return
        if name in _OPENS and operation.flags & os.O_TRUNC and not operation.flags & os.O_EXCL:
            self._ask(path, _is_directory)
        elif name in _NEEDS_TO_KNOW:
            self._ask(path, _is_there)
        elif path not in self._own:
            self._seen.setdefault(path, _seen(self._found, path))
        if operation.second_path is not None:
            # A rename replaces a file, whatever it is; the other calls fail where one is.
            replaces = name.startswith("rename") and not operation.flags
            self._ask(operation.second_path, _is_directory if replaces else _is_there)
        if operation.changes:
            self._own |= {path, operation.second_path or path}

    def holds_for(self, other: Snapshot) -> bool:
        """Say whether the process would have seen the same in *other*."""
        return (
            all(_seen(other, path) == seen for path, seen in self._seen.items())
            and all(ask(other, path) == answer for (path, ask), answer in self._answers.items())
            and all(_entries(other, *key) == names for key, names in self._listed.items())
            and self._by_age(other) == self._by_age(self._found)
        )

    def _ask(self, path: str, question: Question) -> None:
        if path not in self._own:
            self._answers.setdefault((path, question), question(self._found, path))

    def _by_age(self, snapshot: Snapshot) -> list[str]:
        """Return the paths that were looked at, the oldest first: for some, the newest wins."""
        times = {path: file.mtime_ns for path, file in snapshot.files.items()}
        times |= snapshot.directories
        return sorted((path for path in self._seen if path in times), key=lambda one: times[one])


def _entries(snapshot: Snapshot, directory: str, own: frozenset[str]) -> frozenset[str]:
    """Return what is listed of *directory*, but for what the process itself has put there."""
    paths = (*snapshot.files, *snapshot.directories)
    return frozenset(
        path
        for path in paths
        if os.path.dirname(path) == ("" if directory == "." else directory) and path not in own
    )


def _seen(snapshot: Snapshot, path: str) -> Seen:
    if path in snapshot.files:
        return ("file", snapshot.files[path].content)
    return _A_DIRECTORY if path == "." or path in snapshot.directories else ABSENT


def _is_there(snapshot: Snapshot, path: str) -> bool:
    return _seen(snapshot, path) != ABSENT


def _is_directory(snapshot: Snapshot, path: str) -> bool:
    return _seen(snapshot, path) == _A_DIRECTORY
