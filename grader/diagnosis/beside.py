"""Does an answer depend on what was asked before? Shown by asking again, never guessed.

All cases are asked in one process first. Where a case fails there and holds alone, both are done
once more: only if it fails again beside the others, and holds again alone, something was kept.
"""

from collections.abc import Callable

from grader.faults.asking import Answers
from grader.faults.lane import Lanes
from grader.faults.schedule import Schedule
from grader.faults.subject import Subject
from grader.faults.trial import Trials
from grader.history import History
from grader.verdict import Failed, Finding

REMEMBERS = "remembers_earlier_calls"
"""The diagnosis that `failed` proves."""

_PROOF = "asked alone, in a new process, it is right; after the other cases it is wrong, each time"


def failed(
    schedule: Schedule, subject: Subject, lanes: Lanes, judge: Callable[[History], Finding | None]
) -> tuple[Failed, History] | None:
    """Return the failure of a case beside the others, and its history; None if it holds there too.

    Raises:
        MachineError: a fork server failed.
    """
    beside = Answers.of(subject, lanes).histories.get(schedule.case)
    found = judge(beside) if beside else None
    if beside is None or found is None:
        return None
    alone = judge(Trials(subject).carry_out(schedule, lanes.both[0]))
    return None if alone else (Failed(found, (REMEMBERS,), evidence=(_PROOF,)), beside)
