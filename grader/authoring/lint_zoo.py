"""Is every zoo whole: enough trainers, each says when it is wrong, and a schedule that is read?"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from grader.course import Exercise
from grader.errors import CourseError, UsageError
from grader.zoo import schedule, trainers

TRAINERS_MIN = 8


def lint(read: Sequence[Exercise]) -> Iterator[tuple[Path, str, str]]:
    """Yield what is wrong with the zoos of exercises that have one."""
    for exercise in read:
        folder = exercise.solution.parent / trainers.ZOO
        paths = sorted(folder.glob("*.py"))
        if not paths:
            continue
        if len(paths) < TRAINERS_MIN:
            yield folder, f"holds {len(paths)} trainers, fewer than {TRAINERS_MIN}", "write more"
        for path in paths:
            try:
                trainers.read(path)
            except CourseError as problem:
                yield path, str(problem).removeprefix(f"{path}: "), "complete its docstring"
        plan = folder.with_name(trainers.SCHEDULE)
        try:
            schedule.read(trainers.zoo(exercise), plan)
        except (CourseError, AttributeError):
            continue  # a trainer or check.py is at fault, which is said once
        except (UsageError, OSError) as problem:
            yield plan, f"cannot be read: {problem}", "write the schedule that exposes all"
