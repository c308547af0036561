"""With workers, a save at an epoch's edge counts the epoch twice.

Symptom: Whole epochs are missing from the log, and only on the machines where workers load.

Question: At which step does a loader with workers learn that the epoch has no index left, and at
which without?
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import Sampler


class ResumableSampler(Sampler[int]):
    """The indices in a new order in each epoch, drawn anew whenever it is asked for."""

    def __init__(self, count: int, seed: int) -> None:
        """Stand at the start of epoch 0."""
        self.count, self.seed = count, seed
        self.epoch, self.done = 0, 0

    def __iter__(self) -> Iterator[int]:
        """Yield the indices that the epoch in progress has left."""
        if self.done == self.count:
            self.done = 0
        generator = torch.Generator().manual_seed(self.seed)
        for _ in range(self.epoch + 1):
            order = torch.randperm(self.count, generator=generator)
        yield from order[self.done :].tolist()
        self.epoch += 1  # nothing is left of it

    def trained(self, count: int) -> None:
        """Be told that so many more samples have been trained on."""
        self.done += count

    def state_dict(self) -> dict[str, Any]:
        """Return what another process needs to go on."""
        return {"epoch": self.epoch, "done": self.done}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Stand where the sampler stood that was saved."""
        self.epoch, self.done = state["epoch"], state["done"]
        if self.done == self.count:  # the loop had not come to its end
            self.epoch, self.done = self.epoch + 1, 0


def augment(x: Tensor, seed: int, epoch: int, index: int) -> Tensor:
    """Return image *x* with noise that follows from the three numbers."""
    generator = torch.Generator().manual_seed((seed * 1000 + epoch) * 100_000 + index)
    return x + 0.1 * torch.randn(x.shape, generator=generator)
