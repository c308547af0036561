"""In which order a training reports its moments: each must be one that is due.

A report left out would be a moment at which no kill can strike.
"""

from functools import cache
from itertools import pairwise

from grader.faults import kill
from grader.history import EVALUATING, IN_STEP, SAVING, Moment
from grader.process.conductor import Order
from grader.workloads.workload import Workload


def order_of(workload: Workload, *, saves: bool) -> Order:
    """Return the order of a training of ours, or of one whose loop is the learner's."""
    return Free(workload) if workload.parts else Strict(workload, saves=saves)


class Strict:
    """Our own loop: one moment after the other, each due alone."""

    def __init__(self, workload: Workload, *, saves: bool) -> None:
        """Expect nothing before the start; *saves* where somebody saves."""
        self._workload, self._saves = workload, saves
        self._due: Moment | None = None

    def starts(self, position: int) -> None:
        """Begin where so many steps are done."""
        self._due = self._after(Moment(position, "start"))

    def takes(self, moment: Moment) -> bool:
        """Say whether *moment* is the one that is due."""
        if moment != self._due:
            return False
        self._due = self._after(moment)
        return True

    def due(self) -> str:
        """Return in words what may be reported now."""
        return f"{self._due} was due" if self._due else "no report was due"

    def acknowledged(self, moment: Moment) -> int | None:
        """Return where a save that must be there stands: each one, or the one before it."""
        workload = self._workload
        if moment.mark == "save":
            return moment.step + 1 - workload.background * workload.save_every
        return workload.steps if moment.mark == "end" and self._saves else None

    def following(self, moment: Moment) -> int | None:
        """Return the step after the last moment of a step."""
        if moment.mark == "start":
            return moment.step
        last = "save" if self._saves and self._workload.saves_after(moment.step) else "step"
        return moment.step + 1 if moment.mark == last else None

    def _after(self, moment: Moment) -> Moment | None:
        workload = self._workload
        if moment.mark == "start" and moment.step == workload.steps:
            return Moment(workload.steps, "end")
        return _following(workload).get(moment)


class Free:
    """A loop of the learner's: steps whole and in their order, saves and evaluations between them.

    A save may come at any moment, even inside a step: a signal's handler may make one.
    """

    def __init__(self, workload: Workload) -> None:
        """Expect nothing before the start."""
        self._workload = workload
        self._done: int | None = None
        self._inside = 0
        self._marks = [mark for mark in IN_STEP if mark != "scheduler" or workload.warmup]

    def starts(self, position: int) -> None:
        """Begin where so many steps are done."""
        self._done = position

    def takes(self, moment: Moment) -> bool:
        """Say whether *moment* may come now, and count a step that it ends."""
        done, mark = self._done, moment.mark
        if done is None:
            return False
        if mark in SAVING:
            return moment.step == done - 1
        if mark == self._marks[self._inside] and moment.step == done < self._workload.steps:
            self._inside = (self._inside + 1) % len(self._marks)
            self._done = done + (mark == "step")
            return True
        if self._inside:
            return False
        if mark in EVALUATING:
            return moment.step == done - 1 and done % self._workload.batches == 0
        return moment == Moment(self._workload.steps, "end") and done == self._workload.steps

    def due(self) -> str:
        """Return in words what may be reported now."""
        if self._done is None:
            return "no report was due"
        return f"{self._marks[self._inside]} of step {self._done} was due"

    def acknowledged(self, moment: Moment) -> int | None:
        """Return where a save stands that has returned."""
        return moment.step + 1 if moment.mark == "save" else None

    def following(self, moment: Moment) -> int | None:
        """Return the step that comes next, as soon as the one before is whole."""
        if moment.mark == "start":
            return moment.step
        return moment.step + 1 if moment.mark in {"step", *SAVING, *EVALUATING} else None


@cache
def _following(workload: Workload) -> dict[Moment, Moment]:
    """Return for each moment of a training the one that comes next, from any start."""
    moments = kill.moments(workload)
    starts = {Moment(step, "start"): Moment(step, "forward") for step in range(workload.steps)}
    return dict(pairwise(moments)) | starts
