"""Random state: where each stream of random numbers stands, and when to put it back.

Lesson: lessons/ex04_random_state/index.md
"""

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader


def rng_state() -> dict[str, Any]:
    """Return where the global streams of Python, NumPy and torch stand, without drawing.

    torch has one for the CPU, and one more for every GPU: none on a machine without.
    It is saved with torch.save() and must load under ``weights_only=True``: numbers, text, lists,
    tuples, dicts and tensors do; NumPy arrays do not.
    """
    # BEGIN SOLUTION
    name, words, position, has_gauss, gauss = np.random.get_state(legacy=True)
    return {
        "python": random.getstate(),
        "numpy": (name, list(map(int, words)), position, has_gauss, gauss),
    }
    # END SOLUTION


def set_rng_state(state: dict[str, Any]) -> None:
    """Put the streams back to where `rng_state` found them."""
    # BEGIN SOLUTION
    random.setstate(state["python"])
    np.random.set_state(state["numpy"])
    # END SOLUTION


def resume_batches(loader: DataLoader[Any], done: int, state: dict[str, Any]) -> Iterator[Any]:
    """Return an iterator over *loader* that stands after *done* batches, random state restored.

    Making an iterator draws from torch's stream, and fetching a batch draws from Python's and
    NumPy's. *state* was taken after *done* batches of this epoch. With *done* = 0 it was taken at
    the epoch's edge, before the iterator of this epoch was made.
    """
    # BEGIN SOLUTION
    if done == 0:
        set_rng_state(state)
    batches = iter(loader)
    for _ in range(done):
        next(batches)
    if done:
        set_rng_state(state)
    return batches
    # END SOLUTION
