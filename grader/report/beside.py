"""Two programs beside each other: an exercise's functions, line by line, differences marked."""

import ast
import difflib
from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

_BESIDE_MIN = 100
"""Columns from which two programs fit beside each other; on fewer one follows the other."""

_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

Named = tuple[str, str]
"""Where a program is, and its text."""

_MARKS = {"mine": ("-", "red"), "theirs": ("+", "green"), "both": (" ", "")}


def beside(mine: Named, theirs: Named, functions: Sequence[str], width: int) -> RenderableType:
    """Return both programs' *functions*, or all of a program that Python cannot read.

    A line that only one of them has begins with a sign: - is mine, + is theirs.
    """
    left = _functions(mine[1], functions)
    right = _functions(theirs[1], functions)
    rows = list(_rows(left, right))
    if width >= _BESIDE_MIN:
        table = Table(box=None, expand=True, pad_edge=False)
        for name in (f"- {mine[0]}", f"+ {theirs[0]}"):
            table.add_column(name, ratio=1, overflow="fold")
        for one, other in rows:
            table.add_row(_marked(one, other, "mine"), _marked(other, one, "theirs"))
        return table
    lines = [Text(f"- {mine[0]}"), *(_marked(one, other, "mine") for one, other in rows)]
    lines += [Text(""), Text(f"+ {theirs[0]}")]
    lines += [_marked(other, one, "theirs") for one, other in rows]
    return Group(*(line for line in lines if line is not _NO_LINE))


_NO_LINE = Text("")


def _marked(line: str | None, other: str | None, whose: str) -> Text:
    if line is None:
        return _NO_LINE
    sign, colour = _MARKS["both" if line == other else whose]
    return Text(f"{sign} {line}", style=colour)


def _rows(left: list[str], right: list[str]) -> Iterator[tuple[str | None, str | None]]:
    """Yield pairs of lines: equal ones side by side, others each beside nothing or another."""
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    for _, first, after, other_first, other_after in matcher.get_opcodes():
        height = max(after - first, other_after - other_first)
        for at in range(height):
            one = left[first + at] if first + at < after else None
            two = right[other_first + at] if other_first + at < other_after else None
            yield one, two


def _functions(text: str, names: Sequence[str]) -> list[str]:
    """Return the lines of the named functions and classes, without docstrings and remarks."""
    lines = text.splitlines()
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return lines
    found: list[str] = []
    for node in tree.body:
        if isinstance(node, _NAMED) and node.name in names:
            told = {
                line
                for inner in ast.walk(node)
                if isinstance(inner, _NAMED) and ast.get_docstring(inner) is not None
                for line in range(inner.body[0].lineno, (inner.body[0].end_lineno or 0) + 1)
            }
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            kept = [
                lines[number - 1]
                for number in range(first, (node.end_lineno or first) + 1)
                if number not in told and not lines[number - 1].lstrip().startswith("#")
            ]
            found += [*([""] if found else []), *kept]
    return found or lines
