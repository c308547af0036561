"""From a notebook's cells to the module that they define: what is graded is code, not outputs.

Kept are imports, functions, classes and assignments of constants, in their order. Everything else
in a cell is for the reader: it would run at import, where a training is not to be disturbed. This
is a convenience, no wall: what a function does is its author's choice.
"""

import ast
import json
import re
from typing import Any

from grader.errors import UsageError

_DEFINITIONS = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_CONSTANT = (
    *(ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Set, ast.UnaryOp, ast.unaryop, ast.BinOp),
    *(ast.operator, ast.Name, ast.expr_context),
)

_MAGIC = re.compile(r"\s*([%!?]|[\w.]+\?{1,2}\s*$)")

Notebook = dict[str, Any]


def read_notebook(content: bytes, name: str) -> Notebook:
    """Return the notebook that these bytes hold; *name* is what a message calls it.

    Raises:
        UsageError: they hold none.
    """
    try:
        notebook = json.loads(content)
    except (ValueError, RecursionError) as problem:
        message = f"{name}: no notebook, it is not JSON ({problem}); save it again and hand it in"
        raise UsageError(message) from problem
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        message = f"{name}: no notebook of version 4, it has no list of cells; save it again"
        raise UsageError(message)
    return dict(notebook)


def module_of(notebook: Notebook) -> str:
    """Return the text of the module that a notebook's cells define.

    Cells that nbgrader grades are left out: they call the grader. A cell that is no Python becomes
    one that raises, so that its author is told which.
    """
    parts = []
    for number, cell in enumerate(notebook["cells"], 1):
        facts = cell.get("metadata", {})
        graded = facts.get("nbgrader", {}) if isinstance(facts, dict) else {}
        if cell.get("cell_type") != "code" or (isinstance(graded, dict) and graded.get("grade")):
            continue
        source = cell.get("source", "")
        text = "".join(map(str, source)) if isinstance(source, list) else str(source)
        if kept := _definitions(text, number):
            parts.append(kept)
    return "\n\n".join(parts) + "\n"


def _definitions(text: str, number: int) -> str:
    for tried in (text, _without_magics(text)):
        try:
            tree = ast.parse(tried)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
            why = f"cell {number}: {problem}"
        else:
            text = tried
            break
    else:
        return f"raise SyntaxError({why!r})"
    lines = text.splitlines()
    return "\n\n".join(
        "\n".join(lines[_first_line(node) - 1 : node.end_lineno])
        for node in tree.body
        if isinstance(node, _DEFINITIONS) or _is_constant(node)
    )


def _first_line(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(one.lineno for one in decorators)])


def _is_constant(node: ast.stmt) -> bool:
    if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
        return False
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    named = all(isinstance(target, ast.Name) for target in targets)
    return named and all(isinstance(part, _CONSTANT) for part in ast.walk(node.value))


def _without_magics(text: str) -> str:
    """Return a cell without what only IPython understands; its lines keep their numbers."""
    if text.lstrip().startswith("%%"):
        return ""
    return "\n".join("" if _MAGIC.match(line) else line for line in text.splitlines())
