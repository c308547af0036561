"""What the kernel asks at every system call of a process: the words of a filter, and its loading.

Classic BPF (Linux, Documentation/userspace-api/seccomp_filter.rst): load a word of the call, jump,
return what shall happen. Used by the listener, which watches calls, and by the sandbox, which
denies some.
"""

import ctypes
import platform
import struct
from collections.abc import Iterable

from grader.process.kernel import call, no_new_privileges

MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""Machine: column of a table of call numbers, and how the kernel names its architecture."""

LOAD, IF_EQUAL, IF_AT_LEAST, IF_ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NOTIFY, ALLOW, FAIL, KILL = 0x7FC00000, 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER, _ARCH, _ARGUMENTS = 0, 4, 16
_X32_BIT = 0x40000000
_SECCOMP = (317, 277)
_SET_MODE_FILTER = 1

Instruction = tuple[int, int, int, int]
"""Operation, jump if true, jump if false, operand."""


def only_native_calls(machine: str) -> list[Instruction]:
    """Return the first lines of every filter: kill what comes under another architecture's numbers.

    After them the number of the call is loaded.
    """
    _, arch = MACHINES[machine]
    return [
        (LOAD, 0, 0, _ARCH),
        (IF_EQUAL, 1, 0, arch),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, _NUMBER),
        (IF_AT_LEAST, 0, 1, _X32_BIT),
        (RETURN, 0, 0, KILL),
    ]


def argument(index: int) -> Instruction:
    """Load the lower half of an argument: both machines are little-endian."""
    return (LOAD, 0, 0, _ARGUMENTS + 8 * index)


def load_number() -> Instruction:
    """Load the number of the call again."""
    return (LOAD, 0, 0, _NUMBER)


def load(code: Iterable[Instruction], flags: int = 0) -> int:
    """Put a filter on this process, for good; return what the kernel returns, -1 for an error.

    The process can gain no privileges any more. The error is in `ctypes.get_errno`.
    """
    no_new_privileges()
    packed = b"".join(struct.pack("HBBI", *each) for each in code)
    instructions = ctypes.create_string_buffer(packed, len(packed))
    header = struct.pack("HxxxxxxQ", len(packed) // 8, ctypes.addressof(instructions))
    column, _ = MACHINES[platform.machine()]
    return call(_SECCOMP[column], _SET_MODE_FILTER, flags, ctypes.c_char_p(header))
