"""Carrying out many schedules, one lane beside the other, so that chance decides nothing.

Lane and server of a schedule follow from its place in the list, and every schedule before the
first that fails is carried out: the counterexample is the same however fast the lanes are.
"""

from collections.abc import Callable, Sequence

from grader.errors import GraderError
from grader.faults.lane import Lane, Lanes
from grader.faults.schedule import Schedule
from grader.faults.trial import Trials
from grader.history import History

Tried = History | GraderError
"""What came of a schedule: a history, or why there is none."""

_FRESH_EVERY = {False: 6, True: 24}
"""Every so many trials the resume is run although an equal directory was resumed before; of the
many crashes inside a save (True) fewer."""


def sweep(
    trials: Trials,
    lanes: Lanes,
    schedules: Sequence[tuple[int, Schedule]],
    holds: Callable[[Tried], bool],
    watch: Callable[[], None],
) -> dict[int, Tried]:
    """Carry out numbered *schedules* until one does not hold; return what came of each."""
    tried: dict[int, Tried] = {}
    failed: list[int] = []

    def work(lane: Lane) -> None:
        for number, schedule in schedules[lanes.both.index(lane) :: len(lanes.both)]:
            if failed and number > min(failed):
                return
            try:
                fresh = number % _FRESH_EVERY[schedule.in_save] == 0
                came = trials.carry_out(schedule, lane, fresh=fresh)
            except GraderError as problem:
                tried[number] = problem
            else:
                tried[number] = came
            if not holds(tried[number]):
                failed.append(number)
            watch()

    lanes.do(work)
    return {number: tried[number] for number in sorted(tried)}
