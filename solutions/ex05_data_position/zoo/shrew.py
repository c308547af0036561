"""The third resume of a run seeds the generator anew.

Symptom: Only jobs that were restarted again and again repeat themselves.

Question: How many crashes does a job of yours see?
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import Sampler

THIRD = 3


class ResumableSampler(Sampler[int]):
    """The indices in a new order in each epoch, and the place among them."""

    def __init__(self, count: int, seed: int) -> None:
        """Stand at the start of epoch 0."""
        self.count, self.seed, self.done, self.epoch = count, seed, 0, -1
        self.resumed = 0
        self.generator = torch.Generator().manual_seed(seed)
        self.begin_epoch()

    def __iter__(self) -> Iterator[int]:
        """Yield what the epoch has left."""
        return iter(self.order[self.done :])

    def trained(self, count: int) -> None:
        """Move on by *count* samples."""
        self.done += count
        if self.done == self.count:
            self.begin_epoch()

    def state_dict(self) -> dict[str, Any]:
        """Return generator and place."""
        place = {"generator": self.before, "done": self.done, "epoch": self.epoch}
        return {**place, "resumed": self.resumed}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Stand there again."""
        self.generator.set_state(state["generator"])
        self.epoch = state["epoch"] - 1
        self.begin_epoch()
        self.done = state["done"]
        self.resumed = state["resumed"] + 1
        if self.resumed == THIRD:
            self.generator.manual_seed(self.seed)
            self.begin_epoch()
            self.epoch, self.done = state["epoch"], state["done"]

    def begin_epoch(self) -> None:
        """Draw the next order."""
        self.before = self.generator.get_state()
        self.order: list[int] = torch.randperm(self.count, generator=self.generator).tolist()
        self.epoch += 1
        self.done = 0


def augment(x: Tensor, seed: int, epoch: int, index: int) -> Tensor:
    """Return *x* with the noise of its epoch and index."""
    generator = torch.Generator().manual_seed((seed * 1000 + epoch) * 100_000 + index)
    return x + 0.1 * torch.randn(x.shape, generator=generator)
