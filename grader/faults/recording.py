"""One process with its file calls: recorded, struck at one of them, or with one made to fail.

A recording is evidence of what a process did, call by call, and holds what lay in the checkpoint
directory before each. From it follows what a crash at any call would leave.
"""

import errno
import os
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from grader.crash_states.observation import Observation
from grader.crash_states.operations import ChildUnreadable, Operation
from grader.crash_states.recorder import KILL, RUN, Answer, Recorder
from grader.crash_states.snapshot import Snapshot, SnapshotRefused
from grader.faults.recorded import Call, Recorded
from grader.faults.schedule import DIES, DiskFault, Signal
from grader.history import FILE_CALLS, Bounds, Moment, Phase
from grader.process.listener import Listener, Notification
from grader.process.signals import wait_until_still
from grader.workloads.workload import CHECKPOINT_DIRECTORY

_TAKES_ROOM = frozenset({
    "write", "writev", "pwrite64", "pwritev", "pwritev2", "sendfile", "splice", "copy_file_range",
    "fallocate", "ftruncate", "truncate", "mkdir", "mkdirat",
})  # fmt: skip
_SLOW_SECONDS = 0.3


@dataclass(slots=True)
class Numbering:
    """Says of each file call of a process which call of which load or save it is."""

    last: Moment | None = None
    _by_writer: bool = False

    def following(self, phase: Phase, *, itself: bool = False) -> Moment:
        """Return the moment of the next call, which the training makes *itself* or a writer.

        Its own, where a writer has made those of the save before, ends that save: it may have
        waited for the writer, and rename what that wrote.
        """
        step, mark = (0, "load") if phase.start is None else (max(phase.position - 1, 0), "call")
        last = self.last
        if last and last.mark == mark and itself and self._by_writer:
            step = last.step
        same = last and (last.step, last.mark) == (step, mark)
        self.last = Moment(step, mark, last.call + 1 if last and same else 0)
        self._by_writer = not itself or bool(same and self._by_writer)
        return self.last


@dataclass(slots=True)
class Watching:
    """Supervises one process: records, strikes at a call, makes calls fail.

    Attributes:
        look: takes the checkpoint directory as it stands.
        strike: the process dies right before this call.
        disk: a call that fails.
        signals: what the process is sent right before a call, and hears right after it.
        observation: is told of every look at the directory, if there is one.
        refused: why directory or program could not be looked at, if so.
        behind: so many steps before a save is the one that must be there while it is written, where
            saves return early; 0 where the judge sees which have returned.
    """

    look: Callable[[], Snapshot]
    strike: Moment | None = None
    disk: DiskFault | None = None
    observation: Observation | None = None
    signals: tuple[Signal, ...] = ()
    refused: SnapshotRefused | ChildUnreadable | None = None
    process: int = -1
    behind: int = 0
    calls: list[Call] = field(default_factory=list)
    failing: bool = False
    recorder: Recorder = field(init=False)
    numbering: Numbering = field(init=False)
    _phase: Phase = field(init=False)
    _caller: int = field(init=False)
    _waits: Callable[[], bool] = field(init=False)

    def __post_init__(self) -> None:
        """Set the recorder up."""
        observe = self.observation.see if self.observation else lambda _: None
        self.recorder = Recorder(CHECKPOINT_DIRECTORY, self.look, self._decide, observe)
        self.numbering = Numbering()

    @property
    def holds(self) -> bool:
        """No call is held."""
        return False

    def reached(self, _: Moment) -> bool:
        """Nothing is held that could be let go."""
        return False

    def stands_still(self, _: Phase) -> None:
        """Nothing is held that could be let go."""

    @property
    def watch(self) -> str:
        """Which calls wait."""
        return "looks" if self.observation else "changes"

    def on_call(self, listener: Listener, notification: Notification, phase: Phase) -> bool:
        """Answer a call, or have the process killed."""
        self._phase, self._caller = phase, notification.thread
        self._waits = partial(listener.is_waiting, notification)
        try:
            killed = self.recorder.on_notification(listener, notification)
        except (SnapshotRefused, ChildUnreadable) as refused:
            self.refused = refused
            return True
        if killed:
            phase.struck = self.strike
        return killed

    def recorded(self, phase: Phase, before: Bounds, final: Snapshot) -> Recorded:
        """Return all that was seen, with the directory as the process left it."""
        snapshots = self.recorder.snapshots[: len(self.calls)]
        return Recorded(phase, before, tuple(self.calls), (*snapshots, final))

    def _decide(self, operation: Operation) -> Answer:
        itself = bool(self.behind) and self._caller == self.process
        at = self.numbering.following(self._phase, itself=itself)
        answer = self._answer(operation, at)
        phase = self._phase
        for told in self.signals:
            if told.at == at and at not in phase.told:
                os.kill(self._caller, told.number)
                wait_until_still(self._caller)
                phase.told.append(at)
        failed, short = bool(answer.error), answer.part < 1
        belated = at.mark == "call" and at.step + 1 < phase.position
        position = at.step + 1 if belated else phase.position
        safe = position - self.behind if self.behind else 0
        acknowledged = max(phase.acknowledged, safe)
        call = Call(operation, at, acknowledged, position, failed, short, belated)
        self.calls.append(call)
        return answer

    def _answer(self, operation: Operation, at: Moment) -> Answer:
        if at == self.strike:
            return KILL
        if operation.crosses and operation.name.startswith(("rename", "link")):
            return Answer(error=errno.EXDEV)  # the checkpoint directory is a file system of its own
        disk = self.disk
        if disk and at == disk.at:
            self.failing = True
            return self._death() if disk.kind == DIES else _answer_of(disk.kind)
        again = disk and self.failing and disk.sticky and operation.name in _TAKES_ROOM
        return _answer_of(disk.kind) if disk and again else RUN

    def _death(self) -> Answer:
        """Let the process that makes the call die, where that is not the training itself."""
        process = _process_of(self._caller)
        if process in {self.process, 0}:
            return Answer(error=errno.EIO)
        with suppress(ProcessLookupError):
            pidfd = os.pidfd_open(process)
            if self._waits():  # so it is the caller still, and nobody who got its number since
                signal.pidfd_send_signal(pidfd, signal.SIGKILL)
            os.close(pidfd)
        return Answer(hold=True)


def _process_of(thread: int) -> int:
    """Return the process of a thread, 0 where it has ended."""
    try:
        text = Path(f"/proc/{thread}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Tgid:"))


def _answer_of(kind: str) -> Answer:
    if kind == "SHORT":
        return Answer(part=0.5)
    return Answer(seconds=_SLOW_SECONDS) if kind == "SLOW" else Answer(error=getattr(errno, kind))


def is_call(moment: Moment | None) -> bool:
    """Say whether a moment is one of a file call."""
    return moment is not None and moment.mark in FILE_CALLS
