"""What survives a crash at each file call of a save: the survival strip of any saver.

A small training is recorded while it saves with a person's own ``save(directory, state)``. Then
every state that a crash in its second save may leave is resumed with their ``load(directory)``.
"""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from grader.checkers.trajectory import first_different
from grader.errors import MachineError, UsageError
from grader.faults import crash
from grader.faults.lane import Lanes, lanes_of
from grader.faults.loss import powerless, torn
from grader.faults.recorded import Recorded
from grader.faults.recordings import Recordings
from grader.faults.schedule import Schedule
from grader.faults.subject import Subject, challenge_vector
from grader.faults.sweep import Tried, sweep
from grader.faults.trial import Trials
from grader.history import Bounds, History, Moment, Phase
from grader.process.limits import Limits
from grader.process.protocol import CHALLENGE_BYTES
from grader.process.sandbox import NONE, Sandbox
from grader.process.servers import ForkServers
from grader.self_test import find_baseline, resume_everything
from grader.workloads.workload import COMPARED, PROGRAM, Workload

WORKLOAD = Workload(epochs=3, batches=3, save_every=3, dropout=0.1)
CALLS = Path(__file__).parent / "workloads" / "saver_calls.py"
FUNCTIONS = ("save", "load")
AFTER = "after its last file call"
_LIMITS = Limits(checkpoint_kib=2048, checkpoint_files=128)

OUTCOMES = ("new", "old", "mix", "lost")
"""What a resume finds, the best first: the new checkpoint, the one before, a mixture that nobody
notices, or nothing that can be loaded."""

ROWS = {
    "kill": "killed (SIGKILL)",
    "ext4": "power lost, ext4",
    "posix": "power lost, POSIX",
}
"""The rows of a strip, and what they are called."""


@dataclass(frozen=True, slots=True)
class Point:
    """One crash and what came of it.

    Attributes:
        call: number of the file call before which it struck; one past the last is after the save.
        outcome: one of `OUTCOMES`.
        words: the call that it struck.
        lost: what a torn write or a power loss took.
        left: what lay there, with sizes.
        saw: what the resumed process did with it.
    """

    call: int
    schedule: str
    outcome: str
    words: str
    lost: str
    left: str
    saw: str


@dataclass(slots=True)
class Row:
    """All crashes of one kind, in the order of the calls."""

    kind: str
    points: list[Point] = field(default_factory=list)

    def worst(self) -> list[Point]:
        """Return for every call the worst point, so that a row has one cell a call."""
        found: dict[int, Point] = {}
        for point in self.points:
            held = found.get(point.call)
            if held is None or OUTCOMES.index(point.outcome) > OUTCOMES.index(held.outcome):
                found[point.call] = point
        return [found[call] for call in sorted(found)]

    def count(self, outcome: str) -> int:
        """Return how many crashes had an outcome."""
        return sum(point.outcome == outcome for point in self.points)


@dataclass(slots=True)
class Strip:
    """The survival strip of one saver.

    Attributes:
        calls: the file calls of its second save, in words.
        rows: by kind.
        durable: whether no power loss right after a save takes it, by level.
        resumed: how many resumes were run for all of it.
    """

    file: Path
    title: str
    calls: list[str]
    rows: list[Row]
    durable: dict[str, bool]
    resumed: int


Watcher = Callable[[str, int, int], None]


def survive(
    files: Sequence[Path],
    seed: int,
    sandbox: Sandbox = NONE,
    watcher: Watcher = lambda _stage, _done, _planned: None,
    servers: ForkServers | None = None,
) -> list[Strip]:
    """Return the strip of every file; *servers* that are given are used and left running.

    Raises:
        UsageError: a file is none, or its training does not run to its end; the message says why.
        MachineError: this machine cannot say.
    """
    for file in files:
        if not file.is_file():
            message = (
                f"{file}: no such file; name Python files with save(directory, state) and load"
            )
            raise UsageError(message)
    challenges = challenge_vector(seed, WORKLOAD.steps, CHALLENGE_BYTES)
    visible = [CALLS, *(file.resolve() for file in files)]
    strips = []
    lent = nullcontext(servers) if servers else ForkServers(PROGRAM, 2, sandbox, visible)
    with lent as pair, lanes_of(pair) as lanes:
        watcher("start", 0, 0)
        pair.wait_until_ready()
        for number, file in enumerate(files):
            subject = Subject(WORKLOAD, file.resolve(), str(CALLS), challenges, _LIMITS, FUNCTIONS)
            if number == 0:
                baseline = find_baseline(subject, lanes)
                resume_everything(subject, lanes, baseline)
            watcher(file.name, number, len(files))
            strips.append(_Survey(subject, lanes, baseline).strip())
    return strips


