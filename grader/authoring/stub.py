"""How a stub is cut from its solution: the one source of what a learner starts from.

A region between ``# BEGIN SOLUTION`` and ``# END SOLUTION`` inside a function becomes one line that
raises NotImplementedError; at module level, or between the methods of a class, it vanishes.
"""

import ast
import re
from dataclasses import dataclass

from grader.errors import CourseError

BEGIN = "# BEGIN SOLUTION"
END = "# END SOLUTION"
_ALIKE = re.compile(r"#.*\b(BEGIN|END)[ _]SOLUTION\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Region:
    """The lines of one region, marks included, counted from 0."""

    first: int
    last: int
    indent: str


def cut(source: str, name: str = "solution") -> str:
    """Return the stub of a solution, formatted as the solution is.

    Raises:
        CourseError: the marks do not pair up, or what is left is not Python; the message names
            file, line, rule and fix.
    """
    lines = source.split("\n")
    tree = _parse(source, name)
    for region in reversed(regions(source, name)):
        function = _function_at(tree, _first_code(lines, region, name))
        if function:
            put = [f'{region.indent}raise NotImplementedError("write {function}()")']
            lines[region.first : region.last + 1] = put
        else:
            _vanish(lines, region)
    stub = "\n".join(lines).rstrip() + "\n"
    _parse(stub, f"the stub of {name}")
    return stub


def regions(source: str, name: str = "solution") -> list[Region]:
    """Return the regions of a solution, in order.

    Raises:
        CourseError: as `cut` says.
    """
    found: list[Region] = []
    opened: int | None = None
    lines = source.split("\n")
    for number, line in enumerate(lines):
        mark = line.strip()
        if mark not in {BEGIN, END}:
            if _ALIKE.search(line):  # a learner must never be handed the answer for a typing error
                fix = f"write exactly {BEGIN} or {END} on a line of its own"
                raise _refusal(name, number, f"{mark!r} is no mark", fix)
            continue
        if (mark == BEGIN) is (opened is not None):
            wrong = "begins inside another region" if mark == BEGIN else "ends no region"
            raise _refusal(name, number, f"{mark!r} {wrong}", f"pair every {BEGIN} with {END}")
        if opened is None:
            opened = number
            continue
        if _indent(line) != _indent(lines[opened]):
            fix = f"indent it as {BEGIN} on line {opened + 1}"
            raise _refusal(name, number, f"{mark!r} stands in another block", fix)
        found.append(Region(opened, number, _indent(line)))
        opened = None
    if opened is not None:
        raise _refusal(name, opened, f"{BEGIN!r} is never closed", f"add {END}")
    return found


def _vanish(lines: list[str], region: Region) -> None:
    """Take a region away, and keep of the blank lines around it what the formatter would keep."""
    first, last = region.first, region.last + 1
    while first > 0 and not lines[first - 1].strip():
        first -= 1
    while last < len(lines) and not lines[last].strip():
        last += 1
    blank = max(region.first - first, last - region.last - 1)
    if first == 0 or lines[first - 1].endswith(":"):
        blank = 0
    lines[first:last] = [""] * blank


def _first_code(lines: list[str], region: Region, name: str) -> int:
    """Return the line of a region's first code, counted from 1 as Python does."""
    for number in range(region.first + 1, region.last):
        if _is_code(lines[number]):
            return number + 1
    fix = "put the solution's code between the marks, or remove them"
    raise _refusal(name, region.first, "the region holds no code", fix)


def _function_at(tree: ast.Module, line: int) -> str:
    """Return the name of the innermost function whose body holds a line, "" if none does."""
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and node.lineno < line <= (node.end_lineno or node.lineno)
    ]
    innermost = max(around, key=lambda node: node.lineno, default=None)
    return "" if innermost is None or isinstance(innermost, ast.ClassDef) else innermost.name


def _parse(source: str, name: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError as problem:
        fix = "make it run before it is cut"
        raise _refusal(name, (problem.lineno or 1) - 1, f"not Python: {problem.msg}", fix) from None


def _refusal(name: str, number: int, rule: str, fix: str) -> CourseError:
    return CourseError(f"{name}:{number + 1}: {rule}. Fix: {fix}")


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _is_code(line: str) -> bool:
    return bool(line.strip()) and not line.strip().startswith("#")
