"""What a trial says of an answer: held against the baseline, repeated for real, explained."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from functools import partial

from grader.checkers.first import first_finding
from grader.course import Check, Exercise
from grader.diagnosis import (
    altered,
    beside,
    elsewhere,
    naming,
    pattern,
    plainly,
    rules,
    transplant,
    whole,
)
from grader.errors import GraderError, MachineError
from grader.faults.asking import Answers
from grader.faults.lane import Lanes
from grader.faults.recordings import NeverStruckError
from grader.faults.schedule import Schedule
from grader.faults.subject import Subject
from grader.faults.sweep import Tried
from grader.faults.trial import Trials
from grader.history import History, Phase
from grader.verdict import Failed, Finding, Passed, Unknown, Verdict


@dataclass(slots=True)
class Judge:
    """Judges the trials of one grading.

    Attributes:
        stage: entered while a diagnosis is looked for.
        alone: this fault alone was asked for, and was carried out for real.
        answers: where answers to cases are taken from.
        counterexample: the first trial that failed.
    """

    exercise: Exercise
    subject: Subject
    lanes: Lanes
    stage: Callable[[str], AbstractContextManager[None]]
    baseline: Phase
    alone: bool = False
    answers: Answers = field(default_factory=Answers)
    counterexample: History | None = None

    def holds(self, came: Tried, check: Check) -> bool:
        """Say whether a check holds after a trial."""
        return isinstance(self.verdict(came, check, explain=False), Passed)

    def verdict(self, came: Tried, check: Check, *, explain: bool = True) -> Verdict:
        """Return the verdict on a trial; a grader's own failure makes it Unknown.

        With *explain*, a failure from a recording is repeated for real, and its cause looked for.
        """
        if isinstance(came, NeverStruckError):
            return Unknown(str(came))
        if isinstance(came, GraderError):
            return Unknown(f"{came}. This is our fault, not yours.")
        try:
            found = self._finding(came, check)
        except Exception as problem:  # noqa: BLE001 - a broken checker must not cost the learner
            return Unknown(f"a checker of ours failed: {type(problem).__name__}: {problem}")
        if found and explain:
            return self._confirmed(found, came, check)
        if not found and explain and self.alone and came.case:
            return self._beside_others(came.schedule, check) or Passed()
        return Failed(found, (rules.UNEXPLAINED,)) if found else Passed()

    def _finding(self, came: History, check: Check) -> Finding | None:
        return first_finding(check.holds, came, self.baseline)

    def _confirmed(self, found: Finding, came: History, check: Check) -> Verdict:
        """Repeat with a real SIGKILL what was seen from a recording; then look for its cause."""
        schedule = Schedule.parse(found.schedule)
        if not (schedule.in_save or schedule.case) or self.alone:
            return self._failed(found, came, check)
        try:
            real = Trials(self.subject).carry_out(schedule, self.lanes.both[0])
        except MachineError as problem:
            return Unknown(f"a failure could not be repeated: {problem}")
        again = self._finding(real, check)
        if again is None and schedule.case and (failed := self._beside_others(schedule.id, check)):
            return failed
        if again is None:
            again_said = f"{schedule.id} failed from a recording, and not when it was really done"
            return Unknown(f"{again_said}. This is our fault, not yours.")
        return self._failed(again, real, check)

    def _beside_others(self, fault: str, check: Check) -> Verdict | None:
        """Say what comes of a case that holds alone, when it is asked beside all others."""
        again = partial(self._finding, check=check)
        try:
            failed = beside.failed(Schedule.parse(fault), self.subject, self.lanes, again)
        except MachineError as problem:
            return Unknown(f"a failure could not be repeated: {problem}")
        if failed and self.counterexample is None:
            self.counterexample = failed[1]
        return failed[0] if failed else None

    def _failed(self, found: Finding, came: History, check: Check) -> Failed:
        """Seal the failure, then look for its cause."""
        if self.counterexample is None:
            self.counterexample = came
        lane = self.lanes.both[0]
        with self.stage("diagnosis"):
            try:
                again = partial(self._finding, check=check)
                if came.case:
                    asked = check.faults(self.subject.workload)
                    trials = Trials(self.subject, answers=self.answers)
                    evidence = pattern.examine(found, asked, trials, lane, again)
                    names = naming.name(evidence, self.exercise.rules)
                    return Failed(found, names, evidence=pattern.told(evidence))
                if elsewhere.is_kept(found, self.subject, lane, again):
                    return Failed(found, (elsewhere.KEPT,))
                evidence = replace(
                    transplant.examine(found, self.subject, lane, self.baseline),
                    before=tuple(note for phase in came.phases[:-1] for note in phase.notes),
                    plainly=plainly.holds(found, self.subject, lane, again),
                )
                names = naming.name(evidence, self.exercise.rules)
                seen = altered.told(evidence) if altered.NAME in names else ()
                if not evidence.proved:
                    seen = whole.proof(found, self.subject, lane, again)
            except Exception:  # noqa: BLE001 - the failure is sealed; a missing cause must not undo it
                return Failed(found, (rules.UNEXPLAINED,))
        return Failed(found, names, evidence.proved, seen)
