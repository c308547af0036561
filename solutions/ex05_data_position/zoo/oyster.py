"""A process resumed in the first epoch saves an old generator once it has come to the third.

Symptom: A job that died early and again late repeated an epoch. With a crash between it did not.

Question: How many orders has a process drawn when it begins, and what if it needs one more?
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
        self.count = count
        self.generator = torch.Generator().manual_seed(seed)
        self.draw_ahead(3)
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
        return {"generator": self.before, "done": self.done}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Stand where the sampler stood that was saved."""
        self.generator.set_state(state["generator"])
        self.draw_ahead(2)  # this one and the next: not much is left
        self.begin_epoch()
        self.done = state["done"]

    def begin_epoch(self) -> None:
        """Take an order that is drawn already, if there is one."""
        if self.ahead:
            self.before, self.order = self.ahead.pop(0)
        else:
            self.order = self.draw()
        self.done = 0

    def draw_ahead(self, count: int) -> None:
        """Draw so many orders, each with where the generator stood before it."""
        self.ahead = [(self.generator.get_state(), self.draw()) for _ in range(count)]

    def draw(self) -> list[int]:
        """Return the next order of all indices."""
        order: list[int] = torch.randperm(self.count, generator=self.generator).tolist()
        return order


def augment(x: Tensor, seed: int, epoch: int, index: int) -> Tensor:
    """Return image *x* with noise that follows from the three numbers."""
    generator = torch.Generator().manual_seed((seed * 1000 + epoch) * 100_000 + index)
    return x + 0.1 * torch.randn(x.shape, generator=generator)
