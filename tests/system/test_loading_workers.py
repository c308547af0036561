"""Processes that load data die with the training that they load it for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import course
from grader.faults.lane import Lane
from grader.faults.subject import Subject, challenge_vector, run_once
from grader.history import Moment
from grader.process.protocol import CHALLENGE_BYTES
from grader.process.servers import ForkServers
from grader.workloads.workload import PROGRAM, WORKERS

TAUGHT = [exercise for exercise in course.exercises() if exercise.workload.sampled]
# The solution, where what runs in a loading process tells which one it is.
_TELLING = """
import os

def told(*given, theirs={function}):
    with open("checkpoint/loaders", "a") as file:
        file.write(f"{{os.getpid()}} {{os.getppid()}}\\n")
    return theirs(*given)

{function} = told
"""


@pytest.fixture(scope="module")
def lane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lane]:
    """Return a lane without a sandbox, where process ids are the machine's."""
    with ForkServers(PROGRAM) as pair:
        pair.wait_until_ready()
        yield Lane(pair.pair, tmp_path_factory.mktemp("lane"))


@pytest.mark.parametrize("exercise", TAUGHT, ids=lambda exercise: exercise.name[:4])
@pytest.mark.parametrize("strike", [Moment(7, "backward"), None], ids=str)
def test_no_loader_outlives_its_training(
    exercise: course.Exercise, strike: Moment | None, lane: Lane, tmp_path: Path
):
    """Killed in the middle of an epoch or done: when the judge has its end, they are gone."""
    learner = tmp_path / "checkpoint.py"
    telling = _TELLING.format(function="start_worker" if exercise.workload.parts else "augment")
    learner.write_text(exercise.solution.read_text(encoding="utf-8") + telling, encoding="utf-8")
    workload = exercise.workload.with_settings(workers=WORKERS)
    challenges = challenge_vector(0, workload.steps, CHALLENGE_BYTES)
    subject = Subject(
        workload, learner, str(exercise.calls), challenges, exercise.limits, exercise.functions
    )
    lane.clear()

    phase = run_once(subject, lane, strike=strike)

    lines = (lane.place(0) / "checkpoint" / "loaders").read_text(encoding="utf-8").splitlines()
    loaders, trainings = ({line.split()[at] for line in lines} for at in range(2))
    assert phase.trouble is None
    assert strike == phase.struck
    assert 0 == phase.survivors
    assert len(loaders) >= WORKERS
    assert 1 == len(trainings)
    assert [] == [pid for pid in loaders | trainings if Path("/proc", pid).exists()]
