"""Tests of grader.report.scenes and grader.report.replay."""

import pytest

from grader.course import find
from grader.errors import UsageError
from grader.report import replay
from grader.report.scenes import first_difference, scenes
from tests.unit.report import outcomes
from tests.unit.report.outcomes import EXERCISE, REPLAY
from tests.unit.report.pages import Page

FAILED = outcomes.missing_optimizer()
TOLD = scenes(FAILED, EXERCISE)


def test_every_step_of_the_resume_is_a_scene_with_every_item():
    """The first process began from nothing and was not compared; the second was, at each step."""
    compared = [scene for scene in TOLD if scene.rows]

    assert list(range(16, 24)) == [scene.step for scene in compared]
    items = list(find("ex01").workload.compared)
    assert all(items == [row.item for row in scene.rows] for scene in compared)


def test_the_first_difference_is_marked_once():
    """It is the finding's item in the finding's step, and the scene that `d` goes to."""
    marked = [(scene.step, row.item) for scene in TOLD for row in scene.rows if row.first]

    assert [(16, "parameters")] == marked
    assert 16 == TOLD[first_difference(TOLD)].step


def test_what_struck_and_what_was_loaded_is_told():
    """The kill with its moment, and the step at which the new process began."""
    listed = " ".join(replay.listing(TOLD).split())

    assert "killed (SIGKILL) in step 20, after backward (epoch 5)" in listed
    assert "training begins at step 16" in listed


def test_sixty_columns_are_enough():
    """No line of any scene is longer, nor of what stands before them."""
    text = replay.introduction(FAILED, EXERCISE, command="grader") + replay.listing(TOLD)

    assert 60 >= max(map(len, text.splitlines()))


def test_one_step_can_be_asked_for():
    """Its scene alone, with its number among all; a step that was not compared is refused."""
    listed = replay.listing(TOLD, 17)

    assert "step 17" in listed
    assert "step 16" not in listed
    with pytest.raises(UsageError, match="compared were: 16 to 23"):
        replay.listing(TOLD, 3)


def test_an_ascii_terminal_gets_ascii():
    """The sign of a difference has one that every terminal knows."""
    shown = replay.encodable(replay.listing(TOLD), "ascii")

    assert "  ! parameters" in shown
    assert shown.isascii()


def test_no_trial_no_scenes():
    """Where nothing can be said there is nothing to step through, and no page breaks of it."""
    graded = outcomes.unknown()

    assert [] == scenes(graded, EXERCISE)
    assert "nothing to step through" in replay.page(graded, EXERCISE, REPLAY, command="grader")


@pytest.mark.parametrize(
    "graded",
    [FAILED, outcomes.trouble("timeout", "save", "no end after 10 s"), outcomes.unknown()],
    ids=["failed", "trouble", "unknown"],
)
def test_the_page_nests_and_needs_no_script(graded):
    """It asks for nothing from anywhere but its own anchors."""
    page = Page(replay.page(graded, EXERCISE, REPLAY, command="grader"))

    assert page.wrong == []
    assert page.open == []
    assert [link for link in page.requests() if not link.startswith("#scene-")] == []
    assert page.count("script") == 0
    assert page.count("h1") == 1


def test_the_page_says_what_the_listing_says():
    """Open by itself is what has no table, and the first difference."""
    page = Page(replay.page(FAILED, EXERCISE, REPLAY, command="grader"))
    opened = [held for tag, held in page.tags if tag == "details" and "open" in held]

    assert all(scene.title in page.text for scene in TOLD)
    assert "the first difference" in page.text
    assert len(opened) == 1 + sum(not scene.rows for scene in TOLD)
