"""Does every lesson keep its own rules? The part of `grader author lint` that reads lessons/."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from grader import lessons
from grader.course import Exercise
from grader.errors import CourseError
from grader.lessons import WAYS, Lesson
from grader.questions import COURSE_TEST, KINDS, Bank

LEVELS = {"easy": 4, "medium": 4, "hard": 2}
"""How many questions of each level a unit has."""

COURSE_LEVELS = {"easy": 10, "medium": 12, "hard": 8}
"""How many questions of each level the course's own test has."""

UNITS, OF_UNIT = range(1, 14), range(2, 4)
"""The units of part I, which the course's test goes over, and how many questions each has there."""

AT_LEAST = {"predict": 3, "order": 1, "multi": 1}
CARDS = range(6, 11)
SENTENCE_WORDS = 6
"""From this length on a sentence belongs to one page only."""

_FILES = ("lesson.toml", "questions.toml", "bugs.toml", "example.py", ".nav.yml")
_FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
_MARKUP = re.compile(r"\]\([^)]*\)|<[^>]*>|\{[^}]*\}|[*_`#>\[\]]")
_END = re.compile(r"(?<=[.!?])\s+|\n\s*\n")

_SHOWN = re.compile(r'^ *--8<-- "([^":]+):([a-z_]\w*)"')
_START = re.compile(r"--8<-- \[start:(\w+)\]")

_Found = tuple[Path, str, str]


def lint(root: Path, exercises: list[Exercise]) -> Iterator[_Found]:
    """Yield (path, what is wrong, what to do) for every lesson of the course."""
    for exercise in exercises:
        folder = root / "lessons" / exercise.name
        pages = [page for page, _ in WAYS.values()]
        missing = [name for name in (*pages, *_FILES) if not (folder / name).is_file()]
        for name in missing:
            if name != "index.md":  # which the exercise's own mirror asks for
                yield folder / name, "is missing; every unit has it", "write it"
        if not missing:
            yield from _lesson(folder)
    yield from course_test(root)
    yield from _sentences(root)
    yield from _shown(root)


def _lesson(folder: Path) -> Iterator[_Found]:
    try:
        lesson = lessons.read(folder)
    except CourseError as problem:
        yield _broken(folder / "lesson.toml", problem)
        return
    reads: list[tuple[str, Callable[[], object]]] = [
        ("questions.toml", lambda: lesson.bank),
        ("bugs.toml", lambda: lesson.bugs),
    ]
    for name, read in reads:
        try:
            read()
        except CourseError as problem:
            yield _broken(folder / name, problem)
            return
    yield from _questions(lesson)
    if not lesson.bugs:
        yield folder / "bugs.toml", "tells of no real bug", "read a thread, and tell it"


def _broken(path: Path, problem: CourseError) -> _Found:
    rule, _, fix = str(problem).removeprefix(f"{path}:").strip().partition(". Fix: ")
    return path, rule, fix


def _questions(lesson: Lesson) -> Iterator[_Found]:
    path = lesson.folder / "questions.toml"
    bank = lesson.bank
    yield from _levels(path, bank, LEVELS)
    kinds = Counter(question.kind for question in bank.questions)
    for kind, least in AT_LEAST.items():
        if kinds[kind] < least:
            yield path, f"has {kinds[kind]} {kind} questions", f"at least {least}"
    if not kinds["number"] + kinds["text"]:
        yield path, "asks for no number and no text", "at least one of them"
    if len(bank.cards) not in CARDS:
        yield path, f"has {len(bank.cards)} cards", "6 to 10"
    yield from _places(path, bank)


def course_test(root: Path) -> Iterator[_Found]:
    """Yield (path, what is wrong, what to do) for the test that goes over all units."""
    path = root / "lessons" / f"{COURSE_TEST}.toml"
    try:
        bank = lessons.course_test(root)
    except CourseError as problem:
        yield _broken(path, problem)
        return
    if not bank.questions:  # a course that is being begun has no test yet
        return
    yield from _levels(path, bank, COURSE_LEVELS)
    yield from _places(path, bank)
    if missing := set(KINDS) - {question.kind for question in bank.questions}:
        yield path, f"has no {', '.join(sorted(missing))} question", "write one of each kind"
    about = Counter(question.unit_number for question in bank.questions)
    for unit in sorted({*UNITS, *about}):
        if unit not in UNITS or about[unit] not in OF_UNIT:
            rule = f"has {about[unit]} questions about unit {unit}"
            yield path, rule, f"2 or 3 of each unit from {UNITS[0]} to {UNITS[-1]}"


def _levels(path: Path, bank: Bank, wanted: dict[str, int]) -> Iterator[_Found]:
    levels = Counter(question.level for question in bank.questions)
    if levels != wanted:
        held = ", ".join(f"{levels[level]} {level}" for level in wanted)
        *first, last = (f"{count} {level}" for level, count in wanted.items())
        yield path, f"has {held} questions", f"write {', '.join(first)} and {last} ones"


def _places(path: Path, bank: Bank) -> Iterator[_Found]:
    """Nobody learns that the third option is always right."""
    single = [each for each in bank.questions if each.kind in {"choice", "predict"}]
    places = Counter(
        next(at for at, option in enumerate(each.options) if option.right) for each in single
    )
    if single and max(places.values()) * 2 > len(single) + 1:
        yield path, "has most right answers in one place", "change the order of some options"


def _sentences(root: Path) -> Iterator[_Found]:
    """No sentence stands on two pages: nothing is written twice."""
    where: dict[str, set[Path]] = defaultdict(set)
    for page in sorted((root / "lessons").rglob("*.md")):
        text = _MARKUP.sub(" ", _FENCE.sub("", page.read_text(encoding="utf-8", errors="replace")))
        for sentence in _END.split(text):
            words = sentence.lower().split()
            if len(words) >= SENTENCE_WORDS:
                where[" ".join(words)].add(page)
    for sentence, pages in where.items():
        if len(pages) > 1:
            first, *others = sorted(pages)
            also = ", ".join(page.relative_to(root).as_posix() for page in others)
            yield (
                first,
                f'says "{sentence[:70]}", as does {also}',
                "say it once, or as that page's own",
            )


def _shown(root: Path) -> Iterator[_Found]:
    """Every section that a page includes is there: the build stops as well, but knows no line."""
    for page in sorted((root / "lessons").rglob("*.md")):
        for number, line in enumerate(page.read_text("utf-8", "replace").splitlines(), start=1):
            shown = _SHOWN.match(line)
            if not shown or not (root / shown[1]).is_file():  # the build names a file that is gone
                continue
            held = _START.findall((root / shown[1]).read_text("utf-8", "replace"))
            if shown[2] not in held:
                rule = f"line {number} shows no section of {shown[1]}: {shown[2]}"
                yield page, rule, f"name {', '.join(held)}" if held else "show the whole file"
