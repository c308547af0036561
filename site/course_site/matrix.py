"""The matrix: what the grader said of every right program and every mistake of the course."""

import json
from dataclasses import dataclass
from typing import Any

from course_site import rendering
from course_site.rendering import fence, render

from grader import course
from grader.course import Exercise
from grader.errors import CourseError

_FILE = "lessons/matrix.json"  # written by tests/course; a line a program
_FAILED = "failed: "
MODES = ("exhaustive", "sampled")


@dataclass(frozen=True, slots=True)
class Program:
    """A program of the course.

    Attributes:
        right: it is a solution or an alternative; else a mistake.
        said: for each mode, how often each verdict came: "passed", "unknown", "failed: NAME".
    """

    unit: str
    name: str
    right: bool
    said: dict[str, dict[str, int]]

    def gradings(self, mode: str) -> int:
        """Return how often it was graded."""
        return sum(self.said.get(mode, {}).values())

    def passed(self, mode: str) -> int:
        """Return how often it passed."""
        return self.said.get(mode, {}).get("passed", 0)

    def failed(self, mode: str) -> int:
        """Return how often it failed, by whatever name."""
        return sum(
            times for said, times in self.said.get(mode, {}).items() if said.startswith(_FAILED)
        )

    def unknown(self, mode: str) -> int:
        """Return how often nothing was decided."""
        return self.said.get(mode, {}).get("unknown", 0)

    def misnamed(self, mode: str) -> int:
        """Return how often a mistake failed by another name than its own."""
        own = self.said.get(mode, {}).get(_FAILED + self.name, 0)
        return 0 if self.right else self.failed(mode) - own


@dataclass(frozen=True, slots=True)
class Total:
    """The sums of one mode; a false accept is a mistake that passed, a false reject the reverse."""

    mode: str
    right: int
    mistakes: int
    false_accepts: int
    false_rejects: int
    misnamed: int
    unknown: int


def total(programs: list[Program], mode: str) -> Total:
    """Add up what was said in a mode."""
    right = [one for one in programs if one.right]
    wrong = [one for one in programs if not one.right]
    return Total(
        mode,
        sum(one.gradings(mode) for one in right),
        sum(one.gradings(mode) for one in wrong),
        sum(one.passed(mode) for one in wrong),
        sum(one.failed(mode) for one in right),
        sum(one.misnamed(mode) for one in wrong),
        sum(one.unknown(mode) for one in programs),
    )


@fence
def matrix(_: str) -> str:
    """Render the sums, then a table for each unit: its programs by what was said of them."""
    every = programs()
    tables = [
        (exercise, [one for one in every if one.unit == exercise.name])
        for exercise in course.exercises(rendering.ROOT)
    ]
    totals = [total(every, mode) for mode in MODES]
    return render("matrix", totals=totals, tables=tables, modes=MODES, link=_link)


def _link(exercise: Exercise, said: str) -> str:
    """Return where a diagnosis is explained; nothing for other verdicts."""
    if not said.startswith(_FAILED):
        return ""
    first = said.removeprefix(_FAILED).split("_and_")[0]  # two causes make one name
    page, _, anchor = exercise.entry(first).lesson.partition("#")
    return f"{page}.html#{anchor}"


def programs() -> list[Program]:
    """Return every program of the course, with what was said of it by the last ``make matrix``.

    Raises:
        CourseError: lessons/matrix.json cannot be read.
    """
    try:
        held: list[dict[str, Any]] = json.loads((rendering.ROOT / _FILE).read_text("utf-8"))
        said = {(one["unit"], one["name"]): one["said"] for one in held}
    except (OSError, ValueError, KeyError, TypeError) as problem:
        message = f"{_FILE}: cannot be read: {problem}. Fix: make matrix"
        raise CourseError(message) from problem
    found = []
    for exercise in course.exercises(rendering.ROOT):
        folder = exercise.solution.parent
        right = [exercise.solution, *sorted(folder.glob("alternative/*.py"))]
        for path in [*right, *sorted(folder.glob("mistakes/*.py"))]:
            of_it = said.get((exercise.name, path.stem), {})
            found.append(Program(exercise.name, path.stem, path in right, of_it))
    return found
