"""With workers, a resumed process saves how much was fetched, and not how much was trained on.

Symptom: Where workers load, two batches are lost at a crash, but never at the first one.

Question: Who wrote the number that the last process read, and what did that process count?
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
        self.count, self.done, self.given = count, 0, 0
        self.resumed = False
        self.generator = torch.Generator().manual_seed(seed)
        self.begin_epoch()

    def __iter__(self) -> Iterator[int]:
        """Yield the indices that the epoch in progress has left."""
        self.given = self.done
        for index in self.order[self.done :]:
            self.given += 1
            yield index

    def trained(self, count: int) -> None:
        """Be told that so many more samples have been trained on."""
        self.done += count
        if self.done == self.count:
            self.begin_epoch()

    def state_dict(self) -> dict[str, Any]:
        """Return what another process needs to go on."""
        done = self.given if self.resumed else self.done  # known before the first step, too
        return {"generator": self.before, "done": done}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Stand where the sampler stood that was saved."""
        self.generator.set_state(state["generator"])
        self.begin_epoch()
        self.done = self.given = state["done"]
        self.resumed = True

    def begin_epoch(self) -> None:
        """Draw the next order, and remember where the generator stood before that."""
        self.before = self.generator.get_state()
        self.order = torch.randperm(self.count, generator=self.generator).tolist()
        self.done = self.given = 0


def augment(x: Tensor, seed: int, epoch: int, index: int) -> Tensor:
    """Return image *x* with noise that follows from the three numbers."""
    generator = torch.Generator().manual_seed((seed * 1000 + epoch) * 100_000 + index)
    return x + 0.1 * torch.randn(x.shape, generator=generator)
