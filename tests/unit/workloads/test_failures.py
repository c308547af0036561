"""How often to save: simulation and closed form agree, and so do all right designs."""

import math
from pathlib import Path
from random import Random
from statistics import fmean, stdev
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import course
from grader.workloads import failures

EXERCISE = course.find("ex12")
RIGHT = [EXERCISE.solution, *sorted(EXERCISE.solution.parent.glob("alternative/*.py"))]
EVERY, SAVE, RESTART, MEAN = 2000, 60, 300, 20_000
PIECES, RUNS = 25, 400
DRAWN = st.builds(
    lambda gaps, work, every, save, restart: {
        "work": work,
        "every": every,
        "save": save,
        "restart": restart,
        "failures": [sum(gaps[: at + 1]) for at in range(len(gaps))],
    },
    st.lists(st.integers(1, 400), max_size=12),
    st.integers(1, 900),
    st.integers(1, 300),
    st.integers(1, 60),
    st.integers(0, 90),
)


def loaded(path: Path):
    """Return a program of the course as a module."""
    return course.load_module(path, f"right_{path.stem}")


@pytest.mark.parametrize("seed", range(10))
def test_simulated_runs_take_what_the_closed_form_says(seed: int) -> None:
    """The mean of 400 runs lies within four standard errors, and that is less than two percent."""
    chance = Random(seed)  # noqa: S311 - failures, no key
    work = PIECES * EVERY
    took = [
        failures.simulate(
            work, EVERY, SAVE, RESTART, failures.exponential(chance, MEAN, 100 * work)
        )["finished"]
        for _ in range(RUNS)
    ]
    due = failures.expected(work, EVERY, SAVE, RESTART, MEAN)
    error = stdev(took) / math.sqrt(RUNS)

    assert 4 * error < 0.02 * due
    assert abs(fmean(took) - due) < 4 * error


@pytest.mark.parametrize("mean", [3600, 20_000, 200_000])
def test_youngs_interval_costs_hardly_more_than_the_best(mean: int) -> None:
    """Of all whole seconds the best is at most two percent of the waste better."""
    work = 1_000_000

    def waste(every: int) -> float:
        return failures.expected(work, every, SAVE, RESTART, mean) - work

    young = failures.young(SAVE, mean / 3600, 1000)
    best = min(map(waste, range(SAVE, 4 * young)))

    assert waste(young) < 1.02 * best
    assert waste(young) < waste(young // 3)
    assert waste(young) < waste(young * 3)


@given(DRAWN)
def test_nothing_is_lost_without_a_trace(given_run: dict[str, Any]) -> None:
    """Work, saves, losses and restarts make up the whole time."""
    told = failures.simulate(**given_run)
    spent = told["saving"] + told["lost"] + told["restarting"]

    assert given_run["work"] + spent == told["finished"]
    assert math.ceil(given_run["work"] / given_run["every"]) * given_run["save"] == told["saving"]


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
@given(DRAWN)
def test_right_designs_agree_with_the_judge_on_any_run(
    path: Path, given_run: dict[str, Any]
) -> None:
    """Whatever fails whenever."""
    assert failures.simulate(**given_run) == loaded(path).simulate(**given_run)


def test_names_stay_and_numbers_change_from_seed_to_seed() -> None:
    """A check lists its cases by name; nobody can write down the answers."""
    one, other = failures.cases(1), failures.cases(2)

    assert list(one) == list(other)
    assert 15 < sum(one[name].given != other[name].given for name in one)
    assert one == failures.cases(1)


@given(st.integers(0, 10**6))
def test_no_answer_lies_where_rounding_turns(seed: int) -> None:
    """A right program may round its square root in another way."""
    for name, case in failures.cases(seed).items():
        if name.startswith("young."):
            cost_s, mtbf_h, step_ms = (case.given[key] for key in ("cost_s", "mtbf_h", "step_ms"))
            near = {failures.young(cost_s * by, mtbf_h, step_ms) for by in (1 - 1e-9, 1 + 1e-9)}
            assert {case.due} == near
