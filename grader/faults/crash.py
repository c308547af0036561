"""Where crashes inside a save happen: families of schedules, from what the program was seen doing.

Each family asks for the recordings that it needs and returns every distinct state, the ones that
find a mistake soonest first. Where the training that is to be recorded fails by itself, a family is
empty: the uninterrupted run has that in its own check.
"""

from collections.abc import Callable, Iterator, Sequence

from grader.faults.loss import damaged, left_by, powerless, torn
from grader.faults.recorded import Call, Recorded
from grader.faults.recordings import Recordings
from grader.faults.schedule import DiskFault, Schedule
from grader.history import Bounds, Moment

Family = Callable[[Recordings], list[Schedule]]

_LEADS = 3
"""So many schedules, spread over the second save, come before the others."""

_FAULTY: dict[str, frozenset[str]] = {
    "ENOSPC": frozenset(
        {"write", "writev", "pwrite64", "mkdir", "mkdirat", "ftruncate", "fallocate"}
    ),
    "EIO": frozenset({"write", "writev", "pwrite64", "fsync", "fdatasync"}),
    "EROFS": frozenset({"open", "openat", "creat", "mkdir", "mkdirat"}),
    "SHORT": frozenset({"write", "writev"}),
}
"""Which calls a disk makes fail in which way."""

_NAMES = frozenset(
    {"rename", "renameat", "renameat2", "link", "linkat", "symlink", "symlinkat", "mkdir"}
    | {"mkdirat", "unlink", "unlinkat", "rmdir"}
)
"""Calls that change a directory: each has its own way out of the save, so each is tried."""

_NAMES_MAX = 12
"""So many of them, the last ones: among these the new checkpoint gets its name."""

_FLUSHES = frozenset({"fsync", "fdatasync"})


def kills(recordings: Recordings) -> list[Schedule]:
    """Return a SIGKILL before every file call of every save, and inside every long write.

    A call on a disk that hangs until somebody kills the job is one that was never made: the same.
    """
    recorded = _sound(recordings.of())
    if recorded is None:
        return []
    found = []
    for number, call in enumerate(recorded.calls):
        found.append(Schedule((call.at,)))
        found += [Schedule((call.at,), loss=loss) for loss in torn(recorded, number)]
    return distinct(recorded, _second_save_first(found, recorded))


def kills_again(recordings: Recordings) -> list[Schedule]:
    """Return for crashes in the second save a second kill, at every file call of the recovery.

    The recovery is the resumed process until its own first save has returned.
    """
    recorded = _sound(recordings.of())
    saves = recorded.ends() if recorded else []
    if recorded is None or len(saves) < 2:  # noqa: PLR2004 - there is no second save
        return []
    found: list[Schedule] = []
    for number in recorded.group(saves[1]):
        first = recorded.calls[number].at
        recovery = recordings.of((first,))
        if recovery.phase.trouble:
            continue  # the first crash alone is a counterexample
        ends = recovery.ends()[:1]
        reach = [
            *recovery.group(Moment(0, "load")),
            *(n for end in ends for n in recovery.group(end)),
        ]
        again = [Schedule((first, recovery.calls[n].at)) for n in reach]
        found += distinct(recovery, again)
    return found


