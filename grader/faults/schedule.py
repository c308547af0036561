"""Which fault, at which moment: schedules as plain data, printable, parsable, shrinkable.

A schedule is a row of strikes, one for each process of a trial; the process after the last strike
is left to end. Its id says it all, and ``grader run EX --fault ID`` carries out just that one:

    none                          nothing strikes
    kill@12:backward              SIGKILL at that moment, then one resume
    kill@12:backward,13:step      the resumed process is killed too
    kill@7:call3                  SIGKILL right before the file call 3 of the save after step 7
    torn@7:call3=4096             the same, but 4096 bytes of that call's write reached the file
    power@7:call3=ext4.5          the power fails there: the model's state 5 of level ext4
    damage@7:save=flip.0          after that save a bit of its first file is another one
    damage@7:save=last.2          after it all that the last two saves wrote has a wrong bit
    kill@8:save,ROT@5:save        a bit goes wrong there, the training runs on; later a kill
    disk@7:call3=ENOSPC           that call fails, and the process goes on
    power@7:call9=ext4.5,EIO@7:call3    a call fails, and later the power
    resume@hidden=24              a finished run is resumed with another setting
    kill@12:backward+2workers     two processes load the data of every process of the trial
    term@12:backward              SIGTERM there, and the process is left to end by itself
    term@7:step,term@7:written,kill@8:step    a second SIGTERM, and the grace ends there
    usr1@12:step                  SIGUSR1, as a scheduler sends it some time before
    group@12:step+2workers        SIGTERM to the process and all processes that it has started
    held@5:call0,7:step           the file call 0 of the save after step 5 is held until that moment
    stuck@5:call0,8:save          it is held on and on, and the process dies with it
    awaited@5:call3,8:save        it, and each after it, is held until the training waits for it
    late@7:step                   whatever writes beside the training begins no sooner than that
    case@same.key_order           nothing is trained: the learner's functions are asked this case
"""

import re
import signal
from dataclasses import dataclass, replace
from typing import Self

from grader.errors import UsageError
from grader.history import FILE_CALLS, MARKS, Moment

_MOMENT = re.compile(r"([0-9]{1,9}):([a-z]+)([0-9]{1,9})?")
_SETTING = re.compile(r"([a-z_]+)=([\w.+-]{1,40})", re.ASCII)
_LOSS = {
    "torn": re.compile(r"[0-9]{1,9}"),
    "power": re.compile(r"(?:ext4|posix)\.[0-9]{1,9}"),
    "damage": re.compile(r"(?:flip|cut|empty|gone|early|last|bit)\.[0-9]{1,9}"),
}
DISK_FAULTS = ("ENOSPC", "EIO", "EROFS", "EDQUOT", "SHORT", "SLOW")
"""How a call may be made to fail: an error, half of a write only, or late."""
DIES = "DIES"
"""Or whoever makes it dies: a process of its own; a thread, by an error that nobody expects."""
ROT = "ROT"
"""Or no call fails: a bit of the newest checkpoint is another one from that moment on."""

HOLDS = {"held": (1,), "stuck": (1,), "awaited": (0, 1), "late": (0,)}
"""How a writer may be held up, by the word of an id; and how many calls it may name."""

SIGNALS = {"term": signal.SIGTERM, "usr1": signal.SIGUSR1, "group": signal.SIGTERM}
"""What tells a process to leave, by the word of an id."""

_KINDS = (
    "none, kill@, torn@, power@, damage@, disk@, term@, usr1@, group@, held@, stuck@, awaited@, "
    "late@, case@ nor resume@name=value"
)
_STICKY = "+"
_CASE = re.compile(r"[a-z]+\.[a-z0-9_]{1,40}")
_WORKERS = re.compile(r"(.*)\+([1-9])workers")


