"""What students get: the exercises, and a grader that grades; no solution."""

from collections.abc import Sequence
from pathlib import Path

import jinja2

from grader.classroom import wheels
from grader.course import Exercise

_START = Path(__file__).with_name("START.md.j2")


def for_students(exercises: Sequence[Exercise], wheel: Path, constraints: str) -> bytes:
    """Return the zip for students: START.md, the wheel without solutions, the versions it needs.

    The same input gives the same bytes.

    Raises:
        UsageError: the wheel is not ours, or not a wheel.
    """
    name, content = wheels.without_solutions(wheel, [exercise.name for exercise in exercises])
    template = jinja2.Template(
        _START.read_text(encoding="utf-8"),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
    )
    start = template.render(exercises=exercises, wheel=name, constraints=bool(constraints))
    files = {"START.md": start.encode(), name: content}
    if constraints:
        files["constraints.txt"] = constraints.encode()
    return wheels.packed({f"exact-resume/{held}": text for held, text in files.items()})
