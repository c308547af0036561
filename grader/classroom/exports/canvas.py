"""Canvas's own gradebook export with one assignment's column filled in, ready for its import.

Read in Canvas's source (instructure/canvas-lms, lib/gradebook_importer.rb and
app/models/gradebook_exporter.rb), and kept to here:

- Before the assignments stand Student (or LastName, FirstName), ID, perhaps SIS User ID, SIS Login
  ID, Integration ID, Root Account, and Section, in this order; teachers' own columns may follow.
- An assignment's column is called ``title (id)``. Without the id Canvas may make a new one.
- Then comes perhaps a row with "Manual Posting" in it, then "Points Possible". A column with
  "(read only)" there is ignored.
- The separator may be a semicolon and the decimal point a comma; both are understood.
- An empty cell where Canvas has a score is a change: it takes the score away.

So the cell of a student whom a person has to grade, or who handed in nothing, stays what it was in
the export: Canvas then changes nothing, and a score that somebody has given by hand survives. So do
EX (excused) and N/A (not assigned). Every other column of scores is left out, so that the import
cannot put back what has been changed since the export.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from grader.classroom.exports import sheet
from grader.classroom.exports.points import counting, number
from grader.classroom.exports.roster import Person
from grader.classroom.exports.sheet import Sheet
from grader.classroom.scores import Score
from grader.errors import UsageError

_KEPT = {"EX", "N/A"}
_TITLE_AND_ID = re.compile(r"(?P<title>.*) \((?P<id>\d+)\)", re.DOTALL)
_POSSIBLE = "Points Possible"
_NAMED = 10
"""So many students an error names; the rest it counts."""


def fill(  # noqa: PLR0913 - what Canvas gave, what we have, and how they go together
    export: bytes,
    column: str,
    scores: Sequence[Score],
    roster: Mapping[str, Person] | None = None,
    *,
    name: str = "the gradebook",
    scale: bool = False,
) -> bytes:
    """Return *export* with the points of one exercise in *column*, for Canvas to import.

    *column* is an assignment's whole header, its title or its id. A student is found by the
    roster's canvas_id, sis_id or login; without a roster, by any of the three. With *scale*, points
    are converted to the assignment's points possible; without, the two totals have to agree.

    Raises:
        UsageError: it is no export of Canvas, the column is missing, not unique or read only, the
            totals differ, or a score belongs to no student there, to several, or to one twice.
    """
    held = sheet.read(export, name)
    last = _section(held.header, name)
    at = _column(held.header, last, column, name)
    students = [row for row in held.rows if row[0].strip() and _POSSIBLE not in row[0]]
    factor = _factor(held, at, scores, name, scale=scale)
    for score, row in _matched(scores, held.header, students, roster or {}, name):
        points = counting(score)
        if points is not None and row[at].strip() not in _KEPT:
            row[at] = number(points * factor)
    kept = [*range(last + 1), at]
    rows = [[row[cell] for cell in kept] for row in held.rows]
    return sheet.write(replace(held, header=[held.header[cell] for cell in kept], rows=rows))


def _section(header: Sequence[str], name: str) -> int:
    """Return where the columns about the student end."""
    named = header[0] == "Student" or list(header[:2]) == ["LastName", "FirstName"]
    if not (named and "ID" in header and "Section" in header):
        message = (
            f"{name}: not a gradebook of Canvas, which begins with Student, ID, ..., Section; "
            "in Canvas choose Gradebook, Export"
        )
        raise UsageError(message)
    return list(header).index("Section")


def _column(header: Sequence[str], last: int, wanted: str, name: str) -> int:
    """Return where the assignment's column is."""
    assignments = {
        at: parts for at in range(last + 1, len(header))
        if (parts := _TITLE_AND_ID.fullmatch(header[at]))
    }  # fmt: skip
    found = [
        at for at, parts in assignments.items()
        if wanted in (header[at], parts["title"], parts["id"])
    ]  # fmt: skip
    if len(found) != 1:
        there = ", ".join(repr(header[at]) for at in assignments) or "none"
        count = "no" if not found else "more than one"
        message = (
            f"{name}: {count} assignment is called {wanted!r}; there are: {there}. "
            "Name one by its number; make a missing one in Canvas, and export again"
        )
        raise UsageError(message)
    return found[0]


def _factor(held: Sheet, at: int, scores: Sequence[Score], name: str, *, scale: bool) -> float:
    """Return how many of the assignment's points one of ours is worth."""
    totals = {(score.exercise, score.total) for score in scores}
    if len(totals) != 1:
        which = ", ".join(f"{exercise} ({total})" for exercise, total in sorted(totals)) or "none"
        message = f"{name}: a column takes the scores of one exercise; these are of: {which}"
        raise UsageError(message)
    ((exercise, total),) = totals
    header = held.header[at]
    cell = next((row[at] for row in held.rows if _POSSIBLE in row[0]), "").strip()
    if "read only" in cell:
        message = f"{name}: {header!r} is read only; choose an assignment"
        raise UsageError(message)
    try:
        possible = float(cell.replace(",", "."))
    except ValueError:
        message = f"{name}: {header!r} has no points possible; set {total} in Canvas, export again"
        raise UsageError(message) from None
    if possible == total:
        return 1.0
    if not scale:
        message = (
            f"{name}: {header!r} is worth {number(possible)} points, {exercise} {total}; "
            f"set the assignment to {total} in Canvas and export again, or ask for scaled points"
        )
        raise UsageError(message)
    return possible / total


def _matched(
    scores: Sequence[Score],
    header: Sequence[str],
    students: Sequence[list[str]],
    roster: Mapping[str, Person],
    name: str,
) -> list[tuple[Score, list[str]]]:
    """Return each score with its student's row."""
    rows: dict[tuple[str, str], list[int]] = {}
    for index, row in enumerate(students):
        for column, cell in zip(header, row, strict=True):
            if column in {"ID", "SIS User ID", "SIS Login ID"} and cell.strip():
                rows.setdefault((column, cell.strip()), []).append(index)
    chosen: dict[int, str] = {}
    matched: list[tuple[Score, list[str]]] = []
    unknown: list[str] = []
    for score in scores:
        found = {index for key in _keys(score.student, roster) for index in rows.get(key, ())}
        if len(found) > 1:
            message = (
                f"{name}: {score.student!r} is the login or number of {len(found)} students; "
                "say in a roster which canvas_id is meant"
            )
            raise UsageError(message)
        if not found:
            unknown.append(score.student)
            continue
        index = found.pop()
        if index in chosen:
            message = (
                f"{name}: {chosen[index]!r} and {score.student!r} are the same student; "
                "keep one of the two scores"
            )
            raise UsageError(message)
        chosen[index] = score.student
        matched.append((score, students[index]))
    if unknown:
        more = f" and {len(unknown) - _NAMED} more" if len(unknown) > _NAMED else ""
        message = (
            f"{name}: not there: {', '.join(map(repr, sorted(unknown)[:_NAMED]))}{more}; "
            "give each a line in the roster, or leave out their scores"
        )
        raise UsageError(message)
    return matched


def _keys(student: str, roster: Mapping[str, Person]) -> list[tuple[str, str]]:
    """Return what to look for, as column and value."""
    person = roster.get(student) or Person(student, student, student)
    pairs = {
        "ID": person.canvas_id, "SIS User ID": person.sis_id, "SIS Login ID": person.login,
    }  # fmt: skip
    return [(column, value) for column, value in pairs.items() if value]
