"""Where a saver is tried that writes beside the training: its writer late, stuck, or dying."""

from itertools import pairwise

from grader.faults.crash import Family
from grader.faults.recorded import Recorded
from grader.faults.recordings import Recordings
from grader.faults.schedule import DIES, DiskFault, Hold, Schedule
from grader.history import Moment
from grader.workloads.workload import Workload

_MOVED = (Moment(1, "optimizer"), Moment(2, "step"))
"""Moments, counted from a save, at which the training has moved on; another save is not yet due."""


def held(recordings: Recordings) -> list[Schedule]:
    """Return each save's first file call held, and one inside, until the training has moved on."""
    recorded = recordings.of()
    if recorded.phase.trouble:
        return []
    found = []
    for end in recorded.ends()[:-1]:
        calls = _of_writer(recorded, end)
        for number in dict.fromkeys([calls[0], calls[len(calls) // 2]]):
            at = recorded.calls[number].at
            found += [Schedule((until,), hold=Hold("held", at)) for until in _moved(end)]
    return found


def late(recordings: Recordings) -> list[Schedule]:
    """Return the same with whatever writes: it begins as late as that."""
    if recordings.of().phase.trouble:
        return []
    ends = recordings.of().ends()[:-1]
    return [Schedule((until,), hold=Hold("late")) for end in ends for until in _moved(end)]


def stuck(recordings: Recordings) -> list[Schedule]:
    """Return calls of each save that are held until the next save has returned, or all is over.

    By then that save is promised, and the process dies.
    """
    recorded = recordings.of()
    if recorded.phase.trouble:
        return []
    found = []
    for end, promised in _promised(recorded, recordings.subject.workload):
        calls = _of_writer(recorded, end)
        held_at = [recorded.calls[number].at for number in dict.fromkeys([calls[0], calls[-1]])]
        found += [Schedule((promised,), hold=Hold("stuck", at)) for at in held_at]
    return found


def awaited(recordings: Recordings) -> list[Schedule]:
    """Return the writer of each save held until the next save waits for it, and killed after that.

    It is held from its beginning, from its first file call, or from one inside. The next save's own
    writer makes no call, so what lies there is the promised one.
    """
    recorded = recordings.of()
    if recorded.phase.trouble:
        return []
    ends = recorded.ends()
    found = []
    for end, following in pairwise(ends):
        calls = _of_writer(recorded, end)
        places = dict.fromkeys([calls[len(calls) // 2], calls[0]])
        holds = [Hold("awaited", recorded.calls[number].at) for number in places]
        found += [Schedule((following,), hold=hold) for hold in holds]
    return found + [Schedule((end,), hold=Hold("awaited")) for end in ends[1:2]]


def failing(*kinds: str) -> Family:
    """Return the family in which a save and all after it fail: by the disk, or by the writer."""

    def schedules(recordings: Recordings) -> list[Schedule]:
        recorded = recordings.of()
        if recorded.phase.trouble:
            return []
        found = []
        for end in [*recorded.ends()[1:2], *recorded.ends()[-1:]]:
            calls = recorded.group(end)
            for number in dict.fromkeys([calls[0], calls[len(calls) // 2], calls[-1]]):
                at = recorded.calls[number].at
                found += [Schedule(disk=DiskFault(at, kind, sticky=kind != DIES)) for kind in kinds]
        return found

    return schedules


def _of_writer(recorded: Recorded, end: Moment) -> list[int]:
    """Return the numbers of a save's calls but for those that the training makes in the next."""
    return [number for number in recorded.group(end) if not recorded.calls[number].belated]


def _moved(end: Moment) -> list[Moment]:
    return [Moment(end.step + more.step, more.mark) for more in _MOVED]


def _promised(recorded: Recorded, workload: Workload) -> list[tuple[Moment, Moment]]:
    """Return for the end of each save the moment from which on it is promised."""
    ends = recorded.ends()
    return [*zip(ends, [*ends[1:], Moment(workload.steps, "end")], strict=True)]
