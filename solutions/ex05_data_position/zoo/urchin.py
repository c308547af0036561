"""It begins an epoch again when that epoch was resumed in before, and has been saved since.

Symptom: On a bad day some epochs have more steps than the others.

Question: How many crashes can one epoch see, and is there a save between them?
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import Sampler


class ResumableSampler(Sampler[int]):
    """The indices in a new order in each epoch, and the place among them."""

    def __init__(self, count: int, seed: int) -> None:
        """Stand at the start of epoch 0."""
        self.count, self.done = count, 0
        self.epoch = self.resumed_in = -1
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
        place = {"epoch": self.epoch, "resumed_in": self.resumed_in}
        return {"generator": self.before, "done": self.done, **place}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Stand where the sampler stood that was saved."""
        self.generator.set_state(state["generator"])
        self.begin_epoch()
        self.epoch = self.resumed_in = state["epoch"]
        if state["epoch"] != state["resumed_in"]:  # the place may be what fails
            self.done = state["done"]

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
