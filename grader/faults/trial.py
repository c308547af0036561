"""Carrying out one schedule: start, strike, keep what the kill left, resume from exactly that.

A trial runs in a *lane*: two fork servers in one order and one folder. The process after a kill
runs in the other server, finds the checkpoint directory as the kill left it, and nothing else.
"""

import hashlib
import signal
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from grader.crash_states.snapshot import Snapshot, SnapshotRefused
from grader.errors import MachineError
from grader.faults import kill
from grader.faults.lane import Lane
from grader.faults.schedule import Schedule
from grader.history import Bounds, History, Moment, Phase, Trouble
from grader.process.limits import Limits
from grader.process.phase import readable, run_phase
from grader.process.servers import Job
from grader.workloads.workload import COMPARED, PROGRAM, Workload


class NeverStruckError(MachineError):
    """A fault of the schedule did not happen, so the trial proves nothing."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What is tried: a workload, and who saves and loads it.

    Attributes:
        learner: the learner's file; None where nobody of theirs is needed.
        calls: the file that calls it, "everything" for the built-in keeper, "" for nobody.
        challenges: the challenge of every step; one vector for a whole verdict.
        functions: names that the learner's file must define.
    """

    workload: Workload
    learner: Path | None
    calls: str
    challenges: tuple[bytes, ...]
    limits: Limits = field(default_factory=Limits)
    functions: tuple[str, ...] = ()


@dataclass(slots=True)
class _Conductor:
    """Tells one process what the schedule has for it."""

    subject: Subject
    bounds: Bounds
    strike: Moment | None
    digests: int
    only_load: bool = False

    def allows(self, position: int) -> bool:
        return not self.only_load and self.bounds.allow(position)

    def challenge(self, step: int) -> bytes | None:
        challenges = self.subject.challenges
        return challenges[step] if 0 <= step < len(challenges) else None

    def strikes(self, moment: Moment) -> bool:
        return moment == self.strike

    def saves_after(self, step: int) -> bool:
        return bool(self.subject.calls) and self.subject.workload.saves_after(step)

    def after(self, moment: Moment) -> Moment | None:
        workload = self.subject.workload
        if moment.mark == "start" and moment.step == workload.steps:
            return Moment(workload.steps, "end")
        return _following(workload).get(moment)


def run_once(  # noqa: PLR0913 - each names one thing that may differ between processes
    subject: Subject,
    lane: Lane,
    number: int = 0,
    *,
    bounds: Bounds | None = None,
    strike: Moment | None = None,
    exchange: int | None = None,
    **arguments: Any,  # noqa: ANN401 - whatever the program takes
) -> Phase:
    """Run one process of *subject* in the lane's folder as it stands."""
    digests = len(COMPARED) if arguments.get("digests", True) else 0
    everywhere = Bounds(0, subject.workload.steps)
    only_load = arguments.pop("only_load", False)
    conductor = _Conductor(subject, bounds or everywhere, strike, digests, only_load)
    job = Job(
        PROGRAM,
        subject.learner,
        lane.server(number).inside(lane.folder),
        {
            "workload": subject.workload.arguments(),
            "calls": subject.calls,
            "functions": subject.functions,
            **arguments,
        },
        subject.limits,
        lane.outside and lane.server(number).inside(lane.outside),
    )
    return run_phase(lane.server(number), job, conductor, exchange)


