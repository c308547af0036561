"""One number is the whole state: samples trained on since the start. All else follows from it."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor


class ResumableSampler:
    """Draws the order of an epoch anew whenever it is asked for, from the seed on."""

    def __init__(self, count: int, seed: int) -> None:
        """Nothing is trained on yet."""
        self.count, self.seed, self.total = count, seed, 0

    def __iter__(self) -> Iterator[int]:
        """Draw and drop the orders of the epochs that are over."""
        epoch, done = divmod(self.total, self.count)
        generator = torch.Generator().manual_seed(self.seed)
        for _ in range(epoch + 1):
            order = torch.randperm(self.count, generator=generator)
        yield from order[done:].tolist()

    def trained(self, count: int) -> None:
        """Count."""
        self.total += count

    def state_dict(self) -> dict[str, Any]:
        """Return the number."""
        return {"total": self.total}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take the number."""
        self.total = state["total"]


def augment(x: Tensor, seed: int, epoch: int, index: int) -> Tensor:
    """Fill a new tensor with normal numbers."""
    generator = torch.Generator()
    generator.manual_seed((seed * 1000 + epoch) * 100_000 + index)
    noise = torch.empty_like(x).normal_(generator=generator)
    return noise.mul_(0.1).add_(x)