@dataclass(frozen=True, slots=True)
class DiskFault:
    """A file call that fails.

    Attributes:
        kind: one of `DISK_FAULTS`, `DIES` or `ROT`.
        sticky: every later call of its sort fails, too, until the process ends.
    """

    at: Moment
    kind: str
    sticky: bool = False

    def __str__(self) -> str:
        """Return what an id calls it."""
        return f"{self.kind}{_STICKY if self.sticky else ''}"


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal that tells the first process to leave.

    Attributes:
        word: one of `SIGNALS`.
    """

    at: Moment
    word: str = "term"

    @property
    def number(self) -> int:
        """What is sent."""
        return SIGNALS[self.word]

    @property
    def to_group(self) -> bool:
        """Whether every process of the group gets it, those that load data too."""
        return self.word == "group"

    def __str__(self) -> str:
        """Return what an id calls it."""
        return f"{self.word}@{self.at}"


@dataclass(frozen=True, slots=True)
class Hold:
    """A writer that is held up, until the moment at which the process is struck.

    Attributes:
        word: one of `HOLDS`.
        at: the file call that is held; None for whatever begins, threads and processes alike.
    """

    word: str
    at: Moment | None = None

    @property
    def stuck(self) -> bool:
        """Whether it is held beyond that moment."""
        return self.word in {"stuck", "awaited"}

    @property
    def awaited(self) -> bool:
        """Whether all that comes after it is held, too, each until the training waits for it."""
        return self.word == "awaited"


@dataclass(frozen=True, slots=True)
class Schedule:
    """The faults of one trial.

    Attributes:
        strikes: the moments of SIGKILL, one a process, in order.
        setting: (name, value) that the last process is started with instead of the workload's own.
        loss: what becomes of what lies there after the last strike: "" for nothing, else the bytes
            that a torn write wrote, level and number of a state of the persistence model, or a
            damage and the number of its file.
        disk: a call of the first process that fails, or what happens to its files.
        workers: processes that load data, in each process of the trial.
        signals: what tells the first process to leave; a strike after them ends its grace.
        case: name of what the learner's functions are asked, where nothing is trained.
        hold: what of the first process is held up until it is struck.
    """

    strikes: tuple[Moment, ...] = ()
    setting: tuple[str, int | float | str] | None = None
    loss: str = ""
    disk: DiskFault | None = None
    workers: int = 0
    case: str = ""
    signals: tuple[Signal, ...] = ()
    hold: Hold | None = None

    @property
    def kind(self) -> str:
        """What the id starts with: "kill", "torn", "power", "damage", "disk" and the like."""
        return self._faults.partition("@")[0]

    @property
    def in_save(self) -> bool:
        """Say whether it strikes at a file call, or what a save has left."""
        at_calls = any(moment.mark in FILE_CALLS for moment in self.strikes)
        return bool(self.disk or self.loss) or at_calls

    @property
    def id(self) -> str:
        """The schedule as text, which `parse` reads back."""
        return self._faults + (f"+{self.workers}workers" if self.workers else "")

    @property
    def _faults(self) -> str:  # noqa: PLR0911 - a form each
        """The id but for the workers."""
        if self.case:
            return f"case@{self.case}"
        if self.signals:
            grace = (f"kill@{moment}" for moment in self.strikes)
            return ",".join([*map(str, self.signals), *grace])
        if self.setting:
            name, value = self.setting
            return f"resume@{name}={value}"
        if self.disk and not self.loss and not self.strikes:
            return f"disk@{self.disk.at}={self.disk}"
        if not self.strikes:
            return "none"
        moments = ",".join(map(str, self.strikes))
        if self.hold:
            return f"{self.hold.word}@{f'{self.hold.at},' if self.hold.at else ''}{moments}"
        fault = f",{self.disk}@{self.disk.at}" if self.disk else ""
        if not self.loss:
            return f"kill@{moments}{fault}"
        kind = next(kind for kind, form in _LOSS.items() if form.fullmatch(self.loss))
        return f"{kind}@{moments}={self.loss}{fault}"

    @classmethod
    def parse(cls, text: str) -> Self:  # noqa: PLR0911 - a form each
        """Return the schedule of an id.

        Raises:
            UsageError: the text is no id.
        """
        if loaded := _WORKERS.fullmatch(text):
            return replace(cls.parse(loaded[1]), workers=int(loaded[2]))
        kind, _, rest = text.partition("@")
        if text == "none" or (kind == "case" and _CASE.fullmatch(rest)):
            return cls(case=rest)
        if kind in SIGNALS and rest:
            return cls._told(text)
        if kind in HOLDS and rest:
            return cls._held(text)
        if kind == "kill" and rest:
            *parts, last = rest.split(",")
            how, _, at = last.partition("@")
            killed = parts if at else [*parts, last]
            fault = _disk(how, at, text) if at else None
            return cls(tuple(_moment(part, text) for part in killed), disk=fault)
        if kind in _LOSS and rest:
            moments, _, loss = rest.partition("=")
            loss, _, failed = loss.partition(",")
            if not _LOSS[kind].fullmatch(loss):
                raise UsageError(_refusal(text, f"{loss!r} is no loss of kind {kind}"))
            strikes = tuple(_moment(part, text) for part in moments.split(","))
            how, _, at = failed.partition("@")
            return cls(strikes, loss=loss, disk=_disk(how, at, text) if failed else None)
        if kind == "disk" and rest:
            at, _, how = rest.partition("=")
            return cls(disk=_disk(how, at, text))
        if kind == "resume" and (setting := _SETTING.fullmatch(rest)):
            return cls(setting=(setting[1], _number(setting[2])))
        raise UsageError(_refusal(text, f"it starts with neither {_KINDS}"))

    @classmethod
    def _held(cls, text: str) -> Self:
        """Return the schedule of an id in which a writer is held up."""
        word, _, rest = text.partition("@")
        *at, until = (_moment(part, text) for part in rest.split(","))
        if len(at) not in HOLDS[word] or any(moment.mark not in FILE_CALLS for moment in at):
            form = "late@7:step" if word == "late" else f"{word}@5:call0,8:save"
            raise UsageError(_refusal(text, f"what is held up looks like {form}"))
        if until.mark in FILE_CALLS:
            raise UsageError(_refusal(text, f"it ends at a moment, and {until} is a file call"))
        return cls((until,), hold=Hold(word, at[0] if at else None))

    @classmethod
    def _told(cls, text: str) -> Self:
        """Return the schedule of an id that begins with a signal."""
        signals: list[Signal] = []
        strikes: list[Moment] = []
        for part in text.split(","):
            word, _, at = part.partition("@")
            if word in SIGNALS and not strikes:
                signals.append(Signal(_moment(at, text), word))
            elif word == "kill" and not strikes:
                strikes.append(_moment(at, text))
            else:
                why = f"{part!r} is neither one more signal nor, at the end, the kill"
                raise UsageError(_refusal(text, why))
        return cls(tuple(strikes), signals=tuple(signals))


def _moment(text: str, whole: str) -> Moment:
    found = _MOMENT.fullmatch(text)
    if not found:
        raise UsageError(_refusal(whole, f"{text!r} is not STEP:MARK"))
    known = FILE_CALLS if found[3] else MARKS
    if found[2] not in known:
        raise UsageError(_refusal(whole, f"{found[2]!r} is none of {', '.join(known)}"))
    return Moment(int(found[1]), found[2], int(found[3]) if found[3] else -1)


def _disk(kind: str, at: str, whole: str) -> DiskFault:
    name = kind.removesuffix(_STICKY)
    known = (*DISK_FAULTS, DIES, ROT)
    if name not in known:
        raise UsageError(_refusal(whole, f"{name!r} is none of {', '.join(known)}"))
    moment = _moment(at, whole)
    if (name == ROT) != (moment.mark == "save"):
        where = "the end of a save: ROT@5:save" if name == ROT else "a file call: 5:call0"
        raise UsageError(_refusal(whole, f"{name} strikes at {where}"))
    return DiskFault(moment, name, kind.endswith(_STICKY))


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _refusal(text: str, why: str) -> str:
    return f"--fault {text!r}: {why}. An id looks like kill@12:backward; a report prints its own."
