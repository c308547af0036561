"""Does the course keep its own rules? Each problem names file, rule and fix, and stops nothing."""

import ast
import difflib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.authoring import stub
from grader.course import NAME, Exercise, read_exercise
from grader.diagnosis import catalog
from grader.errors import CourseError

CHECK_LINES_MAX = 60
MISTAKE_LINES_MAX = 10
MISTAKES_MIN = 4
ALTERNATIVES_MIN = 2
_EXPECT = re.compile(r"^# expect: failed (\w+)", re.MULTILINE)
_FILES = {"exercise.toml", "check.py", "calls.py", "__pycache__"}


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
    """Return every problem of the course below *root*, sorted by file."""
    problems: list[Problem] = []
    read: list[Exercise] = []
    for folder in sorted((root / "exercises").glob("ex*")):
        try:
            read.append(read_exercise(folder))
        except (CourseError, OSError) as problem:
            problems.append(Problem(_short(folder, root), str(problem), "write exercise.toml"))
    rules: list[Callable[[Exercise], Iterator[Problem]]] = [
        _facts, _mirrors, _strays, _stubs, _check, _alternatives, _mistakes, _diagnoses, _anchors,
    ]  # fmt: skip
    for exercise in read:
        for rule in rules:
            try:
                problems += rule(exercise)
            except (CourseError, OSError, SyntaxError) as problem:
                where = _short(exercise.folder, root)
                problems.append(Problem(where, str(problem), "make the file readable"))
    problems += [*_numbers(root), *_shared(root, read)]
    return sorted(problems, key=str)


def _numbers(root: Path) -> Iterator[Problem]:
    folders = sorted((root / "exercises").glob("ex*"))
    for folder in folders:
        if not NAME.fullmatch(folder.name):
            fix = "name it exNN_words, in small letters"
            yield Problem(_short(folder, root), "is no exercise's name", fix)
    counts = Counter(folder.name[:4] for folder in folders)
    for folder in folders:
        if counts[folder.name[:4]] > 1:
            rule = f"the number {folder.name[2:4]} is used twice"
            yield Problem(_short(folder, root), rule, "give one of them a free number")


def _facts(exercise: Exercise) -> Iterator[Problem]:
    path = _short(exercise.folder / "exercise.toml", exercise.root)
    if not exercise.hints or not all(hint.strip() for hint in exercise.hints):
        yield Problem(path, "hints are empty", "write one question that leads to the idea")
    for name in ("title", "difficulty"):
        if not str(getattr(exercise, name)).strip():
            yield Problem(path, f"{name} is empty", f"write the {name}")
    if exercise.minutes <= 0:
        yield Problem(path, "minutes is not above 0", "say how long it takes")


def _mirrors(exercise: Exercise) -> Iterator[Problem]:
    wanted = [
        exercise.solution,
        *(exercise.folder / name for name in (*exercise.edit, "check.py", "calls.py")),
        exercise.root / "lessons" / exercise.name / "index.md",
    ]
    for path in wanted:
        if not path.is_file():
            rule = "is missing; lessons, exercises and solutions mirror each other"
            yield Problem(_short(path, exercise.root), rule, "write it")


def _strays(exercise: Exercise) -> Iterator[Problem]:
    for path in sorted(exercise.folder.iterdir()):
        if path.name not in {*_FILES, *exercise.edit}:
            fix = "move it, or name it in edit of exercise.toml"
            yield Problem(_short(path, exercise.root), "belongs to no part of an exercise", fix)


def _stubs(exercise: Exercise) -> Iterator[Problem]:
    for name in exercise.edit:
        solution, held = exercise.solution.with_name(name), exercise.folder / name
        if not (solution.is_file() and held.is_file()):
            continue
        source = solution.read_text(encoding="utf-8")
        fresh, path = stub.cut(source, str(solution)), _short(held, exercise.root)
        if fresh == source.rstrip() + "\n":
            fix = f"mark what the learner writes with {stub.BEGIN} and {stub.END}"
            yield Problem(_short(solution, exercise.root), "leaves the learner nothing to do", fix)
        if held.read_text(encoding="utf-8") != fresh:
            yield Problem(path, "is stale: its solution gives another stub", "grader author sync")
    defined = _names(exercise.solution)
    for function in exercise.functions:
        if function not in defined:
            path = _short(exercise.folder / "exercise.toml", exercise.root)
            rule = f"functions names {function}, which the solution does not define"
            yield Problem(path, rule, "correct the name")


def _check(exercise: Exercise) -> Iterator[Problem]:
    path = exercise.folder / "check.py"
    lines = path.read_text(encoding="utf-8").count("\n")
    if lines > CHECK_LINES_MAX:
        rule = f"has {lines} lines, more than {CHECK_LINES_MAX}"
        fix = "move what is not a promise into grader/"
        yield Problem(_short(path, exercise.root), rule, fix)
    if not exercise.checks or any(check.points <= 0 for check in exercise.checks):
        yield Problem(
            _short(path, exercise.root), "a check has no points", "give each check points"
        )


