"""What happened: one trial as plain data, phase by phase, in order.

A *phase* is the life of one process; a *history* is the phases of one trial. Everything here was
seen by the judge: messages that arrived, kills that it sent, the exit that the kernel reported.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

MARKS = (
    *("start", "forward", "backward", "optimizer", "scheduler", "step"),
    *("saving", "written", "save", "evaluating", "evaluated", "end"),
)
"""The moments of a step at which a process stops and waits for the judge, in their order.

*start*: loaded, before the first step; *step*: the step is reported, a save may follow;
*save*: a save has returned; *end*: training is over. Where the learner's own loop trains, also
*saving* and *written*: a save begins, and has its bytes on disk under another name; *evaluating*
and *evaluated*: a part of the evaluation after an epoch is done, and the last one is.
"""

IN_STEP = ("forward", "backward", "optimizer", "scheduler", "step")
SAVING = ("saving", "written", "save")
EVALUATING = ("evaluating", "evaluated")

FILE_CALLS = ("load", "call")
"""Right before a file call of the program: while it loads, or in the save after a step."""

CALLS = ("none", "import", "load", "save", "training", "case", "train")
"""Whose code a process is in: the learner's import, load or save, our training loop, a function of
the learner's that is asked something, or a training loop of theirs."""


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """A point in a training: a mark of a step (steps count from 0).

    Attributes:
        call: for a mark of `FILE_CALLS`, which file call of that load or save it is, from 0. One
            more than there are is the moment at which the save has returned.
    """

    step: int
    mark: str
    call: int = -1

    def __str__(self) -> str:
        """Return the moment as schedules write it: ``12:backward``, ``7:call3``."""
        return f"{self.step}:{self.mark}{self.call if self.call >= 0 else ''}"


@dataclass(frozen=True, slots=True)
class Step:
    """One executed step: its loss, and the digest of every compared item after it."""

    index: int
    loss: float
    digests: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a phase ended in a way that no schedule asked for.

    Attributes:
        kind: one of the words of `grader.process.phase`: "raises", "timeout", "exit", ...
        where: whose code was running, one of `CALLS`.
        text: what there is to say, already safe to print.
    """

    kind: str
    where: str
    text: str


@dataclass(slots=True)
class Phase:
    """The life of one process.

    Attributes:
        server: name of the fork server that it came from.
        start: the position it began at (steps done before), None if it never said.
        steps: the steps it reported, in order.
        acknowledged: position of the newest save that must be there: it had returned, as the
            judge saw it, or where saves return early, the next one had.
        saved: position of the newest save that had returned.
        saves: where each save stood that had returned, in their order.
        struck: the moment at which the judge killed it, None if it was left to end.
        exit: exit code, or minus the signal that ended it.
        trouble: why it ended otherwise, None if all went as the schedule says.
        notes: short observations of the probe (evidence for the diagnosis, never for the verdict).
        output: what it printed, cut and made safe.
        survivors: processes that had left its process group and outlived it.
        reused: the phase was not run again: an equal directory had been resumed before.
        refused: what save() raised after a disk fault, which is right; "" for nothing.
        answers: what it answered to each case, as it sent it: the learner's words, not yet read.
        told: the moments at which the judge sent it a signal that tells it to leave.
        since: every moment that it reported after the first of them.
        left: its exit code, or minus the signal, where it ended by itself after that; else None.
        waited: the step after which it stood still for a writer that was held, though it should
            have gone on; None where it never did.
    """

    server: str
    start: int | None = None
    steps: list[Step] = field(default_factory=list)
    acknowledged: int = 0
    struck: Moment | None = None
    exit: int | None = None
    trouble: Trouble | None = None
    notes: list[str] = field(default_factory=list)
    output: str = ""
    survivors: int = 0
    cpu: float = 0.0
    reused: bool = False
    refused: str = ""
    answers: list[str] = field(default_factory=list)
    told: list[Moment] = field(default_factory=list)
    since: list[Moment] = field(default_factory=list)
    left: int | None = None
    saved: int = 0
    saves: list[int] = field(default_factory=list)
    waited: int | None = None

    @property
    def safe(self) -> int:
        """Steps done when it was first told to leave: so much it can save."""
        at = self.told[0]
        return at.step + (at.mark not in {"start", *IN_STEP[:-1]})

    def unsaved(self, due: Callable[[int], bool]) -> list[int]:
        """Return after which steps a save was *due*, and none had returned before the next step."""
        done = [step.index for step in self.steps]
        return [step for step in done if due(step) and step + 1 not in self.saves]

    @property
    def position(self) -> int:
        """Steps done at the end of this phase, counted from the start of the training."""
        return self.steps[-1].index + 1 if self.steps else self.start or 0


@dataclass(frozen=True, slots=True)
class Case:
    """A question to the learner's functions, whose answer the judge knows.

    Attributes:
        said: what is special about what is asked, in words; it completes *asked*.
        given: what the child is given, as JSON allows; the right answer is not in it.
        asked: which function was asked, and about what: "digest() was asked about two states".
        due: the right answer as JSON allows, where it is one; only the judge has it.
        why: how the right answer comes about, in words.
        shown: what was asked, line by line, as a reader wants to see it.
        refusal: the exception that is due in the place of an answer, "a ValueError"; or nothing.
    """

    name: str
    said: str
    given: dict[str, Any]
    asked: str
    due: Any = None
    why: str = ""
    shown: tuple[str, ...] = ()
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where a resume may begin: at the acknowledged save, or at a later one that was under way."""

    floor: int
    ceiling: int

    def allow(self, start: int | None) -> bool:
        """Say whether training may begin at *start*; None is a process that never said."""
        return start is not None and self.floor <= start <= self.ceiling


@dataclass(slots=True)
class History:
    """One trial: its schedule's id, its phases, and what lay on disk between them.

    Attributes:
        bounds: for every resume, where it may begin; one fewer than the phases.
        files: for every resume, the names and sizes in the checkpoint directory before it.
        calls: the file calls of the save that was struck, in words; the last one never ran, unless
            the save had returned.
        lost: what a power loss took or a torn write cut, in words.
        fault: the call that was made to fail, and how, in words.
        case: what was asked, where nothing was trained; every process was asked the same.
    """

    schedule: str
    phases: list[Phase] = field(default_factory=list)
    bounds: list[Bounds] = field(default_factory=list)
    files: list[tuple[tuple[str, int], ...]] = field(default_factory=list)
    calls: tuple[str, ...] = ()
    lost: str = ""
    fault: str = ""
    case: Case | None = None
