"""Which of a check's cases are answered wrong? The pattern tells one mistake from another.

Run after the verdict is sealed: every case of the check is asked, those too that come after the
first wrong answer.
"""

from collections.abc import Callable, Sequence

from grader.checkers.answers import ANSWER
from grader.diagnosis.rules import Evidence, FindingRule
from grader.faults.lane import Lane
from grader.faults.schedule import Schedule
from grader.faults.trial import Trials
from grader.history import History
from grader.verdict import Finding

_SHOWN = 6
_ROUNDED = 0.02


def answers(diagnosis: str, *wrong: str, but: Sequence[str] = (), found: str = "") -> FindingRule:
    """All of these cases are answered wrong, all of *but* right; *found* begins the answer."""
    return FindingRule(
        diagnosis,
        lambda evidence: (
            evidence.finding.kind == "answer"
            and evidence.finding.found.startswith(found)
            and not any(evidence.cases.get(name, True) for name in wrong)
            and all(evidence.cases.get(name, False) for name in but)
        ),
    )


def refuses_otherwise(diagnosis: str) -> FindingRule:
    """An exception was due, and another one was raised."""
    return FindingRule(
        diagnosis,
        lambda evidence: (
            evidence.finding.kind == "raises"
            and evidence.finding.expected != ANSWER
            and "NotImplementedError" not in evidence.finding.text
        ),
    )


def scaled(diagnosis: str, *factors: float) -> FindingRule:
    """What was answered is the right number times or divided by one of *factors*, about.

    Whether it is right was decided before; this only says what a wrong one looks like.
    """

    def holds(evidence: Evidence) -> bool:
        return any(
            abs(found - expected * by) <= 1 + _ROUNDED * expected * by
            for found, expected in _numbers(evidence.finding)
            for factor in factors
            for by in (factor, 1 / factor)
        )

    return FindingRule(diagnosis, holds)


def off_by(diagnosis: str, by: int) -> FindingRule:
    """What was answered is the right number and *by*; the right one is more than 1."""
    return FindingRule(
        diagnosis,
        lambda evidence: any(
            found == expected + by and expected > 1
            for found, expected in _numbers(evidence.finding)
        ),
    )


def _numbers(finding: Finding) -> list[tuple[int, int]]:
    """Return, in a list, what was found and what is right; nothing where one is no number."""
    pair = (finding.found, finding.expected.partition(":")[0])
    if finding.kind != "answer" or not all(text.isdecimal() for text in pair):
        return []
    return [(int(pair[0]), int(pair[1]))]


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
