"""Every stream as one tensor of words, and the iterator positioned by a slice."""

import itertools
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader


def rng_state() -> dict[str, Any]:
    """Return the words of each stream as a tensor of 64-bit integers."""
    version, words, gauss = random.getstate()
    held = np.random.get_state(legacy=False)
    return {
        "torch": torch.random.get_rng_state(),
        "gpus": torch.cuda.get_rng_state_all(),
        "python": torch.tensor([version, *words]),
        "python_gauss": gauss,
        "numpy": torch.from_numpy(held["state"]["key"].astype(np.int64)),
        "numpy_rest": [int(held["state"]["pos"]), int(held["has_gauss"]), float(held["gauss"])],
    }


def set_rng_state(state: dict[str, Any]) -> None:
    """Build each library's own form again."""
    version, *words = state["python"].tolist()
    random.setstate((version, tuple(words), state["python_gauss"]))
    position, has_gauss, gauss = state["numpy_rest"]
    key = state["numpy"].numpy().astype(np.uint32)
    np.random.set_state(("MT19937", key, position, has_gauss, gauss))
    torch.random.set_rng_state(state["torch"])
    torch.cuda.set_rng_state_all(state["gpus"])


def resume_batches(loader: DataLoader[Any], done: int, state: dict[str, Any]) -> Iterator[Any]:
    """At the edge restore and begin; inside an epoch begin, drop what is done, then restore."""
    if not done:
        set_rng_state(state)
        return iter(loader)
    batches: Iterator[Any] = iter(loader)
    collected = sum(1 for _ in itertools.islice(batches, done))
    if collected != done:
        message = f"the loader holds {collected} batches, {done} are done"
        raise ValueError(message)
    set_rng_state(state)
    return batches
