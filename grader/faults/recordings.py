"""The recordings of one grading: each process that crash states are derived from, run once.

From them follows the history of a crash at any file call, up to the process that has to resume,
without running the crashed process again.
"""

import signal
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from grader.crash_states.observation import Observation
from grader.crash_states.operations import ChildUnreadable
from grader.crash_states.snapshot import Snapshot, SnapshotRefused
from grader.errors import MachineError
from grader.faults.lane import Lane
from grader.faults.loss import left_by
from grader.faults.recorded import Recorded
from grader.faults.recording import Watching, is_call
from grader.faults.rot import Rot
from grader.faults.schedule import ROT, DiskFault, Schedule, Signal
from grader.faults.subject import Subject, run_once
from grader.history import SAVING, Bounds, History, Moment, Phase, Trouble
from grader.process.readable import readable
from grader.workloads.workload import Workload

START = Bounds(0, 0)


class NeverStruckError(MachineError):
    """A fault of the schedule did not happen, so the trial proves nothing."""


@dataclass(slots=True)
class Watched:
    """One process that was watched, and the directory as it left it.

    Attributes:
        left: None where it may not be looked at; the phase then says why.
    """

    phase: Phase
    recorded: Recorded | None
    left: Snapshot | None


def run_watched(  # noqa: PLR0913 - each names one thing that may differ between processes
    subject: Subject,
    lane: Lane,
    number: int,
    bounds: Bounds,
    *,
    strike: Moment | None = None,
    disk: DiskFault | None = None,
    observation: Observation | None = None,
    signals: Sequence[Signal] = (),
) -> Watched:
    """Run one process with its file calls watched, in the lane's folder as it stands."""
    watching = Watching(
        lambda: lane.look(subject.limits, number),
        strike if is_call(strike) else None,
        disk,
        observation,
        tuple(signal for signal in signals if is_call(signal.at)),
        behind=subject.workload.save_every * subject.workload.background,
    )
    rot = Rot(watching, lane, number, disk.at) if disk and disk.kind == ROT else None
    phase = run_once(
        subject,
        lane,
        number,
        bounds=bounds,
        strike=None if is_call(strike) else strike,
        supervisor=watching,
        digests=number > 0,
        signals=signals,
        meanwhile=rot or (lambda _: None),
    )
    try:
        if watching.refused:
            raise watching.refused
        left = lane.look(subject.limits, number)
    except (SnapshotRefused, ChildUnreadable) as refused:
        phase.trouble = refusal(refused, "save")
        return Watched(phase, None, None)
    if phase.survivors and phase.struck:
        text = f"{phase.survivors} process(es) left their group and outlived the kill"
        phase.trouble = Trouble("survivor", "training", text)
        return Watched(phase, None, None)
    if (
        disk
        and not rot
        and phase.trouble
        and (phase.trouble.kind, phase.trouble.where) == ("raises", "save")
    ):
        phase.refused, phase.trouble = phase.trouble.text, None
    recorded = watching.recorded(phase, bounds, left)
    return Watched(phase, replace(recorded, rotten=rot.position if rot else 0), left)


@dataclass(slots=True)
class Recordings:
    """Runs and keeps recordings on one subject, in one lane."""

    subject: Subject
    lane: Lane
    kept: dict[tuple[tuple[Moment, ...], DiskFault | None], Recorded] = field(default_factory=dict)

    def of(self, strikes: tuple[Moment, ...] = (), disk: DiskFault | None = None) -> Recorded:
        """Return the recording of the process that follows *strikes*, run to its end.

        Raises:
            NeverStruckError: a process before it made no such call.
            MachineError: the fork server failed, or nothing can be recorded.
        """
        key = (strikes, disk)
        if key not in self.kept:
            history = History("")
            self.lane.clear()
            if strikes:
                before = self.add(history, Schedule(strikes, disk=disk))
                self.lane.put(before, len(strikes))
            bounds = history.bounds[-1] if history.bounds else START
            faulty = disk if not strikes else None
            watched = run_watched(self.subject, self.lane, len(strikes), bounds, disk=faulty)
            if watched.recorded is None:
                empty = Recorded(watched.phase, bounds, (), ())
                self.kept[key] = empty
            else:
                self.kept[key] = watched.recorded
        return self.kept[key]

    def have(self, schedule: Schedule) -> bool:
        """Say whether every process that the schedule strikes has been recorded."""
        strikes, disk = schedule.strikes, schedule.disk
        return (
            bool(strikes)
            and not schedule.signals
            and all(is_call(strike) or schedule.loss for strike in strikes)
            and all((strikes[:count], disk) in self.kept for count in range(len(strikes)))
        )

    def history(self, schedule: Schedule) -> tuple[History, Snapshot]:
        """Return a schedule's history up to its last process, and the directory that it finds."""
        history = History(schedule.id)
        return history, self.add(history, schedule)

    def add(self, history: History, schedule: Schedule) -> Snapshot:
        """Add to *history* every process that the schedule strikes; return what the last leaves."""
        strikes = schedule.strikes
        for number, strike in enumerate(strikes):
            recorded = self.of(strikes[:number], schedule.disk)
            loss = schedule.loss if number == len(strikes) - 1 else ""
            left = describe(history, recorded, strike, loss, schedule.disk)
            history.phases.append(recorded.cut(strike))
        return left


