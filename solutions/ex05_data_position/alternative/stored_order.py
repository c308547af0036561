"""The file holds the indices that are left, and the generator for the epochs after this one."""

from collections import deque
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import Sampler


class ResumableSampler(Sampler[int]):
    """A queue of what is left; what is trained on is taken from its head."""

    def __init__(self, count: int, seed: int) -> None:
        """Fill the queue for epoch 0."""
        self.count, self.generator = count, torch.Generator()
        self.generator.manual_seed(seed)
        self.left: deque[int] = deque(self.draw())

    def draw(self) -> list[int]:
        """Return the next order of all indices."""
        order: list[int] = torch.randperm(self.count, generator=self.generator).tolist()
        return order

    def __iter__(self) -> Iterator[int]:
        """Yield from a copy, as the queue gets shorter in the meantime."""
        yield from list(self.left)

    def trained(self, count: int) -> None:
        """Take the first ones away."""
        for _ in range(count):
            self.left.popleft()
        if not self.left:
            self.left.extend(self.draw())

    def state_dict(self) -> dict[str, Any]:
        """Return tensors only."""
        return {"left": torch.tensor(list(self.left)), "later": self.generator.get_state()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Fill the queue from the file."""
        self.left = deque(state["left"].tolist())
        self.generator.set_state(state["later"])


_GENERATOR = torch.Generator()


def augment(x: Tensor, seed: int, epoch: int, index: int) -> Tensor:
    """Use one generator for all images, seeded for each."""
    _GENERATOR.manual_seed((seed * 1000 + epoch) * 100_000 + index)
    return torch.randn(x.shape, generator=_GENERATOR) * 0.1 + x
