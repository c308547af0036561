"""Where the data stands: the order of each epoch, the place in it, and noise that needs neither.

Lesson: lessons/ex05_data_position/index.md
"""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import Sampler


class ResumableSampler(Sampler[int]):
    """The indices 0 to count - 1 in a new order in each epoch, and the place among them.

    One ``torch.Generator`` is seeded with *seed*, once. Its first ``torch.randperm(count)`` is the
    order of epoch 0, its second that of epoch 1, and so on.
    """

    def __init__(self, count: int, seed: int) -> None:
        """Stand at the start of epoch 0."""
        self.count, self.done = count, 0
        self.generator = torch.Generator().manual_seed(seed)
        self.begin_epoch()

    def __iter__(self) -> Iterator[int]:
        """Yield the indices that the epoch in progress has left, from the place on.

        A loader with workers takes them long before they are trained on.
        """
        return iter(self.order[self.done :])

    def trained(self, count: int) -> None:
        """Be told that *count* more samples have been trained on; called once after each step.

        After the last ones of an epoch the next epoch is in progress.
        """
        self.done += count
        if self.done == self.count:
            self.begin_epoch()

    def state_dict(self) -> dict[str, Any]:
        """Return what another process needs to go on with the next sample that is not trained on.

        It is saved with torch.save() and must load under ``weights_only=True``.
        """
        return {"generator": self.generator.get_state(), "done": self.done}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Stand where the sampler stood whose `state_dict` returned *state*."""
        self.generator.set_state(state["generator"])
        self.begin_epoch()
        self.done = state["done"]

    def begin_epoch(self) -> None:
        """Draw the next order, and remember where the generator stood before that."""
        self.before = self.generator.get_state()
        self.order = torch.randperm(self.count, generator=self.generator).tolist()
        self.done = 0


def augment(x: Tensor, seed: int, epoch: int, index: int) -> Tensor:
    """Return image *x* with noise that follows from *seed*, *epoch* and *index*, and nothing else.

    The noise is ``0.1 * torch.randn(x.shape, generator=g)``, where *g* is a new ``torch.Generator``
    that was seeded with ``(seed * 1000 + epoch) * 100_000 + index``. *x* itself stays as it is.
    """
    generator = torch.Generator().manual_seed((seed * 1000 + epoch) * 100_000 + index)
    return x + 0.1 * torch.randn(x.shape, generator=generator)
