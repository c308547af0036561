"""Does the lint see a zoo that is not whole?"""

import shutil
from pathlib import Path

from grader import course
from grader.authoring import lint_zoo
from grader.zoo import trainers


def _copy(tmp_path: Path) -> course.Exercise:
    """Return a copy of the course's first exercise, with its zoo."""
    first = course.find("ex01")
    for kind in ("exercises", "solutions"):
        shutil.copytree(first.root / kind / first.name, tmp_path / kind / first.name)
    return course.read_exercise(tmp_path / "exercises" / first.name)


def test_a_whole_zoo_is_in_order(tmp_path: Path):
    """The copy of the shipped one has no problem."""
    assert [] == list(lint_zoo.lint([_copy(tmp_path)]))


def test_what_is_missing_is_told(tmp_path: Path):
    """Too few trainers, and one without its three paragraphs."""
    exercise = _copy(tmp_path)
    folder = exercise.solution.parent
    first, second, *_ = sorted((folder / trainers.ZOO).glob("*.py"))
    first.unlink()
    second.write_text('"""Only when it rains."""\n', encoding="utf-8")
    places = [path for path, _, _ in lint_zoo.lint([exercise])]

    assert [folder / trainers.ZOO, second] == places


def test_a_schedule_that_nobody_can_read_is_told(tmp_path: Path):
    """Whether it says something wrong, or is not there."""
    exercise = _copy(tmp_path)
    plan = exercise.solution.parent / trainers.SCHEDULE
    plan.write_text("bad\n", encoding="utf-8")
    bad = [path for path, _, _ in lint_zoo.lint([exercise])]
    plan.unlink()

    assert [plan] == bad
    assert [plan] == [path for path, _, _ in lint_zoo.lint([exercise])]
