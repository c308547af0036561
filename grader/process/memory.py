"""What all processes of a phase hold in memory together: no limit of the kernel counts that.

A limit holds for one process; ten may hold ten times as much, and pages that a fork shares must
not be counted for each. So the fork server looks a few times a second.
"""

import os
import resource
import select
import signal
from collections.abc import Iterator
from pathlib import Path

_EVERY_MS = 100
PROCESSES = 3
"""So many processes may use up their limit; more of them share it."""


def wait(pidfd: int, limit_mib: int) -> bool:
    """Wait for the child's end; kill it, and say so, when all below us hold too much."""
    poll = select.poll()
    poll.register(pidfd, select.POLLIN)
    while not poll.poll(_EVERY_MS):
        if _too_much(list(all_below(os.getpid())), PROCESSES * limit_mib << 10):
            signal.pidfd_send_signal(pidfd, signal.SIGKILL)
            poll.poll()
            return True
    return False


def _too_much(pids: list[int], limit_kib: int) -> bool:
    """Count shared pages for everybody first, which is quick; in parts only where that is much."""
    return sum(map(_resident_kib, pids)) > limit_kib and sum(map(held_kib, pids)) > limit_kib


def _resident_kib(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * resource.getpagesize() >> 10


def all_below(parent: int) -> Iterator[int]:
    """Yield the processes that a process started, and those that they did."""
    for child in _children(parent):
        yield child
        yield from all_below(child)


def _children(parent: int) -> list[int]:
    try:
        threads = os.listdir(f"/proc/{parent}/task")
        lists = [Path(f"/proc/{parent}/task/{one}/children").read_text() for one in threads]
    except OSError:
        return []
    return [int(pid) for listed in lists for pid in listed.split()]


def held_kib(pid: int) -> int:
    """Return a process's share of what it holds: a page of several counts in parts."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
