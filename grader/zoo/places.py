"""Where in a save: a schedule's words for it, which mean another call in each trainer.

Trainers make different file calls, so a schedule for all of them names the call by what it does:

    kill@5:rename         right before the first rename of the save after step 5
    kill@5:write2         before the second write; write-1 is the last one
    torn@5:write-1=most   that write is cut, and all but its last byte is there; or its first page
    power@5:save=ext4.empty     the save has returned; of a file that is not flushed no byte is kept
    disk@5:flush=EIO      the first flush fails

The ids that reports print (``5:call3``, ``ext4.5``) are understood as well. A trainer that makes no
such call, or loses nothing there, is not struck: neither exposed nor wrong.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from grader.crash_states.persistence import LEVELS
from grader.errors import GraderError, UsageError
from grader.faults.loss import Left, left_by, powerless, torn
from grader.faults.recorded import Recorded
from grader.faults.recording import is_call
from grader.faults.recordings import NeverStruckError, Recordings
from grader.faults.schedule import DiskFault, Schedule
from grader.history import Moment

CALLS = {
    "open": ("open", "openat", "openat2", "creat"),
    "write": ("write", "writev", "pwrite64", "pwritev", "pwritev2"),
    "flush": ("fsync", "fdatasync", "sync", "syncfs"),
    "rename": ("rename", "renameat", "renameat2"),
    "remove": ("unlink", "unlinkat", "rmdir"),
    "mkdir": ("mkdir", "mkdirat"),
}
"""What a call of a save is called, by what it does."""

TORN = {"page": "its first page is there", "most": "all but its last byte is there"}
"""What is there of a write that was cut."""

POWER = {
    "empty": "empty",
    "zeros": "only zeros",
    "half": "the second half",
    "stale": "as it was last flushed",
}
"""What a power loss makes of each file that is not flushed, all names kept; see `persistence`."""

NAMES = {
    "name": "the newest name that is not flushed is lost, and no byte is",
    "names": "every name that is not flushed is lost",
    "first": "the oldest such name is lost, and where the file system allows it no other",
}
"""What a power loss makes of names."""

_PLACE = re.compile(rf"\b(\d{{1,9}}):({'|'.join(CALLS)})(-1|[1-9]\d{{0,2}})?(?![a-z\d])")
_STATE = re.compile(rf"=({'|'.join(LEVELS)})\.({'|'.join((*POWER, *NAMES))})\b")
_CUT = re.compile(rf"=({'|'.join(TORN)})\b")


class _Place(NamedTuple):
    """A call of the save after a step, by what it does and which of these it is."""

    step: int
    word: str
    which: int


def lines(text: str) -> dict[int, str]:
    """Return the faults of a schedule's text by line number, without remarks and empty lines."""
    plain = (line.partition("#")[0].strip() for line in text.splitlines())
    return {number: line for number, line in enumerate(plain, 1) if line}


def placeless(text: str) -> Schedule:
    """Return a fault as a schedule whose calls and states are some or other.

    Raises:
        UsageError: it is none; the message says why.
    """
    known = _PLACE.sub(r"\1:call0", text)
    known = _CUT.sub("=1", _STATE.sub(r"=\1.0", known))
    try:
        return Schedule.parse(known)
    except UsageError as problem:
        said = str(problem).removeprefix(f"--fault {known!r}: ").partition(". An id looks")[0]
        raise UsageError(said) from problem


def of(text: str, recordings: Recordings) -> Schedule:
    """Return the schedule that a fault means for one trainer.

    Raises:
        NeverStruckError: the trainer makes no such call, or loses nothing there.
        MachineError: the trainer cannot be watched here.
    """
    plain = placeless(text)
    if not plain.in_save:
        return plain
    kind, _, rest = text.partition("@")
    at, _, loss = rest.partition("=")
    disk = plain.disk
    if disk:
        where = at if kind == "disk" else loss.partition("@")[2]
        struck = _moment(where, disk.at, recordings.of())
        disk = DiskFault(struck, disk.kind, disk.sticky)
    if disk and recordings.of((), disk).phase.refused:
        return Schedule(disk=disk)  # save() has said so, and what it was to keep is not owed
    strikes: tuple[Moment, ...] = ()
    for part, moment in zip(at.split(","), plain.strikes, strict=False):
        if recordings.of(strikes, disk).phase.trouble:
            return Schedule(strikes, disk=disk)  # it ends by itself before the rest can strike
        strikes = (*strikes, _moment(part, moment, recordings.of(strikes, disk)))
    if plain.loss:
        recorded = recordings.of(strikes[:-1], disk)
        state = _loss(loss.partition(",")[0], strikes[-1], recorded)
        return Schedule(strikes, loss=state, disk=disk)
    return Schedule(strikes, disk=disk)


def _moment(text: str, moment: Moment, recorded: Recorded) -> Moment:
    """Return the moment of a place in one process; one that is no place stays."""
    found = _PLACE.fullmatch(text)
    if not found:
        if is_call(moment) and recorded.number(moment) is None:
            message = f"the program makes no file call {moment}"
            raise NeverStruckError(message)
        return moment
    place = _Place(int(found[1]), found[2], int(found[3] or 1))
    calls = [
        recorded.calls[number].at
        for number in recorded.group(Moment(place.step, "call", 0))
        if recorded.calls[number].operation.name in CALLS[place.word]
    ]
    if len(calls) < max(place.which, 1):
        message = f"the program makes no such call as {text}"
        raise NeverStruckError(message)
    return calls[place.which - 1] if place.which > 0 else calls[-1]


def _loss(text: str, moment: Moment, recorded: Recorded) -> str:
    """Return the number that the model gives a loss at *moment*."""
    number = recorded.number(moment)
    if number is None:
        message = f"the program makes no file call at {moment}"
        raise NeverStruckError(message)
    level, _, word = text.partition(".")
    if text in TORN:
        cuts = sorted(torn(recorded, number), key=int)
        found = cuts[:1] if text == "page" else cuts[-1:]
    elif level in LEVELS and not word.isdecimal():
        found = _states(powerless(recorded, moment, level), word)
    else:
        return _known(text, moment, recorded)
    if not found:
        message = f"the program loses nothing as {text} at {moment}"
        raise NeverStruckError(message)
    return found[0]


def _known(loss: str, moment: Moment, recorded: Recorded) -> str:
    try:
        left_by(recorded, moment, loss)
    except GraderError as problem:
        message = f"the program loses nothing as {loss} at {moment}"
        raise NeverStruckError(message) from problem
    return loss


def _states(possible: Mapping[str, Left], word: str) -> list[str]:
    """Return the states that a word means, the one it means most first."""
    names = {
        key: left.names_lost
        for key, left in possible.items()
        if left.names_lost and not left.bytes_lost
    }
    if word == "name":
        return sorted(names, key=lambda key: len(names[key]))
    if word in NAMES:
        every = max(names.values(), key=len, default=())
        from_it = [key for key in names if word == "names" or names[key][0] == every[0]]
        return sorted(from_it, key=lambda key: len(names[key]), reverse=word == "names")
    ending = f": {POWER[word]}"
    alike = {
        key: left
        for key, left in possible.items()
        if left.bytes_lost
        and not left.names_lost
        and all(part.endswith(ending) for part in left.words.split("; "))
    }
    return sorted(alike, key=lambda key: -len(alike[key].bytes_lost))
