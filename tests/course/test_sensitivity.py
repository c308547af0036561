"""Each state item that an exercise teaches changes what is compared when it is left out."""

import tempfile
from pathlib import Path

import pytest

from grader import bits
from grader.course import Exercise
from grader.diagnosis.transplant import is_exact
from grader.faults.lane import Lane
from grader.faults.trial import Subject, challenge_vector, run_once
from grader.history import Bounds
from grader.process.protocol import CHALLENGE_BYTES
from grader.process.servers import ForkServers
from grader.workloads.workload import STATE
from tests.course.conftest import EXERCISES

TAUGHT = [(exercise, item) for exercise in EXERCISES for item in exercise.teaches]


def named(pair: tuple[Exercise, str]) -> str:
    """Return a test's name."""
    return f"{pair[0].name[:4]}-{pair[1]}"


class Resumes:
    """A training without a learner, resumed by putting state items in place."""

    def __init__(self, exercise: Exercise, servers: ForkServers, folder: Path) -> None:
        """Train the baseline once."""
        workload = exercise.workload
        challenges = challenge_vector(0, workload.steps, CHALLENGE_BYTES)
        self.subject = Subject(workload, None, "", challenges)
        self.lane = Lane(servers.pair, folder / "lane")
        self.lane.clear()
        self.baseline = run_once(self.subject, self.lane)

    def exact_without(self, item: str, at: int) -> bool:
        """Say whether a resume at step *at* with all state but *item* is exact."""
        with tempfile.TemporaryFile() as exchange:
            self.lane.clear()
            run_once(self.subject, self.lane, exchange=exchange.fileno(), dump=at)
            state = bits.unpack(exchange.read())
            exchange.seek(0)
            kept = [held for held in STATE if held != item]
            exchange.write(bits.pack({held: state[held] for held in kept}))
            exchange.truncate()
            exchange.flush()
            phase = run_once(
                self.subject, self.lane, 1, bounds=Bounds(at, at),
                exchange=exchange.fileno(), seek=at, write=kept,
            )  # fmt: skip
        return is_exact(phase, self.baseline)


@pytest.mark.parametrize("pair", TAUGHT, ids=named)
def test_leaving_an_item_out_is_seen(
    pair: tuple[Exercise, str], servers: ForkServers, tmp_path: Path
) -> None:
    """At every save position after the first epoch a resume without the item differs.

    In the first epoch a forgotten stream may hide: a new process draws the same numbers again.
    """
    exercise, item = pair
    workload = exercise.workload
    resumes = Resumes(exercise, servers, tmp_path)
    later = range(workload.batches, workload.steps)
    positions = [at for at in later if at % workload.save_every == 0]

    assert positions
    assert [] == [at for at in positions if resumes.exact_without(item, at)]


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.name[:4])
def test_leaving_nothing_out_is_exact(
    exercise: Exercise, servers: ForkServers, tmp_path: Path
) -> None:
    """With every state item in place the resume is exact at every save position."""
    workload = exercise.workload
    resumes = Resumes(exercise, servers, tmp_path)
    positions = range(workload.save_every, workload.steps, workload.save_every)

    assert [True] * len(positions) == [resumes.exact_without("", at) for at in positions]
