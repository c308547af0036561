"""Which of a check's cases are answered wrong? The pattern tells one mistake from another.

Run after the verdict is sealed: every case of the check is asked, those too that come after the
first wrong answer.
"""

from collections.abc import Callable, Sequence

from grader.diagnosis.rules import Evidence
from grader.faults.lane import Lane
from grader.faults.schedule import Schedule
from grader.faults.trial import Trials
from grader.history import History
from grader.verdict import Finding

_SHOWN = 6


def examine(
    finding: Finding,
    schedules: Sequence[Schedule],
    trials: Trials,
    lane: Lane,
    judge: Callable[[History], Finding | None],
) -> Evidence:
    """Return the names of the cases that are answered wrong, and of those that are not."""
    asked = {one.case: judge(trials.carry_out(one, lane)) for one in schedules}
    wrong = frozenset(name for name, found in asked.items() if found)
    return Evidence(finding, wrong=wrong, right=frozenset(asked) - wrong)


def told(evidence: Evidence) -> tuple[str, ...]:
    """Return the pattern as a sentence for the report."""
    wrong, asked = sorted(evidence.wrong), len(evidence.wrong) + len(evidence.right)
    shown = ", ".join(name.partition(".")[2] for name in wrong[:_SHOWN])
    more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
    are = "is" if len(wrong) == 1 else "are"
    said = f"{len(wrong)} {are} answered wrong: {shown}{more}"
    return (f"of the {asked} pairs of this check, {said}",)
