"""Which file a waiting system call is about to change or to look at, in words for people.

A call's arguments are numbers and addresses; the names behind them are read from the memory and
the open files of the caller, who stands still.
"""

import os
import struct
from dataclasses import dataclass
from pathlib import Path

from grader.errors import GraderError
from grader.process.listener import Notification, read_memory, read_string
from grader.process.watched_calls import LOOKS, OPENS_TO_CHANGE

_AT_FDCWD = -100
_IOV_MAX = 1024


class ChildUnreadable(GraderError):  # noqa: N818 - a verdict on the child
    """The child closed its memory or files to the judge; no honest program does that."""


@dataclass(frozen=True, slots=True)
class _Named:
    """A file given by the address of its name, relative to an open directory or to the cwd."""

    name: int
    directory: int | None = None
    follow: bool = False  # the call works on what a symbolic link points to


@dataclass(frozen=True, slots=True)
class _Open:
    """A file given by its descriptor."""

    descriptor: int


@dataclass(frozen=True, slots=True)
class _Mapped:
    """A file given by an address in a mapping of it."""

    address: int


@dataclass(frozen=True, slots=True)
class _Everything:
    """All files."""


_Place = _Named | _Open | _Mapped | _Everything
_FIRST = _Open(0)

# Which arguments name the one or two files, and what the call does to them in words.
_CALLS: dict[str, tuple[tuple[_Place, ...], str]] = {
    "write": ((_FIRST,), "write {size} bytes to {path}"),
    "writev": ((_FIRST,), "write {size} bytes to {path}"),
    "pwrite64": ((_FIRST,), "write {size} bytes into {path}"),
    "pwritev": ((_FIRST,), "write {size} bytes into {path}"),
    "pwritev2": ((_FIRST,), "write {size} bytes into {path}"),
    "sendfile": ((_FIRST,), "copy up to {size} bytes to {path}"),
    "splice": ((_Open(2),), "copy up to {size} bytes to {path}"),
    "copy_file_range": ((_Open(2),), "copy up to {size} bytes to {path}"),
    "ioctl": ((_FIRST,), "clone another file's data into {path}"),
    "mmap": ((_Open(4),), "map {path} into memory for writing"),
    "msync": ((_Mapped(0),), "flush the mapped part of {path} to disk"),
    "open": ((_Named(0, follow=True),), "{opening} {path}"),
    "openat": ((_Named(1, 0, follow=True),), "{opening} {path}"),
    "openat2": ((_Named(1, 0, follow=True),), "{opening} {path}"),
    "creat": ((_Named(0, follow=True),), "{opening} {path}"),
    "mknod": ((_Named(0),), "make the special file {path}"),
    "mknodat": ((_Named(1, 0),), "make the special file {path}"),
    "truncate": ((_Named(0, follow=True),), "set the size of {path} to {size} bytes"),
    "ftruncate": ((_FIRST,), "set the size of {path} to {size} bytes"),
    "fallocate": ((_FIRST,), "reserve {size} bytes in {path}"),
    "rename": ((_Named(0), _Named(1)), "rename {path} to {second_path}"),
    "renameat": ((_Named(1, 0), _Named(3, 2)), "rename {path} to {second_path}"),
    "renameat2": ((_Named(1, 0), _Named(3, 2)), "rename {path} to {second_path}"),
    "link": ((_Named(0), _Named(1)), "give {path} the second name {second_path}"),
    "linkat": ((_Named(1, 0), _Named(3, 2)), "give {path} the second name {second_path}"),
    "symlink": ((_Named(1),), "make the symbolic link {path}"),
    "symlinkat": ((_Named(2, 1),), "make the symbolic link {path}"),
    "unlink": ((_Named(0),), "delete {path}"),
    "unlinkat": ((_Named(1, 0),), "delete {path}"),
    "mkdir": ((_Named(0),), "make the directory {path}"),
    "mkdirat": ((_Named(1, 0),), "make the directory {path}"),
    "rmdir": ((_Named(0),), "delete the directory {path}"),
    "utime": ((_Named(0, follow=True),), "set the times of {path}"),
    "utimes": ((_Named(0, follow=True),), "set the times of {path}"),
    "futimesat": ((_Named(1, 0, follow=True),), "set the times of {path}"),
    "utimensat": ((_Named(1, 0),), "set the times of {path}"),
    "fsync": ((_FIRST,), "flush {path} to disk"),
    "fdatasync": ((_FIRST,), "flush the data of {path} to disk"),
    "sync_file_range": ((_FIRST,), "flush a part of {path} to disk"),
    "sync": ((_Everything(),), "flush everything to disk"),
    "syncfs": ((_Everything(),), "flush everything to disk"),
    "stat": ((_Named(0, follow=True),), "look at {path}"),
    "lstat": ((_Named(0),), "look at {path}"),
    "newfstatat": ((_Named(1, 0, follow=True),), "look at {path}"),
    "statx": ((_Named(1, 0, follow=True),), "look at {path}"),
    "access": ((_Named(0, follow=True),), "look at {path}"),
    "faccessat": ((_Named(1, 0, follow=True),), "look at {path}"),
    "faccessat2": ((_Named(1, 0, follow=True),), "look at {path}"),
    "readlink": ((_Named(0),), "look at {path}"),
    "readlinkat": ((_Named(1, 0),), "look at {path}"),
    "getdents": ((_FIRST,), "list {path}"),
    "getdents64": ((_FIRST,), "list {path}"),
}
_SIZES = {
    **dict.fromkeys(("write", "pwrite64"), 2),
    **dict.fromkeys(("truncate", "ftruncate"), 1),
    **dict.fromkeys(("splice", "copy_file_range"), 4),
    **dict.fromkeys(("sendfile", "fallocate"), 3),
}
_WRITES = frozenset({"write", "writev", "pwrite64", "pwritev", "pwritev2"})
_FLAGS = {"open": 1, "openat": 2, "renameat2": 4}
_CREAT_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


