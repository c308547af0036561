"""Who decides while a process runs: at every report it sends, at every call that waits."""

from typing import Protocol

from grader.history import Moment, Phase
from grader.process.listener import Listener, Notification


class Conductor(Protocol):
    """Decides what happens to a phase."""

    digests: int
    """How many digests a step report holds."""
    cases: int
    """How many cases the process is asked, and has to answer in order."""

    def allows(self, position: int) -> bool:
        """Say whether training may start from *position*; False ends the phase."""

    def challenge(self, step: int) -> bytes | None:
        """Return the challenge of *step*, None past the last."""

    def strikes(self, moment: Moment) -> bool:
        """Say whether to kill the process now, while it waits at *moment*."""

    def saves_after(self, step: int) -> bool:
        """Say whether a save follows *step*."""

    def after(self, moment: Moment) -> Moment | None:
        """Return the one moment that may be reported after *moment*, None after the last."""


class Supervisor(Protocol):
    """Decides what happens to the system calls of a phase that wait for the judge."""

    @property
    def watch(self) -> str:
        """Which calls wait, as a `Job` says it."""

    def on_call(self, listener: Listener, notification: Notification, phase: Phase) -> bool:
        """Answer a call, or return True: the process dies right before it."""
