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
_HARMLESS = {
    "power": ("{}.0", "with nothing lost at the same moment, the resume was exact"),
    "damage": ("", "with that file undamaged, after the same kill, the resume was exact"),
}
"""The loss that stands in the place of one of this kind, and what it proves."""


def proof(
    finding: Finding, subject: Subject, lane: Lane, judge: Callable[[History], Finding | None]
) -> tuple[str, ...]:
    """Return in sentences what proves that the loss, or the crash, was the cause."""
    schedule = Schedule.parse(finding.schedule)
    if finding.kind == "kept":
        return (SEEN_IN_SAVE,)
    if schedule.kind in _HARMLESS:
        level = schedule.loss.partition(".")[0]
        loss, words = _HARMLESS[schedule.kind]
        history = Trials(subject).carry_out(replace(schedule, loss=loss.format(level)), lane)
        return (words,) if judge(history) is None else ()
    killed_in_save = schedule.kind == "kill" and schedule.in_save
    return (SEEN_IN_SAVE,) if killed_in_save or schedule.kind in {"stuck", "awaited"} else ()
