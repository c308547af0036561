"""One pair of fork servers for the whole lane, and the seeds to try."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader import course
from grader.course import Exercise
from grader.process.servers import ForkServers
from grader.workloads.workload import PROGRAM
from tests.course.grading import matrix

EXERCISES = course.exercises()
REPEATS = 2
SEEDS = 2
EACH = 16  # so manieth of them where a few are enough
GATED = {"alternative": 2, "mistakes": 4}  # so manieth of them, the wide sweep all
SECOND = 8  # so manieth right program that gets a second seed, so manieth mistake that is replayed
MODES = "exhaustive", "sampled"
TRIED = {"right": ("solution", "alternative"), "wrong": ("mistakes",)}
"""Fixtures that are a program, a seed and a mode, and the kinds of programs in them."""

Try = tuple[tuple[Exercise, Path], int, str]


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


def gated(kind: str) -> list[tuple[Exercise, Path]]:
    """Return those of a kind that the gate grades: not every alternative, nor every mistake."""
    return programs(kind)[:: GATED.get(kind, 1)]


def named(pair: tuple[Exercise, Path]) -> str:
    """Return a test's name for an exercise and a file."""
    return f"{pair[0].name[:4]}-{pair[1].stem}"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the wide sweep ask for more seeds and repeats."""
    parser.addoption("--seeds", type=int, default=SEEDS, help="challenges to try each program with")
    parser.addoption("--matrix", type=Path, help="put the verdicts into this JSON file")
    parser.addoption("--repeats", type=int, default=REPEATS, help="times to grade on one seed")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test with a seed in each mode, or for the matrix with every seed in both.

    Some alternatives and mistakes are graded, a few of them with the second seed, again, or
    replayed; for the matrix, and in the wide sweep, all.
    """
    asked = metafunc.config.getoption
    wide = asked("--seeds") > SEEDS or asked("--matrix") is not None
    chosen = programs if wide else gated
    for name, kinds in TRIED.items():
        if name in metafunc.fixturenames:
            pairs = [pair for kind in kinds for pair in chosen(kind)]
            seeds = asked("--seeds")
            tries = list(itertools.product(pairs, range(seeds), MODES))
            if not wide:
                second = pairs[:: SECOND if name == "right" else EACH]
                tries = [(pair, 0, MODES[0]) for pair in pairs]
                tries += [(pair, 1, MODES[1]) for pair in second]
            ids = [f"{named(pair)}-{seed}-{mode}" for pair, seed, mode in tries]
            metafunc.parametrize(name, tries, ids=ids)
    many = asked("--repeats") > REPEATS
    if "told" in metafunc.fixturenames:
        every = many or os.environ.get("UPDATE")
        metafunc.parametrize(
            "told", programs("mistakes") if every else gated("mistakes"), ids=named
        )
    if "repeated" in metafunc.fixturenames:
        again = programs("solution") + programs("mistakes")
        metafunc.parametrize("repeated", again if many else again[::EACH], ids=named)
    if "replayed" in metafunc.fixturenames:
        mistakes = programs("mistakes")
        metafunc.parametrize("replayed", mistakes if many else mistakes[::SECOND], ids=named)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Keep what was graded, where somebody asked for it."""
    if file := session.config.getoption("--matrix"):
        kinds = ("solution", "alternative", "mistakes")
        before = file.read_text(encoding="utf-8") if file.exists() else "[]"
        every = (one for kind in kinds for one in programs(kind))
        file.write_text(matrix(every, before), encoding="utf-8")


@pytest.fixture(scope="session")
def servers() -> Iterator[ForkServers]:
    """Return two warm fork servers; learner code never runs in them."""
    with ForkServers(PROGRAM) as pair:
        pair.wait_until_ready()
        yield pair
