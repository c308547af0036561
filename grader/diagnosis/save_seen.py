"""What a save had done to the files when a crash struck it: evidence for the diagnosis."""

from collections.abc import Sequence
from dataclasses import dataclass

from grader.crash_states.operations import Operation
from grader.crash_states.snapshot import Snapshot
from grader.faults.loss import Left, left_by
from grader.faults.recorded import Recorded
from grader.faults.recordings import Recordings
from grader.faults.schedule import Schedule
from grader.history import Moment

FLUSHES = frozenset({"fsync", "fdatasync"})
WRITES = frozenset({
    "write", "writev", "pwrite64", "pwritev", "pwritev2", "sendfile", "splice", "copy_file_range",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Done:
    """One call that was carried out, with the file that its path named right before and after."""

    operation: Operation
    before: int | None
    after: int | None
    failed: bool


@dataclass(frozen=True, slots=True)
class SaveSeen:
    """One save up to the crash.

    Attributes:
        done: its calls that were carried out, or made to fail.
        start: what lay there when it began.
        left: what the crash left.
        fault: kind of the disk fault, "" for none.
        returned: save() came back without an error.
        coming: the calls that it would have made after the crash.
    """

    done: tuple[Done, ...]
    start: Snapshot
    left: Left
    fault: str = ""
    returned: bool = False
    coming: tuple[Operation, ...] = ()

    def named(self, *names: str) -> list[Done]:
        """Return the calls of these names."""
        return [one for one in self.done if one.operation.name.startswith(names)]

    def flushes(self, file: int) -> list[int]:
        """Return the places, among the calls done, at which a file was flushed."""
        return [
            place
            for place, one in enumerate(self.done)
            if (one.operation.name in FLUSHES or one.operation.writes_through)
            and one.before == file
            and not one.failed
        ]

    def last_write(self, file: int) -> int:
        """Return the place of the last write to a file, -1 for none."""
        places = [
            place
            for place, one in enumerate(self.done)
            if one.operation.name in WRITES and one.before == file
        ]
        return places[-1] if places else -1


def seen(recordings: Recordings, schedule: Schedule) -> SaveSeen | None:
    """Return the save that a schedule strikes; None where it strikes none."""
    if not schedule.in_save:
        return None
    strikes = schedule.strikes
    recorded = recordings.of(strikes[:-1], schedule.disk)
    fault = schedule.disk.kind if schedule.disk else ""
    returned = bool(schedule.disk) and not recorded.phase.refused
    if strikes:
        moment = strikes[-1]
    elif schedule.disk:
        moment = Moment(schedule.disk.at.step, "save")
    number = recorded.number(moment)
    if number is None:
        return None
    group = recorded.group(moment)
    left = left_by(recorded, moment, schedule.loss)
    start = recorded.snapshots[group[0]] if group else left.snapshot
    done = _done(recorded, [at for at in group if at < number])
    coming = tuple(recorded.calls[at].operation for at in group if at >= number)
    return SaveSeen(done, start, left, fault, returned, coming)


def _done(recorded: Recorded, numbers: Sequence[int]) -> tuple[Done, ...]:
    found = []
    for number in numbers:
        call = recorded.calls[number]
        path = call.operation.path
        before, after = recorded.snapshots[number : number + 2]
        found.append(Done(call.operation, _file(before, path), _file(after, path), call.failed))
    return tuple(found)


def _file(snapshot: Snapshot, path: str) -> int | None:
    return snapshot.files[path].inode if path in snapshot.files else None