@dataclass(slots=True)
class Trials:
    """Carries out schedules on one subject, and remembers what resumed from what.

    A resume sees nothing but the checkpoint directory, so an equal directory in the same lane and
    server resumes equally; `remembered` saves running it again, and ``fresh`` runs it anyway.
    """

    subject: Subject
    remembered: dict[tuple[int, str, str], Phase] = field(default_factory=dict)
    resumes: int = 0
    reused: int = 0

    def carry_out(self, schedule: Schedule, lane: Lane, *, fresh: bool = False) -> History:
        """Return the history of one trial; a SIGKILL that was not ours is retried once.

        Raises:
            NeverStruckError: a strike of the schedule did not happen.
            MachineError: the fork server failed, or a foreign SIGKILL came twice.
        """
        history = self._attempt(schedule, lane, fresh=fresh)
        if _foreign_kill(history):
            history = self._attempt(schedule, lane, fresh=True)
        if trouble := _foreign_kill(history):
            message = f"SIGKILL came from elsewhere, twice, in {trouble.where}: out of memory?"
            raise MachineError(message)
        return history

    def approach(self, schedule: Schedule, lane: Lane) -> History:
        """Run every process but the last, and leave in the lane what the last one finds.

        The history ends early, with the trouble in its last phase, where a process failed by
        itself.
        """
        history = History(schedule.id)
        lane.clear()
        bounds = Bounds(0, 0)
        for number, strike in enumerate(schedule.strikes or ([None] if schedule.setting else [])):
            phase = run_once(
                self.subject, lane, number, bounds=bounds, strike=strike, digests=number > 0
            )
            history.phases.append(phase)
            if phase.trouble:
                return history
            _check_strike(phase, strike, schedule)
            left = self._keep(lane, history)
            if left is None:
                return history
            floor = max(bounds.floor, phase.acknowledged)
            bounds = Bounds(floor, floor)  # killed at a moment, so no save was under way
            history.bounds.append(bounds)
            history.files.append(_sizes(left))
        return history

    def _attempt(self, schedule: Schedule, lane: Lane, *, fresh: bool) -> History:
        history = self.approach(schedule, lane)
        if history.phases and history.phases[-1].trouble:
            return history
        bounds = history.bounds[-1] if history.bounds else Bounds(0, 0)
        if schedule.setting:
            self._resume_otherwise(schedule.setting, lane, history, bounds)
        else:
            self._last(lane, history, bounds, fresh=fresh)
        return history

    def _keep(self, lane: Lane, history: History) -> Snapshot | None:
        """Take what the process left, and give the next one exactly that."""
        phase = history.phases[-1]
        number = len(history.phases) - 1
        try:
            left = lane.look(self.subject.limits, number)
        except SnapshotRefused as refused:
            phase.trouble = _refusal(refused, "save")
            return None
        if phase.survivors:
            text = f"{phase.survivors} process(es) left their group and outlived the kill"
            phase.trouble = Trouble("survivor", "training", text)
            return None
        lane.put(left, number + 1)
        return left

    def _last(self, lane: Lane, history: History, bounds: Bounds, *, fresh: bool) -> None:
        number = len(history.phases)
        before = lane.look(self.subject.limits, number)
        known = (id(lane), lane.server(number).name, before.key)
        earlier = self.remembered.get(known)
        if number and not fresh and earlier and bounds.allow(earlier.start):
            self.reused += 1
            history.phases.append(_reuse(earlier))
            return
        self.resumes += number > 0
        phase = run_once(self.subject, lane, number, bounds=bounds)
        if phase.trouble is None and phase.survivors:
            text = f"{phase.survivors} process(es) left their group and outlived the training"
            phase.trouble = Trouble("survivor", "training", text)
        history.phases.append(phase)
        self.remembered[known] = phase

    def _resume_otherwise(
        self, setting: tuple[str, Any], lane: Lane, history: History, bounds: Bounds
    ) -> None:
        name, value = setting
        workload = self.subject.workload.with_settings(**{name: value})
        other = replace(self.subject, workload=workload)
        number = len(history.phases)
        phase = run_once(other, lane, number, bounds=bounds, only_load=True)
        history.phases.append(phase)
        try:
            history.files.append(_sizes(lane.look(self.subject.limits, number)))
        except SnapshotRefused as refused:
            phase.trouble = _refusal(refused, "load")


def challenge_vector(seed: int, steps: int, size: int) -> tuple[bytes, ...]:
    """Return the challenges of a whole verdict: the same for the same seed, so that it replays."""
    # From some challenges nobody can compute the others without trying every seed.
    stream = hashlib.shake_256(f"challenge {seed}".encode()).digest(steps * size)
    return tuple(stream[at : at + size] for at in range(0, len(stream), size))


def _sizes(left: Snapshot) -> tuple[tuple[str, int], ...]:
    return tuple((_printable(name), len(left.files[name].content)) for name in left.names)


def _refusal(refused: SnapshotRefused, where: str) -> Trouble:
    return Trouble("checkpoint", where, _printable(str(refused)))


def _printable(name: str) -> str:
    """Return the name of a learner's file as text that is safe to print."""
    return readable(name.encode(errors="surrogateescape"))


@cache
def _following(workload: Workload) -> dict[Moment, Moment]:
    """Return for each moment of a training the one that comes next, from any start."""
    moments = kill.moments(workload)
    starts = {Moment(step, "start"): Moment(step, "forward") for step in range(workload.steps)}
    return dict(pairwise(moments)) | starts


def _check_strike(phase: Phase, strike: Moment | None, schedule: Schedule) -> None:
    if strike is None:
        return
    if phase.struck is None:
        message = f"the fault {schedule.id} never struck: training ended without passing {strike}"
        raise NeverStruckError(message)
    if phase.exit != -signal.SIGKILL:
        message = f"a process that was sent SIGKILL at {strike} ended with {phase.exit}"
        raise MachineError(message)


def _foreign_kill(history: History) -> Trouble | None:
    last = history.phases[-1]
    if last.exit == -signal.SIGKILL and last.trouble and last.trouble.kind == "signal":
        return last.trouble
    return None


def _reuse(phase: Phase) -> Phase:
    return Phase(
        phase.server, phase.start, phase.steps, phase.acknowledged, exit=phase.exit,
        trouble=phase.trouble, notes=phase.notes, output=phase.output, reused=True,
    )  # fmt: skip
