"""Files as programs, to be held against each other: their lines, and what they mean."""

import ast
import difflib
from pathlib import Path

from grader.authoring.stub import BEGIN, END

MARKS = {BEGIN, END}


def lines(path: Path) -> list[str]:
    """Return a file's lines, none where there is no file; foreign bytes are replaced."""
    data = path.read_bytes() if path.is_file() else b""
    return data.decode("utf-8", "replace").splitlines()


def tree(path: Path) -> ast.Module | None:
    """Return a file's program, None for what is no Python."""
    try:
        return ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None


def meaning(program: ast.Module) -> str:
    """Return a program without its comments and docstrings."""
    documented = ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    for node in ast.walk(program):
        if isinstance(node, documented) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return ast.dump(program)


def apart(right: list[str], wrong: list[str]) -> int:
    """Return how many lines of one program are other ones in the other, or missing.

    The marks of a solution's regions are no part of a program.
    """
    right, wrong = ([line for line in one if line.strip() not in MARKS] for one in (right, wrong))
    changes = difflib.SequenceMatcher(None, right, wrong, autojunk=False).get_opcodes()
    return sum(max(b - a, d - c) for kind, a, b, c, d in changes if kind != "equal")
