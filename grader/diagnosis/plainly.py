"""Does one SIGTERM at the same moment do no harm? Then the sort or the number of signals does."""

from collections.abc import Callable
from dataclasses import replace

from grader.faults.lane import Lane
from grader.faults.recordings import NeverStruckError
from grader.faults.schedule import Schedule, Signal
from grader.faults.subject import Subject
from grader.faults.trial import Trials
from grader.history import History
from grader.verdict import Finding


def holds(
    finding: Finding, subject: Subject, lane: Lane, again: Callable[[History], Finding | None]
) -> bool:
    """Say whether nothing is found where one SIGTERM comes instead of what was sent.

    *again* holds the trial's check. Where one SIGTERM is what was sent, this is False.
    """
    schedule = Schedule.parse(finding.schedule)
    if not schedule.signals or any(signal.to_group for signal in schedule.signals):
        return False
    plain = replace(schedule, signals=(Signal(schedule.signals[0].at),))
    if plain == schedule:
        return False
    try:
        return again(Trials(subject).carry_out(plain, lane)) is None
    except NeverStruckError:
        return False
