"""An exercise as a notebook: made from the solution, the same bytes each time.

Instructors give nbgrader the notebook with the solution, which it cuts; learners who like notebooks
start with the stub. Both have one cell of code and a thin cell for each check: nothing that grades
lies in a notebook, so nothing there can be forged or leaked.
"""

import json
from typing import Any

from grader.course import Check, Exercise

_SCHEMA = 3
_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def solution_id(exercise: Exercise) -> str:
    """Return the id of the cell that learners edit."""
    return f"{exercise.name[:4]}-code"


def check_id(exercise: Exercise, number: int) -> str:
    """Return the id of the cell of check *number*, from 1."""
    return f"{exercise.name[:4]}-check-{number}"


def source(exercise: Exercise) -> str:
    """Return nbgrader's source notebook as JSON: the worked solution, with its regions marked."""
    return _notebook(exercise, exercise.solution.read_text(encoding="utf-8"))


def start(exercise: Exercise) -> str:
    """Return the notebook that a learner starts with, as JSON: the stub."""
    return _notebook(exercise, exercise.stub.read_text(encoding="utf-8"))


def _notebook(exercise: Exercise, code: str) -> str:
    cells = [
        _cell(exercise, "markdown", "about", _about(exercise), locked=True),
        _cell(exercise, "code", solution_id(exercise), code.rstrip("\n"), solution=True),
    ]
    for number, check in enumerate(exercise.checks, 1):
        cells.append(_check(exercise, number, check))
    notebook = {
        "cells": cells,
        "metadata": {"kernelspec": _KERNEL, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _about(exercise: Exercise) -> str:
    names = " and ".join(f"`{name}`" for name in exercise.functions)
    return (
        f"# {exercise.title}\n\nWrite {names} in the next cell. Only its imports, functions, "
        "classes and constants are graded: they become a module of their own, in fresh processes "
        "that are killed and resumed. Whatever else you try in a notebook changes no score.\n\n"
        f"The lesson: `lessons/{exercise.name}/index.md`."
    )


def _check(exercise: Exercise, number: int, check: Check) -> dict[str, Any]:
    text = f'# {check.title}\nimport grader\n\ngrader.check("{exercise.name[:4]}", {number})'
    name = check_id(exercise, number)
    return _cell(exercise, "code", name, text, locked=True, points=check.points)


def _cell(  # noqa: PLR0913 - what nbgrader keeps of a cell
    exercise: Exercise,
    kind: str,
    name: str,
    text: str,
    *,
    locked: bool = False,
    solution: bool = False,
    points: int | None = None,
) -> dict[str, Any]:
    graded = points is not None
    facts: dict[str, Any] = {
        "grade": graded, "grade_id": name if "-" in name else f"{exercise.name[:4]}-{name}",
        "locked": locked, "schema_version": _SCHEMA, "solution": solution, "task": False,
    }  # fmt: skip
    if graded:
        facts["points"] = points
    cell: dict[str, Any] = {
        # nbformat would choose ids by chance; these make the notebook equal from build to build.
        "cell_type": kind, "id": facts["grade_id"], "metadata": {"nbgrader": facts},
        "source": text.splitlines(keepends=True),
    }  # fmt: skip
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return cell
