"""One exercise from self-test to verdict. Start reading here.

    baseline      the training uninterrupted, once in each fork server; they must agree
    self-test     the built-in keeper is killed and resumed; it must be exact
    checks        every fault of every check is tried on the learner's file, two lanes at a time
    diagnosis     after the verdict is sealed: which state was forgotten, and the proof
"""

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from grader.checkers.progress import within_bounds
from grader.checkers.trajectory import exact, first_different
from grader.course import Check, Exercise
from grader.diagnosis import rules, transplant
from grader.errors import GraderError, MachineError
from grader.faults import kill
from grader.faults.schedule import Schedule
from grader.faults.trial import Lane, NeverStruckError, Subject, Trials, challenge_vector
from grader.faults.trial import folder_for_lanes, run_once
from grader.history import History, Phase
from grader.process.protocol import CHALLENGE_BYTES
from grader.process.servers import ForkServers
from grader.verdict import CheckResult, Failed, Finding, Outcome, Passed, Unknown, Verdict
from grader.workloads.workload import COMPARED, PROGRAM

_FRESH_EVERY = 6
"""Every so many trials the last resume is run although an equal directory was resumed before."""

Watcher = Callable[[str, int, int], None]
"""Told what is going on: stage, done, planned."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to grade, and how.

    Attributes:
        seed: decides the challenge; the same seed replays the same bits.
        fault: carry out this one schedule only.
        mode: "exhaustive" or "sampled", as the report's first line says.
    """

    exercise: Exercise
    file: Path
    seed: int
    fault: Schedule | None = None
    mode: str = "exhaustive"
    watcher: Watcher = lambda _stage, _done, _planned: None


@dataclass(slots=True)
class Graded:
    """An outcome with what a report draws: the baseline, and the trial that failed."""

    outcome: Outcome
    baseline: Phase | None = None
    counterexample: History | None = None


class NotExactError(MachineError):
    """This machine cannot resume the workload exactly, whoever saves."""


def grade(request: Request) -> Graded:
    """Return the verdict on one file. The grader's own failures make it Unknown, never Failed."""
    grading = _Grading(request)
    try:
        with ForkServers(PROGRAM) as servers, grading.lanes(servers):
            with grading.stage("start"):
                servers.wait_until_ready()
            grading.find_baseline()
            grading.test_itself()
            for check in grading.checks():
                grading.try_check(check)
    except MachineError as problem:
        grading.reason = str(problem)
    return grading.graded()


