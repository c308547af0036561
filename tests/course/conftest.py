"""One pair of fork servers for the whole lane, and the seeds to try."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import course
from grader.course import Exercise
from grader.process.servers import ForkServers
from grader.workloads.workload import PROGRAM

EXERCISES = course.exercises()
REPEATS = 2


def programs(kind: str) -> list[tuple[Exercise, Path]]:
    """Return every program of a kind: "solution", "alternative", "mistakes" or "stub"."""
    found = []
    for exercise in EXERCISES:
        folder = exercise.solution.parent
        paths = {
            "solution": [exercise.solution],
            "stub": [exercise.stub],
            "alternative": sorted(folder.glob("alternative/*.py")),
            "mistakes": sorted(folder.glob("mistakes/*.py")),
        }[kind]
        found += [(exercise, path) for path in paths]
    return found


def named(pair: tuple[Exercise, Path]) -> str:
    """Return a test's name for an exercise and a file."""
    return f"{pair[0].name[:4]}-{pair[1].stem}"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the wide sweep ask for more seeds and repeats."""
    parser.addoption("--seeds", type=int, default=2, help="challenges to try each program with")
    parser.addoption("--repeats", type=int, default=REPEATS, help="times to grade on one seed")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test once for every seed; repeat a few programs, or all in the wide sweep."""
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(metafunc.config.getoption("--seeds")))
    if "repeated" in metafunc.fixturenames:
        every = programs("solution") + programs("mistakes")
        wide = metafunc.config.getoption("--repeats") > REPEATS
        metafunc.parametrize("repeated", every if wide else every[::5], ids=named)


@pytest.fixture(scope="session")
def servers() -> Iterator[ForkServers]:
    """Return two warm fork servers; learner code never runs in them."""
    with ForkServers(PROGRAM) as pair:
        pair.wait_until_ready()
        yield pair
