"""The questions and cards of a unit, read from lessons/exNN_name/questions.toml and checked.

So are those of the course's own test, in lessons/course_test.toml. The site renders them and the
tests prove their keys. A question keeps its id for ever: a learner's record stands under it,
wherever on a page the question moves.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from grader.errors import CourseError

POINTS = {"easy": 1, "medium": 2, "hard": 3}
"""What a question of each level is worth."""

KINDS = {
    "choice": ("options",),
    "multi": ("options",),
    "predict": ("options", "code"),
    "number": ("value", "proof"),
    "text": ("accept", "proof"),
    "order": ("blocks", "proof"),
}
"""Every kind of question, and the keys that it needs beyond the common ones."""

BLOCKS_MARK = "# BLOCKS"
"""Where in the proof of an `order` question its blocks go."""

_COMMON = ("id", "level", "kind", "section", "question", "hint", "steps", "final", "check")
_LISTS = {"steps", "mistakes", "accept", "blocks"}
_NUMBERS = {"value", "tolerance"}
_TABLES = {"options", "wrong"}
ID = re.compile(r"(ex|course-)\d{2}(-[a-z0-9]+)+")
"""The ids of questions and cards, under which records stand: of a unit, or of the course's test."""

COURSE_TEST = "course_test"
"""The stem of the file that holds the questions of the course's test."""

