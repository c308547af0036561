"""Is a forked process the same as a fresh interpreter? Every step must have the same bits."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from grader.course import exercises
from grader.faults import kill
from grader.faults.asking import ask
from grader.faults.lane import Lane
from grader.faults.schedule import Schedule
from grader.faults.subject import Subject, challenge_vector, run_once
from grader.history import Phase
from grader.process.protocol import CHALLENGE_BYTES
from grader.process.servers import ForkServer, ForkServers
from grader.workloads.workload import PROGRAM


@contextmanager
def interpreter(hash_seed: int) -> Iterator[ForkServer]:
    """Yield a new interpreter that runs one process and is gone."""
    server = ForkServer(f"cold {hash_seed}", hash_seed, PROGRAM)
    try:
        server.wait_until_ready()
        yield server
    finally:
        server.close()


def cold(subject: Subject, lane: Lane, hash_seed: int, **how) -> Phase:
    """Run one process of *subject* in an interpreter of its own."""
    with interpreter(hash_seed) as server:
        return run_once(subject, Lane((server, server), lane.folder), **how)


EACH = 1 if os.environ.get("COLD") == "all" else 2  # of all by `make matrix`
TRAINING = [exercise for exercise in exercises() if exercise.trains][::EACH]
ASKING = [exercise for exercise in exercises() if not exercise.trains]


@pytest.mark.slow
@pytest.mark.parametrize("exercise", TRAINING, ids=lambda exercise: exercise.name[:4])
def test_cold_equals_forked(exercise, servers: ForkServers, tmp_path: Path) -> None:
    """Killed in one interpreter and resumed in another, it has the forked baseline's bits."""
    workload = exercise.workload
    challenges = challenge_vector(1, workload.steps, CHALLENGE_BYTES)
    calls = str(exercise.calls)
    subject = Subject(workload, exercise.solution, calls, challenges, exercise.limits)
    lane = Lane(servers.pair, tmp_path / "lane")
    lane.clear()
    baseline = run_once(replace(subject, learner=None, calls=""), lane)
    (moment,) = kill.everywhere(workload)[0].strikes

    lane.clear()
    killed = cold(subject, lane, 11, strike=moment)
    left = lane.look(exercise.limits)
    lane.put(left, 1)
    resumed = cold(subject, lane, 12)

    assert killed.struck == moment
    assert killed.steps == baseline.steps[: len(killed.steps)]
    assert resumed.start == workload.floor(moment.step)
    assert resumed.steps == baseline.steps[resumed.start :]


@pytest.mark.slow
@pytest.mark.parametrize("exercise", ASKING, ids=lambda exercise: exercise.name[:4])
def test_cold_answers_as_forked(exercise, servers: ForkServers, tmp_path: Path) -> None:
    """Asked in an interpreter of its own, the solution says what it says in a forked process."""
    calls = str(exercise.calls)
    subject = Subject(exercise.workload, exercise.solution, calls, (), exercise.limits)
    subject = replace(subject, cases=exercise.cases(1))
    lane = Lane(servers.pair, tmp_path / "lane")
    names = list(subject.cases)[::20]
    with interpreter(11) as server:
        apart = Lane((server, server), tmp_path / "cold")
        cold = [ask(subject, Schedule(case=name), apart) for name in names]

    forked = [ask(subject, Schedule(case=name), lane) for name in names]

    assert [None] == list({phase.trouble for history in cold for phase in history.phases})
    for ours, theirs in zip(forked, cold, strict=True):
        assert [p.answers for p in ours.phases] == [p.answers for p in theirs.phases]
