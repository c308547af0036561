"""Does a thread wait with a limit of time? The kernel says in which call, and with what."""

import platform
from pathlib import Path

from grader.process.filters import MACHINES

# Numbers for x86_64 and aarch64.
_FUTEX = (202, 98)
_FUTEX_WAITS = frozenset({0, 9})  # FUTEX_WAIT, FUTEX_WAIT_BITSET
_FUTEX_FLAGS = 0x180  # private, and by which clock
_SLEEPS = ((35, 101), (230, 115))  # nanosleep, clock_nanosleep
_TIME_AT = {(271, 73): 2, (23, None): 4, (270, 72): 4}
"""ppoll, select, pselect6: the argument that says where the limit stands; 0 for none."""
_MILLISECONDS = {(7, None): 2, (232, None): 3, (281, 22): 3}
"""poll, epoll_wait, epoll_pwait: the argument that is the limit; -1 for none."""
_ENDLESS = 0xFFFFFFFF


def has_limit(process: int) -> bool:
    """Say whether the main thread of a process waits, and goes on by itself after a time.

    False where the kernel does not tell.
    """
    try:
        text = Path(f"/proc/{process}/task/{process}/syscall").read_text(encoding="ascii")
    except OSError:
        return False
    number, *arguments = text.split()
    if not arguments:
        return False  # it is running
    return _is_limited(int(number), [int(argument, 16) for argument in arguments])


def _is_limited(number: int, arguments: list[int]) -> bool:
    column, _ = MACHINES[platform.machine()]
    if number == _FUTEX[column]:
        return arguments[1] & ~_FUTEX_FLAGS in _FUTEX_WAITS and arguments[3] != 0
    for numbers, place in _TIME_AT.items():
        if number == numbers[column]:
            return arguments[place] != 0
    for numbers, place in _MILLISECONDS.items():
        if number == numbers[column]:
            return arguments[place] & _ENDLESS != _ENDLESS
    return number in {sleep[column] for sleep in _SLEEPS}
