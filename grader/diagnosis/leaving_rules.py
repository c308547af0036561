"""Which evidence points to which diagnosis, where a process was told to leave."""

from grader.diagnosis.rules import Evidence, FindingRule
from grader.faults.schedule import Schedule
from grader.history import EVALUATING
from grader.workloads.workload import REQUEUE


def ended_by_signal(diagnosis: str, *, at: str = "") -> FindingRule:
    """What told it to leave ended it, at this mark or anywhere."""

    def holds(evidence: Evidence) -> bool:
        found = evidence.finding
        marks = {signal.at.mark for signal in Schedule.parse(found.schedule).signals}
        held = found.kind == "left" and found.found.startswith("ended by ")
        return held and (not at or marks == {at})

    return FindingRule(diagnosis, holds)


def beyond_one_sigterm(diagnosis: str, *, twice: bool) -> FindingRule:
    """It does all that is due after one SIGTERM; not after two, or not after another signal."""

    def holds(evidence: Evidence) -> bool:
        found = evidence.finding
        several = len(Schedule.parse(found.schedule).signals) > 1
        left = found.kind in {"left", "stays", "progress"}
        return evidence.plainly and left and several == twice

    return FindingRule(diagnosis, holds)


def leaves_untold(diagnosis: str) -> FindingRule:
    """It asked for another run, and nobody had told this process to leave."""
    return FindingRule(
        diagnosis,
        lambda evidence: (
            evidence.finding.kind == "exit"
            and evidence.finding.found.startswith(f"left with exit code {REQUEUE} before ")
        ),
    )


def asks_again(diagnosis: str) -> FindingRule:
    """All was done, and it left with the code that asks for another run."""
    return FindingRule(
        diagnosis,
        lambda evidence: (
            evidence.finding.kind == "left"
            and evidence.finding.expected.startswith("exit code 0:")
            and evidence.finding.found == f"exit code {REQUEUE}"
        ),
    )


def other_code(diagnosis: str) -> FindingRule:
    """It left by itself, with a code that says nothing of coming back."""
    return FindingRule(
        diagnosis,
        lambda evidence: (
            evidence.finding.kind == "left" and evidence.finding.found.startswith("exit code")
        ),
    )


def stays(diagnosis: str, *, evaluating: bool) -> FindingRule:
    """It went on with more work than it may: with an evaluation, or with steps."""
    return FindingRule(
        diagnosis,
        lambda evidence: (
            evidence.finding.kind == "stays"
            and (evidence.finding.where in EVALUATING) == evaluating
        ),
    )
