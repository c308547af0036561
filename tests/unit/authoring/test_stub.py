"""The stub is the solution without its answers, and never with one of them by accident."""

import ast
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import course
from grader.authoring import stub
from grader.errors import CourseError

SOLUTIONS = [exercise.solution for exercise in course.exercises()]
SOLUTION = dedent('''\
    """A solution."""

    import json

    # BEGIN SOLUTION
    KEPT = {}
    # END SOLUTION


    # BEGIN SOLUTION
    def helper():
        """Help."""
        return KEPT


    # END SOLUTION
    class Box:
        """A box."""

        # BEGIN SOLUTION
        size = 1

        # END SOLUTION
        def fill(self, what: json.JSONDecoder) -> int:
            """Fill it."""
            # BEGIN SOLUTION
            def inner():
                return helper()

            # Both lines count, this one does not.
            return inner()
            # END SOLUTION


    async def later():
        """Do it later."""
        if KEPT:
            # BEGIN SOLUTION
            return 1
            # END SOLUTION
        return 2
''')
STUB = dedent('''\
    """A solution."""

    import json


    class Box:
        """A box."""

        def fill(self, what: json.JSONDecoder) -> int:
            """Fill it."""
            raise NotImplementedError("write fill()")


    async def later():
        """Do it later."""
        if KEPT:
            raise NotImplementedError("write later()")
        return 2
''')


def formatted(source: str) -> str:
    """Return what ruff format makes of a source."""
    command = [sys.executable, "-m", "ruff", "format", "--line-length", "100", "-"]
    done = subprocess.run(command, input=source, capture_output=True, text=True, check=True)
    return done.stdout


def test_a_region_in_a_function_becomes_one_raise_and_vanishes_elsewhere():
    """Indentation, docstrings, signatures and imports stay."""
    assert STUB == stub.cut(SOLUTION)


def test_a_stub_is_as_the_formatter_would_leave_it():
    """No stub needs to be formatted after it is cut."""
    for cut in (stub.cut(SOLUTION), *(stub.cut(path.read_text("utf-8")) for path in SOLUTIONS)):
        assert formatted(cut) == cut


@pytest.mark.parametrize("path", SOLUTIONS, ids=lambda path: path.parent.name)
def test_no_line_of_a_region_is_left_in_a_real_stub(path: Path):
    """What a learner starts from holds no mark and no statement of the answer."""
    source = path.read_text("utf-8")
    lines = source.split("\n")
    cut = stub.cut(source)
    inside = {
        line
        for region in stub.regions(source)
        for line in lines[region.first : region.last + 1]
        if len(line.strip()) > 3
    }

    assert inside
    assert not inside & set(cut.split("\n"))
    assert "SOLUTION" not in cut


def test_cutting_a_stub_changes_nothing():
    """A stub has no region, so it is its own stub."""
    assert stub.cut(STUB) == STUB


@pytest.mark.parametrize(
    ("source", "line", "rule"),
    [
        ("# END SOLUTION\n", 1, "ends no region"),
        ("x = 1\n# BEGIN SOLUTION\ny = 2\n", 2, "is never closed"),
        (
            "# BEGIN SOLUTION\nx = 1\n# BEGIN SOLUTION\n# END SOLUTION\n",
            3,
            "begins inside another region",
        ),
        (
            "def f():\n    # BEGIN SOLUTION\n    return 1\n# END SOLUTION\n",
            4,
            "stands in another block",
        ),
        ("# BEGIN SOLUTION\n# only words\n# END SOLUTION\n", 1, "holds no code"),
        ("x = 1  # BEGIN SOLUTION\n", 1, "is no mark"),
        ("### begin solution\nx = 1\n", 1, "is no mark"),
        ("def f(:\n", 1, "not Python"),
        (
            "if f:\n    # BEGIN SOLUTION\n    x = 1\n    # END SOLUTION\n",
            1,
            "not Python",
        ),
    ],
)
def test_wrong_marks_are_refused_with_file_line_rule_and_fix(source: str, line: int, rule: str):
    """An author reads where it is, what is wrong and what to do; no answer is left in a stub."""
    with pytest.raises(CourseError) as refused:
        stub.cut(source, "solutions/ex99_x/checkpoint.py")

    text = str(refused.value)
    assert f"solutions/ex99_x/checkpoint.py:{line}: " in text
    assert rule in text
    assert ". Fix: " in text


_BLANK = st.integers(0, 3).map(lambda count: [""] * count)
_ANSWER = ["# BEGIN SOLUTION", "answer = 42", "# END SOLUTION"]
_FUNCTION = ["def f() -> int:", '    """Answer."""', *(f"    {line}" for line in _ANSWER)]
_KEPT = [["x = 1"], ["def g() -> int:", "    return 1"], ["import os"]]
_BLOCKS = st.sampled_from([_ANSWER, _FUNCTION, *_KEPT])


@given(blocks=st.lists(st.tuples(_BLOCKS, _BLANK), max_size=6))
def test_nothing_but_regions_is_taken_away(blocks: list[tuple[list[str], list[str]]]):
    """However regions and code follow one another, all other code stays and still parses."""
    source = "\n".join(line for block, blank in blocks for line in [*block, *blank])
    kept = [block for block, _ in blocks if block != _ANSWER]

    cut = stub.cut(source)

    assert len(ast.parse(cut).body) == len(kept)
    assert "answer" not in cut
    lines = [line for line in cut.split("\n") if line]
    raised = [*_FUNCTION[:2], '    raise NotImplementedError("write f()")']
    assert lines == [line for b in kept for line in (raised if b == _FUNCTION else b)]
