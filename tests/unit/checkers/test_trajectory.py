"""The first step and the first item to differ are found, and nothing is held against equal bits."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.checkers.trajectory import exact, first_different
from grader.history import History, Phase
from tests.unit.checkers.histories import (
    ITEMS,
    SAVED,
    SCHEDULE,
    STEPS,
    baseline,
    killed,
    resumed,
    steps,
    trial,
)

holds = exact(ITEMS)


def changed(phase: Phase, at: int, *items: int) -> Phase:
    """Return the phase with other digests in one of its steps."""
    row = [b"other" if n in items else held for n, held in enumerate(phase.steps[at].digests)]
    phase.steps[at] = replace(phase.steps[at], digests=tuple(row))
    return phase


def test_the_baselines_bits_are_right():
    """Nothing is held against a trial whose steps are the baseline's."""
    assert holds(trial(), baseline()) is None
    assert holds(History("none", [baseline()]), baseline()) is None


@given(st.integers(0, STEPS - SAVED - 1), st.sets(st.integers(0, 2), min_size=1))
def test_the_first_different_step_and_all_its_different_items_are_named(at: int, items: set[int]):
    """Items are named in the order of comparison, whatever differs later."""
    wrong = changed(resumed(), at, *items)
    if at + 1 < len(wrong.steps):
        changed(wrong, at + 1, 0, 1, 2)

    found = holds(trial(wrong), baseline())

    assert found is not None
    assert ("trajectory", SCHEDULE, 1) == (found.kind, found.schedule, found.phase)
    assert SAVED + at == found.step
    assert tuple(ITEMS[n] for n in sorted(items)) == found.differing
    assert found.differing[0] == found.item
    assert f"{found.item} differs first, at step {found.step}" == found.found


def test_the_first_process_is_asked_before_the_second():
    """A training that saving disturbs is not called a wrong resume."""
    both = History(SCHEDULE, [changed(killed(digests=True), 1, 2), changed(resumed(), 0, 0)])

    found = holds(both, baseline())

    assert found is not None
    assert (0, 1, "parameters") == (found.phase, found.step, found.item)


def test_steps_without_digests_are_not_compared():
    """A process that is only there to be killed reports none."""
    assert first_different(steps(0, STEPS, digests=False), baseline().steps, ITEMS) is None


def test_a_step_done_twice_or_out_of_order_is_compared_with_its_own_baseline():
    """Steps are looked up by their number, never by their place."""
    again = [*steps(4, 6), *steps(4, 6)]

    assert first_different(again, baseline().steps, ITEMS) is None
    assert first_different([replace(s, index=s.index + 1) for s in again], baseline().steps, ITEMS)


def test_a_step_with_fewer_digests_is_an_error_of_ours():
    """Nothing passes because an item was never reported."""
    short = [replace(steps(4, 5)[0], digests=(bytes([4, 0]),))]

    with pytest.raises(ValueError, match="zip"):
        first_different(short, baseline().steps, ITEMS)


def test_losses_are_compared_by_their_digest():
    """The number beside it is for the picture, and may be NaN."""
    shown = [replace(step, loss=float("nan")) for step in steps(4, 6)]

    assert first_different(shown, baseline().steps, ITEMS) is None
