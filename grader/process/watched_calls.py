"""Which system calls may change a file, and the filter that makes exactly those wait.

Numbers for x86_64 and aarch64. Calls of a foreign architecture kill the process: they would pass
under other numbers. io_uring is said not to exist, as its writes are no system calls.
"""

import errno
import os
import struct

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
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column above, audit arch
SECCOMP = (317, 277)
_IO_URING_SETUP = 425
_X32_BIT = 0x40000000

# Classic BPF: operation codes, and where struct seccomp_data keeps what they look at.
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH = 0, 4
_NOTIFY, _ALLOW, _FAIL, _KILL = 0x7FC00000, 0x7FFF0000, 0x00050000, 0x80000000
_OPENS_TO_CHANGE = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_MAP_SHARED, _PROT_WRITE = 1, 2
_CLONES_A_FILE = (0x40049409, 0x4020940D)  # ioctl: FICLONE, FICLONERANGE

_Instruction = tuple[int, int, int, int]  # operation, jump if true, jump if false, operand


def names(machine: str) -> dict[int, str]:
    """Return the name of each watched call by its number on a machine of `MACHINES`."""
    column, _ = MACHINES[machine]
    pairs = ((numbers[column], name) for name, numbers in WATCHED.items())
    return {number: name for number, name in pairs if number is not None}


def program(machine: str) -> bytes:
    """Return the filter, ready for the kernel, that it runs at every system call of the child."""
    _, arch = MACHINES[machine]
    code: list[_Instruction] = [
        (_LOAD, 0, 0, _ARCH),
        (_IF_EQUAL, 1, 0, arch),
        (_RETURN, 0, 0, _KILL),  # another architecture's calls would pass under other numbers
        (_LOAD, 0, 0, _NUMBER),
        (_IF_AT_LEAST, 0, 1, _X32_BIT),
        (_RETURN, 0, 0, _KILL),
        (_IF_EQUAL, 0, 1, _IO_URING_SETUP),
        (_RETURN, 0, 0, _FAIL | errno.ENOSYS),  # its writes are no system calls
    ]
    for number, name in names(machine).items():
        body = [*_condition(name), (_RETURN, 0, 0, _NOTIFY), (_RETURN, 0, 0, _ALLOW)]
        code += [(_IF_EQUAL, 0, len(body), number), *body]
    code.append((_RETURN, 0, 0, _ALLOW))
    return b"".join(struct.pack("HBBI", *each) for each in code)


def _condition(name: str) -> list[_Instruction]:
    """Skip to the last instruction of the body, ALLOW, unless this call may change a file."""

    def argument(index: int) -> _Instruction:
        return (_LOAD, 0, 0, 16 + 8 * index)  # its lower half: both machines are little-endian

    match name:
        case "open" | "openat":
            flags = argument(1 if name == "open" else 2)
            return [flags, (_IF_ANY_BIT, 0, 1, _OPENS_TO_CHANGE)]
        case "mmap":
            shared = (_IF_ANY_BIT, 0, 3, _MAP_SHARED)
            return [argument(3), shared, argument(2), (_IF_ANY_BIT, 0, 1, _PROT_WRITE)]
        case "ioctl":
            first, second = _CLONES_A_FILE
            return [argument(1), (_IF_EQUAL, 1, 0, first), (_IF_EQUAL, 0, 1, second)]
        case _:
            return []
