"""No step is lost, skipped or repeated, and no process may end by itself."""

import pytest

from grader.checkers.progress import within_bounds
from grader.history import Bounds, History, Phase, Trouble
from tests.unit.checkers.histories import SAVED, SCHEDULE, baseline, killed, refused, trial


def started(start: int, floor: int = SAVED) -> History:
    """Return a trial whose resume the judge stopped at its first report."""
    stopped = Trouble("start", "training", f"training would start from step {start}")
    history = trial(Phase("B", start, exit=-9, trouble=stopped))
    history.bounds = [Bounds(floor, floor)]
    return history


def test_a_resume_that_starts_at_the_saved_step_is_right():
    """Also a training without any kill."""
    assert within_bounds(trial(), baseline()) is None
    assert within_bounds(History("none", [baseline()]), baseline()) is None


@pytest.mark.parametrize("start", [0, SAVED - 1, SAVED + 1, 8, 10**9])
def test_a_lost_a_repeated_and_a_skipped_step_are_held_against_it(start: int):
    """Where training had to begin is said, and where it would have begun."""
    found = within_bounds(started(start), baseline())

    assert found is not None
    assert ("progress", SCHEDULE, 1, start) == (
        found.kind,
        found.schedule,
        found.phase,
        found.step,
    )
    assert "training from step 4, where the last finished save stands" == found.expected
    assert f"training from step {start}" == found.found


def test_before_the_first_save_a_training_begins_at_its_beginning():
    """Nothing was acknowledged, so nothing may be skipped."""
    found = within_bounds(started(3, floor=0), baseline())

    assert found is not None
    assert "training from step 0: no save had returned yet" == found.expected


def test_the_very_first_process_has_nothing_to_resume_from():
    """A start elsewhere than at 0 is wrong without any bounds."""
    stopped = Trouble("start", "training", "training would start from step 2")

    found = within_bounds(History("none", [Phase("A", 2, trouble=stopped)]), baseline())

    assert found is not None
    assert ("progress", 0, 2) == (found.kind, found.phase, found.step)
    assert "no save had returned yet" in found.expected


@pytest.mark.parametrize("kind", ["raises", "timeout", "exit", "signal", "protocol", "output"])
def test_a_process_that_ends_by_itself_is_held_against_it(kind: str):
    """The kind of trouble, whose code ran, and the last line of what it said."""
    found = within_bounds(trial(refused("Traceback\nValueError: no", kind=kind)), baseline())

    assert found is not None
    assert (kind, "load", 1) == (found.kind, found.where, found.phase)
    assert "ValueError: no" == found.found
    assert "Traceback\nValueError: no" == found.text


def test_the_first_trouble_is_the_one():
    """What a broken process leads to is not held against the next one."""
    first = killed()
    first.trouble = Trouble("raises", "save", "OSError: disk")

    found = within_bounds(History(SCHEDULE, [first, refused("KeyError: 1")]), baseline())

    assert found is not None
    assert (0, "OSError: disk") == (found.phase, found.found)


def test_a_trouble_without_words_is_called_by_its_kind():
    """A learner's process may send an empty text."""
    found = within_bounds(trial(refused("")), baseline())

    assert found is not None
    assert "raises" == found.found


@pytest.mark.parametrize(
    ("start", "allowed"), [(None, False), (3, False), (4, True), (8, True), (9, False)]
)
def test_bounds_allow_what_lies_between_them(start: int | None, allowed: bool):  # noqa: FBT001
    """Both ends are allowed; a process that never said where it starts is not."""
    assert allowed is Bounds(4, 8).allow(start)
