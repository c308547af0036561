"""How much time a process has left, counted only while the judge itself runs.

A judge that is stopped (Ctrl-Z, a debugger, a machine that has no processor for it) answers
nobody. The process that waits for it meanwhile is not slow.
"""

import time

SLICE = 1.0
"""The longest time, in seconds, between two looks of a judge that runs."""

_LATE = 1.0


class Deadline:
    """Time to an end, looked at at least once every `SLICE`."""

    def __init__(self, seconds: float) -> None:
        """Grant so many seconds from now on."""
        self._seen = time.monotonic()
        self._until = self._seen + seconds

    def left(self) -> float:
        """Return the seconds that are left; what passed without a look is granted again."""
        now = time.monotonic()
        if now - self._seen > SLICE + _LATE:
            self._until += now - self._seen
        self._seen = now
        return self._until - now
