"""Carrying out many schedules, one lane beside the other, so that chance decides nothing.

Lane and server of a schedule follow from its place in the list, and every schedule before the
first that fails is carried out: the counterexample is the same however fast the lanes are.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from grader.errors import GraderError
from grader.faults.lane import Lane
from grader.faults.schedule import Schedule
from grader.faults.trial import Trials
from grader.history import History

Tried = History | GraderError
"""What came of a schedule: a history, or why there is none."""

_FRESH_EVERY = 6
"""Every so many trials the resume is run although an equal directory was resumed before."""

Result = TypeVar("Result")


def sweep(
    trials: Trials,
    lanes: Sequence[Lane],
    schedules: Sequence[tuple[int, Schedule]],
    holds: Callable[[Tried], bool],
    watch: Callable[[], None],
) -> dict[int, Tried]:
    """Carry out numbered *schedules* until one does not hold; return what came of each."""
    tried: dict[int, Tried] = {}
    failed: list[int] = []

    def work(lane: Lane) -> None:
        for number, schedule in schedules[list(lanes).index(lane) :: len(lanes)]:
            if failed and number > min(failed):
                return
            try:
                came = trials.carry_out(schedule, lane, fresh=number % _FRESH_EVERY == 0)
            except GraderError as problem:
                tried[number] = problem
            else:
                tried[number] = came
            if not holds(tried[number]):
                failed.append(number)
            watch()

    in_all(lanes, work)
    return {number: tried[number] for number in sorted(tried)}


def in_all(lanes: Sequence[Lane], work: Callable[[Lane], Result]) -> list[Result]:
    """Do *work* in every lane at once; return the results in the lanes' order."""
    with ThreadPoolExecutor(len(lanes)) as pool:
        return list(pool.map(work, lanes))
