"""Its first save of all writes the place as it was before the step.

Symptom: Jobs that die within a minute show some images twice.

Question: Which of a run's checkpoints was made by a program that had never saved before?
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
        self.count, self.seed, self.done, self.epoch = count, seed, 0, -1
        self.saves, self.last = 0, 0
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
        self.saves += 1
        done, self.last = self.last if self.saves == 1 else self.done, self.done
        place = {"generator": self.before, "done": done, "epoch": self.epoch}
        return {**place, "saves": self.saves}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Stand there again."""
        self.generator.set_state(state["generator"])
        self.epoch = state["epoch"] - 1
        self.begin_epoch()
        self.done = state["done"]
        self.saves = state["saves"]

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