@dataclass(frozen=True, slots=True)
class Operation:
    """One call on the watched directory; paths inside it are relative to it.

    Attributes:
        crosses: it has two names, and only one of them lies inside.
    """

    number: int
    name: str
    path: str
    second_path: str | None = None
    size: int | None = None
    flags: int = 0
    crosses: bool = False

    @property
    def changes(self) -> bool:
        """Say whether it may change a file, or flushes one; else it only looks."""
        if self.name in {"open", "openat", "openat2"}:
            return bool(self.flags & OPENS_TO_CHANGE)
        return self.name not in LOOKS

    @property
    def writes_through(self) -> bool:
        """Say whether it is a write that returns only when its bytes are on the disk."""
        return self.name in _WRITES and bool(self.flags & os.O_DSYNC)

    def describe(self) -> str:
        """Say in a few words what the call is about to do."""
        creates, empties = self.flags & os.O_CREAT, self.flags & os.O_TRUNC
        if empties:
            opening = "create or empty" if creates else "empty"
        elif creates:
            opening = "create or open"
        else:
            opening = "open for writing" if self.changes else "open for reading"
        _, words = _CALLS[self.name]
        path, second_path = (_shown(each or "") for each in (self.path, self.second_path))
        said = words.format(path=path, second_path=second_path, size=self.size, opening=opening)
        return said + ", through to the disk" * self.writes_through


def _shown(path: str) -> str:
    """Return a path as a report tells it: outside the directory only the name is the program's."""
    if path == ".":
        return "the directory"
    return f"{os.path.basename(path)} (outside the directory)" if os.path.isabs(path) else path


