"""Grading a file each time that it is saved, in fork servers that stay warm."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from grader.grade import Graded, Request, grade
from grader.process.servers import ForkServers
from grader.workloads.workload import PROGRAM

LOOK_EVERY = 0.1
"""Seconds from one look at the file to the next.

The file itself is looked at, in place of events about it: an editor may replace it, a folder may be
on a network or shared with a virtual machine, where events get lost. A look takes microseconds.
"""

_SETTLED = 0.05  # seconds in which a file that was saved does not change any more


class _SavedAgainError(Exception):
    """What is graded is not what lies there any more."""


def content(file: Path) -> bytes | None:
    """Return what a file holds; None while there is no file that can be read."""
    try:
        return file.read_bytes()
    except OSError:
        return None


def settled(file: Path) -> bytes | None:
    """Return what a file holds once nobody is writing it."""
    held = content(file)
    while True:
        time.sleep(_SETTLED)
        now = content(file)
        if now == held:
            return now
        held = now


class Warm:
    """Fork servers for one grading after another; those that are gone are started anew."""

    def __init__(self) -> None:
        """Start the first pair; it warms up while the caller goes on."""
        self._servers = ForkServers(PROGRAM)

    def __enter__(self) -> Self:
        """Return the servers, to be closed at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the servers."""
        self._servers.__exit__(kind, problem, trace)

    def grade(self, request: Request, held: bytes) -> Graded | None:
        """Return the verdict on a file that holds *held*; None once it holds something else.

        A grading ends soon after the file was saved again, and tells nothing from then on.
        """

        def unless_saved(tell: Callable[..., None]) -> Callable[..., None]:
            def told(*what: object) -> None:
                if content(request.file) != held:
                    raise _SavedAgainError
                tell(*what)

            return told

        watched = replace(
            request, watcher=unless_saved(request.watcher), found=unless_saved(request.found)
        )
        if not self._servers.usable:
            self._servers.__exit__(None, None, None)
            self._servers = ForkServers(PROGRAM)
        try:
            graded = grade(watched, self._servers)
        except _SavedAgainError:
            return None
        return graded if content(request.file) == held else None
