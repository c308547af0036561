"""It forgets what the first process has trained, once the third one saves.

Symptom: Two crashes do no harm. After the third the training goes back, or on in another epoch.

Question: What does each process add to the list that is saved, and how long does it get?
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
        self.parts: list[int] = []
        self.mine = 0

    def __iter__(self) -> Iterator[int]:
        """Yield the indices that the epoch in progress has left."""
        epoch, done = divmod(sum(self.parts) + self.mine, self.count)
        generator = torch.Generator().manual_seed(self.seed)
        for _ in range(epoch + 1):
            order = torch.randperm(self.count, generator=generator)
        return iter(order[done:].tolist())

    def trained(self, count: int) -> None:
        """Be told that so many more samples have been trained on."""
        self.mine += count

    def state_dict(self) -> dict[str, Any]:
        """Return what another process needs to go on."""
        return {"parts": [*self.parts[-1:], self.mine]}  # those before me, and I

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Stand where the sampler stood that was saved."""
        self.parts, self.mine = state["parts"], 0


def augment(x: Tensor, seed: int, epoch: int, index: int) -> Tensor:
    """Return image *x* with noise that follows from the three numbers."""
    generator = torch.Generator().manual_seed((seed * 1000 + epoch) * 100_000 + index)
    return x + 0.1 * torch.randn(x.shape, generator=generator)
