"""Resuming with other settings than the checkpoint was made with: a refusal is the right answer."""

from collections.abc import Callable

from grader.faults.schedule import Schedule
from grader.workloads.workload import Workload


def changed(**settings: float | str) -> Callable[[Workload], list[Schedule]]:
    """Return a family with one schedule a setting: the run ends, then is resumed with that one."""

    def schedules(_: Workload) -> list[Schedule]:
        return [Schedule(setting=(name, value)) for name, value in settings.items()]

    return schedules
