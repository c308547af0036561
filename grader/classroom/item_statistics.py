"""What a class finds hard: statistics of the lessons' questions, from exported progress files.

A progress file is what a learner's browser exports (``site/theme/assets/record.js`` writes it).
Nothing in it names its learner, and nothing here asks who it is. The questions are for learning:
this tells what to teach again, and marks nobody.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader import quiz
from grader.questions import Question

COLUMNS = (
    *("question", "level", "answered", "right_at_first", "right_now", "sure_but_wrong"),
    *("misconception", "chosen"),
)


@dataclass(slots=True)
class Item:
    """How a class answered one question.

    Attributes:
        answered, first, right: learners who did, whose first answer was right, whose last one is.
        misled: learners who were sure of a wrong answer, and have not learned better since.
        misconceptions: how many began with each, by the code that the question gives it.
    """

    question: Question
    answered: int = 0
    first: int = 0
    right: int = 0
    misled: int = 0
    misconceptions: Counter[str] = field(default_factory=Counter)


def files(named: Iterable[Path]) -> Iterator[Path]:
    """Return the files that are named, and every JSON file of the folders that are."""
    for path in named:
        yield from sorted(path.glob("*.json")) if path.is_dir() else (path,)


def count(questions: Sequence[Question], records: Iterable[Mapping[str, Any]]) -> list[Item]:
    """Return every question that somebody answered, the hardest first."""
    items = {question.id: Item(question) for question in questions}
    for learner in records:
        for name, entry in learner.items():
            if item := items.get(name):
                item.answered += 1
                item.first += entry.get("first") is True
                item.right += entry["right"]
                item.misled += entry.get("misled") is True
                slip = entry.get("slip", None if entry["right"] else entry.get("given"))
                item.misconceptions.update(_misconceptions(item.question, slip))
    asked = [item for item in items.values() if item.answered]
    return sorted(asked, key=lambda item: (item.first / item.answered, item.question.id))


def _misconceptions(question: Question, given: object) -> set[str]:
    """Return the codes of a wrong answer, none where nobody has written one for it."""
    if isinstance(given, list):
        chosen = {str(number): option for number, option in enumerate(question.options)}
        found = (chosen[one].misconception for one in map(str, given) if one in chosen)
        return {code for code in found if code}
    return {
        one.misconception for one in question.wrong if quiz.same(question, one.answer, str(given))
    }


def table(items: Sequence[Item]) -> str:
    """Return the CSV: the misconception is the one that most began with."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(COLUMNS)
    for item in items:
        code, chosen = most(item)
        facts = (item.answered, item.first, item.right, item.misled, code, chosen)
        writer.writerow([item.question.id, item.question.level, *facts])
    return out.getvalue()


def most(item: Item) -> tuple[str, int]:
    """Return the misconception that most began with, and how many; "" where there is none."""
    ranked = sorted(item.misconceptions.items(), key=lambda pair: (-pair[1], pair[0]))
    return ranked[0] if ranked else ("", 0)
