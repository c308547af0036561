"""Did a process that was told to leave go soon, and with the exit code that says what is next?

And did it save whenever that was due, where nobody told it anything?
"""

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


def when_due(workload: Workload) -> Checker:
    """Return the checker of regular saves: none is left out while nobody says anything."""

    def check(history: History, _: Phase) -> Finding | None:
        phase, late = history.phases[0], history.phases[0].unsaved(workload.saves_after)
        if phase.trouble and phase.trouble.kind != "unsaved":  # the last save may have failed
            late = [step for step in late if step + 1 < phase.position]
        if phase.told or phase.struck or not late:
            return None
        expected = f"a save after step {late[0]}, where one is due"
        before = "the next step" if late[0] + 1 < workload.steps else "the end"
        found = f"no save was made after step {late[0]}, before {before}"
        return Finding("unsaved", history.schedule, 0, expected, found, step=late[0])

    return check


def _named(moment: Moment) -> str:
    if moment.mark in EVALUATING:
        return f"the evaluation after step {moment.step}"
    return f"step {moment.step}"


def _ending(code: int) -> str:
    """Return how a process ended, given its exit code or minus a signal."""
    return f"exit code {code}" if code >= 0 else f"ended by {signal.Signals(-code).name}"
