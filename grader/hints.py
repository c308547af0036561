"""Help in steps: a question, then where to look, then the idea; never the line of code."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.course import Exercise
from grader.store import Store

TIERS = ("a question", "where to look", "the idea")


@dataclass(frozen=True, slots=True)
class Hint:
    """One hint.

    Attributes:
        about: the diagnosis that it is for; "" where nothing has failed yet.
        tier: which step of the help it is, in words.
        lesson: where that diagnosis is explained.
    """

    about: str
    tier: str
    text: str
    lesson: str = ""


def hints(exercise: Exercise, stored: Mapping[str, Any]) -> list[Hint]:
    """Return every hint on the last verdict in order, or the exercise's own where none failed.

    Of several diagnoses the first is told to its end before the next begins.
    """
    found = []
    for diagnosis in stored.get("diagnoses", []):
        entry = exercise.entry(diagnosis["name"])
        texts = zip(TIERS, (entry.question, entry.look, entry.try_), strict=True)
        found += [Hint(entry.name, tier, text, entry.lesson) for tier, text in texts if text]
    return found or [Hint("", TIERS[0], text) for text in exercise.hints]


@dataclass(frozen=True, slots=True)
class Given:
    """What one call gives: a hint, its number and how many there are."""

    hint: Hint
    number: int
    total: int
    following: Hint | None
    again: bool


def give(exercise: Exercise, stored: Mapping[str, Any], runs: Store) -> Given:
    """Return one hint more than the last time; after another failure it begins with a question.

    Once all are given, the last comes again.
    """
    every = hints(exercise, stored)
    about = ", ".join(dict.fromkeys(hint.about for hint in every))
    before, count = runs.hints(exercise.name)
    already = count if before == about else 0
    number = min(already + 1, len(every))
    runs.note_hints(exercise.name, about, number)
    following = every[number] if number < len(every) else None
    return Given(every[number - 1], number, len(every), following, already == len(every))
