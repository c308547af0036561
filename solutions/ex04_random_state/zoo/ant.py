"""Its first save has no stream of NumPy: it thought that nothing had drawn yet.

Symptom: The noise differs after a crash within the first steps.

Question: Which of the checkpoints of a run is not like the others?
"""

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader

_SAVES: list[int] = []


def rng_state() -> dict[str, Any]:
    """Return where the three streams stand, without drawing."""
    _SAVES.append(1)
    name, words, position, has_gauss, gauss = np.random.get_state(legacy=True)
    numpy = (name, list(map(int, words)), position, has_gauss, gauss)
    return {
        "python": random.getstate(),
        "numpy": numpy if len(_SAVES) > 1 else None,
        "torch": torch.get_rng_state(),
    }


def set_rng_state(state: dict[str, Any]) -> None:
    """Put the three streams back."""
    random.setstate(state["python"])
    if state["numpy"]:
        np.random.set_state(state["numpy"])
    torch.set_rng_state(state["torch"])


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
