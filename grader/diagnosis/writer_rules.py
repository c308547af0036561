"""Which evidence points to which diagnosis, where a save goes on beside the training."""

from grader.diagnosis.rules import Evidence, FindingRule, ItemRule
from grader.faults.holding import ASKS_AGAIN, BESIDE, HAS_LIMIT, ITSELF
from grader.faults.schedule import DIES, Schedule
from grader.workloads.workload import STATE


def needs_interpreter(diagnosis: str) -> FindingRule:
    """The training could not run a line of Python while another thread's call was held."""

    def holds(evidence: Evidence) -> bool:
        seen = evidence.before
        return evidence.finding.kind == "waits" and ASKS_AGAIN in seen and ITSELF not in seen

    return FindingRule(diagnosis, holds)


def waits(diagnosis: str) -> FindingRule:
    """The training waited for its own save."""
    return FindingRule(diagnosis, lambda evidence: evidence.finding.kind == "waits")


def broken_promise(diagnosis: str, *, beside: bool = False, at_end: bool = False) -> FindingRule:
    """A save was promised while its writer was stuck: to another one, or to the end."""

    def holds(evidence: Evidence) -> bool:
        found = evidence.finding
        schedule = Schedule.parse(found.schedule)
        return (
            found.kind in {"progress", "files"}
            and schedule.kind in {"stuck", "awaited", *(["late"] if beside else [])}
            and (not beside or BESIDE in evidence.before)
            and (not at_end or schedule.strikes[-1].mark == "end")
        )

    return FindingRule(diagnosis, holds)


def left_out(diagnosis: str) -> FindingRule:
    """A save was promised, and not there although its writer had been let go."""

    def holds(evidence: Evidence) -> bool:
        found = evidence.finding
        let_go = Schedule.parse(found.schedule).kind in {"held", "late"}
        return found.kind in {"progress", "files"} and let_go

    return FindingRule(diagnosis, holds)


def gives_up(diagnosis: str) -> FindingRule:
    """A save was promised while its writer was stuck: the training had only waited for a time."""

    def holds(evidence: Evidence) -> bool:
        lost = evidence.finding.kind in {"progress", "files"}
        return lost and HAS_LIMIT in evidence.before

    return FindingRule(diagnosis, holds)


def not_told(diagnosis: str, *, dies: bool) -> FindingRule:
    """A save failed, and was promised all the same."""

    def holds(evidence: Evidence) -> bool:
        found = evidence.finding
        disk = Schedule.parse(found.schedule).disk
        lost = found.kind in {"progress", "files"}
        return lost and disk is not None and (disk.kind == DIES) == dies

    return FindingRule(diagnosis, holds)


def moved_on(diagnosis: str, kind: str, *items: str) -> ItemRule:
    """The file holds these items as they were later, when the writer had been held up so."""

    def explains(evidence: Evidence) -> frozenset[str]:
        held = Schedule.parse(evidence.finding.schedule).kind == kind
        alone = not items or set(evidence.proved) <= set(items)
        return frozenset(items or STATE) if held and alone else frozenset()

    return ItemRule(diagnosis, explains)
