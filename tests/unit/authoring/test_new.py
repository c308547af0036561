"""A new unit: three places, nothing overwritten, and an exercise that can be graded at once."""

from pathlib import Path

import pytest

from grader import course, lessons
from grader.authoring.new import new
from grader.errors import UsageError
from grader.lessons import WAYS


def test_a_unit_gets_its_files_and_loads(tmp_path: Path):
    """Its exercise, its lesson and its questions can be read, and the stub is its solution's."""
    written = new(tmp_path, 17, "data_order")

    exercise = course.find("ex17", tmp_path)
    lesson = lessons.read(tmp_path / "lessons" / exercise.name)
    assert all((tmp_path / path).is_file() for path in written)
    assert exercise.title == "Data order"
    assert "NotImplementedError" in exercise.stub.read_text()
    assert list(WAYS) == [way.name for way in lesson.ways]
    assert all((lesson.folder / way.page).is_file() for way in lesson.ways)
    assert ["ex17-first"] == [question.id for question in lesson.bank.questions]
    assert () == lesson.bugs


@pytest.mark.parametrize(
    ("number", "slug", "said"),
    [
        (17, "other_words", "taken by lessons/ex17_data_order"),
        (0, "data", "no number"),
        (100, "data", "no number"),
        (18, "Data-Order", "no name"),
        (18, "../escape", "no name"),
        (18, "", "no name"),
    ],
)
def test_what_cannot_be_made_is_refused_and_writes_nothing(
    tmp_path: Path, number: int, slug: str, said: str
):
    """The message says why and what would do."""
    new(tmp_path, 17, "data_order")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    with pytest.raises(UsageError, match=said):
        new(tmp_path, number, slug)

    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
