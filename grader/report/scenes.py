"""A trial in scenes, in the order in which they happened: what struck, what was loaded, each step.

A scene of a step holds the resumed process beside the baseline, item by item. A digest is shown by
its first eight digits: enough to tell two apart, and too few to forge one. A loss has nine
significant digits, which no two 32-bit numbers share.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.course import Exercise
from grader.faults.schedule import Schedule
from grader.history import History, Phase, Step
from grader.report import files, pair, words
from grader.report.drawing import headings
from grader.report.story import Graded, capital
from grader.verdict import Failed, Finding
from grader.workloads.workload import COMPARED, Workload

_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Row:
    """One compared item of one step: what the baseline has, and what this process has.

    Attributes:
        first: it is the first difference of the trial.
    """

    item: str
    same: bool
    baseline: str
    here: str
    first: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing that happened.

    Attributes:
        lines: what there is to say of it, a sentence each.
        rows: every compared item, for a step that was compared.
        step: which one, -1 for none.
    """

    title: str
    lines: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    step: int = -1

    @property
    def differing(self) -> int:
        """How many items differ."""
        return sum(not row.same for row in self.rows)

    @property
    def verdict(self) -> str:
        """What was compared, in a few words; "" where nothing was."""
        if not self.rows:
            return ""
        if not self.differing:
            return f"all {len(self.rows)} items equal"
        return f"{self.differing} of {len(self.rows)} items differ"


def scenes(graded: Graded, exercise: Exercise) -> list[Scene]:
    """Return the scenes of a grading's counterexample; none where no trial came about."""
    history, baseline = graded.counterexample, graded.baseline
    if history and history.case:
        return [Scene(title, tuple(lines)) for title, lines in pair.told(history)]
    if history is None or baseline is None:
        return []
    verdict = graded.outcome.verdict
    finding = verdict.finding if isinstance(verdict, Failed) else None
    found = []
    for number, name in enumerate(headings(history.phases)):
        place = _Place(graded.outcome.file, exercise.workload, history, baseline, finding, number)
        found += list(place.scenes(capital(name)))
    return found


def first_difference(told: list[Scene]) -> int:
    """Return the number of the first scene in which an item differs, else of the last."""
    return next((at for at, scene in enumerate(told) if scene.differing), len(told) - 1)


@dataclass(frozen=True, slots=True)
class _Place:
    """One process of a trial, and what it is told from."""

    file: str
    workload: Workload
    history: History
    baseline: Phase
    finding: Finding | None
    number: int

    @property
    def phase(self) -> Phase:
        return self.history.phases[self.number]

    def scenes(self, name: str) -> Iterator[Scene]:
        yield Scene(f"{name}: the start", tuple(self._beginning()))
        unseen = [step.index for step in self.phase.steps if not step.digests]
        if unseen:
            many = f"steps {unseen[0]} to {unseen[-1]}"
            said = "not compared: this process began from nothing, as the baseline did"
            yield Scene(f"{name}: {many if len(unseen) > 1 else f'step {unseen[0]}'}", (said,))
        for step in self.phase.steps:
            if step.digests and step.index < len(self.baseline.steps):
                rows = tuple(self._rows(step, self.baseline.steps[step.index]))
                yield Scene(f"{name}: step {step.index}", (), rows, step.index)
        yield Scene(f"{name}: the end", tuple(self._ending()))

    def _beginning(self) -> Iterator[str]:
        left = self.history.files[self.number - 1 : self.number] if self.number else []
        for held in left:
            listed = [f"{name} ({files.size_of(size)})" for name, size in held]
            yield f"in the checkpoint folder: {', '.join(listed) or 'nothing'}"
        if not left:
            yield "in the checkpoint folder: nothing"
        if self.phase.start is None:
            yield "it never came to say where training begins"
        else:
            yield f"training begins at step {self.phase.start}"
        if self.number and self.number <= len(self.history.bounds):
            bounds = self.history.bounds[self.number - 1]
            until = f" to {bounds.ceiling}" if bounds.ceiling > bounds.floor else ""
            yield f"allowed, after the saves that had returned: step {bounds.floor}{until}"

    def _rows(self, step: Step, expected: Step) -> Iterator[Row]:
        at_finding = self.finding is not None and self.finding.kind == "trajectory" and \
            (self.finding.phase, self.finding.step) == (self.number, step.index)  # fmt: skip
        pairs = zip(COMPARED, expected.digests, step.digests, strict=True)
        for item, theirs, ours in pairs:
            if item not in self.workload.compared:
                continue
            shown = theirs.hex()[:_DIGITS], ours.hex()[:_DIGITS]
            if item == "loss":
                shown = f"{expected.loss:.9g}", f"{step.loss:.9g}"
            first = at_finding and self.finding is not None and self.finding.item == item
            yield Row(item, ours == theirs, *shown, first)

    def _ending(self) -> Iterator[str]:
        phase, schedule = self.phase, Schedule.parse(self.history.schedule)
        if phase.acknowledged:
            yield f"its newest save that had returned stands at step {phase.acknowledged}"
        if phase.struck:
            yield f"killed (SIGKILL) {words.when(phase.struck, self.workload)}"
        if phase.refused:
            yield f"save() raised, as it should: {words.without_paths(phase.refused, self.file)}"
        if self.number == max(len(schedule.strikes) - 1, 0):
            yield from self._files()
        if phase.trouble:
            yield from self._trouble()
        elif not phase.struck:
            yield "it ended by itself" if phase.exit == 0 else f"its exit code is {phase.exit}"

    def _files(self) -> Iterator[str]:
        if not self.history.calls or not self.history.files:
            return
        yield "the file calls of that save, the last at the moment of the strike:"
        yield from words.calls(self.history.calls)
        yield from filter(None, (self.history.fault, self.history.lost))

    def _trouble(self) -> Iterator[str]:
        trouble = self.phase.trouble
        if trouble is None:
            return
        text = words.without_paths(trouble.text, self.file)
        if trouble.kind == "start":
            yield "so the judge stopped it: training may not begin there"
            return
        place = words.PLACES.get(trouble.where, "")
        said = words.exception(text) or (text.strip().splitlines() or [trouble.kind])[-1]
        yield f"{place}: {said}" if place else said
        yield from words.last_lines(text, Path(self.file).name)
