"""The sums of the matrix, and that its page stands on programs that are there."""

import pytest
from course_site import matrix
from course_site.matrix import Program

from grader import course
from grader.errors import CourseError

RIGHT = Program("ex01", "checkpoint", right=True, said={"exhaustive": {"passed": 3}})
REJECTED = Program("ex01", "two", right=True, said={"exhaustive": {"passed": 2, "failed: x": 1}})
CAUGHT = Program("ex01", "x", right=False, said={"exhaustive": {"failed: x": 3}})
MISSED = Program(
    "ex01", "y", right=False, said={"exhaustive": {"passed": 1, "failed: z": 1, "unknown": 1}}
)


@pytest.mark.parametrize(
    ("programs", "sums"),
    [
        ([RIGHT, CAUGHT], (3, 3, 0, 0, 0, 0)),
        ([RIGHT, REJECTED], (6, 0, 0, 1, 0, 0)),
        ([CAUGHT, MISSED], (0, 6, 1, 0, 1, 1)),
    ],
)
def test_what_is_wrong_is_counted(programs: list[Program], sums: tuple[int, ...]) -> None:
    """Accepted mistakes, rejected right programs, other names and unknown, each by itself."""
    found = matrix.total(programs, "exhaustive")

    assert sums == (
        found.right,
        found.mistakes,
        found.false_accepts,
        found.false_rejects,
        found.misnamed,
        found.unknown,
    )
    assert matrix.total(programs, "sampled") == matrix.Total("sampled", 0, 0, 0, 0, 0, 0)


def test_every_program_of_the_course_has_a_row() -> None:
    """One that make matrix has not graded yet says so, and none is shown that is gone."""
    there = {(one.unit, one.name) for one in matrix.programs()}
    course_has = {
        (exercise.name, path.stem)
        for exercise in course.exercises()
        for path in exercise.solution.parent.rglob("*.py")
        if path.parent.name in {"alternative", "mistakes"} or path == exercise.solution
    }

    assert there == course_has


def test_a_file_that_is_none_stops_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names file and fix."""
    monkeypatch.setattr(matrix, "_FILE", "lessons/matrix.md")

    with pytest.raises(CourseError, match=r"matrix\.md: cannot be read.*Fix: make matrix"):
        matrix.programs()
