"""A lesson read in a terminal lacks nothing that is text."""

import pytest

from grader import course, reading
from grader.errors import UsageError
from grader.lessons import WAYS

EXERCISES = course.exercises()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name)
def test_every_page_is_whole(exercise, way):
    """No mark of a snippet is left, none is missing, and code stays between its fences."""
    text = reading.page(exercise.root, exercise.name, way)
    assert "--8<--" not in text
    assert "(not here:" not in text
    assert 0 == text.count("```") % 2


def test_a_section_and_lines_are_filled_in():
    """The first page of unit 1 shows the report that it begins with, and a save."""
    text = reading.page(EXERCISES[0].root, EXERCISES[0].name)
    assert "FAIL  ex01_first_checkpoint  missing_optimizer" in text
    assert "def save(" in text
    assert "def load(" not in text
    assert "*(On the site: a figure of a resume that fails.)*" in text


def test_what_is_not_there_is_said():
    """A wrong page is named with those that there are."""
    with pytest.raises(UsageError, match="why, how"):
        reading.page(EXERCISES[0].root, EXERCISES[0].name, "nothing")
    with pytest.raises(UsageError, match="no lesson"):
        reading.page(EXERCISES[0].root, "ex99_none")
