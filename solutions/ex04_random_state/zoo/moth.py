"""The first save of a resumed process has the streams as they were loaded.

Symptom: After two crashes that are not far apart, noise comes twice.

Question: What does a process save that has itself been resumed, the first time it does?
"""

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader

_LOADED: dict[str, Any] = {}


def rng_state() -> dict[str, Any]:
    """Return where the three streams stand, without drawing."""
    if _LOADED:
        loaded = dict(_LOADED)
        _LOADED.clear()
        return loaded
    name, words, position, has_gauss, gauss = np.random.get_state(legacy=True)
    return {
        "python": random.getstate(),
        "numpy": (name, list(map(int, words)), position, has_gauss, gauss),
        "torch": torch.get_rng_state(),
    }


def set_rng_state(state: dict[str, Any]) -> None:
    """Put the three streams back."""
    random.setstate(state["python"])
    np.random.set_state(state["numpy"])
    torch.set_rng_state(state["torch"])
    _LOADED.update(state)


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
