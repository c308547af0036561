"""A phase that may open only what it needs: Landlock, for machines without namespaces.

Works without any right, in a default container too. It holds no quota: a phase may fill the file
system that its folder lies in. Reference: Linux, Documentation/userspace-api/landlock.rst.
"""

import os
import platform
import stat
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from grader.process import denied_calls, filters, limits
from grader.process.isolation import Confines, Unconfined
from grader.process.kernel import call, check, drop_capabilities, no_new_privileges

_CREATE, _ADD_RULE, _RESTRICT = 444, 445, 446  # the same numbers on every machine
_VERSION = 1
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_TRUNCATE, _IOCTL = 1 << 14, 1 << 15
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_FILE_RIGHTS = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
_ALL = (1 << 16) - 1
_CHANGE = _ALL & ~(_EXECUTE | _IOCTL)
_RIGHTS_OF_VERSION = ((5, _ALL), (3, (1 << 15) - 1), (2, (1 << 14) - 1), (1, (1 << 13) - 1))
_NETWORK_MIN = 4
_NO_NETWORK, _NO_SIGNALS = 3, 3  # bind and connect; abstract sockets and signals to outside
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
_SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/proc")

ABI_MIN = 6
"""From here on (Linux 6.12) a phase cannot send signals to anybody outside."""


def version() -> int:
    """Return the version of Landlock that the kernel speaks, 0 for none."""
    return max(call(_CREATE, None, 0, _VERSION), 0)


class Landlock(Unconfined):
    """Each phase may change its own folder, read what the judge lists, and reach nobody outside."""

    def __init__(self, confines: Confines) -> None:
        """Remember what may be read."""
        self._confines = confines
        self._folder = Path()

    def prepare(self) -> int | None:
        """Return the descriptor of the room, where the sandbox has one."""
        room = self._confines.room
        return os.open(room, os.O_RDONLY | os.O_DIRECTORY) if room else None

    def enter(self, folder: Path, outside: Path | None) -> Path:  # noqa: ARG002 - no other /tmp
        """Remember the folder."""
        self._folder = folder
        return folder

    def lock(self) -> None:
        """Allow only what is listed, and give up what root can do besides."""
        if self._confines.room:
            limits.bound_processes()
        drop_capabilities()
        no_new_privileges()
        known = version()
        rights = next(held for least, held in _RIGHTS_OF_VERSION if known >= least)
        size = 24 if known >= ABI_MIN else 16 if known >= _NETWORK_MIN else 8
        ruleset = check(
            call(_CREATE, struct.pack("QQQ", rights, _NO_NETWORK, _NO_SIGNALS), size, 0), "landlock"
        )
        for path, allowed in self._rules():
            with suppress(FileNotFoundError, PermissionError):
                _allow(ruleset, path, allowed & rights)
        check(call(_RESTRICT, ruleset, 0), "landlock_restrict_self")
        os.close(ruleset)
        check(filters.load(denied_calls.program(platform.machine(), network=False)), "seccomp")

    def _rules(self) -> Iterator[tuple[str, int]]:
        for path in (*_SYSTEM, *self._confines.visible):
            yield path, _READ
        for path in _DEVICES:
            yield path, _READ_FILE | _WRITE_FILE
        yield str(self._folder), _CHANGE


def _allow(ruleset: int, path: str, rights: int) -> None:
    fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(fd).st_mode):
            rights &= _FILE_RIGHTS
        rule = struct.pack("=Qi", rights, fd)
        check(call(_ADD_RULE, ruleset, 1, rule, 0), f"landlock: {path}")
    finally:
        os.close(fd)
