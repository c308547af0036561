"""Which faults a grading tries: every schedule of every check, or the one that was asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from grader.course import Check
from grader.faults.recordings import Recordings
from grader.faults.schedule import Schedule
from grader.faults.sweep import Tried
from grader.workloads.workload import Workload

_UNSEEN = (
    "this machine does not let the grader see system calls, so nothing that happens inside a save "
    "is checked here"
)


@dataclass(slots=True)
class Plan:
    """A check, its schedules, and what came of those that were carried out.

    Attributes:
        unseen: why a part of it cannot be checked on this machine, "" where all can.
    """

    check: Check
    schedules: list[Schedule]
    tried: dict[int, Tried] = field(default_factory=dict)
    unseen: str = ""

    @property
    def complete(self) -> bool:
        """Say whether every fault was carried out, and there was one."""
        return bool(self.schedules) and len(self.tried) == len(self.schedules)


def planned(
    checks: Sequence[Check],
    workload: Workload,
    recordings: Recordings | None,
    fault: Schedule | None = None,
) -> list[Plan]:
    """Return the checks with their schedules; for one *fault* the check that it belongs to.

    That is the check that lists it, else the first that has schedules of its kind. Without
    *recordings* what happens inside a save is not seen, and the plan says so.
    """
    plans = [_plan(check, workload, recordings) for check in checks]
    if fault is None:
        return plans
    listed = [plan for plan in plans if fault in plan.schedules]
    alike = [plan for plan in plans if fault.kind in {one.kind for one in plan.schedules}]
    return [Plan(plan.check, [fault]) for plan in (*listed, *alike)[:1]]


def _plan(check: Check, workload: Workload, recordings: Recordings | None) -> Plan:
    schedules = check.faults(workload)
    if recordings is None:
        return Plan(check, schedules, unseen=_UNSEEN if check.crashes else "")
    for family in check.crashes:
        schedules = [*schedules, *family(recordings)]
    return Plan(check, list(dict.fromkeys(schedules)))
