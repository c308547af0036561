"""It refuses the place that a finished training has saved.

Symptom: A job that was started again after its last epoch ended with an error.

Question: Which is the last save of this training, and which epoch is in progress then?
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import Sampler

EPOCHS = 3


class ResumableSampler(Sampler[int]):
    """The indices in a new order in each epoch, and the place among them."""

    def __init__(self, count: int, seed: int) -> None:
        """Stand at the start of epoch 0."""
        self.count, self.done, self.epoch = count, 0, -1
        self.generator = torch.Generator().manual_seed(seed)
        self.begin_epoch()

    def __iter__(self) -> Iterator[int]:
        """Yield the indices that the epoch in progress has left."""
        return iter(self.order[self.done :])

    def trained(self, count: int) -> None:
        """Be told that so many more samples have been trained on."""
        self.done += count
        if self.done == self.count:
            self.begin_epoch()

    def state_dict(self) -> dict[str, Any]:
        """Return what another process needs to go on."""
        return {"generator": self.before, "done": self.done, "epoch": self.epoch}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Stand where the sampler stood that was saved."""
        if state["epoch"] >= EPOCHS:  # a place behind the end is none
            message = f"epoch {state['epoch']} is in progress, and there are {EPOCHS}"
            raise ValueError(message)
        self.generator.set_state(state["generator"])
        self.begin_epoch()
        self.done, self.epoch = state["done"], state["epoch"]

    def begin_epoch(self) -> None:
        """Draw the next order, and remember where the generator stood before that."""
        self.before = self.generator.get_state()
        self.order = torch.randperm(self.count, generator=self.generator).tolist()
        self.done = 0
        self.epoch += 1


def augment(x: Tensor, seed: int, epoch: int, index: int) -> Tensor:
    """Return image *x* with noise that follows from the three numbers."""
    generator = torch.Generator().manual_seed((seed * 1000 + epoch) * 100_000 + index)
    return x + 0.1 * torch.randn(x.shape, generator=generator)
