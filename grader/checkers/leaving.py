"""Did a process that was told to leave go soon, and with the exit code that says what is next?"""

import signal

from grader.checkers.trajectory import Checker
from grader.history import EVALUATING, History, Moment, Phase
from grader.verdict import Finding
from grader.workloads.workload import REQUEUE, Workload

_SAFE = ("step", *EVALUATING)
"""The safe points: the moments at which a piece of work is done."""


def soon(history: History, _: Phase) -> Finding | None:
    """Hold against a trial that more than one piece of work was done after the first signal."""
    for number, phase in enumerate(history.phases):
        more = [moment for moment in phase.since if moment.mark in _SAFE][1:]
        if more:
            expected = "it leaves after at most one more piece of work, a step or a part"
            found = f"it went on with {_named(more[0])}"
            return Finding(
                "stays", history.schedule, number, expected, found, step=more[0].step,
                where=more[0].mark,
            )  # fmt: skip
    return None


def rightly(workload: Workload) -> Checker:
    """Return the checker of exit codes: 0 where all is done, else the one that asks for more."""
    last = Moment(workload.steps - 1, EVALUATING[-1])

    def check(history: History, _: Phase) -> Finding | None:
        for number, phase in enumerate(history.phases):
            finished = last in (*phase.told, *phase.since)
            due = 0 if finished else REQUEUE
            if phase.left not in {None, due}:
                means = "the training is over" if finished else "run this again"
                return Finding(
                    "left", history.schedule, number, f"exit code {due}: {means}",
                    _ending(phase.left or 0), step=phase.position,
                )  # fmt: skip
        return None

    return check


def _named(moment: Moment) -> str:
    if moment.mark in EVALUATING:
        return f"the evaluation after step {moment.step}"
    return f"step {moment.step}"


def _ending(code: int) -> str:
    """Return how a process ended, given its exit code or minus a signal."""
    return f"exit code {code}" if code >= 0 else f"ended by {signal.Signals(-code).name}"
