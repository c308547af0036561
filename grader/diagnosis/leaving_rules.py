"""Which evidence points to which diagnosis, where a process was told to leave."""

from grader.diagnosis.rules import Evidence, FindingRule
from grader.faults.schedule import Schedule
from grader.history import EVALUATING
from grader.workloads.workload import REQUEUE


def ended_by(diagnosis: str, name: str, *, at: str = "", twice: bool = False) -> FindingRule:
    """The signal *name* ended it: at this mark, or as the second one."""

    def holds(evidence: Evidence) -> bool:
        found = evidence.finding
        signals = Schedule.parse(found.schedule).signals
        held = found.kind == "left" and found.found == f"ended by {name}"
        marks = {signal.at.mark for signal in signals}
        return held and (not at or marks == {at}) and (not twice or len(signals) > 1)

    return FindingRule(diagnosis, holds)


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
