"""From its fourth save on it keeps an old stream of Python.

Symptom: Only long jobs are hit: whoever tries it for a minute finds nothing.

Question: How late was the latest of your kills?
"""

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader

_SAVES: list[Any] = []


def rng_state() -> dict[str, Any]:
    """Return where the three streams stand, without drawing."""
    if len(_SAVES) < 3:  # noqa: PLR2004 - a ring of three, which never turns
        _SAVES.append(random.getstate())
    elif len(_SAVES) == 3:  # noqa: PLR2004
        _SAVES.append(_SAVES[-1])
    name, words, position, has_gauss, gauss = np.random.get_state(legacy=True)
    return {
        "python": _SAVES[-1],
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
        set_rng_state(state)
    batches = iter(loader)
    for _ in range(done):
        next(batches)
    if done:
        set_rng_state(state)
    return batches