def ended_at(phase: Phase, disk: DiskFault) -> Moment:
    """Return where a process ended whose call failed: in that save, or right after it returned."""
    return disk.at if phase.refused else Moment(disk.at.step, "save")


def describe(
    history: History,
    recorded: Recorded,
    moment: Moment,
    loss: str,
    disk: DiskFault | None = None,
) -> Snapshot:
    """Add to *history* what a crash at *moment* left, and where a resume may begin; return it.

    Raises:
        NeverStruckError: the program made no such call.
    """
    ended = bool(disk and recorded.phase.refused)
    if recorded.number(moment) is None:
        message = f"the program made no file call {moment}"
        raise NeverStruckError(message)
    left = left_by(recorded, moment, loss)
    snapshot = recorded.snapshots[-1] if ended else left.snapshot
    history.bounds.append(recorded.bounds(moment, loss))
    history.files.append(sizes(snapshot))
    history.calls = recorded.told(Moment(moment.step, "save") if ended else moment)
    history.lost = left.words if loss else ""
    if disk and disk.kind != ROT:
        history.fault = str(disk)
    return snapshot


def sizes(left: Snapshot) -> tuple[tuple[str, int], ...]:
    """Return the names of all files, safe to print, with their sizes."""
    return tuple((_printable(name), len(left.files[name].content)) for name in left.names)


def refusal(refused: SnapshotRefused | ChildUnreadable, where: str) -> Trouble:
    """Return what is held against a process whose directory cannot be a checkpoint."""
    return Trouble("checkpoint", where, _printable(str(refused)))


def check_strike(phase: Phase, strike: Moment | None, schedule: Schedule) -> None:
    """Make sure that the process was struck where the schedule says.

    Raises:
        NeverStruckError: training ended without passing that moment.
        MachineError: it was sent SIGKILL and ended otherwise.
    """
    if strike is None:
        return
    if phase.struck is None:
        message = f"the fault {schedule.id} never struck: training ended without passing {strike}"
        raise NeverStruckError(message)
    if phase.exit != -signal.SIGKILL:
        message = f"a process that was sent SIGKILL at {strike} ended with {phase.exit}"
        raise MachineError(message)


def check_signals(phase: Phase, signals: Sequence[Signal], workload: Workload) -> None:
    """Make sure that the process was told to leave as often as the schedule says.

    One that has left after the first signal does not see the second. One that was to be told in a
    save that is due, and has made none, has failed by itself: that is noted as its trouble.

    Raises:
        NeverStruckError: it never came to the moment of the first, and need not have.
    """
    if not signals or phase.told:
        return
    at = signals[0].at
    in_save = at.mark in {*SAVING, "call"}
    if in_save and at.step in phase.unsaved(workload.saves_after):
        phase.trouble = Trouble("unsaved", "train", f"no save was made after step {at.step}")
    else:
        message = f"the signal {signals[0]} was never sent: the process did not come to that moment"
        raise NeverStruckError(message)


def _printable(name: str) -> str:
    """Return the name of a learner's file as text that is safe to print."""
    return readable(name.encode(errors="surrogateescape"))
