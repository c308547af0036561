"""Does a schedule expose the trainers of a zoo, and blame no honest one?

Every fault is really carried out on every trainer, and judged by the checkers of the unit. One that
blames an honest trainer asks for more than the unit promises, so it exposes nobody.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field

from grader.checkers.first import first_finding
from grader.checkers.trajectory import Checker
from grader.course import Exercise
from grader.errors import GraderError
from grader.faults.lane import Lanes, lanes_of
from grader.faults.recordings import NeverStruckError, Recordings
from grader.faults.schedule import Schedule
from grader.faults.subject import Subject, challenge_vector
from grader.faults.sweep import Tried, sweep
from grader.faults.trial import Trials
from grader.history import History
from grader.process.protocol import CHALLENGE_BYTES
from grader.process.servers import ForkServers
from grader.self_test import find_baseline, resume_everything
from grader.verdict import ExitCode
from grader.workloads.workload import PROGRAM
from grader.zoo import places
from grader.zoo.trainers import Trainer, Zoo

Watcher = Callable[[str, int, int], None]

EXPOSED, HELD, MISSED, UNKNOWN = "exposed", "held", "not struck", "unknown"
"""What one fault did to one trainer."""


@dataclass(frozen=True, slots=True)
class Came:
    """What came of one fault for one trainer: a word of these four, and what was seen."""

    word: str
    seen: str = ""


@dataclass(frozen=True, slots=True)
class Hunt:
    """What came of a schedule.

    Attributes:
        faults: the schedule, fault by fault.
        came: for every trainer what came of each fault, in their order.
    """

    zoo: Zoo
    faults: tuple[str, ...]
    came: dict[str, tuple[Came, ...]] = field(default_factory=dict)

    def of(self, trainer: Trainer) -> dict[str, Came]:
        """Return what came of each fault for one trainer."""
        return dict(zip(self.faults, self.came[key(trainer)], strict=True))

    @property
    def unfair(self) -> list[str]:
        """The faults that blame an honest trainer."""
        blames = [self.of(trainer) for trainer in self.zoo.honest]
        return [fault for fault in self.faults if any(_exposes(each[fault]) for each in blames)]

    def exposing(self, trainer: Trainer) -> list[str]:
        """Return the faults that expose a trainer, for an honest one those that blame it."""
        found = [fault for fault, came in self.of(trainer).items() if _exposes(came)]
        return found if trainer in self.zoo.honest else [f for f in found if f not in self.unfair]

    @property
    def exposed(self) -> list[Trainer]:
        """The trainers that are exposed."""
        return [trainer for trainer in self.zoo.wrong if self.exposing(trainer)]

    @property
    def struck_nobody(self) -> list[str]:
        """The faults that no trainer of the zoo came to, so that they say nothing."""
        rows = [self.of(trainer) for trainer in self.zoo.wrong]
        return [fault for fault in self.faults if all(row[fault].word == MISSED for row in rows)]

    @property
    def unknown(self) -> list[tuple[Trainer, str]]:
        """The trainers of which nothing can be said, and why."""
        found = []
        for trainer in (*self.zoo.wrong, *self.zoo.honest):
            why = [came.seen for came in self.came[key(trainer)] if came.word == UNKNOWN]
            if why and not self.exposing(trainer):
                found.append((trainer, why[0]))
        return found

    @property
    def exit_code(self) -> ExitCode:
        """Passed where all are exposed and nobody honest is blamed; a failure beats an unknown."""
        unknown = [trainer for trainer, _ in self.unknown]
        away = [one for one in self.zoo.wrong if one not in self.exposed and one not in unknown]
        if away or self.unfair:
            return ExitCode.FAILED
        return ExitCode.UNKNOWN if unknown else ExitCode.PASSED


def key(trainer: Trainer) -> str:
    """Return a name that no other trainer has, honest or not."""
    return f"{trainer.path.parent.name}/{trainer.name}"


def _exposes(came: Came) -> bool:
    return came.word == EXPOSED


def hunt(
    zoo: Zoo,
    faults: Sequence[str],
    seed: int = 0,
    watcher: Watcher = lambda _stage, _done, _planned: None,
    servers: ForkServers | None = None,
) -> Hunt:
    """Carry out every fault on every trainer; *servers* that are given are left running.

    Raises:
        MachineError: this machine cannot resume the workload exactly, whoever saves.
    """
    done = Hunt(zoo, tuple(faults))
    with grounds(zoo.exercise, seed, watcher, servers) as ground:
        everybody = (*zoo.wrong, *zoo.honest)
        for number, trainer in enumerate(everybody):
            watcher("trying the schedule on every trainer", number, len(everybody))
            done.came[key(trainer)] = tuple(ground.tried(trainer, faults))
        watcher("trying the schedule on every trainer", len(everybody), len(everybody))
    return done


@contextmanager
def grounds(
    exercise: Exercise,
    seed: int,
    watcher: Watcher = lambda _stage, _done, _planned: None,
    servers: ForkServers | None = None,
) -> Iterator["Grounds"]:
    """Make the place of a hunt: fork servers, lanes, and a baseline that this machine can resume.

    Raises:
        MachineError: it cannot.
    """
    lent = nullcontext(servers) if servers else ForkServers(PROGRAM)
    with lent as pair, lanes_of(pair) as lanes:
        watcher("start", 0, 0)
        pair.wait_until_ready()
        yield Grounds(exercise, seed, lanes, watcher)


class Grounds:
    """Where trainers of one unit are tried, one after the other."""

    def __init__(self, exercise: Exercise, seed: int, lanes: Lanes, watcher: Watcher) -> None:
        """Find the baseline of the unit's training."""
        self.exercise, self.lanes = exercise, lanes
        self.challenges = challenge_vector(seed, exercise.workload.steps, CHALLENGE_BYTES)
        subject = Subject(exercise.workload, None, "", self.challenges, exercise.limits)
        watcher("baseline", 0, 0)
        self.baseline = find_baseline(subject, lanes)
        watcher("self-test", 0, 0)
        resume_everything(subject, lanes, self.baseline)

    def tried(self, trainer: Trainer, faults: Sequence[str]) -> list[Came]:
        """Return what came of each fault for a trainer."""
        exercise = self.exercise
        subject = Subject(
            exercise.workload,
            trainer.path.resolve(),
            str(exercise.calls),
            self.challenges,
            exercise.limits,
            exercise.functions,
        )
        recordings = Recordings(subject, self.lanes.both[0])
        meant: dict[int, Schedule] = {}
        came: dict[int, Came] = {}
        for number, fault in enumerate(faults):
            try:
                meant[number] = places.of(fault, recordings)
            except GraderError as problem:
                came[number] = self._judged(problem)
        trials = Trials(subject)  # without recordings: each crash is a real one
        tried = sweep(trials, self.lanes, list(meant.items()), lambda _: True, lambda: None)
        came |= {number: self._judged(one) for number, one in tried.items()}
        return [came[number] for number in range(len(faults))]

    def _judged(self, tried: Tried) -> Came:
        if isinstance(tried, NeverStruckError):
            return Came(MISSED, str(tried))
        if not isinstance(tried, History):
            return Came(UNKNOWN, str(tried))
        found = first_finding(checkers(self.exercise, tried.schedule), tried, self.baseline)
        return (
            Came(EXPOSED, f"expected {found.expected}; found {found.found}")
            if found
            else Came(HELD)
        )


def checkers(exercise: Exercise, fault: str) -> list[Checker]:
    """Return what a unit's checks ask after such a fault: of another setting, or of any other.

    Those that ask about damage alone, or about several crashes, know themselves when to speak.
    """
    setting = Schedule.parse(fault).setting is not None
    found: list[Checker] = []
    for check in exercise.checks:
        if any(one.setting for one in check.faults(exercise.workload)) == setting:
            found += [checker for checker in check.holds if checker not in found]
    return found