_OPTIONS = range(3, 6)
_BLOCKS = range(3, 7)


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose; a wrong one is a misconception that people really have."""

    text: str
    why: str
    right: bool = False
    misconception: str = ""
    prints: str = ""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A wrong number or text that is likely, and what it says about its reader."""

    answer: str
    why: str
    misconception: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question, with everything that is said before and after it is answered.

    Attributes:
        id: the name of a learner's record; never changed, never used again.
        section: the page beside the bank and the heading to read again: ``how.md#heading``.
        code: a whole program, shown with the question; every kind's is run by the tests.
        proof: a program that is not shown and proves the key.
        value, tolerance, unit: the key of a `number`.
        accept: the keys of a `text`, compared without case and spaces.
        blocks: the lines of an `order`, in their order; `also` holds other right orders.
    """

    id: str
    level: str
    kind: str
    section: str
    question: str
    hint: str
    steps: tuple[str, ...]
    final: str
    check: str
    mistakes: tuple[str, ...]
    code: str = ""
    proof: str = ""
    options: tuple[Option, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    value: float | None = None
    tolerance: float = 0
    unit: str = ""
    accept: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    also: tuple[tuple[int, ...], ...] = ()

    @property
    def points(self) -> int:
        """What the question is worth."""
        return POINTS[self.level]

    @property
    def unit_number(self) -> int:
        """The unit that it is about, as its id says."""
        return int(self.id.removeprefix("course-").removeprefix("ex")[:2])

    @property
    def orders(self) -> set[tuple[int, ...]]:
        """Every right order of the blocks."""
        return {tuple(range(len(self.blocks))), *self.also}

    @property
    def shuffled(self) -> list[tuple[int, str]]:
        """The blocks with their places, out of order, the same way each time."""

        def key(block: tuple[int, str]) -> bytes:
            return hashlib.sha256(f"{self.id} {block[1]}".encode()).digest()

        mixed = sorted(enumerate(self.blocks), key=key)
        order = tuple(number for number, _ in mixed)
        return mixed[::-1] if order in self.orders else mixed


@dataclass(frozen=True, slots=True)
class Card:
    """Something to recall: a prompt, and what it asks for."""

    id: str
    front: str
    back: str


@dataclass(frozen=True, slots=True)
class Bank:
    """All questions and cards of a unit."""

    questions: tuple[Question, ...]
    cards: tuple[Card, ...] = field(default=())

    def question(self, wanted: str) -> Question | None:
        """Return the question of an id, None where there is none."""
        return next((each for each in self.questions if each.id == wanted), None)


def read(path: Path) -> Bank:
    """Return the bank of a file.

    Raises:
        CourseError: a question is broken; the message names file, line, rule and fix.
    """
    try:
        text = path.read_text(encoding="utf-8")
        held: dict[str, Any] = tomllib.loads(text)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        message = f"{path}: cannot be read as TOML: {problem}. Fix: mend the line that it names"
        raise CourseError(message) from problem
    for table in ("question", "card"):
        entries, lines = held.get(table, []), _lines(text, table)
        if not _tables(entries) or len(entries) != len(lines):
            message = (
                f"{path}: {table} is written in another way. "
                f"Fix: begin each with [[{table}]], alone on its line"
            )
            raise CourseError(message)
        for entry, line in zip(entries, lines, strict=True):
            for wrong, fix in _problems(table, entry, path):
                message = f"{path}:{line}: {entry.get('id', table)}: {wrong}. Fix: {fix}"
                raise CourseError(message)
    bank = Bank(
        tuple(_question(entry) for entry in held.get("question", [])),
        tuple(Card(**entry) for entry in held.get("card", [])),
    )
    names = [*(each.id for each in bank.questions), *(each.id for each in bank.cards)]
    for name in names:
        if names.count(name) > 1:
            message = f"{path}: the id {name} is used twice. Fix: give the newer one its own"
            raise CourseError(message)
    return bank


def _lines(text: str, table: str) -> list[int]:
    """Return the line at which each entry of an array of tables begins."""
    marks = text.splitlines()
    return [number for number, line in enumerate(marks, 1) if line.strip() == f"[[{table}]]"]


_Problem = tuple[str, str]


def _problems(table: str, entry: dict[str, Any], path: Path) -> Iterator[_Problem]:
    """Yield what is wrong with one entry as it was written, the worst first."""
    known = {each.name for each in fields(Question if table == "question" else Card)}
    wanted = (*_COMMON, "mistakes") if table == "question" else tuple(sorted(known))
    yield from _keys(entry, wanted, known)
    prefix = "course" if path.stem == COURSE_TEST else path.parent.name[:4]
    if not ID.fullmatch(entry["id"]) or not entry["id"].startswith(f"{prefix}-"):
        numbered = prefix + "-01" * (prefix == "course")
        yield f"{entry['id']!r} is no id of this unit", f"name it {numbered}-words-in-small-letters"
    if table == "card":
        return
    if entry["level"] not in POINTS:
        yield f"level {entry['level']!r}", f"one of {', '.join(POINTS)}"
    if entry["kind"] not in KINDS:
        yield f"kind {entry['kind']!r}", f"one of {', '.join(KINDS)}"
        return
    for key in KINDS[entry["kind"]]:
        if not entry.get(key) and entry.get(key) != 0:
            yield f"{key} is missing, which every {entry['kind']} has", f"write {key}"
    yield from _section(entry["section"], path)
    yield from _answers(entry)


def _keys(entry: dict[str, Any], wanted: tuple[str, ...], known: set[str]) -> Iterator[_Problem]:
    for key in wanted:
        if not entry.get(key):
            yield f"{key} is missing or empty", f"write {key}"
    for key, held in entry.items():
        if key not in known:
            yield f"{key} is no key of it", f"remove it; there are {', '.join(sorted(known))}"
        elif key in _LISTS and not _texts(held):
            yield f"{key} is no list of texts", f'{key} = ["…", "…"]'
        elif key in _TABLES and not _tables(held):
            yield f"{key} is no list of tables", f"begin each with [[question.{key}]]"
        elif key in _NUMBERS and (isinstance(held, bool) or not isinstance(held, int | float)):
            yield f"{key} is no number", f"{key} = 4"
        elif key not in {*_LISTS, *_NUMBERS, *_TABLES, "also"} and not isinstance(held, str):
            yield f"{key} is no text", f'{key} = "…"'


def _texts(held: object) -> bool:
    return isinstance(held, list) and all(isinstance(each, str) and each for each in held)


def _tables(held: object) -> bool:
    return isinstance(held, list) and all(isinstance(each, dict) for each in held)


def _section(section: str, path: Path) -> Iterator[_Problem]:
    page, _, anchor = section.partition("#")
    if not anchor or not (path.parent / page).is_file():
        yield f"section {section!r} leads nowhere", "a page of this folder and a heading: how.md#x"


def _answers(entry: dict[str, Any]) -> Iterator[_Problem]:
    kind = entry["kind"]
    options = entry.get("options", [])
    if kind in {"choice", "multi", "predict"}:
        yield from _options(kind, options)
    for each in entry.get("wrong", []):
        if set(each) != {"answer", "why", "misconception"}:
            yield "a wrong answer has answer, why and misconception", "write all three as texts"
    if kind == "order":
        count = len(entry["blocks"])
        if count not in _BLOCKS or len(set(entry["blocks"])) < count:
            yield "an order has 3 to 6 blocks, no two alike", "write other blocks"
        if BLOCKS_MARK not in entry["proof"].splitlines():
            yield f"the proof has no line {BLOCKS_MARK!r}", "put it where the blocks go"
        for order in entry.get("also", []):
            if sorted(order) != list(range(count)):
                yield f"{order} is no order of {count} blocks", f"each of 0 to {count - 1} once"


def _options(kind: str, options: list[dict[str, Any]]) -> Iterator[_Problem]:
    if len(options) not in _OPTIONS:
        yield f"{len(options)} options", "3 to 5 of them, each under [[question.options]]"
    known = {each.name for each in fields(Option)}
    for number, option in enumerate(options, 1):
        wanted = {"text", "why", *({"prints"} if kind == "predict" else ())}
        wanted |= set() if option.get("right") else {"misconception"}
        for key in sorted(wanted - set(option)):
            yield f"option {number} has no {key}", f"write {key}"
        for key in sorted(set(option) - known):
            yield f"option {number}: {key} is no key of it", "remove it"
        if option.get("right") and "misconception" in option:
            yield f"option {number} is right and a misconception", "remove one of them"
    right = sum(bool(option.get("right")) for option in options)
    if right < 1 or (kind != "multi" and right > 1) or right == len(options):
        yield f"{right} right options", "one; of a multi at least one, and not all"
    for key in ("text", "why", "prints"):
        said = [option[key] for option in options if key in option]
        if len(set(said)) < len(said):
            yield f"two options with the same {key}", "say of each what is its own"


def _question(entry: dict[str, Any]) -> Question:
    plain: dict[str, Any] = {
        key: tuple(held) if isinstance(held, list) else held for key, held in entry.items()
    }
    plain["options"] = tuple(Option(**each) for each in entry.get("options", []))
    plain["wrong"] = tuple(Wrong(**each) for each in entry.get("wrong", []))
    plain["also"] = tuple(tuple(order) for order in entry.get("also", []))
    return Question(**plain)
