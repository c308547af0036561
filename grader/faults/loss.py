"""What is lost of what a process left: by a write that was torn, or by a power loss.

From a recording follows every state that a crash at one of its calls may leave. A state is one
snapshot; the schedule that leads to it names the call, and the number of the state.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from grader.crash_states import effects
from grader.crash_states.effects import DIRECTORY
from grader.crash_states.persistence import PAGE, Disk, Lost
from grader.crash_states.snapshot import File, Snapshot
from grader.errors import MachineError
from grader.faults.recording import Recorded
from grader.history import Moment


@dataclass(frozen=True, slots=True)
class Left:
    """What a crash leaves.

    Attributes:
        words: what was lost, "" where nothing was.
        names_lost, bytes_lost: names and files (by identity) of which a power loss took something.
    """

    snapshot: Snapshot
    words: str = ""
    names_lost: tuple[str, ...] = ()
    bytes_lost: tuple[int, ...] = ()


def left_by(recorded: Recorded, moment: Moment, loss: str) -> Left:
    """Return what lies there after a crash at *moment*, with the *loss* that a schedule names.

    Raises:
        MachineError: the recording has no such call, or the model no such state there.
    """
    number = recorded.number(moment)
    if number is None:
        message = f"the program made no file call {moment}"
        raise MachineError(message)
    if not loss:
        return Left(recorded.snapshots[number])
    found = torn(recorded, number) if loss.isdecimal() else powerless(recorded, moment, loss)
    if loss not in found:
        message = f"nothing can be lost as {loss!r} at {moment}; the program did otherwise"
        raise MachineError(message)
    return found[loss]


def torn(recorded: Recorded, number: int) -> dict[str, Left]:
    """Return what a SIGKILL inside the write of call *number* leaves, by the bytes that got there.

    Writes of up to a page are whole or nothing (measured: none of 300 was torn); of a longer one
    any part may be there. Two stand for all: the first page, and all but the last byte.
    """
    if number + 1 >= len(recorded.snapshots) or number >= len(recorded.calls):
        return {}
    operation = recorded.calls[number].operation
    before, after = recorded.snapshots[number], recorded.snapshots[number + 1]
    file, written = before.files.get(operation.path), after.files.get(operation.path)
    size = operation.size or 0
    if operation.name not in {"write", "writev"} or size <= PAGE or not file or not written:
        return {}
    if len(written.content) - len(file.content) != size:
        return {}  # another thread wrote, too, or the write was no append
    found = {}
    for count in (PAGE, size - 1):
        content = written.content[: len(file.content) + count]
        files = {**before.files, operation.path: replace(written, content=content)}
        words = f"{operation.path}: {count} of the {size} bytes of that write"
        found[str(count)] = Left(Snapshot(files, before.directories), words)
    return found


def powerless(recorded: Recorded, moment: Moment, loss: str) -> dict[str, Left]:
    """Return every state that a power loss at *moment* may leave, by level and number."""
    level = loss.partition(".")[0]
    group = recorded.group(moment)
    number = recorded.number(moment)
    if not group or number is None:
        return {}
    return _states_of(_Key(recorded), group[0], number, level)


def _states(recorded: Recorded, first: int, number: int, level: str) -> Iterator[tuple[str, Left]]:
    """Yield the states after the calls *first* to before *number*; the save's start is on disk."""
    start = recorded.snapshots[first]
    disk = Disk(level, effects.names(start), effects.contents(start))
    for at in range(first, number):
        call = recorded.calls[at]
        before, after = recorded.snapshots[at], recorded.snapshots[at + 1]
        disk.apply(effects.effect(call.operation, before, after, failed=call.failed))
    latest = recorded.snapshots[first : number + 1]
    for place, lost in enumerate(disk.states()):
        snapshot = _snapshot(lost, latest)
        yield f"{level}.{place}", Left(snapshot, lost.words, lost.names_lost, lost.bytes_lost)


def _snapshot(lost: Lost, latest: Sequence[Snapshot]) -> Snapshot:
    """Return a state of the model as files with times: a file's are the newest it ever had."""
    times = {file.inode: file.mtime_ns for held in latest for file in held.files.values()}
    directories = {path: time for held in latest for path, time in held.directories.items()}
    files = {
        path: File(lost.held[file], times[file], file)
        for path, file in lost.names.items()
        if file != DIRECTORY
    }
    there = {path: directories[path] for path, file in lost.names.items() if file == DIRECTORY}
    return Snapshot(files, there)


@dataclass(frozen=True, eq=False)
class _Key:
    """A recording as a key: the same object, not an equal one, so that nothing is compared."""

    recorded: Recorded

    def __hash__(self) -> int:
        return id(self.recorded)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.recorded is self.recorded


@cache
def _states_of(key: _Key, first: int, number: int, level: str) -> dict[str, Left]:
    return dict(_states(key.recorded, first, number, level))
