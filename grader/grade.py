"""One exercise from self-test to verdict. Start reading here.

baseline      the training uninterrupted, once in each fork server; they must agree
self-test     the built-in keeper is killed and resumed; it must be exact
              (where nothing is trained: the grader's own functions answer every case)
checks        every fault of every check is tried on the learner's file, two lanes at a time
diagnosis     after the verdict is sealed: which state was forgotten, and the proof
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from grader.course import Exercise
from grader.errors import MachineError
from grader.faults.asking import Answers
from grader.faults.lane import Lanes, lanes_of
from grader.faults.recordings import Recordings
from grader.faults.schedule import Schedule
from grader.faults.subject import Subject, challenge_vector
from grader.faults.sweep import Tried, sweep
from grader.faults.trial import Trials
from grader.history import History, Phase
from grader.judge import Judge
from grader.plan import Plan, planned
from grader.process.protocol import CHALLENGE_BYTES
from grader.process.sandbox import NONE, Sandbox
from grader.process.servers import ForkServers
from grader.search import Hunt, Search, put_first
from grader.self_test import (
    answer_everything,
    find_baseline,
    resume_everything,
    resume_with_workers,
)
from grader.verdict import CheckResult, Failed, Outcome, Passed, Unknown, Verdict
from grader.workloads.workload import PROGRAM

_FIRST = 3
"""So many faults of every check are tried before the rest of any."""

Watcher = Callable[[str, int, int], None]
"""Told what is going on: stage, done, planned."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to grade, and how.

    Attributes:
        seed: decides the challenge; the same seed replays the same bits.
        fault: carry out this one schedule only.
        mode: "exhaustive" or "sampled", as the report's first line says.
        sandbox: what learner code runs in.
        search: look for schedules of several kills, too, once all others have held.
        cores: 1 to leave the others to other gradings; the verdict is the same.
        found: told of the first counterexample as soon as it is seen, before any cause is.
    """

    exercise: Exercise
    file: Path
    seed: int
    fault: Schedule | None = None
    mode: str = "exhaustive"
    sandbox: Sandbox = NONE
    cores: int = 2
    search: Search | None = None
    watcher: Watcher = lambda _stage, _done, _planned: None
    found: "Callable[[Graded], None]" = lambda _graded: None


@dataclass(slots=True)
class Graded:
    """An outcome with what a report draws: the baseline, and the trial that failed.

    Where one fault alone was asked for, it is that one's trial, whatever came of it.
    """

    outcome: Outcome
    baseline: Phase | None = None
    counterexample: History | None = None


def grade(request: Request, servers: ForkServers | None = None) -> Graded:
    """Return the verdict on one file. The grader's own failures make it Unknown, never Failed.

    *servers* that are given are used and left running, for whoever grades many files.
    """
    grading = _Grading(request)
    try:
        lent = _servers(request) if servers is None else nullcontext(servers)
        with lent as pair, lanes_of(pair) as grading.lanes:
            with grading.stage("start"):
                pair.wait_until_ready()
            grading.look_at_machine()
            grading.try_checks()
    except MachineError as problem:
        grading.reason = str(problem)
    return grading.graded()


def _servers(request: Request) -> ForkServers:
    visible = [request.file.resolve(), request.exercise.calls.resolve()]
    return ForkServers(PROGRAM, request.cores, request.sandbox, visible, request.exercise.device)


def check_machine(exercise: Exercise) -> None:
    """Train, kill and resume the built-in keeper of an exercise's workload; no learner's file.

    Raises:
        MachineError: this machine cannot do that exactly; the message says what differs.
    """
    grading = _Grading(Request(exercise, exercise.stub, seed=0))
    with ForkServers(PROGRAM) as servers, lanes_of(servers) as grading.lanes:
        servers.wait_until_ready()
        grading.look_at_machine()


@dataclass(slots=True)
class _Grading:
    """The state of one grading."""

    request: Request
    baseline: Phase | None = None
    results: list[CheckResult] = field(default_factory=list)
    shown: History | None = None
    reason: str = ""
    without_workers: str = ""
    told: bool = False
    stages: dict[str, float] = field(default_factory=dict)
    kills: int = 0
    searched: int = 0
    lanes: Lanes = field(init=False)
    subject: Subject = field(init=False)
    trials: Trials = field(init=False)
    recordings: Recordings = field(init=False)
    judge: Judge = field(init=False)

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
            exercise.cases(self.request.seed),
        )
        self.trials = Trials(self.subject)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure a stage, and tell the watcher."""
        self.request.watcher(name, 0, 0)
        start = time.perf_counter()
        try:
            yield
        finally:
            self.stages[name] = self.stages.get(name, 0.0) + time.perf_counter() - start

    def look_at_machine(self) -> None:
        """Find the baseline, and show that this machine can resume it exactly.

        Raises:
            NotExactError: it cannot, whoever saves.
        """
        if self.subject.cases:
            with self.stage("answers"):
                answer_everything(self.subject, self.lanes, self.request.exercise.checks[0].holds)
            return
        with self.stage("baseline"):
            self.baseline = find_baseline(self.subject, self.lanes)
        with self.stage("self-test"):
            resume_everything(self.subject, self.lanes, self.baseline)
            if self.subject.workload.sampled:
                try:
                    resume_with_workers(self.subject, self.lanes, self.baseline)
                except MachineError as problem:
                    self.without_workers = f"data cannot be loaded by workers here: {problem}"

    def try_checks(self) -> None:
        """Try every fault of every check; of each check the first counterexample in order is kept.

        The first few faults of each check go first, so that whatever is wrong shows at once.
        """
        self.recordings = Recordings(self.subject, self.lanes.both[0])
        self.trials.recordings = self.recordings
        if self.subject.cases and not self.request.fault:
            with self.stage("answers"):
                self.trials.answers = Answers.of(self.subject, self.lanes)
        request, workload = self.request, self.subject.workload
        self.judge = Judge(
            request.exercise,
            self.subject,
            self.lanes,
            self.stage,
            self.baseline or Phase(""),
            request.fault is not None,
            self.trials.answers,
        )
        with self.stage("recording") if request.exercise.trains else nullcontext():
            exhaustive = self.recordings if request.mode == "exhaustive" else None
            plans = planned(request.exercise.checks, workload, exhaustive, request.fault)
            put_first(request.search.first if request.search else (), plans)
        for plan in plans if request.exercise.device and not request.fault else ():
            plan.keep_few(request.seed)
        if self.without_workers:
            for plan in plans:
                plan.leave_out_workers(self.without_workers)
        with self.stage("checks"):
            for part in (slice(_FIRST), slice(_FIRST, None)):
                for plan in plans:
                    self._sweep(plan, part)
        lane = self.lanes.both[0]
        search = request.search if request.exercise.trains else None
        hunt = search and Hunt(search, plans, self.trials, lane, self.judge.holds)
        if hunt and hunt.due:
            with self.stage("search"):
                self.searched = hunt.run(exhaustive, request.watcher)
        for plan in plans:
            self._conclude(plan)
        self.shown = self.judge.counterexample or self.shown

    def _sweep(self, plan: Plan, part: slice) -> None:
        """Carry out a part of a check's schedules, unless one before has failed."""
        if not all(self.judge.holds(came, plan.check) for came in plan.tried.values()):
            return
        numbered = list(enumerate(plan.schedules))[part]
        done = count(len(plan.tried) + 1)

        def watch() -> None:
            self.request.watcher(plan.check.title, next(done), len(plan.schedules))

        plan.tried |= sweep(
            self.trials,
            self.lanes,
            numbered,
            lambda came: self.judge.holds(came, plan.check),
            watch,
        )
        if any(self._is_told(came, plan) for came in plan.tried.values()):
            self.request.watcher("found", 0, 0)

    def _is_told(self, came: Tried, plan: Plan) -> bool:
        """Say whether a trial failed; of the first that did, tell at once."""
        verdict = self.judge.verdict(came, plan.check, explain=False)
        if isinstance(verdict, Failed) and isinstance(came, History) and not self.told:
            self.told = True
            title, points = plan.check.title, plan.check.points
            seen = CheckResult(title, points, verdict, len(plan.tried), len(plan.schedules))
            self.request.found(Graded(self._outcome([seen]), self.baseline, came))
        return not isinstance(verdict, Passed)

    def _conclude(self, plan: Plan) -> None:
        verdict: Verdict = Passed()
        for came in plan.tried.values():
            if self.request.fault and isinstance(came, History):
                self.shown = came
            verdict = self.judge.verdict(came, plan.check)
            if not isinstance(verdict, Passed):
                break
        if isinstance(verdict, Passed) and (plan.unseen or not plan.complete):
            verdict = Unknown(plan.unseen or "no fault was planned for it")
        self.kills += sum(
            phase.struck is not None
            for came in plan.tried.values()
            if isinstance(came, History)
            for phase in came.phases
        )
        title, points = plan.check.title, plan.check.points
        self.results.append(
            CheckResult(title, points, verdict, len(plan.tried), len(plan.schedules))
        )

    def graded(self) -> Graded:
        """Return all that was found."""
        return Graded(self._outcome(self.results), self.baseline, self.shown)

    def _outcome(self, results: Sequence[CheckResult]) -> Outcome:
        return Outcome(
            self.request.exercise.name,
            self.request.seed,
            self.request.mode,
            str(self.request.file),
            tuple(results),
            self.reason,
            self.kills,
            self.trials.resumes,
            self.trials.reused,
            self.stages,
            self.request.sandbox.name,
            self.request.fault.id if self.request.fault else "",
            self.searched,
            self.request.exercise.device,
        )
