"""How a stub is cut from its solution: the one source of what a learner starts from.

A region between ``# BEGIN SOLUTION`` and ``# END SOLUTION`` inside a function becomes one line that
raises NotImplementedError; at module level it vanishes.
"""

import ast
from dataclasses import dataclass

from grader.errors import CourseError

BEGIN = "# BEGIN SOLUTION"
END = "# END SOLUTION"


@dataclass(frozen=True, slots=True)
class Region:
    """The lines of one region, marks included, counted from 0."""

    first: int
    last: int
    indent: str


def cut(source: str, name: str = "solution") -> str:
    """Return the stub of a solution, formatted as the solution is.

    Raises:
        CourseError: the marks do not pair up; the message names file, line, rule and fix.
    """
    lines = source.splitlines()
    for region in reversed(regions(source, name)):
        function = _function_at(source, region.first + 1)
        put = (
            [f'{region.indent}raise NotImplementedError("write {function}()")'] if function else []
        )
        lines[region.first : region.last + 1] = put
    return "\n".join(lines).rstrip() + "\n"


def regions(source: str, name: str = "solution") -> list[Region]:
    """Return the regions of a solution, in order.

    Raises:
        CourseError: as `cut` says.
    """
    found: list[Region] = []
    opened: int | None = None
    for number, line in enumerate(source.splitlines()):
        mark = line.strip()
        if mark not in {BEGIN, END}:
            continue
        if (mark == BEGIN) is (opened is not None):
            wrong = "begins inside another region" if mark == BEGIN else "ends no region"
            message = f"{name}:{number + 1}: {mark!r} {wrong}. Fix: pair every {BEGIN} with {END}"
            raise CourseError(message)
        if opened is None:
            opened = number
        else:
            found.append(Region(opened, number, line[: len(line) - len(line.lstrip())]))
            opened = None
    if opened is not None:
        message = f"{name}:{opened + 1}: {BEGIN!r} is never closed. Fix: add {END}"
        raise CourseError(message)
    return found


def count_lines(source: str) -> int:
    """Return how many lines of code a solution's regions hold: "our solution took 11 lines"."""
    lines = source.splitlines()
    inside = (line for region in regions(source) for line in lines[region.first + 1 : region.last])
    return sum(bool(line.strip()) and not line.strip().startswith("#") for line in inside)


def _function_at(source: str, line: int) -> str:
    """Return the name of the innermost function around a line, "" at module level."""
    around = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.lineno < line <= (node.end_lineno or node.lineno) + 1
    ]
    return max(around, key=lambda node: node.lineno).name if around else ""
