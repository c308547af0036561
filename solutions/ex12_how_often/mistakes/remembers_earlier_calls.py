"""Wrong: all objects of the class add to one list."""

import math
from collections.abc import Sequence
from statistics import median
from typing import ClassVar

# The unit of a number stands in its name: s for seconds, h for hours, ms for thousandths of a
# second. In simulate() everything is in whole seconds.


def young(cost_s: float, mtbf_h: float, step_ms: float) -> int:
    """Return after how many steps to save; at least 1.

    A save takes *cost_s*, a step *step_ms*, and there are *mtbf_h* hours between two failures on
    average. Young's interval is the square root of 2 * cost * time between failures. It is rounded
    to the nearest whole number of steps.
    """
    interval_s = math.sqrt(2 * cost_s * mtbf_h * 3600)
    return max(1, round(interval_s * 1000 / step_ms))


def simulate(
    work: int, every: int, save: int, restart: int, failures: Sequence[int]
) -> dict[str, int]:
    """Return where the seconds of a run go.

    *work* seconds have to be trained, in pieces of *every*; the last one may be shorter. After
    each piece, the last too, comes a save that takes *save*. At the moments in *failures*, on the
    clock of the run and in their order, whatever is going on breaks off:

    - a piece, or its save: all since the last finished save is lost, the part of a save too;
    - a restart, which follows each failure and takes *restart*: it begins again.

    Returns ``finished``, the clock at the end; ``saving``, all finished saves together; ``lost``,
    what was thrown away; ``restarting``, all restarts and their beginnings. With *work* the last
    three make ``finished``. Failures after the end do not count; what ends in the very second of a
    failure is finished. *failures* stays as it is.
    """
    clock = done = lost = restarting = saves = 0
    waiting = list(failures)
    while done < work:
        piece = min(every, work - done)
        end = clock + piece + save
        if not waiting or waiting[0] >= end:
            clock, done, saves = end, done + piece, saves + 1
            continue
        failure = waiting.pop(0)
        lost += failure - clock
        clock = failure
        while waiting and waiting[0] < clock + restart:
            failure = waiting.pop(0)
            restarting += failure - clock
            clock = failure
        clock, restarting = clock + restart, restarting + restart
    return {"finished": clock, "saving": saves * save, "lost": lost, "restarting": restarting}


class Pace:
    """After how many steps to save, from a first guess and from what has happened since.

    The cost of a save is the median of the last five that were measured, or the guess while there
    is none. The time between failures is the guessed one and all hours run, divided by one and all
    failures: so the guess counts as one failure that was seen.
    """

    costs_s: ClassVar[list[float]] = []

    def __init__(self, cost_s: float, mtbf_h: float) -> None:
        """Begin with a guess."""
        self.guess_s, self.hours = cost_s, mtbf_h
        self.failures = 1

    def saved(self, took_s: float) -> None:
        """Be told how long a save took."""
        self.costs_s.append(took_s)

    def ran(self, hours: float) -> None:
        """Be told that the training ran so many more hours."""
        self.hours += hours

    def failed(self) -> None:
        """Be told of a failure."""
        self.failures += 1

    def steps(self, step_ms: float) -> int:
        """Return after how many steps to save, as `young` does."""
        cost_s = median(self.costs_s[-5:]) if self.costs_s else self.guess_s
        return young(cost_s, self.hours / self.failures, step_ms)