@dataclass(slots=True)
class _Grading:
    """The state of one grading."""

    request: Request
    baseline: Phase | None = None
    results: list[CheckResult] = field(default_factory=list)
    counterexample: History | None = None
    reason: str = ""
    stages: dict[str, float] = field(default_factory=dict)
    kills: int = 0
    pair: tuple[Lane, ...] = ()
    subject: Subject = field(init=False)
    trials: Trials = field(init=False)

    def __post_init__(self) -> None:
        exercise = self.request.exercise
        challenges = challenge_vector(self.request.seed, exercise.workload.steps, CHALLENGE_BYTES)
        self.subject = Subject(
            exercise.workload,
            self.request.file.resolve(),
            str(exercise.calls),
            challenges,
            exercise.limits,
            exercise.functions,
        )
        self.trials = Trials(self.subject)

    @contextmanager
    def lanes(self, servers: ForkServers) -> Iterator[None]:
        """Make the two lanes, and leave nothing of them."""
        root = folder_for_lanes()
        first, second = servers.pair
        self.pair = (Lane((first, second), root / "1"), Lane((second, first), root / "2"))
        try:
            yield
        finally:
            shutil.rmtree(root, ignore_errors=True)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure a stage, and tell the watcher."""
        self.request.watcher(name, 0, 0)
        start = time.perf_counter()
        try:
            yield
        finally:
            self.stages[name] = self.stages.get(name, 0.0) + time.perf_counter() - start

    def find_baseline(self) -> None:
        """Train without any saving, once in each server; both must have the same bits.

        Raises:
            NotExactError: they have not: the workload is not deterministic here.
        """
        nobody = replace(self.subject, learner=None, calls="")
        with self.stage("baseline"):
            for lane in self.pair:
                lane.clear()
            phases = self._both(lambda lane: run_once(nobody, lane))
        for phase in phases:
            if phase.trouble or len(phase.steps) != self.subject.workload.steps:
                why = phase.trouble.text if phase.trouble else f"{len(phase.steps)} steps"
                message = f"the baseline did not train to its end here: {why}"
                raise MachineError(message)
        self.baseline = phases[0]
        differing = first_different(phases[1].steps, phases[0].steps, COMPARED)
        if differing:
            message = (
                "the training is not deterministic here: two uninterrupted runs differ first in "
                f"{differing[1][0]}, at step {differing[0]}"
            )
            raise NotExactError(message)

    def test_itself(self) -> None:
        """Kill and resume the built-in keeper, in both directions.

        Raises:
            NotExactError: a trainer that saves everything was not resumed exactly.
        """
        keeper = Trials(replace(self.subject, learner=None, calls="everything"))
        late = kill.everywhere(self.subject.workload)[0]
        with self.stage("self-test"):
            histories = self._both(lambda lane: keeper.carry_out(late, lane))
        for history in histories:
            found = self._judge(history, [within_bounds, exact(COMPARED)])
            if found:
                message = (
                    "a trainer that saves everything was not resumed exactly on this machine: "
                    f"expected {found.expected}, found {found.found}"
                )
                raise NotExactError(message)

    def checks(self) -> list[Check]:
        """Return the checks to try: all, or the one that the requested fault belongs to."""
        every = list(self.request.exercise.checks)
        fault = self.request.fault
        if fault is None:
            return every
        owners = [check for check in every if fault in check.faults(self.subject.workload)]
        owners = owners or [check for check in every if bool(fault.strikes) and "ill" in check.title]
        return [replace(owner, faults=lambda _: [fault]) for owner in (owners or every)[:1]]

    def try_check(self, check: Check) -> None:
        """Try every fault of *check*; the first counterexample in the list's order is the one."""
        schedules = check.faults(self.subject.workload)
        tried: dict[int, History | GraderError] = {}
        with self.stage("checks"):
            self._run_lanes(check, schedules, tried)
        verdict: Verdict = Passed()
        for at in sorted(tried):
            verdict = self._verdict_on(tried[at], check)
            if not isinstance(verdict, Passed):
                break
        self.kills += sum(
            phase.struck is not None
            for history in tried.values()
            if isinstance(history, History)
            for phase in history.phases
        )
        result = CheckResult(check.title, check.points, verdict, len(tried), len(schedules))
        self.results.append(result)

    def _run_lanes(
        self, check: Check, schedules: Sequence[Schedule], tried: dict[int, History | GraderError]
    ) -> None:
        """Let both lanes take schedules in order until one fails or none is left."""
        waiting = iter(range(len(schedules)))
        failed: list[int] = []

        def work(lane: Lane) -> None:
            while not failed:
                at = next(waiting, None)
                if at is None:
                    return
                fresh = at % _FRESH_EVERY == 0
                try:
                    tried[at] = self.trials.carry_out(schedules[at], lane, fresh=fresh)
                except GraderError as problem:
                    tried[at] = problem
                if not isinstance(self._verdict_on(tried[at], check, diagnose=False), Passed):
                    failed.append(at)
                self.request.watcher(check.title, len(tried), len(schedules))

        self._both(work)

    def _verdict_on(
        self, tried: History | GraderError, check: Check, *, diagnose: bool = True
    ) -> Verdict:
        if isinstance(tried, NeverStruckError):
            return Unknown(str(tried))
        if isinstance(tried, GraderError):
            return Unknown(f"{tried}. This is our fault, not yours.")
        try:
            found = self._judge(tried, check.holds)
        except Exception as problem:  # noqa: BLE001 - a broken checker must not cost the learner
            return Unknown(f"a checker of ours failed: {type(problem).__name__}: {problem}")
        if found is None:
            return Passed()
        return self._failed(found, tried) if diagnose else Failed(found, (rules.UNEXPLAINED,))

    def _judge(self, history: History, holds: Sequence[Any]) -> Finding | None:
        baseline = self.baseline or Phase("")
        for checker in holds:
            found: Finding | None = checker(history, baseline)
            if found:
                return found
        return None

    def _failed(self, found: Finding, history: History) -> Failed:
        """Seal the failure, then look for its cause."""
        if self.counterexample is None:
            self.counterexample = history
        lane = self.pair[0]
        with self.stage("diagnosis"):
            try:
                evidence = transplant.examine(found, self.subject, lane, self.baseline or Phase(""))
                names = rules.name(evidence, self.request.exercise.rules)
            except GraderError:
                return Failed(found, (rules.UNEXPLAINED,))
        return Failed(found, names, evidence.proved)

    def _both(self, work: Callable[[Lane], Any]) -> list[Any]:
        """Do *work* in both lanes at once; return both results."""
        with ThreadPoolExecutor(len(self.pair)) as pool:
            return list(pool.map(work, self.pair))

    def graded(self) -> Graded:
        """Return all that was found."""
        outcome = Outcome(
            self.request.exercise.name,
            self.request.seed,
            self.request.mode,
            str(self.request.file),
            tuple(self.results),
            self.reason,
            self.kills,
            self.trials.resumes,
            self.trials.reused,
            self.stages,
        )
        return Graded(outcome, self.baseline, self.counterexample)
