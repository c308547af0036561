"""Exercise 2's pairs: each tells something apart, and right designs agree with the judge on any."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader import bits, course
from grader.bits import Field
from grader.course import load_module
from grader.workloads import pairs
from grader.workloads.pairs import Pair
from grader.workloads.recipe import LAYOUTS, Array, State, decoded, encoded, fields
from tests.course.conftest import programs

EX02 = course.find("ex02")
CALLS = load_module(EX02.calls, "calls_of_ex02")
ASKED = {name: pairs.read(case) for name, case in pairs.cases(3).items()}
DIFFERENT = [pair for name, pair in ASKED.items() if name.startswith("other.")]
SAME = [pair for name, pair in ASKED.items() if name.startswith("same.")]
LEFT_OUT = {
    "name": lambda field: replace(field, name=""),
    "dtype": lambda field: replace(field, dtype=""),
    "shape": lambda field: replace(field, shape=()),
    "value": lambda field: replace(field, data=b""),
}
RIGHT = [
    path for kind in ("solution", "alternative") for ex, path in programs(kind) if ex.number == 2
]

_bytes = st.binary(min_size=8, max_size=8)
_arrays = st.builds(
    Array,
    st.sampled_from(["float32", "int32", "bfloat16", "int16"]),
    st.sampled_from([(2,), (1, 2), (2, 1)]),
    st.just(b""),
    st.sampled_from(LAYOUTS),
)
_plain = st.one_of(
    st.none(), st.booleans(), st.integers(0, 3), st.floats(), st.sampled_from(["", "1", "a"])
)


@st.composite
def leaf(draw: st.DrawFn) -> State:
    """Return a plain value, or a tensor of two elements."""
    if draw(st.booleans()):
        return draw(_plain)
    array: Array = draw(_arrays)
    width = {"float32": 8, "int32": 8, "bfloat16": 4, "int16": 4}[array.dtype]
    layout = array.layout if array.dtype != "int32" or array.layout != "parameter" else "plain"
    if array.dtype == "int16" and layout == "parameter":
        layout = "plain"
    return replace(array, data=draw(_bytes)[:width], layout=layout)


states = st.dictionaries(
    st.sampled_from(["a", "b", "ab"]),
    st.recursive(leaf(), lambda inside: st.lists(inside, min_size=1, max_size=2), max_leaves=3),
    min_size=1,
    max_size=3,
)


def by_name(state: State) -> list[Field]:
    """Return a state's leaves in the order of their names."""
    return sorted(fields(state), key=lambda field: field.name)


@pytest.mark.parametrize("item", EX02.teaches)
def test_leaving_a_part_out_is_seen(item: str) -> None:
    """A digest that does not know of it is the same for two states that are not."""
    cut = LEFT_OUT[item]
    seen = [
        pair
        for pair in DIFFERENT
        if [cut(field) for field in by_name(pair.a)] == [cut(field) for field in by_name(pair.b)]
    ]

    assert seen


def test_pairs_are_what_they_are_called() -> None:
    """By the one definition: the same in names, dtypes, shapes and bytes, or not."""
    assert [] == [pair.said for pair in SAME if pair.difference]
    assert [] == [pair.said for pair in DIFFERENT if not pair.difference]
    assert any(list(fields(pair.a)) != list(fields(pair.b)) for pair in SAME)  # another order


def test_every_seed_asks_the_same_names_about_other_numbers() -> None:
    """So a check is as long as it is planned, whatever the challenge."""
    one, other = pairs.cases(1), pairs.cases(2)

    assert list(one) == list(other)
    assert one["same.twice"].given != other["same.twice"].given


@given(states)
def test_a_state_survives_being_sent(state: State) -> None:
    """What the child builds from is what the judge described."""
    again = decoded(encoded(state))

    assert list(fields(state)) == list(fields(again))


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
@settings(max_examples=60, deadline=None)
@given(a=states, b=states)
def test_right_designs_agree_with_the_judge_on_any_pair(path: Path, a: State, b: State) -> None:
    """One digest exactly for the same state, and the first difference by name."""
    mine = load_module(path, f"ex02_{path.stem}")
    due = Pair("", a, b).difference
    built = [CALLS._Builder().build(state) for state in (a, b)]  # noqa: SLF001 - as the child does

    assert (mine.digest(built[0]) == mine.digest(built[1])) == (due is None)
    assert due == mine.first_difference(*built)
    assert [bits.digest(fields(state)) for state in (a, b)] == [
        bits.digest(CALLS.items.leaves(state)) for state in built
    ]
