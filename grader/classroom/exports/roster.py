"""Who is who: a CSV that says under which numbers another system knows a student."""

from dataclasses import dataclass, fields
from typing import Any

from grader.classroom.exports import sheet
from grader.errors import UsageError


@dataclass(frozen=True, slots=True)
class Person:
    """One line of a roster; what it does not say is "".

    Attributes:
        login: as hand-ins name the student; in Canvas the SIS Login ID.
        sis_id: Canvas's SIS User ID.
        canvas_id: Canvas's own number, column ID of its gradebook.
    """

    login: str
    sis_id: str = ""
    canvas_id: str = ""
    name: str = ""
    section: str = ""


Roster = dict[str, Person]
"""People by login."""

_COLUMNS = [field.name for field in fields(Person)]
_UNIQUE = ("login", "sis_id", "canvas_id")


def read(data: bytes, name: str) -> Roster:
    """Return the roster that a CSV holds, in its order; *name* is what a message calls it.

    Raises:
        UsageError: a column is unknown or twice there, login is missing or empty, or two lines
            give the same login, sis_id or canvas_id.
    """
    held = sheet.read(data, name)
    _check_columns(held.header, name)
    roster: Roster = {}
    seen: dict[tuple[str, str], int] = {}
    for line, row in zip(held.lines, held.rows, strict=True):
        facts: dict[str, Any] = dict(zip(held.header, map(str.strip, row), strict=True))
        if not facts["login"]:
            message = f"{name}, line {line}: no login; every student has one"
            raise UsageError(message)
        for column in _UNIQUE:
            value = facts.get(column, "")
            if value and (column, value) in seen:
                first = seen[column, value]
                message = (
                    f"{name}, line {line}: {column} {value!r} stands on line {first} too; "
                    "a student has one line"
                )
                raise UsageError(message)
            seen[column, value] = line
        roster[facts["login"]] = Person(**facts)
    return roster


def _check_columns(header: list[str], name: str) -> None:
    known = ", ".join(_COLUMNS)
    for column in header:
        if column not in _COLUMNS:
            message = f"{name}: a roster has no column {column!r}; it has {known}; remove it"
            raise UsageError(message)
        if header.count(column) > 1:
            message = f"{name}: column {column!r} is there twice; remove one"
            raise UsageError(message)
    if "login" not in header:
        message = f"{name}: no column 'login'; a roster has {known}, and at least login"
        raise UsageError(message)
