"""Who handed in what: from the files of a class to one submission for each student.

Understood are a folder for each student (nbgrader, Moodle, a plain one), a zip for each, and the
flat files of a Canvas download, where a resubmission stands beside the earlier one. What cannot be
graded is still somebody's submission: it is named, and a person looks at it.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from grader.classroom import cells
from grader.classroom.exports import sheet
from grader.classroom.handed_in import NEITHER, Found
from grader.course import NAME, Exercise
from grader.errors import UsageError

# name_[LATE_]user_submission_file; a resubmission's file is called checkpoint-1.py
_CANVAS = re.compile(
    r"(?P<student>[^_]+)(?P<late>_LATE)?_(?P<user>\d+)_(?P<number>\d+)_(?P<file>.+?)"
    r"(?:-(?P<attempt>\d+))?(?P<suffix>\.\w+)"
)
_MOODLE = re.compile(r"(?P<student>.+)_\d+_assignsubmission_file_?")


@dataclass(frozen=True, slots=True)
class Submission:
    """What one student handed in.

    Attributes:
        student: as the files name them.
        name: the file, as handed in.
        content: the Python text to grade; None where there is none.
        trouble: why it cannot be graded; a person has to look.
        late: handed in after the deadline.
        notes: what else was there, and what was done about it.
    """

    student: str
    name: str
    content: bytes | None
    trouble: str = ""
    late: bool = False
    time: datetime | None = None
    notes: tuple[str, ...] = ()

    @property
    def sha256(self) -> str:
        """The hash of what is graded, empty where nothing is."""
        return "" if self.content is None else hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a submission is late.

    Attributes:
        due: None where only the hand-in's own mark counts.
        extended: other times, by student.
    """

    due: datetime | None = None
    grace: timedelta = timedelta()
    extended: dict[str, datetime] | None = None

    def missed(self, student: str, time: datetime | None, *, marked: bool) -> bool:
        """Say whether a hand-in of this time is late; *marked*: the hand-in itself says so."""
        due = (self.extended or {}).get(student, self.due)
        return marked if due is None or time is None else time > due + self.grace


def extensions(data: bytes, name: str) -> dict[str, datetime]:
    """Return the deadlines that a CSV with the columns student and due gives; times are in UTC.

    Raises:
        UsageError: a column is missing, a time is none, or a student stands there twice.
    """
    held = sheet.read(data, name)
    if {"student", "due"} - set(held.header):
        message = f"{name}: it needs the columns student and due"
        raise UsageError(message)
    found: dict[str, datetime] = {}
    for line, row in zip(held.lines, held.rows, strict=True):
        facts = dict(zip(held.header, map(str.strip, row), strict=True))
        try:
            due = datetime.fromisoformat(facts["due"])
        except ValueError as problem:
            message = f"{name}, line {line}: {facts['due']!r} is no time, like 2026-03-08T12:00:00"
            raise UsageError(message) from problem
        if facts["student"] in found:
            message = f"{name}, line {line}: {facts['student']!r} stands there twice; keep one line"
            raise UsageError(message)
        found[facts["student"]] = due if due.tzinfo else due.replace(tzinfo=UTC)
    return found


@dataclass(frozen=True, slots=True)
class _File:
    """A file with the student whose it is, and its place among theirs: the last one counts."""

    student: str
    found: Found
    order: tuple[int, int]
    name: str
    late: bool = False


def collect(
    found: Iterable[Found], exercise: Exercise, deadline: Deadline | None = None
) -> list[Submission]:
    """Return one submission for each student, by name.

    Who handed in another exercise only is not among them.
    """
    whose = [_whose(one) for one in found if not _of_another(one, exercise)]
    files = sorted(filter(_is_somebodys, whose), key=lambda file: file.student)
    return [
        _submission(student, list(theirs), exercise, deadline or Deadline())
        for student, theirs in groupby(files, key=lambda file: file.student)
    ]


def _of_another(found: Found, exercise: Exercise) -> bool:
    """Say whether a folder above a file names another exercise, as in nbgrader's folders."""
    folders = [part for part in found.parts[1:-1] if NAME.fullmatch(part)]
    return bool(folders) and exercise.name not in folders


def _is_somebodys(file: _File) -> bool:
    """Say whether a file stands for a student: a list beside their folders does not."""
    alone = len(file.found.parts) == 1 and not _CANVAS.fullmatch(file.found.parts[0])
    return not (alone and file.found.trouble == NEITHER)


def _whose(found: Found) -> _File:
    first = found.parts[0]
    if len(found.parts) > 1:
        moodle = _MOODLE.fullmatch(first)
        student = moodle["student"] if moodle else first
        return _File(student, found, (0, 0), found.parts[-1])
    canvas = _CANVAS.fullmatch(first)
    if canvas:
        order = int(canvas["number"]), int(canvas["attempt"] or 0)
        name = canvas["file"] + canvas["suffix"]
        return _File(canvas["student"], found, order, name, bool(canvas["late"]))
    return _File(first.rpartition(".")[0] or first, found, (0, 0), first)


def _submission(
    student: str, files: list[_File], exercise: Exercise, deadline: Deadline
) -> Submission:
    chosen, notes = _choose(files, exercise)
    if chosen is None:
        names = ", ".join("/".join(file.found.parts) for file in files[:5])
        wanted = exercise.edit[0]
        trouble = f"{len(files)} files and none of them is called {wanted}: {names}"
        return Submission(student, "", None, trouble, notes=notes)
    found, name = chosen.found, "/".join(chosen.found.parts)
    late = deadline.missed(student, found.time, marked=chosen.late)
    content, trouble = found.content, found.trouble
    if content is not None and chosen.name.endswith(".ipynb"):
        try:
            content = cells.module_of(cells.read_notebook(content, name)).encode()
        except UsageError as problem:
            content, trouble = None, str(problem)
    return Submission(student, name, content, trouble, late, found.time, notes)


def _choose(files: list[_File], exercise: Exercise) -> tuple[_File | None, tuple[str, ...]]:
    """Return the file that counts, and a note on every other."""
    gradable = [file for file in files if file.found.trouble != NEITHER] or files[:1]
    of_this = [file for file in gradable if _belongs(file.found.parts, exercise)] or gradable
    wanted = {exercise.edit[0], f"{exercise.name}.ipynb", f"{exercise.name}.py"}
    named = [file for file in of_this if file.name in wanted]
    candidates = named or of_this
    if not named and len({file.name for file in candidates}) > 1:
        return None, ()

    def age(file: _File) -> tuple[tuple[int, int], float, tuple[str, ...]]:
        time = file.found.time
        return file.order, time.timestamp() if time else 0.0, file.found.parts

    *earlier, last = sorted(candidates, key=age)
    return last, tuple(
        f"{'/'.join(file.found.parts)} is an earlier one, and was not graded" for file in earlier
    )


def _belongs(parts: tuple[str, ...], exercise: Exercise) -> bool:
    """Say whether a folder above a file names this exercise."""
    return any(part in {exercise.name, exercise.name[:4]} for part in parts[1:-1])
