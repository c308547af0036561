"""Which of a check's cases are answered wrong? The pattern tells one mistake from another.

Run after the verdict is sealed: every case of the check is asked, those too that come after the
first wrong answer.
"""

from collections.abc import Callable, Sequence

from grader.diagnosis.rules import Evidence, FindingRule
from grader.faults.lane import Lane
from grader.faults.schedule import Schedule
from grader.faults.trial import Trials
from grader.history import History
from grader.verdict import Finding

_SHOWN = 6


def answers(diagnosis: str, *wrong: str, but: Sequence[str] = (), found: str = "") -> FindingRule:
    """All of these cases are answered wrong, all of *but* right, and *found* was the answer."""
    return FindingRule(
        diagnosis,
        lambda evidence: (
            evidence.finding.kind == "answer"
            and found in {"", evidence.finding.found}
            and not any(evidence.cases.get(name, True) for name in wrong)
            and all(evidence.cases.get(name, False) for name in but)
        ),
    )


def examine(
    finding: Finding,
    schedules: Sequence[Schedule],
    trials: Trials,
    lane: Lane,
    judge: Callable[[History], Finding | None],
) -> Evidence:
    """Return, with the finding, which cases are answered right and which wrong."""
    asked = {one.case: judge(trials.carry_out(one, lane)) is None for one in schedules}
    return Evidence(finding, cases=asked)


def told(evidence: Evidence) -> tuple[str, ...]:
    """Return the pattern as a sentence for the report."""
    asked = len(evidence.cases)
    wrong = sorted(name for name, right in evidence.cases.items() if not right)
    shown = ", ".join(name.partition(".")[2] for name in wrong[:_SHOWN])
    more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
    are = "is" if len(wrong) == 1 else "are"
    said = f"{len(wrong)} {are} answered wrong: {shown}{more}"
    return (f"of the {asked} cases of this check, {said}",)
