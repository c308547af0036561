"""Which system calls may change a file or look at one, and the filter that makes those wait.

Numbers for x86_64 and aarch64. Calls of a foreign architecture kill the process: they would pass
under other numbers. io_uring is said not to exist, as its writes are no system calls.
"""

import errno
import os

from grader.process.filters import (
    ALLOW,
    FAIL,
    IF_ANY_BIT,
    IF_EQUAL,
    MACHINES,
    NOTIFY,
    RETURN,
    Instruction,
    argument,
    only_native_calls,
)

# (x86_64, aarch64); None where the architecture has no such call.
WATCHED: dict[str, tuple[int | None, int | None]] = {
    "write": (1, 64), "writev": (20, 66), "pwrite64": (18, 68), "pwritev": (296, 70),
    "pwritev2": (328, 287), "sendfile": (40, 71), "splice": (275, 76),
    "copy_file_range": (326, 285), "ioctl": (16, 29), "mmap": (9, 222), "msync": (26, 227),
    "open": (2, None), "openat": (257, 56), "openat2": (437, 437), "creat": (85, None),
    "mknod": (133, None), "mknodat": (259, 33), "truncate": (76, 45), "ftruncate": (77, 46),
    "fallocate": (285, 47), "rename": (82, None), "renameat": (264, 38), "renameat2": (316, 276),
    "link": (86, None), "linkat": (265, 37), "symlink": (88, None), "symlinkat": (266, 36),
    "unlink": (87, None), "unlinkat": (263, 35), "mkdir": (83, None), "mkdirat": (258, 34),
    "rmdir": (84, None), "utime": (132, None), "utimes": (235, None), "futimesat": (261, None),
    "utimensat": (280, 88), "fsync": (74, 82), "fdatasync": (75, 83), "sync": (162, 81),
    "syncfs": (306, 267), "sync_file_range": (277, 84),
}  # fmt: skip
LOOKS: dict[str, tuple[int | None, int | None]] = {
    "stat": (4, None), "lstat": (6, None), "newfstatat": (262, 79), "statx": (332, 291),
    "access": (21, None), "faccessat": (269, 48), "faccessat2": (439, 439),
    "readlink": (89, None), "readlinkat": (267, 78), "getdents": (78, None),
    "getdents64": (217, 61),
}  # fmt: skip
"""Calls that look at a file and change nothing; opening one to read is the other way."""

_IO_URING_SETUP = 425
OPENS_TO_CHANGE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_MAP_SHARED, _PROT_WRITE = 1, 2
_CLONES_A_FILE = (0x40049409, 0x4020940D)  # ioctl: FICLONE, FICLONERANGE


def names(machine: str) -> dict[int, str]:
    """Return the name of each watched call by its number on a machine of `MACHINES`."""
    column, _ = MACHINES[machine]
    pairs = ((numbers[column], name) for name, numbers in (WATCHED | LOOKS).items())
    return {number: name for number, name in pairs if number is not None}


def program(machine: str, *, looks: bool = False) -> list[Instruction]:
    """Return the filter that the kernel runs at every system call of the child.

    With *looks*, calls that only look at a file wait as well.
    """
    code = [
        *only_native_calls(machine),
        (IF_EQUAL, 0, 1, _IO_URING_SETUP),
        (RETURN, 0, 0, FAIL | errno.ENOSYS),  # its writes are no system calls
    ]
    for number, name in names(machine).items():
        if name in LOOKS and not looks:
            continue
        opens = looks and name in {"open", "openat"}
        condition = [] if opens else _condition(name)
        body = [*condition, (RETURN, 0, 0, NOTIFY), (RETURN, 0, 0, ALLOW)]
        code += [(IF_EQUAL, 0, len(body), number), *body]
    code.append((RETURN, 0, 0, ALLOW))
    return code


def _condition(name: str) -> list[Instruction]:
    """Skip to the last instruction of the body, ALLOW, unless this call may change a file."""
    match name:
        case "open" | "openat":
            flags = argument(1 if name == "open" else 2)
            return [flags, (IF_ANY_BIT, 0, 1, OPENS_TO_CHANGE)]
        case "mmap":
            shared = (IF_ANY_BIT, 0, 3, _MAP_SHARED)
            return [argument(3), shared, argument(2), (IF_ANY_BIT, 0, 1, _PROT_WRITE)]
        case "ioctl":
            first, second = _CLONES_A_FILE
            return [argument(1), (IF_EQUAL, 1, 0, first), (IF_EQUAL, 0, 1, second)]
        case _:
            return []
