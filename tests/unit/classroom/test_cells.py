"""From cells to a module: definitions stay, experiments go, lines keep their meaning."""

import json

import pytest

from grader.classroom.cells import module_of, read_notebook
from grader.errors import UsageError


def module(*sources: str, **facts: object) -> str:
    made = [{"cell_type": "code", "metadata": facts, "source": source} for source in sources]
    return module_of(read_notebook(json.dumps({"cells": made}).encode(), "x.ipynb"))


def names(text: str) -> set[str]:
    held: dict[str, object] = {}
    exec(compile(text, "module", "exec"), held)  # noqa: S102 - what a notebook becomes
    return set(held) - {"__builtins__"}


def test_definitions_stay_and_experiments_go() -> None:
    text = module(
        "import json\nSIZE = 3 * 4\nprint('hello')\nmodel = open('nowhere')",
        "@staticmethod\ndef save(): ...\n\nclass Kept: ...\nsave()",
    )
    assert {"json", "SIZE", "save", "Kept"} == names(text)


def test_magics_are_dropped_only_where_they_are() -> None:
    text = module("%matplotlib inline\n!ls\nsave?\ndef save():\n    return 7 % 4", "%%bash\nls")
    assert {"save"} == names(text)
    whole = 'def load():\n    """Is it there?\n% of all\n    """'
    assert whole in module(whole)


def test_a_cell_that_is_no_python_raises_and_says_which() -> None:
    with pytest.raises(SyntaxError, match="cell 2"):
        names(module("A = 1", "def save(:"))


def test_cells_that_are_graded_are_left_out() -> None:
    assert "grader" not in module("def grader(): ...", nbgrader={"grade": True})


def test_the_later_definition_counts() -> None:
    text = module("def save(): return 1", "def save(): return 2")
    held: dict[str, object] = {}
    exec(text, held)  # noqa: S102 - as above
    assert 2 == held["save"]()  # type: ignore[operator]


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"cells": [1]}', b"\xff\xfe", b"[" * 100_000])
def test_no_notebook(content: bytes) -> None:
    with pytest.raises(UsageError, match=r"x\.ipynb"):
        read_notebook(content, "x.ipynb")
