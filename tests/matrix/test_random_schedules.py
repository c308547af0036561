"""Is find-the-kill no gift? Random schedules of the solution's length expose fewer than half.

Faults are drawn from all that the stub offers; one that strikes nobody is drawn again. Each is
carried out on every trainer, and schedules are drawn from these real verdicts. `pytest -s` prints.
"""

import random
from collections.abc import Iterator

import pytest

from grader.process.servers import ForkServers
from grader.workloads.workload import PROGRAM
from grader.zoo import hunt, schedule, trainers
from tests.course.test_zoo import ZOOS, named

FAULTS = 60
SCHEDULES = 2000


@pytest.fixture(scope="module")
def servers() -> Iterator[ForkServers]:
    with ForkServers(PROGRAM) as pair:
        pair.wait_until_ready()
        yield pair


@pytest.mark.parametrize("zoo", ZOOS, ids=named)
def test_random_schedules_expose_fewer_than_half(zoo: trainers.Zoo, servers: ForkServers):
    """On average over many schedules, for every zoo by itself."""
    chance = random.Random(1)  # noqa: S311 - a choice of tests, no secret
    drawn = [schedule.at_random(zoo, chance) for _ in range(FAULTS)]
    with hunt.grounds(zoo.exercise, 0, servers=servers) as ground:
        rows = [[came.word for came in ground.tried(one, drawn)] for one in zoo.wrong]
    striking = [at for at in range(FAULTS) if any(row[at] != hunt.MISSED for row in rows)]
    counts = []
    for _ in range(SCHEDULES):
        chosen = chance.sample(striking, zoo.limit)
        counts.append(sum(any(row[at] == hunt.EXPOSED for at in chosen) for row in rows))
    mean = sum(counts) / SCHEDULES
    print(  # noqa: T201 - the measurement is what the wide sweep is for
        f"\n{named(zoo)}: {zoo.limit} faults expose {mean:.1f} of {len(rows)} on average, "
        f"all in {counts.count(len(rows)) / SCHEDULES:.1%} of the schedules"
    )

    assert len(striking) > 2 * zoo.limit
    assert mean < len(rows) / 2
