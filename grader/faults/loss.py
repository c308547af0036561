"""What is lost of what a process left: by a torn write, a power loss, or damage to a file.

From a recording follows every state that a crash at one of its calls may leave. A state is one
snapshot; the schedule that leads to it names the call, and the number of the state.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from grader.crash_states import effects
from grader.crash_states.effects import DIRECTORY
from grader.crash_states.persistence import LEVELS, PAGE, Disk, Lost
from grader.crash_states.snapshot import File, Snapshot
from grader.errors import MachineError
from grader.faults.recorded import Recorded
from grader.history import Moment

_BIT = 0x80
"""The bit of a byte that is flipped. The lowest of a float's fraction can vanish in the next
rounding, on one processor and not on another, and nobody would have been harmed."""
_APART = 16
"""Bytes that differ and lie closer together belong to one value."""


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
    if loss.isdecimal():
        found = torn(recorded, number)
    elif loss.startswith(LEVELS):
        found = powerless(recorded, moment, loss)
    elif loss.startswith("bit."):
        found = flipped_values(recorded, moment)
    elif loss.startswith("last."):
        found = {loss: spoiled(recorded, moment, int(loss.partition(".")[2]))}
    else:
        found = damaged(recorded, moment)
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
        lost = "the last" if count == size - 1 else f"the last {size - count}"
        words = f"{operation.path}: {lost} of the {size} bytes of that write"
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


def damaged(recorded: Recorded, moment: Moment) -> dict[str, Left]:
    """Return what is left when one file of the newest whole checkpoint is damaged.

    Its files are those that the last finished save has made or changed, whatever their names. They
    may have a flipped bit, lack their second half, be empty or gone; or only look older than all
    others, as after a clock was set back (the one kind that may cost nothing).
    """
    number = recorded.number(moment)
    group = recorded.group(moment)
    if number is None or not group:
        return {}
    if (
        number <= group[-1]
    ):  # the save is not finished: the newest whole checkpoint is the one before
        earlier = [end for end in recorded.ends() if end.step < moment.step]
        if not earlier:
            return {}
        group = recorded.group(earlier[-1])
    there, before = recorded.snapshots[number], recorded.snapshots[group[0]]
    newest = [
        path
        for path, file in recorded.snapshots[group[-1] + 1].files.items()
        if before.files.get(path) != file and there.files.get(path) == file
    ]
    found = {}
    for place, path in enumerate(sorted(newest)):
        file = there.files[path]
        rest = {name: held for name, held in there.files.items() if name != path}
        found[f"gone.{place}"] = Left(Snapshot(rest, there.directories), f"{path}: the whole file")
        for kind, content, words in _damages(file.content):
            files = {**rest, path: replace(file, content=content)}
            left = Snapshot(files, there.directories)
            found[f"{kind}.{place}"] = Left(left, f"{path}: {words}")
    if newest:
        words = "nothing; the newest files look the oldest"
        found["early.0"] = Left(_set_back(there, newest), words)
    return found


def spoiled(recorded: Recorded, moment: Moment, count: int) -> Left:
    """Return what is left when every file has a flipped bit that the last *count* saves wrote."""
    number = recorded.number(moment)
    last = [end for end in recorded.ends() if end.step <= moment.step][-count:]
    if number is None or not last:
        message = f"the program had not saved {count} times {moment}"
        raise MachineError(message)
    there, before = recorded.snapshots[number], recorded.snapshots[recorded.group(last[0])[0]]
    files = {
        path: file if before.files.get(path) == file else replace(file, content=flip(file.content))
        for path, file in there.files.items()
    }
    words = f"one bit of every file that the last {count} saves wrote"
    return Left(Snapshot(files, there.directories), words)


def flipped_values(recorded: Recorded, moment: Moment) -> dict[str, Left]:
    """Return what is left when one bit changes at other places of the newest checkpoint's files.

    Where a file is as long as one of the save before, the places are values: the first bytes, and
    the last, in which the two differ. Else one lies early in it and one late.
    """
    number = recorded.number(moment)
    group = recorded.group(moment)
    if number is None or not group:
        return {}
    there, before = recorded.snapshots[number], recorded.snapshots[group[0]]
    changed = [path for path, file in there.files.items() if before.files.get(path) != file]
    found: dict[str, Left] = {}
    for path in sorted(changed):
        file = there.files[path]
        alike = [old.content for old in before.files.values()]
        for at in _values(file.content, [old for old in alike if len(old) == len(file.content)]):
            files = {**there.files, path: replace(file, content=flip(file.content, at))}
            words = f"{path}: one bit, of byte {at}"
            found[f"bit.{len(found)}"] = Left(Snapshot(files, there.directories), words)
    return found


def _values(content: bytes, alike: Sequence[bytes]) -> list[int]:
    """Return three places at most in *content*."""
    size = len(content)
    if not alike:
        return sorted({size // 8, size - size // 8 - 1}) if size > 1 else []
    places = [at for at in range(size) if content[at] != alike[-1][at]]
    apart = [at for at, last in zip(places[1:], places, strict=False) if at > last + _APART]
    return sorted({*places[:1], *apart[:1], *apart[-1:]})


def flip(content: bytes, at: int | None = None) -> bytes:
    """Return the bytes with one bit changed, in the middle or at a place; of nothing, nothing."""
    middle = len(content) // 2 if at is None else at
    return (
        content[:middle]
        + bytes(byte ^ _BIT for byte in content[middle:][:1])
        + content[middle + 1 :]
    )


def _damages(content: bytes) -> list[tuple[str, bytes, str]]:
    middle = len(content) // 2
    if not content:
        return []
    return [
        ("flip", flip(content), "one bit, in the middle"),
        ("cut", content[:middle], "the second half"),
        ("empty", b"", "all of its bytes"),
    ]


def _set_back(there: Snapshot, newest: Sequence[str]) -> Snapshot:
    """Return the snapshot with *newest*, and their directories, older than all others."""
    hour = 3600 * 10**9
    inside = {path.rpartition("/")[0] for path in newest}
    files = {
        path: replace(file, mtime_ns=file.mtime_ns - hour) if path in newest else file
        for path, file in there.files.items()
    }
    directories = {
        path: time - hour if path in inside else time for path, time in there.directories.items()
    }
    return Snapshot(files, directories)


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
