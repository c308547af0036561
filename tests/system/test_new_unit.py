"""The skeleton of a unit is an exercise that works: it is graded before a word was written."""

from pathlib import Path

from grader import course
from grader.authoring.new import new
from grader.grade import Request, grade
from grader.verdict import Failed


def test_a_skeleton_passes_and_its_stub_is_not_started(tmp_path: Path):
    """So an author changes what runs, instead of searching why nothing does."""
    new(tmp_path, 17, "data_order")
    exercise = course.find("ex17", tmp_path)

    solved = grade(Request(exercise, exercise.solution, 0)).outcome
    untouched = grade(Request(exercise, exercise.stub, 0)).outcome

    assert solved.verdict.word == "passed", solved
    assert isinstance(untouched.verdict, Failed)
    assert untouched.verdict.name == "not_started"
