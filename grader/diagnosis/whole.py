"""Was it really what was lost? Shown by the same crash that loses nothing."""

from collections.abc import Callable
from dataclasses import replace

from grader.faults.lane import Lane
from grader.faults.schedule import Schedule
from grader.faults.subject import Subject
from grader.faults.trial import Trials
from grader.history import History
from grader.verdict import Finding

SEEN_IN_SAVE = "the process was really killed there; the resume found what is listed here"
WITHOUT_LOSS = "with nothing lost at the same moment, the resume was exact"


def proof(
    finding: Finding, subject: Subject, lane: Lane, judge: Callable[[History], Finding | None]
) -> tuple[str, ...]:
    """Return in sentences what proves that the loss, or the crash, was the cause."""
    schedule = Schedule.parse(finding.schedule)
    if schedule.kind == "power":
        level = schedule.loss.partition(".")[0]
        harmless = replace(schedule, loss=f"{level}.0")
        history = Trials(subject).carry_out(harmless, lane)
        return (WITHOUT_LOSS,) if judge(history) is None else ()
    return (SEEN_IN_SAVE,) if schedule.kind == "kill" and schedule.in_save else ()
