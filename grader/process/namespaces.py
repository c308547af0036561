"""A phase in a world of its own: processes, mounts, temporary file systems; all gone with it.

The fork server lives in a sandbox already (`grader.process.sandbox`), as an ordinary user with two
rights, which hold for the sandbox only: to mount, and to give rights up. A child gives up both.
"""

import os
import platform
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from grader.process import denied_calls, filters, limits
from grader.process.isolation import Confines
from grader.process.kernel import (
    BIND,
    NEW_MOUNT,
    NEW_PID,
    NO_DEVICES,
    NO_EXECUTION,
    NO_SETUID,
    PRIVATE,
    READ_ONLY,
    RECURSIVE,
    check,
    drop_capabilities,
    enter_namespace,
    mount,
    unshare,
)
from grader.process.nursery import Nursery, Reaper

WORK = "/exact-resume-phase"
"""The phase's folder, as the learner's code sees it."""

_ROOM = "size=96m,nr_inodes=40960,mode=700"
_TEMPORARY = {
    "tmp": "/tmp",  # noqa: S108 - a file system of the phase's own
    "shm": "/dev/shm",  # noqa: S108 - as above
}
_FRESH = "size=64m,nr_inodes=2048,mode=1777"


class Namespaces:
    """Each phase gets a process namespace, a mount namespace and fresh temporary file systems."""

    def __init__(self, confines: Confines) -> None:
        """Remember what may be seen."""
        self._room, self._visible = confines.room, confines.visible

    def prepare(self) -> int | None:
        """Mount the room, and start what makes process namespaces; return the room's descriptor."""
        mount("room", self._room, "tmpfs", NO_SETUID | NO_DEVICES, _ROOM)
        self._ours = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        self._nursery = Nursery()
        return os.open(self._room, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def fork(self) -> int:
        """Fork into a new process namespace."""
        self._reaper: Reaper = self._nursery.bear()
        enter_namespace(self._reaper.pidfd, NEW_PID)
        try:
            pid = os.fork()
        except OSError:
            enter_namespace(self._ours, NEW_PID)
            raise
        if pid:
            enter_namespace(self._ours, NEW_PID)
        else:
            self._nursery.leave()
            self._reaper.leave()
        return pid

    def enter(self, folder: Path, outside: Path | None) -> Path:
        """Mount what the phase sees: its own /proc, temporary folders and folder, no other's."""
        unshare(NEW_MOUNT)
        mount("", "/", "", RECURSIVE | PRIVATE)
        mount("proc", "/proc", "proc", NO_SETUID | NO_DEVICES | NO_EXECUTION)
        for name, target in _TEMPORARY.items():
            _mount_temporary(target, outside and outside / name, self._visible)
        mount(str(folder), WORK, "", BIND)
        mount("nothing", self._room, "tmpfs", READ_ONLY, "size=4k,mode=000")
        return Path(WORK)

    def lock(self) -> None:
        """Drop the capabilities, and deny the calls that reach around all this."""
        limits.bound_processes()
        drop_capabilities()
        check(filters.load(denied_calls.program(platform.machine(), network=True)), "seccomp")

    def sweep(self, child: int) -> int:  # noqa: ARG002 - the namespace knows its processes
        """End the namespace; return how many processes had left the learner's group."""
        return self._reaper.end()


def _mount_temporary(target: str, kept: Path | None, visible: Sequence[str]) -> None:
    """Mount an empty file system, or *kept*; what has to be seen below it stays in its place.

    The interpreter may lie in /tmp, as a learner's file does: hidden, it would fail later, for a
    reason that nobody finds.
    """
    inside = [path for path in visible if Path(path).is_relative_to(target)]
    held = {path: os.open(path, os.O_PATH) for path in inside}
    if kept:
        mount(str(kept), target, "", BIND)
    else:
        mount("fresh", target, "tmpfs", NO_SETUID | NO_DEVICES, _FRESH)
    for path, fd in held.items():
        place = Path(path)
        with suppress(FileExistsError):
            if os.path.isdir(f"/proc/self/fd/{fd}"):
                place.mkdir(parents=True)
            else:
                place.parent.mkdir(parents=True, exist_ok=True)
                place.touch()
        mount(f"/proc/self/fd/{fd}", path, "", BIND | RECURSIVE)
        os.close(fd)
