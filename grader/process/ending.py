"""How a process ended, and what that says of it where nobody has ended it."""

import signal
from dataclasses import dataclass

LEAVES = frozenset({-signal.SIGTERM, -signal.SIGUSR1})
"""How a process ends that was told to leave and did not listen."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a child ended, as the kernel told the fork server."""

    exit: int
    cpu: float
    memory_kib: int
    survivors: int
    too_much_memory: bool

    def by_itself(self, seconds: float, *, ended: bool) -> tuple[str, str] | None:
        """Return kind and text of what is wrong with a process that nobody has ended; else None.

        *seconds* is what it had of a processor, *ended* whether it said that training was over.
        """
        if self.exit in {-signal.SIGKILL, -signal.SIGXCPU} and self.cpu >= seconds:
            return "timeout", f"used up {seconds:g} s of processor time"
        if self.exit < 0:
            return "signal", f"ended by signal {-self.exit}, which the judge did not send"
        if self.exit or not ended:
            when = "after" if ended else "before"
            return "exit", f"left with exit code {self.exit} {when} training was over"
        return None
