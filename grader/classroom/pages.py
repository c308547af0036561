"""A class as a page for its instructor, and a student's feedback as a page for them.

Both ask for nothing from anywhere and need no script. Every text of a student's is escaped. A sign
and a word say what a colour says.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from grader import report
from grader.classroom.exports.points import counting, number
from grader.classroom.scores import Score
from grader.classroom.similarity import Nearest
from grader.course import Exercise
from grader.report.story import MARK, entry_of

_ALIKE_MAX = 20  # on the page; the CSV has everybody
_KIND = {"passed": "passed", "failed": "failed"}


@dataclass(frozen=True, slots=True)
class Row:
    """One student as a table shows them."""

    score: Score
    kind: str
    mark: str
    word: str
    points: str
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One diagnosis: how many were given it."""

    name: str
    headline: str
    count: int


@dataclass(frozen=True, slots=True)
class Seconds:
    """How long verdicts took."""

    median: float
    longest: float
    hours: float


def class_page(
    exercise: Exercise,
    scores: Sequence[Score],
    alarms: Iterable[str] = (),
    alike: Sequence[Nearest] | None = None,
) -> str:
    """Return the page of a class: who waits for a person, what was forgotten, then everybody.

    *alike* is what `grader.classroom.similarity.nearest` found, None where it could not look.
    """
    words = Counter[str](score.status for score in scores)
    order = ("passed", "failed", "by hand", "not handed in")
    return _template("class.html.j2").render(
        exercise=exercise,
        total=sum(check.points for check in exercise.checks),
        counts=[("students", len(scores)), *((word, words[word]) for word in order)],
        alarms=list(alarms),
        undecided=[score for score in scores if counting(score) is None],
        bars=_bars(exercise, scores),
        seconds=_seconds(scores),
        rows=[_row(exercise, score) for score in scores],
        alike=None if alike is None else alike[:_ALIKE_MAX],
    )


def feedback_page(exercise: Exercise, score: Score) -> str:
    """Return a student's page; it holds nothing about anybody else, and no seed."""
    entries = [(name, entry_of(name, exercise)) for name in score.diagnoses]
    return _template("feedback.html.j2").render(
        exercise=exercise, score=score, row=_row(exercise, score), entries=entries
    )


def _row(exercise: Exercise, score: Score) -> Row:
    points = counting(score)
    kind = _KIND.get(score.status, "unknown")
    earned = [check["earned"] for check in score.checks]
    earned += [None] * (len(exercise.checks) - len(earned))
    return Row(
        score,
        kind,
        MARK[kind],
        ", ".join(score.diagnoses) or score.status,
        "?" if points is None else number(points) + ("*" if score.override else ""),
        tuple("?" if one is None else number(one) for one in earned),
    )


def _bars(exercise: Exercise, scores: Sequence[Score]) -> list[Bar]:
    counted = Counter(name for score in scores for name in score.diagnoses)
    ranked = sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))
    return [Bar(name, entry_of(name, exercise).headline, count) for name, count in ranked]


def _seconds(scores: Sequence[Score]) -> Seconds | None:
    taken = [score.seconds for score in scores if score.seconds]
    return Seconds(median(taken), max(taken), sum(taken) / 3600) if taken else None


@cache
def _template(name: str) -> Template:
    folders = [Path(__file__).parent, Path(report.__path__[0])]
    environment = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)
