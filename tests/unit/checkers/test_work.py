"""Training the lost steps again inside load() is no resume, and one step of a library is honest."""

import pytest

from grader.checkers.work import not_done_twice
from grader.history import History
from tests.unit.checkers.histories import SAVED, SCHEDULE, baseline, resumed, trial


def noted(*notes: str) -> History:
    """Return a trial whose resume the probe saw doing something."""
    phase = resumed()
    phase.notes = [*notes]
    return trial(phase)


@pytest.mark.parametrize("steps", [SAVED, SAVED + 1, 10**6])
def test_as_many_steps_as_are_restored_are_held_against_it(steps: int):
    """The finding says how many, and where training began then."""
    found = not_done_twice(noted("x", f"{steps} optimizer steps while loading"), baseline())

    assert found is not None
    assert ("repeated", SCHEDULE, 1) == (found.kind, found.schedule, found.phase)
    assert f"load() took {steps} optimizer steps" in found.found
    assert f"step {SAVED}" in found.found


@pytest.mark.parametrize(
    "note",
    ["1 optimizer steps while loading", "99 optimizer steps", "x 99 optimizer steps while loading"],
)
def test_fewer_steps_and_other_notes_are_honest(note: str):
    """A library takes a step to make an optimizer's state appear."""
    assert not_done_twice(noted(note), baseline()) is None


def test_a_training_from_the_beginning_repeats_nothing():
    """Where nothing was restored, the other checkers judge."""
    assert not_done_twice(History("none", [baseline()]), baseline()) is None
    assert not_done_twice(trial(), baseline()) is None
