"""A write of which only a part is carried out, as a full or interrupted disk does it.

Nobody can answer a call with "so many bytes were written" and have them written. So the kernel is
made to do it: for the length of one call the process may let no file grow further (setrlimit(2),
RLIMIT_FSIZE: a write that crosses the limit is cut there).
"""

import os
import resource
from collections.abc import Callable
from pathlib import Path

from grader.crash_states.operations import Operation
from grader.errors import MachineError
from grader.process.listener import Notification

CAN_BE_SHORT = frozenset({"write", "writev"})


def bound(notification: Notification, operation: Operation, part: float) -> Callable[[], None]:
    """Let the waiting write carry out *part* of its bytes only; return what lifts the bound again.

    Raises:
        MachineError: this process may not set another one's limits, or the call is no such write.
    """
    if operation.name not in CAN_BE_SHORT or not operation.size:
        message = f"{operation.name} is no call that can be cut short"
        raise MachineError(message)
    thread, descriptor = notification.thread, notification.arguments[0]
    facts = Path(f"/proc/{thread}/fdinfo/{descriptor}").read_text()
    position = int(facts.split("pos:", 1)[1].split(maxsplit=1)[0])
    if int(facts.split("flags:", 1)[1].split(maxsplit=1)[0], 8) & os.O_APPEND:
        position = os.stat(f"/proc/{thread}/fd/{descriptor}").st_size
    process = _process_of(thread)
    end = position + max(1, int(operation.size * part))
    try:
        before = resource.prlimit(process, resource.RLIMIT_FSIZE)
        resource.prlimit(process, resource.RLIMIT_FSIZE, (end, before[1]))
    except (PermissionError, ProcessLookupError) as problem:
        message = f"the limits of the process cannot be set: {problem}"
        raise MachineError(message) from problem
    return lambda: _lift(process, before)


def _lift(process: int, before: tuple[int, int]) -> None:
    try:
        resource.prlimit(process, resource.RLIMIT_FSIZE, before)
    except ProcessLookupError:
        return


def _process_of(thread: int) -> int:
    status = Path(f"/proc/{thread}/status").read_text()
    return int(status.split("Tgid:", 1)[1].split(maxsplit=1)[0])