def kills_thrice(recordings: Recordings) -> list[Schedule]:
    """Return three kills in a row at one call, for a few calls of the second save.

    What they leave may not grow from one to the next. A call that the resumed process does not make
    again is left out.
    """
    recorded = _sound(recordings.of())
    calls = _second_save(recorded) if recorded else []
    places = sorted({len(calls) // 2, len(calls) - 1}) if calls else []
    found = []
    for at in (calls[place].at for place in places):
        again = [
            recordings.of((at,) * count) for count in (1, 2) if _reaches(recordings, at, count)
        ]
        if len(again) == 2 and all(each.number(at) is not None for each in again):  # noqa: PLR2004 - the second and the third process
            found.append(Schedule((at,) * 3))
    return found


def _reaches(recordings: Recordings, at: Moment, count: int) -> bool:
    """Say whether a process that follows *count* - 1 kills at a call comes to that call."""
    return recordings.of((at,) * (count - 1)).number(at) is not None


def damage(recordings: Recordings) -> list[Schedule]:
    """Return every damage to the newest whole checkpoint, after a save and while one is written.

    After a save the one before must still be there, and while the last one is written, too.
    """
    recorded = _sound(recordings.of())
    if recorded is None:
        return []
    found = []
    for end in recorded.ends()[1:]:
        losses = damaged(recorded, end)
        found += [Schedule((end,), loss=loss) for loss in losses]
    for end in recorded.ends()[2:][-1:]:
        group = recorded.group(end)
        for place in range(len(group)):
            moment = Moment(end.step, "call", place)
            losses = damaged(recorded, moment)
            found += [Schedule((moment,), loss=loss) for loss in losses if loss.startswith("flip")]
    return distinct(recorded, found)


def power(level: str) -> Family:
    """Return the family of power losses in the second save, and in the last.

    From the save before, training must go on.
    """

    def schedules(recordings: Recordings) -> list[Schedule]:
        recorded = _sound(recordings.of())
        if recorded is None:
            return []
        found = [
            Schedule((moment,), loss=loss)
            for end in _second_and_last(recorded)
            for moment in _moments_of(recorded, end)
            for loss in powerless(recorded, moment, level)
        ]
        return distinct(recorded, _second_save_first(found, recorded))

    return schedules


def power_after(level: str) -> Family:
    """Return the family of power losses right after the second save, or the last, has returned.

    That save must not be lost.
    """

    def schedules(recordings: Recordings) -> list[Schedule]:
        recorded = _sound(recordings.of())
        if recorded is None:
            return []
        found = [
            Schedule((end,), loss=loss)
            for end in _second_and_last(recorded)
            for loss in powerless(recorded, end, level)
        ]
        return distinct(recorded, _second_save_first(found, recorded))

    return schedules


def disk(*kinds: str) -> Family:
    """Return faults of each kind at the first, the middle and the last call that a disk fails so.

    They strike in the second save. A full disk is tried for one call, and from that call on; a
    write is cut short in every file, as each may be written by another piece of code. A disk that
    reports errors does so at every call that changes a name, too.
    """

    def schedules(recordings: Recordings) -> list[Schedule]:
        recorded = _sound(recordings.of())
        if recorded is None:
            return []
        calls = _second_save(recorded)
        return [
            Schedule(disk=DiskFault(call.at, kind, sticky))
            for kind in kinds
            for call in struck_by(calls, kind)
            for sticky in ((False, True) if kind == "ENOSPC" else (False,))
        ]

    return schedules


def struck_by(calls: Sequence[Call], kind: str) -> list[Call]:
    """Return the calls of a save at which a fault of this kind is tried, in their order."""
    able = [call for call in calls if _can_fail(call, kind)]
    if kind != "SHORT":
        names = [call for call in calls if kind == "EIO" and call.operation.name in _NAMES]
        return [*_first_middle_last(able), *names[-_NAMES_MAX:]]
    files: dict[str, list[Call]] = {}
    for call in able:
        files.setdefault(call.operation.path, []).append(call)
    chosen = [call.at for held in files.values() for call in _first_middle_last(held)]
    return [call for call in able if call.at in chosen]


def _first_middle_last(calls: Sequence[Call]) -> list[Call]:
    places = sorted({0, len(calls) // 2, len(calls) - 1}) if calls else []
    return [calls[place] for place in places]


def failed_flush(level: str) -> Family:
    """Return the family in which one flush of a save fails, and the power does after the save.

    The flush has lost what it was to keep, whatever a second one says.
    """

    def schedules(recordings: Recordings) -> list[Schedule]:
        recorded = _sound(recordings.of())
        found = []
        for call in _second_save(recorded) if recorded else []:
            if call.operation.name not in _FLUSHES:
                continue
            fault = DiskFault(call.at, "EIO")
            failed = recordings.of((), fault)
            end = Moment(call.at.step, "save")
            if failed.phase.refused or failed.number(end) is None:
                found.append(Schedule(disk=fault))  # save() has said so; the old one must be there
                continue
            found += [
                Schedule((end,), loss=loss, disk=fault) for loss in powerless(failed, end, level)
            ]
        return found

    return schedules


def _second_and_last(recorded: Recorded) -> list[Moment]:
    """Return the ends of the first save that has an older one to destroy, and of the last.

    By then a design that keeps a few has taken some away.
    """
    ends = recorded.ends()
    return list(dict.fromkeys([*ends[1:2], *ends[-1:]]))


def _sound(recorded: Recorded) -> Recorded | None:
    return None if recorded.phase.trouble else recorded


def _second_save(recorded: Recorded) -> list[Call]:
    """Return the calls of the second save, the first that has an older checkpoint to destroy."""
    ends = recorded.ends()
    return (
        [recorded.calls[at] for at in recorded.group(ends[min(1, len(ends) - 1)])] if ends else []
    )


def _can_fail(call: Call, kind: str) -> bool:
    """Say whether a disk makes the call fail so; an empty write, or a mere opening, it does not."""
    if call.operation.name not in _FAULTY[kind]:
        return False
    if call.operation.name in {"write", "writev", "pwrite64"}:
        return bool(call.operation.size and call.operation.size > 1)
    return kind != "EROFS" or call.operation.changes


def _moments_of(recorded: Recorded, end: Moment) -> Iterator[Moment]:
    """Yield the moments after each call of a save, in order; the last is when all are done."""
    group = recorded.group(end)
    for place in range(1, len(group) + 1):
        yield Moment(end.step, "call", place)


def _second_save_first(schedules: Sequence[Schedule], recorded: Recorded) -> list[Schedule]:
    """Return the schedules with a few of the second save in front."""
    steps = [end.step for end in recorded.ends()]
    second = [
        schedule
        for schedule in schedules
        if len(steps) > 1 and schedule.strikes[-1].step == steps[1]
    ]
    middle = len(second) // 2
    leads = [second[at] for at in sorted({middle, len(second) - 1, len(second) // 4}) if second]
    return list(dict.fromkeys([*leads[:_LEADS], *schedules]))


def distinct(recorded: Recorded, schedules: Sequence[Schedule]) -> list[Schedule]:
    """Return of the schedules that leave the same, with the same bounds, the first."""
    kept: dict[tuple[str, Bounds], Schedule] = {}
    for schedule in schedules:
        last = schedule.strikes[-1]
        left = left_by(recorded, last, schedule.loss)
        kept.setdefault((left.snapshot.key, recorded.bounds(last, schedule.loss)), schedule)
    return list(kept.values())
