"""Each state item that an exercise teaches changes what is compared when it is left out."""

from pathlib import Path

import pytest

from grader.authoring.leave_out import Resumes
from grader.course import Exercise
from grader.process.servers import ForkServers
from tests.course.conftest import EXERCISES

HEALS = {"meta.best", "meta.patience"}
"""Both are written anew by the next evaluation, where that is better than all before."""

TRAINING = [exercise for exercise in EXERCISES if exercise.trains]
TAUGHT = [(exercise, item) for exercise in TRAINING for item in exercise.teaches]


def named(pair: tuple[Exercise, str]) -> str:
    """Return a test's name."""
    return f"{pair[0].name[:4]}-{pair[1]}"


@pytest.mark.parametrize("pair", TAUGHT, ids=named)
def test_leaving_an_item_out_is_seen(
    pair: tuple[Exercise, str], servers: ForkServers, tmp_path: Path
) -> None:
    """At every save position after the first epoch a resume without the item differs.

    In the first epoch a forgotten stream may hide: a new process draws the same numbers again. And
    between two windows there are no gradients that could be left out. What heals by itself shows at
    two places at least.
    """
    exercise, item = pair
    workload = exercise.workload
    resumes = Resumes(workload, servers, tmp_path)
    later = [at for at in resumes.positions if at >= workload.batches and resumes.holds(item, at)]

    unseen = [at for at in later if resumes.exact(resumes.without([item], at))]

    assert later
    assert [] == unseen or (item in HEALS and len(later) - len(unseen) > 1)


@pytest.mark.parametrize("exercise", TRAINING, ids=lambda exercise: exercise.name[:4])
def test_leaving_nothing_out_is_exact(
    exercise: Exercise, servers: ForkServers, tmp_path: Path
) -> None:
    """With every state item in place the resume is exact at every save position."""
    resumes = Resumes(exercise.workload, servers, tmp_path)

    assert resumes.positions
    assert [] == [at for at in resumes.positions if not resumes.exact(resumes.without([], at))]
