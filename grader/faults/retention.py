"""What is kept, and what is not: families that damage a checkpoint and see which others there are.

Nothing of it reads a learner's names or files: what is still there is what a resume finds once
others are damaged.
"""

from grader.faults.crash import Family
from grader.faults.loss import damaged, flipped_values
from grader.faults.recordings import Recordings
from grader.faults.schedule import ROT, DiskFault, Schedule

_BEFORE, _ROTTEN, _AFTER = range(3)


def after_a_kill(recordings: Recordings) -> list[Schedule]:
    """A save is killed, the next process saves again, and what it saved gets a wrong bit."""
    calls = recordings.of().group(recordings.of().ends()[1]) if recordings.of().ends()[1:] else []
    found = []
    for place in sorted({1, len(calls) // 2} & {*range(len(calls))}):
        killed = recordings.of().calls[calls[place]].at
        again = recordings.of((killed,))
        for end in again.ends()[:1]:
            flips = [loss for loss in damaged(again, end) if loss.startswith("flip")]
            found += [Schedule((killed, end), loss=loss) for loss in flips]
    return found


def rotten_meanwhile(recordings: Recordings) -> list[Schedule]:
    """Return damage to the newest checkpoint while the training runs on, then to the next.

    The save in between has taken old ones away, and has to know which are whole.
    """
    ends = recordings.of().ends()
    if recordings.of().phase.trouble or len(ends) <= _AFTER:
        return []
    fault = DiskFault(ends[_ROTTEN], ROT)
    recorded = recordings.of((), fault)
    if recorded.phase.trouble or recorded.number(ends[_AFTER]) is None:
        return [Schedule((ends[_AFTER],), disk=fault)]
    flips = [loss for loss in damaged(recorded, ends[_AFTER]) if loss.startswith("flip")]
    return [Schedule((ends[_AFTER],), loss=loss, disk=fault) for loss in flips]


def saved_again(recordings: Recordings) -> list[Schedule]:
    """Return damage to the newest checkpoint, a resume from the one before, and a kill after it.

    The step of the damaged one has been trained and saved again by then.
    """
    ends = recordings.of().ends()
    if recordings.of().phase.trouble or len(ends) <= _ROTTEN:
        return []
    fault, end = DiskFault(ends[_ROTTEN], ROT), ends[_ROTTEN]
    start = recordings.of((end,), fault).phase.start
    # One that has a second copy begins where the damaged one stands, and saves nothing again.
    saves_again = start is not None and start <= end.step
    return [Schedule((end, end), disk=fault)] if saves_again else []


def in_other_places(recordings: Recordings) -> list[Schedule]:
    """Return damage to the newest checkpoint after the second save, early and late in its files.

    A bit in a small number, as the step, is as wrong as one in a tensor.
    """
    ends = recordings.of().ends()
    if recordings.of().phase.trouble or len(ends) <= _ROTTEN:
        return []
    end = ends[_ROTTEN]
    return [Schedule((end,), loss=loss) for loss in flipped_values(recordings.of(), end)]


def more_than(keep: int) -> Family:
    """Return damage to all that the last *keep* saves wrote, of one process and after a resume.

    What a resume then finds is older than what may be there.
    """

    def schedules(recordings: Recordings) -> list[Schedule]:
        ends = recordings.of().ends()
        if recordings.of().phase.trouble or len(ends) <= keep:
            return []
        earlier = ends[keep - 1]
        found = [Schedule((ends[-1],), loss=f"last.{keep}")]
        again = recordings.of((earlier,))
        if not again.phase.trouble and len(again.ends()) >= keep:
            found.append(Schedule((earlier, again.ends()[-1]), loss=f"last.{keep}"))
        return found

    return schedules


DAMAGE_AGAIN: tuple[Family, ...] = (after_a_kill, rotten_meanwhile, saved_again)
"""Damage that comes with a second fault, each of which alone costs nothing but time."""
