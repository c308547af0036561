"""The lesson of a unit: its ten ways in, what it needs and leaves out, and the real bugs it knows.

Read from lessons/exNN_name/lesson.toml and bugs.toml. The site renders them.
"""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from grader import questions
from grader.errors import CourseError
from grader.questions import Bank

WAYS = {
    "why": ("index.md", "Why"),
    "how": ("how.md", "How it works"),
    "see": ("see.md", "See it"),
    "run": ("run.md", "Run it"),
    "cost": ("cost.md", "What it costs"),
    "break": ("break.md", "Break it"),
    "fix": ("fix.md", "Fix it"),
    "recall": ("recall.md", "Recall"),
    "test": ("test.md", "Test"),
    "build": ("build.md", "Build it"),
}
"""The ten ways into every unit, in their order: the page and what it is called."""

_KEYS = {"needs", "before", "not_covered", "ways"}
_OPTIONAL = {"explorer", "figure"}


@dataclass(frozen=True, slots=True)
class Way:
    """One way into a unit."""

    name: str
    page: str
    title: str
    minutes: int
    line: str


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the state that a reader may leave out of a checkpoint, in a figure."""

    label: str
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bug:
    """A bug of a public project, told in our words; its thread was read by the author."""

    id: str
    title: str
    project: str
    number: str
    url: str
    year: int
    missing: str
    what: str
    seen: str
    lesson: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a unit's folder under lessons/ says about it.

    Attributes:
        needs: units to do before.
        before: what one must be able to do.
        not_covered: what it leaves to which other unit.
        boxes: what "What did you forget?" lets its reader leave out; none where a unit has no such
            figure.
        failing: the labels of the boxes that the failing run leaves out.
        figure: whether example.py prints, with ``--figure``, curves for a figure of its own.
    """

    folder: Path
    needs: tuple[str, ...]
    before: str
    not_covered: tuple[str, ...]
    ways: tuple[Way, ...]
    boxes: tuple[Box, ...]
    failing: tuple[str, ...]
    figure: bool = False

    @property
    def name(self) -> str:
        """The unit's name, the same under exercises and solutions."""
        return self.folder.name

    @property
    def minutes(self) -> int:
        """How long all ten ways take together."""
        return sum(way.minutes for way in self.ways)

    @property
    def savers(self) -> list[Path]:
        """The ways of saving that its survival strip shows, each a file of its own."""
        return sorted((self.folder / "ways").glob("*.py"))

    @property
    def bank(self) -> Bank:
        """The unit's questions and cards."""
        return questions.read(self.folder / "questions.toml")

    @property
    def bugs(self) -> tuple[Bug, ...]:
        """The unit's real bugs."""
        path = self.folder / "bugs.toml"
        wanted = {each.name for each in fields(Bug)}
        found = []
        for number, entry in enumerate(_toml(path).get("bug", []), 1):
            if wrong := wanted ^ {key for key, held in entry.items() if held}:
                message = (
                    f"{path}: bug {entry.get('id', number)}: {', '.join(sorted(wrong))} is "
                    f"missing, empty or no key. Fix: write each of {', '.join(sorted(wanted))}"
                )
                raise CourseError(message)
            found.append(Bug(**entry))
        return tuple(found)


def lessons(root: Path) -> list[Lesson]:
    """Return every unit's lesson, by number."""
    return [read(path.parent) for path in sorted(root.glob("lessons/ex*/lesson.toml"))]


def course_test(root: Path) -> Bank:
    """Return the questions of the test that goes over all units; none where it is not written."""
    path = root / "lessons" / f"{questions.COURSE_TEST}.toml"
    return questions.read(path) if path.is_file() else Bank(())


def read(folder: Path) -> Lesson:
    """Return the lesson of a folder.

    Raises:
        CourseError: lesson.toml is broken; the message names file, rule and fix.
    """
    path = folder / "lesson.toml"
    held = _toml(path)
    if wrong := _KEYS ^ (set(held) - _OPTIONAL):
        message = (
            f"{path}: {', '.join(sorted(wrong))} is missing or no key. Fix: write exactly "
            + ", ".join(sorted(_KEYS))
        )
        raise CourseError(message)
    if wrong := set(WAYS) ^ set(held["ways"]):
        message = (
            f"{path}: [ways] {', '.join(sorted(wrong))} is missing or no way. "
            f"Fix: write exactly {', '.join(WAYS)}"
        )
        raise CourseError(message)
    try:
        ways = tuple(
            Way(name, page, title, held["ways"][name]["minutes"], held["ways"][name]["line"])
            for name, (page, title) in WAYS.items()
        )
        explorer = held.get("explorer", {"boxes": [], "failing": []})
        boxes = tuple(Box(box["label"], tuple(box["items"])) for box in explorer["boxes"])
        failing = tuple(explorer["failing"])
    except (KeyError, TypeError) as problem:
        message = (
            f"{path}: {problem} is missing. Fix: a way has minutes and line, a box label and items"
        )
        raise CourseError(message) from problem
    if strange := set(failing) - {box.label for box in boxes}:
        message = f"{path}: failing names {', '.join(sorted(strange))}. Fix: use a box's own label"
        raise CourseError(message)
    texts = (tuple(held["needs"]), held["before"], tuple(held["not_covered"]))
    return Lesson(folder, *texts, ways, boxes, failing, bool(held.get("figure")))


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        message = f"{path}: cannot be read as TOML: {problem}. Fix: mend the line that it names"
        raise CourseError(message) from problem
