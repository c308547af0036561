"""A generator: the streams are put back when the training asks for its first batch."""

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader


def rng_state() -> dict[str, Any]:
    """Return the streams, NumPy's with its words as a list."""
    name, words, *rest = np.random.get_state()
    of_numpy = [name, [int(word) for word in words], *rest]
    of_torch = [torch.get_rng_state(), *torch.cuda.get_rng_state_all()]
    return {"streams": [random.getstate(), of_numpy, of_torch]}


def set_rng_state(state: dict[str, Any]) -> None:
    """Put the streams back."""
    of_python, of_numpy, of_torch = state["streams"]
    random.setstate(of_python)
    np.random.set_state(tuple(of_numpy))
    torch.set_rng_state(of_torch[0])
    torch.cuda.set_rng_state_all(of_torch[1:])


def resume_batches(loader: DataLoader[Any], done: int, state: dict[str, Any]) -> Iterator[Any]:
    """Yield what is left of the epoch; nothing runs before the first batch is asked for."""
    if done == 0:
        set_rng_state(state)
    for number, batch in enumerate(loader, start=1):
        if number > done:
            yield batch
        elif number == done:
            set_rng_state(state)
