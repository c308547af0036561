"""Our own CSV: one line a student and exercise, for people and for spreadsheets.

A name like ``Smith, Jr`` stays one cell, because every cell is quoted. A cell that a spreadsheet
would take for a formula is made text with an apostrophe before it, as OWASP's Application Security
Verification Standard asks (requirement 1.2.10: = + - @, tab, NUL); `plain` takes it off again.
"""

import csv
import io
from collections.abc import Sequence

from grader.classroom.exports.points import counting, number
from grader.classroom.scores import Score

COLUMNS = (
    *("student", "exercise", "status", "points", "total", "late", "diagnoses", "reason"),
    *("override_by", "override_reason", "points_before_override"),
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")


def safe(cell: str) -> str:
    """Return a cell that no spreadsheet runs as a formula; `plain` undoes it."""
    return f"'{cell}" if cell.lstrip("'").startswith(_FORMULA) else cell


def plain(cell: str) -> str:
    """Return the text that `safe` was given."""
    guarded = cell.startswith("'") and cell.lstrip("'").startswith(_FORMULA)
    return cell[1:] if guarded else cell


def table(scores: Sequence[Score]) -> str:
    """Return the CSV, sorted by student and exercise, without times.

    *points* are those that count, a person's before the grader's; they are empty, never 0, where a
    person has to decide (status "by hand") and where nothing was handed in.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerow(COLUMNS)
    for score in sorted(scores, key=lambda score: (score.student, score.exercise)):
        writer.writerow([safe(cell) for cell in _cells(score)])
    return out.getvalue()


def _cells(score: Score) -> list[str]:
    override = score.override
    return [
        score.student,
        score.exercise,
        score.status,
        _points(counting(score)),
        str(score.total),
        "late" if score.late else "",
        " ".join(score.diagnoses),
        score.reason,
        override.by if override else "",
        override.reason if override else "",
        _points(score.points) if override else "",
    ]


def _points(points: float | None) -> str:
    return "" if points is None else number(points)
