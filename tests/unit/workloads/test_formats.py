"""Names and formats: the judge's answers hold for real wrappers, real optimizers, real files."""

import json
import subprocess
import sys
from pathlib import Path
from typing import cast

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from grader import course
from grader.workloads.formats import answers, cases

EXERCISE = course.find("ex13")
RIGHT = [EXERCISE.solution, *sorted(EXERCISE.solution.parent.glob("alternative/*.py"))]
CALLS = course.load_module(EXERCISE.calls, "calls_ex13")
PARTS = st.sampled_from(["module", "_orig_mod", "modules", "layer", "0", "weight"])
NAMES = st.lists(PARTS, min_size=1, max_size=5).map(".".join)


def loaded(path: Path):
    """Return a program of the course as a module."""
    return course.load_module(path, f"right_{path.stem}")


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
@pytest.mark.parametrize("seed", range(5))
def test_right_designs_answer_what_the_judge_computed(path: Path, seed: int) -> None:
    """What torch does to real models, files and dicts is what follows from the plain data."""
    mine = loaded(path)
    for case in cases.cases(seed).values():
        told = CALLS.ask(mine, json.loads(json.dumps(case.given)))

        assert json.dumps(case.due, sort_keys=True) == json.dumps(told, sort_keys=True), case.name


def test_names_stay_and_numbers_change_from_seed_to_seed() -> None:
    """A check lists its cases by name; nobody can write down the answers."""
    one, other = cases.cases(1), cases.cases(2)

    assert list(one) == list(other)
    assert 30 < sum(one[name].given != other[name].given for name in one)
    assert one == cases.cases(1)


@given(NAMES)
def test_a_canonical_name_stays_as_it_is(name: str) -> None:
    """Making it canonical again changes nothing, and its last part is the old one."""
    once = answers.canonical(name)

    assert once == answers.canonical(once)
    assert name.endswith(once.rpartition(".")[2])


def test_these_are_the_names_that_real_wrappers_give() -> None:
    """torch.compile and a data-parallel wrapper, around all of a model and around one layer."""
    model = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    bare = list(model.state_dict())
    compiled, layer = (
        cast("nn.Module", torch.compile(one, backend="eager")) for one in (model, model[0])
    )
    wrapped, inside = nn.DataParallel(compiled), nn.Sequential(layer, model[1])

    assert "_orig_mod.0.weight" == next(iter(compiled.state_dict()))
    assert "module._orig_mod.0.weight" == next(iter(wrapped.state_dict()))
    assert "0._orig_mod.weight" == next(iter(inside.state_dict()))
    for one in (compiled, wrapped, inside):
        assert bare == [answers.canonical(name) for name in one.state_dict()]


@pytest.mark.parametrize("path", RIGHT, ids=lambda path: path.stem)
def test_migrated_moments_reach_their_parameters_in_a_real_optimizer(path: Path) -> None:
    """After load_state_dict() each parameter has the moments that belonged to its old name."""
    old = {name: torch.full((1,), float(at)) for at, name in enumerate(answers.PARAMETERS_2)}
    step = torch.tensor(1.0)
    moments = {at: {"step": step, "exp_avg": one.clone()} for at, one in enumerate(old.values())}
    groups = [{**torch.optim.Adam([torch.zeros(1)]).param_groups[0], "params": [0, 1, 2, 3]}]
    state = {"version": 2, "model": old, "step": 1}
    migrated = loaded(path).migrate(
        {**state, "optimizer": {"state": moments, "param_groups": groups}}
    )
    parameters = [nn.Parameter(torch.zeros(1)) for _ in answers.PARAMETERS_3]
    optimizer = torch.optim.Adam(parameters)
    optimizer.load_state_dict(migrated["optimizer"])

    for name, parameter in zip(answers.PARAMETERS_3, parameters, strict=True):
        assert torch.equal(migrated["model"][name], optimizer.state[parameter]["exp_avg"]), name


def test_the_attack_runs_where_nothing_stops_it(tmp_path: Path) -> None:
    """A case that could not fail would prove nothing; here a process of its own unpickles it."""
    given_case, marker = cases.cases(0)["read.pickle"].given, tmp_path / "ran"
    CALLS.write_file(tmp_path / "state.pt", given_case, marker)
    assert not marker.exists()

    careless = "import pickle, sys; pickle.load(open(sys.argv[1], 'rb'))"
    subprocess.run([sys.executable, "-c", careless, tmp_path / "state.pt"], check=True)

    assert marker.exists()
