"""Every item is read without a trace, and a state item that is written back is as it was read."""

import random
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader.bits import digest
from grader.process.protocol import CHALLENGE_BYTES
from grader.workloads import items
from grader.workloads.items import WriteError, graft, leaves, read, tensor_field, write
from grader.workloads.training import Training, read_digits
from grader.workloads.workload import ACCOMPANYING, COMPARED, ON_CUDA, STATE, Workload

WORKLOAD = Workload(
    epochs=2, batches=3, save_every=3, batch_size=4, hidden=5, dropout=0.2, warmup=2, augment=True
)
ACCOMPANIED = Workload(
    epochs=3, batches=6, save_every=3, batch_size=8, hidden=5, accumulate=2, companions=True
)
DATA = read_digits()
torch.set_num_threads(1)  # as in a fork server; more of them only wait for one another here


def train(training: Training, count: int) -> None:
    """Take so many steps, as the training loop does."""
    for _ in range(count):
        training.clear_gradients()
        training.forward(bytes([training.step]) * CHALLENGE_BYTES)
        training.backward()
        training.update()
        if training.scheduler:
            training.scheduler.step()
        training.step += 1


def trained(count: int, **settings: Any) -> Training:
    """Return a training that has taken so many steps."""
    training = Training(WORKLOAD.with_settings(**settings), DATA)
    train(training, count)
    return training


def digests(training: Training) -> dict[str, str]:
    """Return a digest of every item."""
    return {item: digest(read(training, item)).hex() for item in COMPARED}


@pytest.mark.parametrize("item", STATE)
def test_a_state_item_that_is_written_back_is_as_it_was_read(item: str):
    """All of its fields, into a training that stands elsewhere; no other state item moves."""
    wanted = read(trained(4), item)
    other = trained(2, learning_rate=0.5, seed=3)
    before = {name: read(other, name) for name in STATE}
    assert wanted != before[item] or item in {"buffers", *ACCOMPANYING, *ON_CUDA}

    write(other, item, wanted)

    assert wanted == read(other, item)
    assert {name: before[name] for name in STATE if name != item} == {
        name: read(other, name) for name in STATE if name != item
    }


def test_a_training_with_all_state_items_of_another_goes_on_as_it_does():
    """What is compared after every step follows from the state items and the step alone."""
    first = trained(3)
    state = {item: read(first, item) for item in STATE}
    rows = []
    for _ in range(3):
        train(first, 1)
        rows.append(digests(first))

    second = Training(WORKLOAD, DATA)
    second.seek(3)
    for item in STATE:
        write(second, item, state[item])

    for row in rows:
        train(second, 1)
        assert row == digests(second)


@pytest.mark.parametrize("item", COMPARED)
def test_reading_draws_no_random_number_and_changes_nothing(item: str):
    """A look at a training, as often as one likes, leaves no trace in it."""
    training = trained(4)
    before = (random.getstate(), str(np.random.get_state()), torch.get_rng_state().tolist())
    all_before = digests(training)

    assert read(training, item) == read(training, item)

    assert before == (random.getstate(), str(np.random.get_state()), torch.get_rng_state().tolist())
    assert all_before == digests(training)


@pytest.mark.parametrize("item", STATE)
def test_what_was_read_stays_as_it_was(item: str):
    """Fields are copies: training on does not reach into them."""
    training = trained(4)
    fields = read(training, item)
    held = digest(fields)

    train(training, 2)

    assert held == digest(fields)


def test_every_state_item_but_those_it_lacks_moves_in_a_step():
    """An item that stood still could not show that it was forgotten."""
    training = trained(3)
    before = {item: read(training, item) for item in STATE}

    train(training, 1)

    still = {item for item in STATE if before[item] == read(training, item)}
    assert {"buffers", *ACCOMPANYING, *ON_CUDA} == still


def test_a_training_with_companions_goes_on_from_its_items_at_every_save():
    """Within a window and between two, with a scaler that has shrunk and grown."""
    for at in range(ACCOMPANIED.save_every, ACCOMPANIED.steps, ACCOMPANIED.save_every):
        first, second = Training(ACCOMPANIED, DATA), Training(ACCOMPANIED, DATA)
        train(first, at)
        second.seek(at)
        for item in STATE:
            write(second, item, read(first, item))
        for _ in range(at, ACCOMPANIED.steps):
            train(first, 1)
            train(second, 1)
            assert digests(first) == digests(second)


