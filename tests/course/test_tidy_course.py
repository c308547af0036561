"""Does the course keep its own rules?"""

from grader import course
from grader.authoring.lint import lint


def test_the_course_has_no_problem():
    """What `grader author lint` says of this course is nothing."""
    assert [] == [str(problem) for problem in lint(course.course_root())]
