"""Is an asynchronous saver judged alike every time? The order of its threads is ours, not luck.

Every mistake of exercise 11 by its own counterexample, every right design whole, fifty times each,
with another challenge each time. `pytest -s` prints the counts.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import course
from grader.faults.schedule import Schedule
from grader.grade import Request, grade
from grader.process.servers import ForkServers
from grader.verdict import Failed
from grader.workloads.workload import PROGRAM
from tests.course.conftest import programs

REPEATS = 50
EX11 = course.find("ex11")
RIGHT, WRONG = (
    [path for kind in kinds for exercise, path in programs(kind) if exercise.name == EX11.name]
    for kinds in (("solution", "alternative"), ("mistakes",))
)


@pytest.fixture(scope="module")
def servers() -> Iterator[ForkServers]:
    with ForkServers(PROGRAM) as pair:
        pair.wait_until_ready()
        yield pair


@pytest.mark.parametrize("path", WRONG, ids=lambda path: path.stem)
def test_a_mistake_is_caught_every_time(path: Path, servers: ForkServers):
    """By its own name, at the same fault."""
    first = grade(Request(EX11, path, 0), servers).outcome.verdict
    assert isinstance(first, Failed)
    fault = Schedule.parse(first.finding.schedule)
    said = Counter({first.name: 1})
    for seed in range(1, REPEATS):
        verdict = grade(Request(EX11, path, seed, fault), servers).outcome.verdict
        said[verdict.name if isinstance(verdict, Failed) else verdict.word] += 1
    print(f"\n{path.stem}: {dict(said)} at {fault.id}")  # noqa: T201 - the count is what it is for

    assert {path.stem: REPEATS} == said


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
def test_a_right_design_passes_every_time(path: Path, servers: ForkServers):
    """All of its checks."""
    verdicts = (grade(Request(EX11, path, seed), servers).outcome for seed in range(REPEATS))
    said = Counter(outcome.verdict.word for outcome in verdicts)
    print(f"\n{path.stem}: {dict(said)}")  # noqa: T201 - the count is what it is for

    assert {"passed": REPEATS} == said
