"""Which faults a grading tries: every schedule of every check, or the one that was asked for."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from grader.course import Check
from grader.errors import UsageError
from grader.faults import kill
from grader.faults.recordings import Recordings
from grader.faults.schedule import Schedule
from grader.faults.sweep import Tried
from grader.workloads.workload import Workload

_FEW = 4
"""So many schedules of a check are tried where each process takes seconds to begin."""
_UNSEEN = (
    "this machine does not let the grader see system calls, so nothing that happens inside a save "
    "is checked here"
)
_UNTRIED = (
    "the training whose saves were to be struck was stopped before its end, so none of them was"
)


@dataclass(slots=True)
class Plan:
    """A check, its schedules, and what came of those that were carried out.

    Attributes:
        unseen: why a part of it cannot be checked, "" where all can.
    """

    check: Check
    schedules: list[Schedule]
    tried: dict[int, Tried] = field(default_factory=dict)
    unseen: str = ""

    @property
    def complete(self) -> bool:
        """Say whether every fault was carried out, and there was one."""
        return bool(self.schedules) and len(self.tried) == len(self.schedules)

    def keep_few(self, seed: int) -> None:
        """Keep the first schedule, and some of the others: another choice with another seed."""
        self.schedules = self.schedules[:1] + kill.sample(self.schedules[1:], _FEW - 1, seed)

    def leave_out_workers(self, why: str) -> None:
        """Try nothing for which other processes load data, and say why."""
        alone = [schedule for schedule in self.schedules if not schedule.workers]
        if len(alone) < len(self.schedules):
            self.schedules, self.unseen = alone, why


def planned(
    checks: Sequence[Check],
    workload: Workload,
    recordings: Recordings | None,
    fault: Schedule | None = None,
) -> list[Plan]:
    """Return the checks with their schedules; for one *fault* the check that it belongs to.

    That is the check that lists it, else the one that has the most like it. Without
    *recordings* what happens inside a save is not seen, and the plan says so.

    Raises:
        UsageError: no check tries a *fault* of that kind.
    """
    plans = [_plan(check, workload, recordings) for check in checks]
    if fault is None:
        return plans
    plan = belonging(plans, fault)
    if plan is None:
        kinds = sorted({one.kind for plan in plans for one in plan.schedules})
        message = f"--fault {fault.id}: no check here tries that; they try {', '.join(kinds)}"
        raise UsageError(message)
    return [Plan(plan.check, [fault])]


def belonging(plans: Sequence[Plan], fault: Schedule) -> Plan | None:
    """Return the plan of the check that lists *fault*, else of the one with the most alike."""
    likest = max(
        plans, key=lambda plan: max((_alike(one, fault) for one in plan.schedules), default=0)
    )
    alike = max((_alike(one, fault) for one in likest.schedules), default=0)
    return likest if alike else None


def _alike(one: Schedule, other: Schedule) -> int:
    """Return how much two schedules have in common; nothing where their kinds differ."""
    if one.kind != other.kind:
        return 0
    several = (len(one.strikes) > 1) == (len(other.strikes) > 1)
    return 1 + several + 2 * (one.in_save == other.in_save) + 4 * (one == other)


def _plan(check: Check, workload: Workload, recordings: Recordings | None) -> Plan:
    schedules = check.faults(workload)
    if recordings is None:
        return Plan(check, schedules, unseen=_UNSEEN if check.crashes else "")
    crashes = [schedule for family in check.crashes for schedule in family(recordings)]
    untried = bool(check.crashes) and not crashes and recordings.of().phase.trouble is not None
    return Plan(check, list(dict.fromkeys([*schedules, *crashes])), unseen=_UNTRIED * untried)
