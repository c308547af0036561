"""At an epoch's edge after the first it forgets the stream of torch.

Symptom: A restart between the first two epochs is fine, one between the last two is not.

Question: Is one edge of an epoch like the other?
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
    late = len(_SAVES) > 3  # noqa: PLR2004 - two saves an epoch
    return {
        "late": late,
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
    if done == 0:
        streams = torch.get_rng_state()
        set_rng_state(state)
        if state["late"]:
            torch.set_rng_state(streams)
    batches = iter(loader)
    for _ in range(done):
        next(batches)
    if done:
        set_rng_state(state)
    return batches
