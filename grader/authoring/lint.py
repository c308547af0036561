"""Does the course keep its own rules? Each problem names file, rule and fix, and stops nothing.

A rule yields (path, what is wrong, what to do); most look at one exercise, some at the whole
course. A file that cannot be read is a problem like any other.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.authoring import lint_lessons, lint_zoo, programs, stub, sync
from grader.course import NAME, Exercise, read_exercise
from grader.diagnosis import catalog
from grader.errors import CourseError

CHECK_LINES_MAX = 60
MISTAKE_LINES_MAX = 10
MISTAKES_MIN = 4
ALTERNATIVES_MIN = 2
_EXPECT = re.compile(r"^# expect: failed (\w+)", re.MULTILINE)
_HEAD = 5  # a hostile program says in its first lines what it must be called
_FILES = {"exercise.toml", "check.py", "calls.py", "__pycache__"}

_Found = tuple[Path, str, str]


@dataclass(frozen=True, slots=True)
class Problem:
    """One rule that a file breaks."""

    path: str
    rule: str
    fix: str

    def __str__(self) -> str:
        """Return the problem in one line."""
        return f"{self.path}: {self.rule}. Fix: {self.fix}"


def lint(root: Path) -> list[Problem]:
    """Return every problem of the course below *root*, sorted by file, each once."""
    rules: list[Callable[[Exercise], Iterator[_Found]]] = [
        _facts, _mirrors, _strays, _stubs, _functions, _length, _checks, _alternatives, _mistakes,
        _diagnoses,
    ]  # fmt: skip
    found: list[_Found] = []
    read: list[Exercise] = []
    for folder in _folders(root, "exercises"):
        path = folder / "exercise.toml"
        try:
            read.append(read_exercise(folder))
        except Exception as problem:  # noqa: BLE001 - TOML may hold anything where text is due
            found.append(_unreadable(path, problem))
            continue
        for rule in rules:
            try:
                found += rule(read[-1])
            except Exception as problem:  # noqa: BLE001 - the other rules are asked, too
                found.append(_unreadable(path, problem))
    found += [*_numbers(root), *_counterparts(root), *_anchors(root, read), *_shared(root, read)]
    found += [*lint_lessons.lint(root, read), *lint_zoo.lint(read)]
    return sorted({Problem(_short(path, root), rule, fix) for path, rule, fix in found}, key=str)


def _numbers(root: Path) -> Iterator[_Found]:
    folders = _folders(root, "exercises")
    counts = Counter(folder.name[:4] for folder in folders)
    for folder in folders:
        if not NAME.fullmatch(folder.name):
            yield folder, "is no exercise's name", "name it exNN_words, in small letters"
        if counts[folder.name[:4]] > 1:
            rule = f"the number {folder.name[2:4]} is used twice"
            yield folder, rule, "give one of them a free number"


def _counterparts(root: Path) -> Iterator[_Found]:
    exercises = {folder.name for folder in _folders(root, "exercises")}
    for folder in [*_folders(root, "lessons"), *_folders(root, "solutions")]:
        if folder.name not in exercises:
            rule = f"has no exercises/{folder.name}; the three folders mirror each other"
            yield folder, rule, "write the exercise, or rename the folder"


def _facts(exercise: Exercise) -> Iterator[_Found]:
    path = exercise.folder / "exercise.toml"
    for name in ("hints", "edit", "functions", "teaches"):
        held = getattr(exercise, name)
        if not isinstance(held, tuple) or not all(_is_text(each) for each in held or [""]):
            yield path, f"{name} is empty, or no list of texts", f"write {name} as a list of texts"
    for name in ("title", "difficulty"):
        if not _is_text(getattr(exercise, name)):
            yield path, f"{name} is empty, or no text", f"write the {name}"
    if not isinstance(exercise.minutes, int) or exercise.minutes <= 0:
        yield path, "minutes is no whole number above 0", "say how many minutes it takes"


def _mirrors(exercise: Exercise) -> Iterator[_Found]:
    wanted = [
        exercise.solution,
        *(exercise.folder / name for name in (*exercise.edit, "check.py", "calls.py")),
        exercise.root / "lessons" / exercise.name / "index.md",
    ]
    for path in wanted:
        if not path.is_file():
            rule = "is missing; lessons, exercises and solutions mirror each other"
            yield path, rule, "write it, under this very name"


def _strays(exercise: Exercise) -> Iterator[_Found]:
    for path in sorted(exercise.folder.iterdir()):
        if path.name not in {*_FILES, *exercise.edit}:
            fix = "move it, or name it in edit of exercise.toml"
            yield path, "belongs to no part of an exercise", fix


def _stubs(exercise: Exercise) -> Iterator[_Found]:
    for solution, held in sync.pairs(exercise):
        if not (solution.is_file() and held.is_file()):
            continue
        try:
            source = solution.read_text(encoding="utf-8")
            fresh = stub.cut(source, str(solution))
        except (CourseError, UnicodeDecodeError) as problem:
            yield _unreadable(solution, problem)
            continue
        if not stub.regions(source):
            rule = "leaves the learner nothing to do: its stub is the solution itself"
            fix = f"mark what the learner writes with {stub.BEGIN} and {stub.END}"
            yield solution, rule, fix
        if held.read_bytes() != fresh.encode():
            yield held, "is stale: its solution gives another stub", "run grader author sync"


def _functions(exercise: Exercise) -> Iterator[_Found]:
    tree = programs.tree(exercise.solution)
    defined = {getattr(node, "name", "") for node in tree.body} if tree else {*exercise.functions}
    for function in exercise.functions:
        if function not in defined:
            rule = f"functions names {function}, which the solution does not define"
            yield exercise.folder / "exercise.toml", rule, "correct the name here or there"


def _length(exercise: Exercise) -> Iterator[_Found]:
    path = exercise.folder / "check.py"
    count = len(programs.lines(path))
    if count > CHECK_LINES_MAX:
        rule = f"has {count} lines, more than {CHECK_LINES_MAX}"
        yield path, rule, "move what is not a promise into grader/"


def _checks(exercise: Exercise) -> Iterator[_Found]:
    path = exercise.folder / "check.py"
    if not path.is_file():
        return
    try:
        points = [check.points for check in exercise.checks]
    except (CourseError, AttributeError, TypeError) as problem:
        yield _unreadable(path, problem)
        return
    if min(points, default=0) <= 0:
        fix = "list what must hold, and give each check points"
        yield path, "has no checks, or a check without points", fix


def _alternatives(exercise: Exercise) -> Iterator[_Found]:
    paths = _others(exercise)
    if len(paths) < ALTERNATIVES_MIN:
        rule = f"holds {len(paths)} right designs, fewer than {ALTERNATIVES_MIN}"
        yield exercise.solution.parent / "alternative", rule, "write another design that is right"
    right = programs.tree(exercise.solution)
    seen = {programs.meaning(right): "the solution"} if right else {}
    for path in paths:
        tree = programs.tree(path)
        if tree is None:
            yield path, "is not Python", "make it run"
            continue
        meaning = programs.meaning(tree)
        if meaning in seen:
            rule = f"equals {seen[meaning]}, apart from words"
            yield path, rule, "build it differently, or remove it"
        seen.setdefault(meaning, path.name)


def _mistakes(exercise: Exercise) -> Iterator[_Found]:
    paths = _wrong(exercise)
    if len(paths) < MISTAKES_MIN:
        rule = f"holds {len(paths)} mistakes, fewer than {MISTAKES_MIN}"
        yield exercise.solution.parent / "mistakes", rule, "add one from a real bug"
    right = [programs.lines(path) for path in (exercise.solution, *_others(exercise))]
    known = {**catalog.shared(), **exercise.diagnoses}
    for path in paths:
        for name in parts(path.stem):
            if name not in known:
                rule = f"is a mistake without a diagnosis: nobody wrote [diagnosis.{name}]"
                yield path, rule, "add it to exercise.toml, or rename the file"
        if not path.with_suffix(".txt").is_file():
            fix = "run UPDATE=1 pytest tests/course -k golden, and read what it wrote"
            yield path, "has no golden report beside it", fix
        wrong, most = programs.lines(path), MISTAKE_LINES_MAX * len(parts(path.stem))
        apart = min(programs.apart(lines, wrong) for lines in right)
        if right[0] and apart > most:
            rule = f"is {apart} lines away from every right program, more than {most}"
            yield path, rule, "leave out one idea and nothing else"


def _diagnoses(exercise: Exercise) -> Iterator[_Found]:
    made = {name for path in _wrong(exercise) for name in parts(path.stem)}
    for name in sorted(set(exercise.diagnoses) - made):
        rule = f"[diagnosis.{name}] is a diagnosis without a mistake"
        fix = f"add mistakes/{name}.py, or remove the diagnosis"
        yield exercise.folder / "exercise.toml", rule, fix


def _anchors(root: Path, read: Sequence[Exercise]) -> Iterator[_Found]:
    """Every diagnosis, shared ones too, links to a heading that is there."""
    own = (entry for exercise in read for entry in exercise.diagnoses.values())
    mirrored = {exercise.name for exercise in read}
    for entry in [*catalog.shared().values(), *own]:
        anchor = entry.lesson.partition("#")[2]
        path = root / "lessons" / entry.page
        if path.parent.name in mirrored and not path.is_file():
            continue  # which is said once, not for every anchor
        if not anchor or f"{{#{anchor}}}" not in "\n".join(programs.lines(path)):
            rule = f"has no anchor {{#{anchor}}}, which the diagnosis {entry.name} links to"
            yield path, rule, "add it to the heading, or correct the link"


def _shared(root: Path, read: Iterable[Exercise]) -> Iterator[_Found]:
    """Every shared diagnosis is earned by a mistake or a hostile program, where tests are there."""
    hostile = root / "tests" / "system" / "hostile"
    if not hostile.is_dir():
        return
    earned = {path.stem for exercise in read for path in _wrong(exercise)}
    for path in hostile.rglob("*.py"):
        earned |= set(_EXPECT.findall("\n".join(programs.lines(path)[:_HEAD])))
    for name in sorted(set(catalog.shared()) - {part for each in earned for part in parts(each)}):
        rule = f"[{name}] is a diagnosis that no program of ours earns"
        fix = "add a mistake or a file in tests/system/hostile/, or remove it"
        yield root / "grader" / "diagnosis" / "catalog.toml", rule, fix


def parts(name: str) -> list[str]:
    """Return the diagnoses that the name of a mistake stands for."""
    return name.split("_and_")


def _others(exercise: Exercise) -> list[Path]:
    return sorted(exercise.solution.parent.glob("alternative/*.py"))


def _wrong(exercise: Exercise) -> list[Path]:
    return sorted(exercise.solution.parent.glob("mistakes/*.py"))


def _folders(root: Path, kind: str) -> list[Path]:
    return sorted(path for path in (root / kind).glob("ex*") if path.is_dir())


def _is_text(held: object) -> bool:
    return isinstance(held, str) and bool(held.strip())


def _unreadable(path: Path, problem: Exception) -> _Found:
    """Return an error as a problem, without the path that it may begin with."""
    said = getattr(problem, "strerror", None) or problem
    kind = "" if isinstance(problem, CourseError) else f"{type(problem).__name__}: "
    text = f"{kind}{said}"
    rule, _, fix = text.removeprefix(str(path)).removeprefix(": ").partition(". Fix: ")
    return path, rule.removeprefix(":"), fix or "correct the file as this says"


def _short(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