class _Survey:
    """Tries every crash of one saver."""

    def __init__(self, subject: Subject, lanes: Lanes, baseline: Phase) -> None:
        self.subject, self.lanes, self.baseline = subject, lanes, baseline
        self.recordings = Recordings(subject, lanes.both[0])
        self.trials = Trials(subject, self.recordings)

    def strip(self) -> Strip:
        """Record the saver, and try everything."""
        recorded = self.recordings.of()
        path = self.subject.learner or Path()
        if recorded.phase.trouble:
            trouble = recorded.phase.trouble
            said = trouble.text.splitlines()[-1] if trouble.text else trouble.kind
            message = f"{path.name}: the training did not run to its end ({trouble.where}): {said}"
            raise UsageError(message)
        ends = recorded.ends()
        if len(ends) < 2:  # noqa: PLR2004 - the second save is the one that is surveyed
            message = f"{path.name}: save() changed no file in the directory that it was given"
            raise UsageError(message)
        end = ends[1]
        rows = [Row(kind, self._points(schedules)) for kind, schedules in _plan(recorded, end)]
        durable = {level: self._is_durable(recorded, end, level) for level in ("ext4", "posix")}
        calls = list(recorded.told(Moment(end.step, "save")))
        return Strip(path, title_of(path), calls, rows, durable, self.trials.resumes)

    def _points(self, schedules: Sequence[Schedule]) -> list[Point]:
        tried = sweep(
            self.trials, self.lanes, list(enumerate(schedules)), lambda _: True, lambda: None
        )
        return [self._point(schedules[number], came) for number, came in tried.items()]

    def _is_durable(self, recorded: Recorded, end: Moment, level: str) -> bool:
        schedules = [Schedule((end,), loss=loss) for loss in powerless(recorded, end, level)]
        points = self._points(crash.distinct(recorded, schedules))
        return all(point.outcome == "new" for point in points)

    def _point(self, schedule: Schedule, came: Tried) -> Point:
        if not isinstance(came, History):
            raise MachineError(str(came))
        moment = schedule.strikes[-1]
        outcome, saw = judge(came.phases[-1], came.bounds[-1], self.baseline)
        files = ", ".join(f"{name} ({size} bytes)" for name, size in came.files[-1])
        after = self.recordings.of().number(Moment(moment.step, "save"))
        struck = self.recordings.of().number(moment) != after
        words = came.calls[-1] if came.calls and struck else AFTER
        return Point(moment.call, schedule.id, outcome, words, came.lost, files or "nothing", saw)


def judge(phase: Phase, bounds: Bounds, baseline: Phase) -> tuple[str, str]:
    """Return the outcome of a resume, and what it did, in words."""
    trouble = phase.trouble
    if trouble and trouble.kind != "start":
        said = trouble.text.splitlines()[-1] if trouble.text else trouble.kind
        return "lost", f"{trouble.where}() ended: {said}" if trouble.where == "load" else said
    if phase.start is None or phase.start < bounds.floor:
        return "lost", f"training began again from step {phase.start}"
    differing = first_different(phase.steps, baseline.steps, COMPARED)
    if differing:
        step, items = differing
        return "mix", f"training went on from step {phase.start}; {items[0]} differs in step {step}"
    outcome = "new" if phase.start >= bounds.ceiling else "old"
    return outcome, f"training went on from step {phase.start}, bit for bit"


def title_of(path: Path) -> str:
    """Return the first line of a file's docstring, its name where it has none."""
    lines = path.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    first = lines[0].strip().strip('"').strip() if lines else ""
    return first if lines and lines[0].startswith('"""') else path.stem


def _plan(recorded: Recorded, end: Moment) -> list[tuple[str, list[Schedule]]]:
    """Return the schedules of every row: crashes in one save."""
    group = recorded.group(end)
    kills = []
    for number in group:
        at = recorded.calls[number].at
        kills.append(Schedule((at,)))
        kills += [Schedule((at,), loss=loss) for loss in torn(recorded, number)]
    after = Moment(end.step, "call", len(group))
    plan = [("kill", [*kills, Schedule((after,))])]
    for level in ("ext4", "posix"):
        moments = [Moment(end.step, "call", place) for place in range(len(group) + 1)]
        schedules = [
            Schedule((moment,), loss=loss)
            for moment in moments
            for loss in powerless(recorded, moment, level)
        ]
        plan.append((level, schedules))
    return plan
