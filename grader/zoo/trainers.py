"""Which trainers are in a unit's zoo, and which are honest: a file each, read and never imported.

A zoo is the folder ``solutions/exNN_…/zoo``: whoever has a bundle without solutions has none. The
docstring of a trainer has three parts, each of one paragraph:

    Forgets the epoch when it is the first one.      when it is wrong; told once it is exposed

    Symptom: Two of our runs had the same start.     what its users say of it; always told

    Question: What is special about epoch 0?         asked when it gets away
"""

import ast
from dataclasses import dataclass
from pathlib import Path

from grader.course import Exercise
from grader.errors import CourseError, UsageError
from grader.faults.schedule import Schedule
from grader.zoo import places

ZOO = "zoo"
SCHEDULE = "schedule.txt"
_LABELS = ("Symptom: ", "Question: ")


@dataclass(frozen=True, slots=True)
class Trainer:
    """One trainer of a zoo.

    Attributes:
        when: in which case it is wrong; of an honest one what it is.
        symptom: what its users complain about.
        question: what to ask somebody whom it got away from.
    """

    name: str
    path: Path
    when: str
    symptom: str = ""
    question: str = ""


@dataclass(frozen=True, slots=True)
class Zoo:
    """The zoo of one unit.

    Attributes:
        wrong: those that are to be exposed, by name.
        honest: the worked solution and the other right designs, which nobody may blame.
        solution: the schedule that exposes all; so many faults as it has are allowed.
    """

    exercise: Exercise
    wrong: tuple[Trainer, ...]
    honest: tuple[Trainer, ...]
    solution: Path

    @property
    def limit(self) -> int:
        """How many faults a schedule may have."""
        return len(places.lines(self.solution.read_text(encoding="utf-8")))

    @property
    def forms(self) -> dict[str, list[str]]:
        """Return the faults of the solution by form: which forms there are is no secret."""
        found: dict[str, list[str]] = {}
        for text in places.lines(self.solution.read_text(encoding="utf-8")).values():
            found.setdefault(form(places.placeless(text)), []).append(text)
        return found


def form(schedule: Schedule) -> str:
    """Return what sort of fault it is: its kind, where it strikes, who loads, and how often."""
    where = "in a save" if schedule.kind == "kill" and schedule.in_save else ""
    where = "after a flush that failed" if schedule.disk and schedule.loss else where
    loading = "with workers" if schedule.workers else ""
    often = f"{len(schedule.strikes)} times" if len(schedule.strikes) > 1 else ""
    return " ".join(filter(None, (schedule.kind, where, loading, often)))


def zoo(exercise: Exercise) -> Zoo:
    """Return the zoo of an exercise.

    Raises:
        UsageError: it has none here.
        CourseError: a trainer does not say when it is wrong; the message names the file.
    """
    folder = exercise.solution.parent
    paths = sorted((folder / ZOO).glob("*.py"))
    if not paths:
        message = (
            f"no zoo of {exercise.name} is here: some units have none, and a class's bundle, which "
            "comes without solutions, has none either"
        )
        raise UsageError(message)
    others = sorted((folder / "alternative").glob("*.py"))
    honest = [Trainer("solution", exercise.solution, "The worked solution")]
    honest += [Trainer(path.stem, path, "Another right design") for path in others]
    wrong = tuple(read(path) for path in paths)
    return Zoo(exercise, wrong, tuple(honest), folder / SCHEDULE)


def read(path: Path) -> Trainer:
    """Return the trainer in a file.

    Raises:
        CourseError: its docstring has not the three parts.
    """
    try:
        text = ast.get_docstring(ast.parse(path.read_bytes())) or ""
    except (SyntaxError, ValueError) as problem:
        message = f"{path}: is no Python: {problem}"
        raise CourseError(message) from problem
    parts = [" ".join(part.split()) for part in text.split("\n\n")]
    told = dict.fromkeys(_LABELS, "")
    for part in parts[1:]:
        told |= {label: part.removeprefix(label) for label in _LABELS if part.startswith(label)}
    if not parts[0] or not all(told.values()):
        message = (
            f"{path}: its docstring needs three paragraphs: when it is wrong, 'Symptom: ' and "
            "'Question: '"
        )
        raise CourseError(message)
    return Trainer(path.stem, path, parts[0], *told.values())
