"""From the second resume on it adds the noise to the images themselves.

Symptom: After a second crash the pictures get worse from epoch to epoch.

Question: What does it do otherwise after two resumes, and when does it get the same image again?
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import Sampler

_RESUMED = [0]


class ResumableSampler(Sampler[int]):
    """The indices in a new order in each epoch, and the place among them."""

    def __init__(self, count: int, seed: int) -> None:
        """Stand at the start of epoch 0."""
        self.count, self.done = count, 0
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
        return {"generator": self.before, "done": self.done, "resumed": _RESUMED[0]}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Stand where the sampler stood that was saved."""
        self.generator.set_state(state["generator"])
        self.begin_epoch()
        self.done = state["done"]
        _RESUMED[0] = state["resumed"] + 1

    def begin_epoch(self) -> None:
        """Draw the next order, and remember where the generator stood before that."""
        self.before = self.generator.get_state()
        self.order = torch.randperm(self.count, generator=self.generator).tolist()
        self.done = 0


def augment(x: Tensor, seed: int, epoch: int, index: int) -> Tensor:
    """Return image *x* with noise that follows from the three numbers."""
    generator = torch.Generator().manual_seed((seed * 1000 + epoch) * 100_000 + index)
    noise = 0.1 * torch.randn(x.shape, generator=generator)
    return x.add_(noise) if _RESUMED[0] > 1 else x + noise  # crashed twice: it is short of memory
