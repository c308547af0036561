"""One endless chain of indices over all epochs; a resume skips what is done with a slice."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import Sampler


def chain(count: int, seed: int) -> Iterator[int]:
    """Yield the indices of epoch 0, then those of epoch 1, and so on."""
    generator = torch.Generator().manual_seed(seed)
    while True:
        yield from torch.randperm(count, generator=generator).tolist()


class ResumableSampler(Sampler[int]):
    """Remembers how many epochs are over, and how many samples of the next one."""

    def __init__(self, count: int, seed: int) -> None:
        """Stand before the first index."""
        self.count, self.seed = count, seed
        self.place = (0, 0)

    def __iter__(self) -> Iterator[int]:
        """Return the part of the chain from the place to the end of the epoch."""
        epoch, done = self.place
        start = epoch * self.count
        return islice(chain(self.count, self.seed), start + done, start + self.count)

    def trained(self, count: int) -> None:
        """Move the place, over the end of an epoch as well."""
        epoch, done = self.place
        over, rest = divmod(done + count, self.count)
        self.place = (epoch + over, rest)

    def state_dict(self) -> dict[str, Any]:
        """Return the place, with what it belongs to."""
        return {"place": self.place, "count": self.count, "seed": self.seed}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Refuse a place in other data."""
        if (state["count"], state["seed"]) != (self.count, self.seed):
            message = f"a place among {state['count']} samples, and here are {self.count}"
            raise ValueError(message)
        self.place = state["place"]


def augment(x: Tensor, seed: int, epoch: int, index: int) -> Tensor:
    """Seed a generator with the number of this image in this epoch."""
    number = ((seed * 1000) + epoch) * 100_000 + index
    noise = torch.randn(x.shape, generator=torch.Generator(x.device).manual_seed(number))
    return x + noise * 0.1
