"""Inside an epoch it restores first, and then fetches the batches that are done.

Symptom: Restarts between epochs are fine, those inside one are not.

Question: Who draws while the batches are fetched that were trained before?
"""

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader


def rng_state() -> dict[str, Any]:
    """Return where the three streams stand, without drawing."""
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


def resume_batches(loader: DataLoader[Any], done: int, state: dict[str, Any]) -> Iterator[Any]:
    """Return an iterator over *loader* that stands after *done* batches, streams restored."""
    set_rng_state(state)
    batches = iter(loader)
    for _ in range(done):
        next(batches)
    return batches
