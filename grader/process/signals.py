"""Signals to a process, and when it has dealt with one: when all of its threads wait again."""

import signal
import time
from pathlib import Path

_ASLEEP = frozenset("SDtTZX")
_LONGEST = 2.0  # seconds; a thread that computes on and on may do so
_PAUSE = 0.0005
_LOOKS = 8
_WHOLE_GROUP = 4  # PIDFD_SIGNAL_PROCESS_GROUP, Linux 6.9
_GROUP_SECONDS = 0.2  # for a whole group to get one, and for parents to hear of an end


def send(pidfd: int, number: int, *, to_group: bool) -> None:
    """Send a signal, which is there before whatever is sent to the process after it."""
    for flags in (_WHOLE_GROUP, 0) if to_group else (0,):
        try:
            signal.pidfd_send_signal(pidfd, number, None, flags)
        except OSError:
            continue  # no such flag before Linux 6.9; or it has just ended by itself
        return


def tell(pidfd: int, number: int, *, to_group: bool) -> None:
    """Send a signal to a process that waits for us, and return when it has been dealt with."""
    send(pidfd, number, to_group=to_group)
    time.sleep(_GROUP_SECONDS * to_group)
    settle(pidfd)


def settle(pidfd: int) -> None:
    """Return when the process waits for somebody, or has ended."""
    wait_until_still(process_of(pidfd))


def process_of(pidfd: int) -> int:
    """Return the process that a descriptor stands for, -1 where it has ended."""
    facts = Path(f"/proc/self/fdinfo/{pidfd}").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in facts.splitlines() if line.startswith("Pid:"))


def wait_until_still(process: int) -> None:
    """Return when every thread of a process waits for something, or there is none any more.

    Those of the processes that it has started count, too.

    A signal wakes whoever takes it before the call that sends it returns. So a process that waited
    for us has run its handler, or the thread that waits for signals has, when this returns.
    """
    until = time.monotonic() + _LONGEST
    while not is_still(process) and time.monotonic() < until:
        time.sleep(_PAUSE)


def stays_still(process: int) -> bool:
    """Say whether all of its threads wait whenever we look: nobody waits for memory or the like."""
    return all(is_still(process) for _ in range(_LOOKS))


def is_still(process: int) -> bool:
    """Say whether all threads of a process wait: looked at twice, as one may wake another."""
    for _ in range(2):
        if not _all_asleep(process):
            return False
        time.sleep(_PAUSE)
    return True


def _all_asleep(process: int) -> bool:
    tasks = Path(f"/proc/{process}/task")
    try:
        if not tasks.exists():
            return True
        threads = list(tasks.iterdir())
        states = [
            (task / "stat").read_bytes().rpartition(b")")[2].split()[0].decode() for task in threads
        ]
        started = [one for task in threads for one in _started_by(task)]
    except OSError:
        return False  # one has just ended; look again
    return all(state in _ASLEEP for state in states) and all(map(_all_asleep, started))


def _started_by(task: Path) -> list[int]:
    """Return the processes that a thread has started, where the kernel tells."""
    children = task / "children"
    return [*map(int, children.read_text(encoding="ascii").split())] if children.exists() else []
