"""Are the stubs what their solutions say? Writes them, or only says which are stale."""

from pathlib import Path

from grader.authoring import stub
from grader.course import Exercise, exercises
from grader.errors import CourseError


def sync(root: Path, *, check: bool = False) -> list[Path]:
    """Return the stubs that are not what their solution gives, after writing them anew.

    With *check* nothing is written.

    Raises:
        CourseError: a solution is missing or cannot be cut; stubs before it are written.
    """
    stale = []
    for exercise in exercises(root):
        for source, target in pairs(exercise):
            if not source.is_file():
                message = f"{source}: is missing, so no stub can be cut. Fix: write the solution"
                raise CourseError(message)
            fresh = stub.cut(source.read_text(encoding="utf-8"), str(source))
            if not target.exists() or target.read_text(encoding="utf-8") != fresh:
                stale.append(target)
                if not check:
                    target.write_text(fresh, encoding="utf-8")
    return stale


def pairs(exercise: Exercise) -> list[tuple[Path, Path]]:
    """Return each file that a learner edits: the solution's, and the stub's."""
    return [(exercise.solution.with_name(name), exercise.folder / name) for name in exercise.edit]