def decode(notification: Notification, watched: Path, number: int) -> Operation | None:
    """Return what the call does below `watched`, or None if it does not touch that directory.

    `watched` is the directory's real path as the child sees it. A call whose arguments cannot be
    read because they are wrong, or because its caller just died, touches nothing.
    """
    call = _Call(notification)
    places, _ = _CALLS[notification.name]
    try:
        paths = [str(watched) if place == _Everything() else call.path(place) for place in places]
        inside = [_below(watched, path) for path in paths]
        if not any(inside):
            return None
        size, flags = call.size(), call.flags()
    except PermissionError as error:
        message = f"the grader may not look into the program that called {notification.name}"
        raise ChildUnreadable(message) from error
    except OSError:
        return None
    path, *second = (relative or path for relative, path in zip(inside, paths, strict=True))
    second_path = second[0] if second else None
    crosses = bool(second) and not all(inside)
    return Operation(number, notification.name, path, second_path, size, flags, crosses)


def _below(watched: Path, path: str) -> str | None:
    top = str(watched)
    if path == top:
        return "."
    return path[len(top) + 1 :] if path.startswith(f"{top}/") else None


class _Call:
    """Reads the arguments of one waiting call."""

    def __init__(self, notification: Notification) -> None:
        self._thread = notification.thread
        self._name = notification.name
        self._args = notification.arguments

    def path(self, place: _Place) -> str:
        """Return the real path of the file that an argument names."""
        match place:
            case _Named(name, directory, follow):
                fd = _AT_FDCWD if directory is None else self._args[directory]
                return self._named(fd, self._args[name], follow=follow)
            case _Open(descriptor):
                return self._opened(self._args[descriptor]).removesuffix(" (deleted)")
            case _Mapped(address):
                return self._mapped(self._args[address])
            case _Everything():
                return "/"

    def size(self) -> int | None:
        """Return how many bytes the call writes at most, or the size it sets; None if neither."""
        if self._name in ("writev", "pwritev", "pwritev2"):
            count = min(self._args[2], _IOV_MAX)
            parts = read_memory(self._thread, self._args[1], 16 * count)
            return sum(int(length) for _, length in struct.iter_unpack("=QQ", parts))
        return self._args[_SIZES[self._name]] if self._name in _SIZES else None

    def flags(self) -> int:
        """Return the flags of a call that opens or renames; of a write, whether it flushes."""
        if self._name in _WRITES:
            return self._opened_with(self._args[0]) & os.O_SYNC
        if self._name == "openat2":
            return int.from_bytes(read_memory(self._thread, self._args[2], 8), "little")
        if self._name == "creat":
            return _CREAT_FLAGS
        return self._args[_FLAGS[self._name]] if self._name in _FLAGS else 0

    def _named(self, directory: int, address: int, *, follow: bool) -> str:
        if address == 0:  # the times of an open file
            return self._opened(directory)
        path = os.fsdecode(read_string(self._thread, address))
        for alias in ("/proc/self/", "/proc/thread-self/"):  # it means the caller, not the judge
            if path.startswith(alias):
                path = f"/proc/{self._thread}/" + path.removeprefix(alias)
        if not path.startswith("/"):
            path = f"{self._opened(directory)}/{path}"
        if follow:
            return os.path.realpath(path)
        parent, name = os.path.split(path.rstrip("/") or "/")
        return os.path.normpath(f"{os.path.realpath(parent)}/{name}")

    def _opened_with(self, descriptor: int) -> int:
        facts = Path(f"/proc/{self._thread}/fdinfo/{descriptor & 0xFFFFFFFF}").read_text()
        return int(facts.split("flags:", 1)[1].split(maxsplit=1)[0], 8)

    def _opened(self, descriptor: int) -> str:
        low = descriptor & 0xFFFFFFFF
        fd = low - (1 << 32) if low >> 31 else low
        link = "cwd" if fd == _AT_FDCWD else f"fd/{fd}"
        return os.readlink(f"/proc/{self._thread}/{link}")

    def _mapped(self, address: int) -> str:
        with Path(f"/proc/{self._thread}/maps").open() as maps:
            for line in maps:
                extent, _, _, _, _, *path = line.rstrip("\n").split(maxsplit=5)
                low, high = (int(end, 16) for end in extent.split("-"))
                if low <= address < high:
                    return path[0] if path else "an unnamed mapping"
        return "an unmapped address"
