"""No regular save is left out, where nobody says anything."""

import pytest

from grader.checkers import leaving
from grader.history import History, Moment, Phase, Trouble
from grader.workloads.workload import Workload
from tests.unit.checkers.histories import STEPS, baseline, steps

CHECK = leaving.when_due(Workload(epochs=3, batches=4, save_every=4, parts=2))


def trained(saves: list[int], done: int = STEPS) -> Phase:
    """Return a process that nobody told anything, with saves at these positions."""
    return Phase("A", 0, steps(0, done), exit=0, saves=saves)


@pytest.mark.parametrize("saves", [[4, 8, 12], [4, 5, 8, 8, 12]])
def test_saves_that_are_due_may_have_others_between_them(saves: list[int]):
    """What is more than due is nobody's loss."""
    assert CHECK(History("none", [trained(saves)]), baseline()) is None


@pytest.mark.parametrize(("saves", "step"), [([8, 12], 3), ([4, 7, 12], 7), ([4, 8], 11), ([], 3)])
def test_the_first_save_that_was_not_made_is_held_against_it(saves: list[int], step: int):
    """The last one, too, after which nothing is trained any more."""
    found = CHECK(History("none", [trained(saves)]), baseline())

    assert found is not None
    assert ("unsaved", step) == (found.kind, found.step)
    assert f"a save after step {step}, where one is due" == found.expected


def test_a_save_that_failed_is_none_that_was_left_out():
    """An exception has its own finding; one that was left out long before it comes first."""
    raised = trained([], done=4)
    raised.trouble = Trouble("raises", "train", "OSError")
    late = trained([], done=8)
    late.trouble = raised.trouble

    assert CHECK(History("none", [raised]), baseline()) is None
    assert CHECK(History("none", [late]), baseline()) is not None


def test_whoever_was_told_to_leave_is_judged_by_what_can_be_resumed():
    """It saves where it leaves, whether that is due or not."""
    told = trained([], done=4)
    told.told, told.left = [Moment(3, "backward")], 75

    assert CHECK(History("term@3:backward", [told]), baseline()) is None
