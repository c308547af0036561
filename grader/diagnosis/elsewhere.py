"""Was state kept outside the checkpoint directory? Shown by repeating the kill, never guessed.

Run after the verdict is sealed. A machine that dies takes its temporary folders along, and so does
the grader. Here it leaves them once: if the same kill, in the same fork server, is then resumed
exactly, and is not when they are taken away, what the resume needed lay in them.
"""

from collections.abc import Callable
from dataclasses import replace

from grader.faults.lane import Lane
from grader.faults.schedule import Schedule
from grader.faults.subject import Subject
from grader.faults.trial import Trials
from grader.history import History
from grader.verdict import Finding

KEPT = "state_elsewhere"
"""The diagnosis that `is_kept` proves."""


def is_kept(
    finding: Finding, subject: Subject, lane: Lane, judge: Callable[[History], Finding | None]
) -> bool:
    """Say whether the failed schedule holds once all that lies outside is left, and only then."""
    if not finding.phase or finding.kind == "timeout":
        return False
    schedule = Schedule.parse(finding.schedule)
    server = lane.servers[0]  # in both places: no hash seed and no address is another
    apart = Lane((server, server), lane.folder)
    kept = replace(apart, keeps=True)
    return (
        judge(Trials(subject).carry_out(schedule, kept)) is None
        and judge(Trials(subject).carry_out(schedule, apart)) is not None
    )
