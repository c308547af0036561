"""A lesson's facts are read whole, and what is broken in them is named."""

from pathlib import Path

import pytest

from grader import lessons
from grader.authoring.new import new
from grader.errors import CourseError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the lesson of a new unit."""
    new(tmp_path, 17, "data_order")
    return tmp_path / "lessons" / "ex17_data_order"


def test_ways_come_in_their_order_with_their_pages(folder: Path):
    """Ten ways, each with a page of its own; the whole unit takes their sum."""
    lesson = lessons.read(folder)

    assert list(lessons.WAYS) == [way.name for way in lesson.ways]
    assert 10 == len({way.page for way in lesson.ways})
    assert 50 == lesson.minutes
    assert [lesson] == lessons.lessons(folder.parent.parent)


BROKEN = {
    "no way": ("[ways.cost]", "[ways.price]", "cost, price is missing or no way"),
    "no minutes": ("minutes = 5", "hours = 1", "'minutes' is missing"),
    "no key": ("needs = []", "wants = []", "needs, wants is missing or no key"),
    "strange box": ('failing = ["model weights"]', 'failing = ["x"]', "failing names x"),
    "no toml": ("needs = []", "needs = [", "cannot be read as TOML"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_lesson_is_named_with_file_and_fix(folder: Path, kind: str):
    """The build stops with what to do."""
    old, new_text, said = BROKEN[kind]
    path = folder / "lesson.toml"
    path.write_text(path.read_text().replace(old, new_text, 1))

    with pytest.raises(CourseError) as refused:
        lessons.read(folder)

    assert str(refused.value).startswith(f"{path}: ")
    assert said in str(refused.value)
    assert ". Fix: " in str(refused.value)


def test_a_bug_without_its_thread_is_refused(folder: Path):
    """Only what can be looked up is told."""
    (folder / "bugs.toml").write_text('[[bug]]\nid = "x-1"\ntitle = "T"\n')

    with pytest.raises(CourseError, match=r"bug x-1: .*url.* Fix: write each of"):
        _ = lessons.read(folder).bugs
