"""Who decides while a process runs: at every report it sends, at every call that waits."""

from typing import Protocol

from grader.history import Moment, Phase
from grader.process.listener import Listener, Notification


class Order(Protocol):
    """Knows which moments a process may report, and when."""

    def starts(self, position: int) -> None:
        """Begin where so many steps are done."""

    def takes(self, moment: Moment) -> bool:
        """Say whether *moment* may be reported now, and go on to it if so."""

    def due(self) -> str:
        """Return in words what may be reported now."""

    def acknowledged(self, moment: Moment) -> int | None:
        """Return up to which position all is saved from *moment* on, None for nothing new."""

    def following(self, moment: Moment) -> int | None:
        """Return the step whose challenge goes out with the answer to *moment*, None for none."""


class Conductor(Protocol):
    """Decides what happens to a phase."""

    digests: int
    """How many digests a step report holds."""
    order: Order
    """Which moments may be reported."""
    cases: int
    """How many cases the process is asked, and has to answer in order."""

    def allows(self, position: int) -> bool:
        """Say whether training may start from *position*; False ends the phase."""

    def challenge(self, step: int) -> bytes | None:
        """Return the challenge of *step*, None past the last."""

    def strikes(self, moment: Moment) -> bool:
        """Say whether to kill the process now, while it waits at *moment*."""

    def settles(self, moment: Moment) -> bool:
        """Say whether at *moment* whatever writes beside the training comes to its end first."""

    def signals_at(self, moment: Moment) -> list[tuple[int, bool]]:
        """Return what to send the process at *moment*: signals, and whether to its whole group."""


class Supervisor(Protocol):
    """Decides what happens to the system calls of a phase that wait for the judge."""

    process: int
    """The process whose calls these are; -1 before it is there."""

    @property
    def watch(self) -> str:
        """Which calls wait, as a `Job` says it."""

    @property
    def holds(self) -> bool:
        """Whether some call is not answered yet, on purpose."""

    def reached(self, moment: Moment, /) -> bool:
        """Be told that the training has come to *moment*; say whether a call was let go."""

    def stands_still(self, phase: Phase, /) -> None:
        """Be told that nothing of the process moves until a held call is answered, and do so."""

    def on_call(self, listener: Listener, notification: Notification, phase: Phase) -> bool:
        """Answer a call, or return True: the process dies right before it."""
