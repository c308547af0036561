"""The words of every diagnosis: what it means, why, three tiers of hints, where to read on.

Diagnoses that several exercises share stand in ``catalog.toml`` beside this file; those of one
exercise in its own ``exercise.toml``, so that a new exercise edits no existing line.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from grader.errors import CourseError

_SHARED = Path(__file__).with_name("catalog.toml")


@dataclass(frozen=True, slots=True)
class Entry:
    """The words of one diagnosis.

    Attributes:
        headline: what is wrong, in a few words.
        why: how that makes the resumed run another run.
        question: what the learner should be able to answer; the first tier of the hints.
        look: where to look for the answer; the second.
        try_: what to do, as an idea and never as the line of code; the third.
        lesson: page and anchor of the lesson that teaches it, as ``ex01_name/build#anchor``.
    """

    name: str
    headline: str
    why: str
    question: str
    look: str
    try_: str
    lesson: str

    @property
    def page(self) -> str:
        """The page that teaches it, as a path below lessons/."""
        return f"{self.lesson.partition('#')[0]}.md"


@cache
def shared() -> dict[str, Entry]:
    """Return the diagnoses that every exercise may have."""
    return read(tomllib.loads(_SHARED.read_text(encoding="utf-8")), _SHARED)


def read(tables: Mapping[str, Mapping[str, Any]], source: Path) -> dict[str, Entry]:
    """Return the entries of TOML tables.

    Raises:
        CourseError: an entry lacks a key, has an empty one, or one too many.
    """
    wanted = {field.name.rstrip("_") for field in fields(Entry)} - {"name"}
    entries = {}
    for name, table in tables.items():
        wrong = wanted ^ {key for key, text in table.items() if str(text).strip()}
        if wrong:
            message = (
                f"{source}: diagnosis {name} must have exactly {', '.join(sorted(wanted))}, "
                f"none empty; look at {', '.join(sorted(wrong))}"
            )
            raise CourseError(message)
        words = {key.replace("try", "try_"): str(text) for key, text in table.items()}
        entries[name] = Entry(name, **words)
    return entries
