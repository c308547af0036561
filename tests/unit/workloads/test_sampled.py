"""Order and noise follow from seed, epoch and index, and a wrong place in them is seen."""

from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grader import course
from grader.bits import digest
from grader.process.protocol import CHALLENGE_BYTES
from grader.workloads import items
from grader.workloads.sampled import Listed, augment, orders
from grader.workloads.training import Training, read_digits
from grader.workloads.workload import COMPARED, SAMPLED, Workload

WORKLOAD = Workload(epochs=3, batches=3, save_every=3, batch_size=4, hidden=5, sampled=True)
DATA = read_digits()
TAUGHT = [exercise for exercise in course.exercises() if exercise.workload.sampled]


def train(training: Training, count: int) -> None:
    """Take so many steps, as the training loop does."""
    for _ in range(count):
        training.optimizer.zero_grad()
        training.forward(bytes([training.step]) * CHALLENGE_BYTES).backward()
        training.optimizer.step()
        training.finish_step()


def trained(count: int, workload: Workload = WORKLOAD) -> Training:
    """Return a training that has taken so many steps."""
    training = Training(workload, DATA)
    train(training, count)
    return training


@given(st.integers(2, 40), st.integers(0, 2**31), st.integers(1, 5))
def test_each_epoch_has_every_index_once(count: int, seed: int, epochs: int):
    """No sample is lost in an epoch, and none comes twice."""
    held = orders(count, seed, epochs)

    assert epochs == len(held)
    assert all(list(range(count)) == sorted(order) for order in held)


def test_no_epoch_is_in_the_order_of_another():
    """Of the very trainings that are taught with, too."""
    assert TAUGHT
    for exercise in TAUGHT:
        workload = exercise.workload
        held = orders(workload.batches * workload.batch_size, workload.seed, workload.epochs)
        assert len(held) == len(set(map(tuple, held))) > 1


def test_a_place_or_an_order_that_is_lost_is_seen_at_every_save():
    """From epoch 1 on other samples come: of epoch 0 at this place, or of this epoch's start."""
    for exercise in TAUGHT:
        workload = exercise.workload
        count = workload.batches * workload.batch_size
        held = orders(count, workload.seed, workload.epochs)
        for step in range(workload.save_every, workload.steps, workload.save_every):
            epoch, done = divmod(step * workload.batch_size, count)
            right = held[epoch][done:][: workload.batch_size]
            if epoch:
                assert right != held[0][done:][: workload.batch_size]
            if done:
                assert right != held[epoch][: workload.batch_size]


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.data())
def test_a_list_goes_on_after_what_is_trained_on(lengths: list[int], data: st.DataObject):
    """However often it is asked, and over the end of an epoch as well."""
    parts = [[10 * number + at for at in range(size)] for number, size in enumerate(lengths)]
    listed, left = Listed(parts), list(parts)
    while left:
        assert left == listed.to_come
        assert list(listed) == list(listed) == left[0]
        count = data.draw(st.integers(1, len(left[0])))
        listed.trained(count)
        left = [left[0][count:], *left[1:]] if count < len(left[0]) else left[1:]

    assert [] == list(listed)


@pytest.mark.parametrize("change", [(1, 0, 0), (0, 1, 0), (0, 0, 1)])
def test_noise_is_another_for_each_seed_epoch_and_index(change: tuple[int, int, int]):
    """And the same for the same three, whatever was drawn before."""
    image = torch.linspace(0, 1, 64)
    first = augment(image, 17, 1, 5)
    torch.rand(3)

    assert torch.equal(first, augment(image, 17, 1, 5))
    assert not torch.equal(first, augment(image, 17 + change[0], 1 + change[1], 5 + change[2]))


def test_noise_leaves_image_and_streams_alone():
    """It returns a new tensor and draws from its own generator."""
    image = torch.linspace(0, 1, 64)
    before = torch.get_rng_state()

    augment(image, 17, 1, 5)

    assert torch.equal(image, torch.linspace(0, 1, 64))
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("workers", [0, 2])
def test_a_training_with_all_state_items_of_another_goes_on_as_it_does(workers: int):
    """In the middle of an epoch and at its edge, with as many loading processes or with none."""
    for done in (4, 6):
        first = trained(done)
        state = {item: items.read(first, item) for item in WORKLOAD.state}
        second = Training(WORKLOAD.with_settings(workers=workers), DATA)
        second.seek(done)
        for item, fields in state.items():
            items.write(second, item, fields)

        for _ in range(3):
            train(first, 1)
            train(second, 1)
            assert all(
                digest(items.read(first, item)) == digest(items.read(second, item))
                for item in COMPARED
            )


def test_what_comes_is_read_as_often_as_one_likes():
    """Reading the order or the noise moves neither."""
    training = trained(4)
    for item in SAMPLED:
        assert items.read(training, item) == items.read(training, item)
    left = training.sampled.to_come(0)

    assert [8, 12, 12] == [len(part) for part in left]
    assert all(one != other for one, other in pairwise(map(tuple, left)))
