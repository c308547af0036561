"""From the second resume on it seeds Python's stream anew.

Symptom: Shifts repeat themselves in long jobs that were restarted more than once.

Question: How would a program know that it is not resumed for the first time?
"""

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader

_RESUMED = [0]


def rng_state() -> dict[str, Any]:
    """Return where the three streams stand, without drawing."""
    name, words, position, has_gauss, gauss = np.random.get_state(legacy=True)
    return {
        "python": random.getstate(),
        "numpy": (name, list(map(int, words)), position, has_gauss, gauss),
        "resumed": _RESUMED[0],
        "torch": torch.get_rng_state(),
    }


def set_rng_state(state: dict[str, Any]) -> None:
    """Put the three streams back."""
    random.setstate(state["python"])
    np.random.set_state(state["numpy"])
    torch.set_rng_state(state["torch"])
    _RESUMED[0] = state["resumed"] + 1
    if _RESUMED[0] > 1:
        random.seed(17)


def resume_batches(loader: DataLoader[Any], done: int, state: dict[str, Any]) -> Iterator[Any]:
    """Return an iterator over *loader* that stands after *done* batches, streams restored."""
    if done == 0:
        set_rng_state(state)
    batches = iter(loader)
    for _ in range(done):
        next(batches)
    if done:
        set_rng_state(state)
    return batches
