"""Does every zoo hold what find-the-kill promises? Walks the folders, names no exercise."""

import random
import re
from functools import cache
from pathlib import Path

import pytest

from grader.process.servers import ForkServers
from grader.report import found
from grader.verdict import ExitCode
from grader.zoo import hunt, places, schedule, trainers
from tests.course.conftest import EXERCISES

TRAINERS_MIN = 8
ZOOS = [
    trainers.zoo(exercise)
    for exercise in EXERCISES
    if (exercise.solution.parent / trainers.ZOO).is_dir()
]


def named(zoo: trainers.Zoo) -> str:
    return zoo.exercise.name[:4]


@cache
def solved(name: str, servers: ForkServers) -> hunt.Hunt:
    """Carry out the shipped solution of a zoo, once for all tests."""
    (zoo,) = (one for one in ZOOS if named(one) == name)
    return hunt.hunt(zoo, schedule.read(zoo, zoo.solution), servers=servers)


@pytest.mark.parametrize("zoo", ZOOS, ids=named)
def test_a_zoo_is_large_enough(zoo: trainers.Zoo):
    """At least eight trainers, each with its own case, symptom and question."""
    told = [text for one in zoo.wrong for text in (one.when, one.symptom, one.question)]

    assert len(zoo.wrong) >= TRAINERS_MIN
    assert len(set(told)) == 3 * len(zoo.wrong)
    assert all(told)


@pytest.mark.parametrize("zoo", ZOOS, ids=named)
def test_the_solution_exposes_all_and_blames_nobody(zoo: trainers.Zoo, servers: ForkServers):
    """Real kills, real verdicts; the worked solution and every alternative stay unblamed."""
    done = solved(named(zoo), servers)

    assert list(zoo.wrong) == done.exposed
    assert [] == done.unfair
    assert [] == done.unknown
    assert ExitCode.PASSED == done.exit_code


@pytest.mark.parametrize("zoo", ZOOS, ids=named)
def test_every_fault_of_the_solution_is_needed(zoo: trainers.Zoo, servers: ForkServers):
    """Without any one of them a trainer gets away, so the limit is not generous."""
    done = solved(named(zoo), servers)
    alone = {by[0] for one in zoo.wrong if len(by := done.exposing(one)) == 1}

    assert alone == set(done.faults)


@pytest.mark.parametrize("zoo", ZOOS, ids=named)
def test_the_stub_is_a_schedule(zoo: trainers.Zoo, servers: ForkServers, tmp_path: Path):
    """What a learner begins with is understood, and does not solve the exercise."""
    path = tmp_path / trainers.SCHEDULE
    path.write_text(schedule.stub(zoo, "grader"), encoding="utf-8")
    done = hunt.hunt(zoo, schedule.read(zoo, path), servers=servers)

    assert ExitCode.FAILED == done.exit_code
    assert [] == done.unfair


@pytest.mark.parametrize("zoo", ZOOS, ids=named)
def test_what_is_drawn_at_random_is_understood(zoo: trainers.Zoo):
    """The wide measurement of random schedules is in tests/matrix."""
    chance = random.Random(0)  # noqa: S311 - a choice of tests, no secret
    drawn = [schedule.at_random(zoo, chance) for _ in range(100)]

    assert all(places.placeless(text).id for text in drawn)
    assert len(set(drawn)) > len(zoo.forms)


def test_the_page_shows_what_is_printed(servers: ForkServers):
    """The output in lessons/find.md is that of the schedule beside it."""
    page = (EXERCISES[0].root / "lessons" / "find.md").read_text(encoding="utf-8")
    written, shown = re.findall(r"```text\n(.*?)\n```", page, re.DOTALL)
    (zoo,) = (one for one in ZOOS if one.exercise.name in shown)
    faults = [*places.lines(written).values()]
    name = named(zoo)
    edit = f"answers/{zoo.exercise.name}/{trainers.SCHEDULE}"
    text = found.text(hunt.hunt(zoo, faults, servers=servers), edit, f"grader find {name}")

    assert shown == text.strip("\n")


def test_a_fault_beyond_the_promise_exposes_nobody(servers: ForkServers):
    """A unit whose honest trainer writes in place does not promise to outlive a kill in a save."""
    zoo = ZOOS[0]
    fault = f"kill@{zoo.exercise.workload.save_every - 1}:write2"
    done = hunt.hunt(zoo, [fault], servers=servers)

    assert [fault] == done.unfair
    assert [] == done.exposed
    assert ExitCode.FAILED == done.exit_code


def test_a_place_that_nobody_comes_to_is_said(servers: ForkServers):
    """It exposes nobody, blames nobody, and is no error."""
    zoo = ZOOS[0]
    fault = f"kill@{zoo.exercise.workload.save_every - 1}:mkdir"
    done = hunt.hunt(zoo, [fault], servers=servers)

    assert [fault] == done.struck_nobody
    assert [] == done.unfair
    assert [] == done.unknown
