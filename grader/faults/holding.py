"""A writer that is late: one of its calls is held while the training goes on, or waits for it.

What a machine's scheduler, or a slow disk, does by luck is done here at a moment of our choice.
A thread or a process is held where it begins, or at one of its file calls. It is let go when the
training comes to the moment of the schedule, or stands still because it waits for what is held.
"""

import time
from dataclasses import dataclass, field
from pathlib import Path

from grader.crash_states.operations import ChildUnreadable, Operation
from grader.crash_states.recorder import RUN, Answer, Recorder
from grader.faults.recording import Numbering
from grader.faults.schedule import Hold
from grader.history import Moment, Phase
from grader.process import beginnings, timed_waits
from grader.process.listener import Listener, Notification
from grader.workloads.workload import CHECKPOINT_DIRECTORY, Workload

BESIDE = "wrote beside a writer that was held"
ITSELF = "the training itself made the call that was held"
ASKS_AGAIN = "the training asked for the interpreter again and again"
HAS_LIMIT = "the training waited with a limit of time"
"""Noted of a process: evidence for the diagnosis."""

_ASKING = 0.4  # seconds at most; who waits for the interpreter's lock wakes up every 5 ms
_OFTEN = 4
_PATIENCE = 3.0  # seconds; a shorter limit of time comes to its end
_HOLD = Answer(hold=True)


@dataclass(slots=True)
class Holding:
    """Holds what a schedule says; answers every other call at once.

    Attributes:
        hold: what is held.
        until: the moment at which the process is struck, and before that let go unless it is stuck.
        process: the training; -1 before it is there.
        held: how many calls were held.
    """

    hold: Hold
    until: Moment
    workload: Workload
    process: int = -1
    held: int = 0
    recorder: Recorder = field(init=False)
    _numbering: Numbering = field(init=False)
    _phase: Phase = field(init=False)
    _caller: int = field(init=False)
    _since: int = -1
    _over: bool = False
    _patient_until: float = 0.0

    def __post_init__(self) -> None:
        """Set the recorder up; it looks at nothing."""
        self.recorder = Recorder(CHECKPOINT_DIRECTORY, decide=self._decide)
        self._numbering = Numbering()

    @property
    def watch(self) -> str:
        """Which calls wait."""
        return "changes"

    @property
    def holds(self) -> bool:
        """Whether a call is held now."""
        return bool(self.recorder.held)

    def on_call(self, listener: Listener, notification: Notification, phase: Phase) -> bool:
        """Hold a call, or let it run; nobody is killed."""
        self._phase, self._caller = phase, notification.thread
        if beginnings.is_one(notification):
            if (self.hold.at is None or self._holds_all) and not self._over:
                self._note_beside()
                self._note_held()
                self.recorder.held.append((listener, notification))
            else:
                listener.let_run(notification)
            return False
        try:
            return self.recorder.on_notification(listener, notification)
        except ChildUnreadable:
            return True

    def reached(self, moment: Moment) -> bool:
        """Let one go of what is held where the training has come to the end of the hold."""
        if moment != self.until or self.hold.stuck:
            return False
        self._over = True
        return self.recorder.let_one_go()

    def stands_still(self, phase: Phase) -> None:
        """Let go what the training waits for, and note if it should have gone on."""
        if phase.waited is None and not self._may_wait(phase):
            phase.waited = max(phase.position - 1, 0)
            phase.notes += [ASKS_AGAIN] * _wakes_again_and_again(self.process)
        if not (self.hold.stuck and self._may_give_up(phase)):
            self.recorder.let_one_go()

    def _may_give_up(self, phase: Phase) -> bool:
        """Say whether its wait has a limit of time, and may still come to it."""
        if not timed_waits.has_limit(self.process):
            return False
        if not self._patient_until:
            self._patient_until = time.monotonic() + _PATIENCE
            phase.notes.append(HAS_LIMIT)
        return time.monotonic() < self._patient_until

    def _may_wait(self, phase: Phase) -> bool:
        """Say whether it stands in a later save, at the end, or was not under way yet."""
        if self._since < 0:
            return True
        last = phase.position == self.workload.steps and phase.saved == phase.position
        in_save = phase.position > phase.saved and self.workload.saves_after(phase.position - 1)
        return last or (in_save and phase.position > self._since)

    def _decide(self, _: Operation) -> Answer:
        itself = self._caller == self.process
        at = self._numbering.following(self._phase, itself=itself)
        self._note_beside()
        if at != self.hold.at and not self._holds_all:
            return RUN
        self._note_held()
        if itself:
            self._phase.notes.append(ITSELF)
        return _HOLD

    def _note_beside(self) -> None:
        held = {notification.thread for _, notification in self.recorder.held}
        if held - {self._caller} and BESIDE not in self._phase.notes:
            self._phase.notes.append(BESIDE)

    @property
    def _holds_all(self) -> bool:
        """Whether everything is held by now, until the training waits for it."""
        return self.hold.awaited and (self.hold.at is None or self.held > 0)

    def _note_held(self) -> None:
        self.held += 1
        if self.hold.awaited and self.held > 1:
            return  # it may belong to a later save
        self._since = -1 if self._phase.start is None else self._phase.position


def _wakes_again_and_again(process: int) -> bool:
    """Say whether the main thread only sleeps in short pieces, as for the interpreter's lock."""
    before, until = _sleeps(process), time.monotonic() + _ASKING
    while _sleeps(process) - before < _OFTEN:
        if time.monotonic() > until:
            return False
        time.sleep(_ASKING / 20)
    return True


def _sleeps(process: int) -> int:
    try:
        text = Path(f"/proc/{process}/task/{process}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    lines = (line.split() for line in text.splitlines())
    return next((int(line[1]) for line in lines if line[0] == "voluntary_ctxt_switches:"), 0)