@pytest.mark.parametrize("item", ["buffers", *ACCOMPANYING])
def test_a_companion_that_is_left_out_is_seen_wherever_there_is_one(item: str):
    """Where the item is not as it was built, the next step differs.

    A best value alone may come back by itself, where the next evaluation is better than all.
    """
    seen = {}
    for at in range(ACCOMPANIED.save_every, ACCOMPANIED.steps, ACCOMPANIED.save_every):
        first, second = Training(ACCOMPANIED, DATA), Training(ACCOMPANIED, DATA)
        train(first, at)
        if read(first, item) == read(second, item):
            continue
        second.seek(at)
        for other in STATE:
            if other != item:
                write(second, other, read(first, other))
        train(first, 1)
        train(second, 1)
        seen[at] = digests(first) != digests(second)

    assert any(seen.values())
    assert all(seen.values()) or item == "meta.best", seen


def test_the_scale_shrinks_and_grows_between_the_saves():
    """Otherwise a forgotten scaler would be the new one, and hide."""
    training, scales = Training(ACCOMPANIED, DATA), []
    for _ in range(ACCOMPANIED.steps):
        train(training, 1)
        assert training.companions
        scales.append(training.companions.scaler.get_scale())
    moves = {np.sign(later - earlier) for earlier, later in pairwise(scales)}

    assert moves == {-1.0, 0.0, 1.0}
    assert training.companions
    assert 0 < training.companions.progress.updates < training.companions.progress.evaluations


@pytest.mark.parametrize("part", ["name", "shape", "dtype"])
def test_fields_that_do_not_fit_are_refused(part: str):
    """Another name, shape or dtype is never squeezed in."""
    training = trained(1)
    field = read(training, "parameters")[0]
    others: dict[str, Any] = {"name": "nobody", "shape": (*field.shape, 1), "dtype": "str"}
    spoiled = replace(field, **{part: others[part]})

    with pytest.raises(WriteError, match=spoiled.name):
        write(training, "parameters", [spoiled])


LEAF = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False)
)
KEYS = st.text("abcdefgh_", min_size=1, max_size=4)
TREES = st.recursive(
    LEAF,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=3)
    ),
    max_leaves=8,
)


@given(TREES)
def test_a_tree_is_what_its_own_leaves_make_of_it(tree: object):
    """Types, signs of zeros and the order of keys survive."""
    fields = {field.name: field for field in leaves(tree, "root")}

    assert repr(tree) == repr(graft(tree, fields, "root"))


@given(TREES, TREES)
def test_leaves_tell_different_trees_apart(one: object, other: object):
    """True is not 1, 1 is not 1.0, and an empty branch has no leaf."""
    same = list(leaves(one, "root")) == list(leaves(other, "root"))

    assert same or repr(one) != repr(other)
    if isinstance(one, bool | int | float | None) and isinstance(other, bool | int | float | None):
        assert same is (repr(one) == repr(other))


@given(TREES)
def test_a_tree_without_fields_stays(tree: object):
    """What nobody names is left alone."""
    assert repr(tree) == repr(graft(tree, {}, "root"))


@pytest.mark.parametrize(
    "tensor",
    [
        torch.tensor(2.5),
        torch.arange(6.0).reshape(2, 3).T,
        torch.tensor([True, False]),
        torch.tensor([float("nan"), -0.0]),
        torch.zeros(0, 3),
        torch.ones(2, dtype=torch.bfloat16),
        torch.ones(2, requires_grad=True),
    ],
)
def test_a_tensor_comes_back_with_its_dtype_shape_and_bits(tensor: torch.Tensor):
    """Also transposed, empty, in half precision, or with a gradient."""
    field = tensor_field("x", tensor)

    back = graft(tensor, {"x": field}, "x")

    assert field == tensor_field("x", back)
    assert (tensor.dtype, tensor.shape) == (back.dtype, back.shape)
    assert not back.requires_grad


def test_items_are_those_that_are_compared():
    """Nothing is compared that cannot be read, and nothing restored that cannot be written."""
    assert set(STATE) < set(COMPARED)
    assert len(COMPARED) == len(set(COMPARED))
    training = Training(WORKLOAD.with_settings(warmup=0, augment=False, dropout=0.0), DATA)
    assert all(isinstance(items.read(training, item), list) for item in COMPARED)
