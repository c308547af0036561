"""`grader.check("ex03")` in a cell: the functions as they stand are graded, saved or not.

The cells that were run become a module, which is judged in processes of their own. So it works in
any front end, and the notebook's own process is neither killed nor trusted.
"""

import hashlib
import secrets
from typing import Any

from grader import course
from grader.classroom import cells
from grader.classroom.judging import Record, Task, judge
from grader.errors import UsageError

_SEED_BITS = 48
_CALL = "grader.check("
_judged: dict[tuple[str, str], Record] = {}
"""By exercise and code: the cells of one exercise ask for the same verdict."""


def check(name: str, number: int = 0) -> float:
    """Print the report on an exercise, or on its check *number* from 1; return the points earned.

    Points that nobody could decide count as none here: the report says so.

    Raises:
        UsageError: this is no notebook, or there is no such exercise or check.
    """
    exercise = course.find(name)
    if not 0 <= number <= len(exercise.checks):
        message = f"{exercise.name} has checks 1 to {len(exercise.checks)}, no {number}"
        raise UsageError(message)
    made = [{"cell_type": "code", "source": text} for text in _run_cells(name)]
    content = cells.module_of({"cells": made}).encode()
    known = exercise.name, hashlib.sha256(content).hexdigest()
    if known not in _judged:
        seed = secrets.randbits(_SEED_BITS)
        # One's own code on one's own machine.
        _judged[known] = judge(Task(exercise.name, content, seed, "none"))
    record = _judged[known]
    verdict = record["verdict"]
    if not number or not verdict["checks"]:
        print(record["report"])  # noqa: T201 - what the cell is for
        return float(verdict["points"]["earned"])
    return _one(verdict["checks"][number - 1])


def _one(found: dict[str, Any]) -> float:
    names = ", ".join(found["diagnoses"]) or found["reason"]
    line = f"{found['verdict']}: {found['title']}" + (f" ({names})" if names else "")
    print(line)  # noqa: T201 - as above
    return float(found["earned"] or 0)


def _run_cells(name: str) -> list[str]:
    """Return the cells that were run, in their order, without those that ask for a verdict."""
    shell = _shell()
    if shell is None:
        message = f"grader.check works in a notebook; in a terminal, type: grader run {name}"
        raise UsageError(message)
    return [text for text in shell.user_ns["In"] if _CALL not in text]


def _shell() -> Any:  # noqa: ANN401 - IPython's, which only a notebook has
    try:
        from IPython import get_ipython  # noqa: PLC0415 - as above
    except ImportError:
        return None
    return get_ipython()