def _alternatives(exercise: Exercise) -> Iterator[Problem]:
    paths = sorted(exercise.solution.parent.glob("alternative/*.py"))
    if len(paths) < ALTERNATIVES_MIN:
        where = _short(exercise.solution.parent / "alternative", exercise.root)
        rule = f"holds {len(paths)} right designs, fewer than {ALTERNATIVES_MIN}"
        yield Problem(where, rule, "write another design that is right")
    seen = {_meaning(exercise.solution): "the solution"}
    for path in paths:
        meaning = _meaning(path)
        if meaning in seen:
            rule = f"equals {seen[meaning]}, apart from words"
            yield Problem(_short(path, exercise.root), rule, "build it differently, or remove it")
        seen[meaning] = path.name


def _mistakes(exercise: Exercise) -> Iterator[Problem]:
    paths = sorted(exercise.solution.parent.glob("mistakes/*.py"))
    if len(paths) < MISTAKES_MIN:
        where = _short(exercise.solution.parent / "mistakes", exercise.root)
        rule = f"holds {len(paths)} mistakes, fewer than {MISTAKES_MIN}"
        yield Problem(where, rule, "add one from a real bug")
    right = exercise.solution.read_text(encoding="utf-8").splitlines()
    known = {**catalog.shared(), **exercise.diagnoses}
    for path in paths:
        where = _short(path, exercise.root)
        for name in parts(path):
            if name not in known:
                rule = f"is a mistake without a diagnosis: nobody wrote [diagnosis.{name}]"
                yield Problem(where, rule, "add it to exercise.toml, or rename the file")
        if not path.with_suffix(".txt").is_file():
            fix = "UPDATE=1 pytest tests/course -k golden"
            yield Problem(where, "has no golden report beside it", fix)
        apart = _apart(right, path.read_text(encoding="utf-8").splitlines())
        if apart > MISTAKE_LINES_MAX * len(parts(path)):
            rule = f"is {apart} lines away from the solution, more than {MISTAKE_LINES_MAX}"
            yield Problem(where, rule, "leave out one idea and nothing else")


def _diagnoses(exercise: Exercise) -> Iterator[Problem]:
    paths = exercise.solution.parent.glob("mistakes/*.py")
    made = {name for path in paths for name in parts(path)}
    for name in sorted(set(exercise.diagnoses) - made):
        where = _short(exercise.folder / "exercise.toml", exercise.root)
        rule = f"[diagnosis.{name}] is a diagnosis without a mistake"
        yield Problem(where, rule, f"add mistakes/{name}.py, or remove the diagnosis")


def _anchors(exercise: Exercise) -> Iterator[Problem]:
    entries = [*exercise.diagnoses.values(), *catalog.shared().values()]
    for entry in entries:
        page, _, anchor = entry.lesson.partition("#")
        lessons = exercise.root / "lessons"
        path = lessons / page / "index.md" if (lessons / page).is_dir() else lessons / f"{page}.md"
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        if f"{{#{anchor}}}" not in text:
            rule = f"has no anchor {{#{anchor}}}, which the diagnosis {entry.name} links to"
            yield Problem(_short(path, exercise.root), rule, "add it to the heading")


def _shared(root: Path, read: list[Exercise]) -> Iterator[Problem]:
    """Every shared diagnosis is earned by a mistake or a hostile program, where tests are there."""
    hostile = root / "tests" / "system" / "hostile"
    if not hostile.is_dir():
        return
    earned = {
        name
        for exercise in read
        for path in exercise.solution.parent.glob("mistakes/*.py")
        for name in parts(path)
    }
    for path in hostile.rglob("*.py"):
        earned |= set(_EXPECT.findall(path.read_bytes().decode("utf-8", "replace")))
    for name in sorted(set(catalog.shared()) - earned):
        rule = f"[{name}] is a diagnosis that no program of ours earns"
        fix = "add a mistake or a file in tests/system/hostile/, or remove it"
        yield Problem("grader/diagnosis/catalog.toml", rule, fix)


def parts(mistake: Path) -> list[str]:
    """Return the diagnoses that a mistake's name stands for."""
    return mistake.stem.split("_and_")


def _names(path: Path) -> set[str]:
    if not path.is_file():
        return set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {getattr(node, "name", "") for node in tree.body}


def _meaning(path: Path) -> str:
    """Return a program without its comments and docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef) and ast.get_docstring(
            node
        ):
            node.body = node.body[1:]
    return ast.dump(tree)


def _apart(right: list[str], wrong: list[str]) -> int:
    changes = difflib.SequenceMatcher(None, right, wrong, autojunk=False).get_opcodes()
    return sum(max(b - a, d - c) for kind, a, b, c, d in changes if kind != "equal")


def _short(path: Path, root: Path) -> str:
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
