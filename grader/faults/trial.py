"""Carrying out one schedule: start, strike, keep what the crash left, resume from exactly that.

A trial runs in a *lane*: two fork servers in one order and one folder. The process after a strike
runs in the other server, finds the checkpoint directory as the crash left it, and nothing else.
"""

import signal
from dataclasses import dataclass, field, replace
from typing import Any

from grader.crash_states.observation import Observation
from grader.crash_states.snapshot import Snapshot, SnapshotRefused
from grader.errors import MachineError
from grader.faults.asking import Answers, ask
from grader.faults.holding import Holding
from grader.faults.lane import Lane
from grader.faults.recording import is_call
from grader.faults.recordings import (
    START,
    NeverStruckError,
    Recordings,
    check_signals,
    check_strike,
    describe,
    ended_at,
    refusal,
    run_watched,
    sizes,
)
from grader.faults.schedule import Schedule
from grader.faults.subject import Subject, run_once
from grader.history import Bounds, History, Moment, Phase, Trouble


@dataclass(slots=True)
class Trials:
    """Carries out schedules on one subject, and remembers what resumed from what.

    A resume sees nothing but the checkpoint directory, so an equal directory in the same server
    resumes equally, and so does one in which it would have looked at the same. ``fresh`` runs it
    anyway.

    Attributes:
        recordings: where crashes at file calls are taken from; None to carry each of them out.
        answers: where answers to cases are taken from; what is not there is asked.
    """

    subject: Subject
    recordings: Recordings | None = None
    answers: Answers = field(default_factory=Answers)
    remembered: dict[tuple[int, str, str, int], Phase] = field(default_factory=dict)
    observed: list[tuple[str, Observation, Phase]] = field(default_factory=list)
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
        strikes: tuple[Moment | None, ...] = schedule.strikes
        if not strikes and (schedule.setting or schedule.disk or schedule.signals):
            strikes = (None,)
        for number, strike in enumerate(strikes):
            last = number == len(strikes) - 1
            first_fault = schedule.disk if number == 0 else None
            if number == 0 and schedule.signals:
                left = self._told(lane, history, strike, schedule)
            elif is_call(strike) or first_fault or (last and schedule.loss):
                loss = schedule.loss if last else ""
                left = self._watched(lane, history, strike, replace(schedule, loss=loss))
            else:
                left = self._struck(lane, history, strike, schedule)
            if left is None:
                return history
            lane.put(left, number + 1)
        return history

    def _struck(
        self, lane: Lane, history: History, strike: Moment | None, schedule: Schedule
    ) -> Snapshot | None:
        """Run a process until it is struck at a moment; return what it left, None for trouble."""
        number = len(history.phases)
        bounds = history.bounds[-1] if history.bounds else START
        workload, hold = self.subject.workload, None if number else schedule.hold
        holding = Holding(hold, strike, workload) if hold and strike else None
        phase = run_once(
            self.subject.under(schedule), lane, number,
            bounds=bounds, strike=strike, supervisor=holding, digests=number > 0,
        )  # fmt: skip
        history.phases.append(phase)
        history.calls = ()
        if phase.trouble:
            return None
        check_strike(phase, strike, schedule)
        if holding and hold and hold.at and not holding.held:
            message = f"the fault {schedule.id} never struck: the call {hold.at} was not made"
            raise NeverStruckError(message)
        left = self._keep(lane, phase, number)
        if left is not None:
            floor = max(bounds.floor, phase.acknowledged)
            # At a moment no save is under way but one that has returned early.
            history.bounds.append(Bounds(floor, max(floor, phase.saved)))
            history.files.append(sizes(left))
        return left

    def _told(
        self, lane: Lane, history: History, strike: Moment | None, schedule: Schedule
    ) -> Snapshot | None:
        """Run a process that is told to leave, until it has left or its grace is over."""
        subject, signals = self.subject.under(schedule), schedule.signals
        if any(is_call(at) for at in (strike, *(signal.at for signal in signals))):
            watched = run_watched(subject, lane, 0, START, strike=strike, signals=signals)
            phase = watched.phase
        else:
            phase = run_once(
                subject, lane, 0, bounds=START, strike=strike, digests=False, signals=signals
            )
        history.phases.append(phase)
        if phase.trouble is None:
            check_signals(phase, signals, self.subject.workload)
        if phase.trouble:
            return None
        if phase.left is None:
            check_strike(phase, strike, schedule)
        left = self._keep(lane, phase, 0)
        if left is not None:
            floor = phase.acknowledged
            history.bounds.append(Bounds(floor, floor))
            if phase.left is not None:  # it had the time to save what it had
                floor = max(floor, phase.safe)
                history.bounds[-1] = Bounds(floor, max(floor, phase.position))
            elif is_call(strike):  # a save was under way
                history.bounds[-1] = Bounds(floor, phase.position)
            history.files.append(sizes(left))
        return left

    def _watched(
        self, lane: Lane, history: History, strike: Moment | None, schedule: Schedule
    ) -> Snapshot | None:
        """Run a process until it is struck at a file call, or after one that failed."""
        number = len(history.phases)
        bounds = history.bounds[-1] if history.bounds else START
        disk = schedule.disk if number == 0 else None
        until = strike or (self._must_be_told(disk.at.step) if disk else None)
        if until and until.mark == "call" and schedule.loss:
            until = Moment(until.step, "save")  # what is lost follows from the whole save
        watched = run_watched(self.subject, lane, number, bounds, strike=until, disk=disk)
        phase = watched.phase
        history.phases.append(phase)
        if phase.trouble or watched.recorded is None:
            return None
        if not phase.refused:
            check_strike(phase, until, schedule)
        moment = strike or (ended_at(phase, disk) if disk else until)
        if moment is None:
            return watched.left
        left = describe(history, watched.recorded, moment, schedule.loss, disk)
        if schedule.loss:
            history.phases[-1] = watched.recorded.cut(moment)
        return left

    def _must_be_told(self, step: int) -> Moment:
        """Return when a caller must know that the save after a step has failed."""
        workload = self.subject.workload
        if not workload.background:
            return Moment(step, "save")
        later = step + workload.save_every
        return Moment(later, "save") if later < workload.steps else Moment(workload.steps, "end")

    def _attempt(self, schedule: Schedule, lane: Lane, *, fresh: bool) -> History:
        if schedule.case:
            known = None if fresh else self.answers.histories.get(schedule.case)
            return known or ask(self.subject, schedule, lane)
        if self.recordings and self.recordings.have(schedule):
            history, left = self.recordings.history(schedule)
            if not fresh and self._reuses(lane, history, left, schedule):
                return history
            lane.put(left, len(history.phases))
        else:
            history = self.approach(schedule, lane)
        if history.phases and history.phases[-1].trouble:
            return history
        bounds = history.bounds[-1] if history.bounds else START
        if schedule.setting:
            self._resume_otherwise(schedule.setting, lane, history, bounds)
        else:
            self._last(lane, history, bounds, schedule, fresh=fresh)
        return history

    def _reuses(self, lane: Lane, history: History, found: Snapshot, schedule: Schedule) -> bool:
        """Take the last process from one that saw the same, if there was one; say whether."""
        number = len(history.phases)
        if not number:
            return False
        server = lane.server(number).name
        known = (id(lane), server, found.key, schedule.workers)
        earlier = self.remembered.get(known)
        if earlier is None and not schedule.workers:
            earlier = self._observed(server, found)
        if earlier is None or not _serves(earlier, history.bounds[-1]):
            return False
        self.reused += 1
        history.phases.append(_reuse(earlier))
        return True

    def _keep(self, lane: Lane, phase: Phase, number: int) -> Snapshot | None:
        """Take what the process left."""
        try:
            left = lane.look(self.subject.limits, number)
        except SnapshotRefused as refused:
            phase.trouble = refusal(refused, "save")
            return None
        if phase.survivors:
            text = f"{phase.survivors} process(es) left their group and outlived the kill"
            phase.trouble = Trouble("survivor", "training", text)
            return None
        return left

    def _last(
        self, lane: Lane, history: History, bounds: Bounds, schedule: Schedule, *, fresh: bool
    ) -> None:
        number = len(history.phases)
        server = lane.server(number).name
        before = lane.look(self.subject.limits, number)
        if not fresh and self._reuses(lane, history, before, schedule):
            return
        self.resumes += number > 0
        if schedule.in_save:
            seen = Observation(before)
            phase = run_watched(self.subject, lane, number, bounds, observation=seen).phase
            self.observed.append((server, seen, phase))
        else:
            phase = run_once(self.subject.under(schedule), lane, number, bounds=bounds)
        if phase.trouble is None and phase.survivors:
            text = f"{phase.survivors} process(es) left their group and outlived the training"
            phase.trouble = Trouble("survivor", "training", text)
        history.phases.append(phase)
        self.remembered[id(lane), server, before.key, schedule.workers] = phase

    def _observed(self, server: str, found: Snapshot) -> Phase | None:
        """Return a resume that looked only at what is the same in *found*."""
        for name, seen, phase in self.observed:
            if name == server and seen.holds_for(found):
                return phase
        return None

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
            history.files.append(sizes(lane.look(self.subject.limits, number)))
        except SnapshotRefused as refused:
            phase.trouble = refusal(refused, "load")


def _serves(earlier: Phase, bounds: Bounds) -> bool:
    """Say whether a resume that was run would have gone the same way under *bounds*."""
    if earlier.trouble and earlier.trouble.kind == "start":
        return not bounds.allow(earlier.start)
    return earlier.start is None or bounds.allow(earlier.start)


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
