"""Images in the order of a sampler, with a noise that follows from seed, epoch and index alone.

The sampler and the noise may be the learner's; ours stand here, and are what the baseline has.
"""

import hashlib
import warnings
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Protocol

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from grader.errors import GraderError
from grader.workloads.workload import Workload

_NOISE = 0.1

Batch = tuple[Tensor, Tensor, Tensor]
"""Sample ids (B), images (B, F) and labels (B)."""
Augment = Callable[[Tensor, int, int, int], Tensor]


class WrongReturnError(GraderError):
    """A learner's function returned something that its contract does not allow."""


class Order(Protocol):
    """What a training asks of a sampler."""

    def __iter__(self) -> Iterator[int]:
        """Yield what is left of the epoch in progress."""

    def trained(self, count: int) -> None:
        """Be told that so many more samples have been trained on."""


class Listed:
    """A sampler that has the ids of every epoch to come in a list."""

    def __init__(self, parts: list[list[int]]) -> None:
        """Begin with the first of *parts*; each is what an epoch has left."""
        self._parts, self._done = parts, 0

    def __iter__(self) -> Iterator[int]:
        """Yield what is left of the epoch in progress."""
        yield from self.to_come[0] if self._parts else ()

    def trained(self, count: int) -> None:
        """Go on by so many samples, into the next epoch at the end of one."""
        self._done += count
        if self._parts and self._done >= len(self._parts[0]):
            self._parts, self._done = self._parts[1:], 0

    @property
    def to_come(self) -> list[list[int]]:
        """What is left of the epoch in progress, and all of those after it."""
        return [part[self._done * (not at) :] for at, part in enumerate(self._parts)]


def orders(count: int, seed: int, epochs: int) -> list[list[int]]:
    """Return the order of each epoch: one generator, seeded once, draws one after the other."""
    generator = torch.Generator().manual_seed(seed)
    return [torch.randperm(count, generator=generator).tolist() for _ in range(epochs)]


def augment(x_F: Tensor, seed: int, epoch: int, index: int) -> Tensor:
    """Return an image with the noise that *index* has in *epoch*; draws from no global stream."""
    generator = torch.Generator().manual_seed((seed * 1000 + epoch) * 100_000 + index)
    return x_F + _NOISE * torch.randn(x_F.shape, generator=generator)


class _Noised(Dataset[Batch]):
    """The images, each with the noise of its epoch."""

    def __init__(self, images_NF: Tensor, labels_N: Tensor, seed: int) -> None:
        self.images_NF, self.labels_N, self.seed = images_NF, labels_N, seed
        self.augment: Augment = augment
        self.epoch = 0

    def __getitem__(self, index: int) -> Batch:
        image_F = self.augment(self.images_NF[index], self.seed, self.epoch, index)
        return torch.tensor(index), image_F, self.labels_N[index]


class Sampled:
    """Where the batches of such a training come from.

    Attributes:
        count, seed: how many images there are, and what order and noise follow from.
        sampler: says which images come next.
        start_worker: called first in each process that loads data, with its number.
    """

    def __init__(self, images_NF: Tensor, labels_N: Tensor, workload: Workload) -> None:
        """Begin at the start of epoch 0, with our own sampler and noise."""
        self.count, self.seed, self._workload = len(labels_N), workload.seed, workload
        self.sampler: Order = Listed(orders(self.count, self.seed, workload.epochs + 1))
        self._data = _Noised(images_NF, labels_N, self.seed)
        self._batches: Iterator[Batch] | None = None
        self.start_worker: Callable[[int], None] | None = None

    def use(self, sampler: Order, noise: Augment) -> None:
        """Follow a learner's sampler, and add their noise."""
        self.sampler, self._data.augment = sampler, noise

    def at(self, step: int) -> None:
        """Let our own sampler stand where *step* comes next."""
        parts = orders(self.count, self.seed, self._workload.epochs + 1)
        epoch, batches = divmod(step, self._workload.batches)
        self.sampler = Listed(parts[epoch:])
        self.sampler.trained(batches * self._workload.batch_size)

    def fetch(self, epoch: int) -> Batch:
        """Return the next batch; where the sampler has come to an end, the first of the next.

        Raises:
            WrongReturnError: it has nothing at all.
        """
        for _ in range(2):
            if self._batches is None:
                self._batches = self._open(epoch)
            batch = next(self._batches, None)
            if batch is not None:
                return batch
            self._batches = None
        message = "iter() of the sampler yielded no index, twice in a row"
        raise WrongReturnError(message)

    def _open(self, epoch: int) -> Iterator[Batch]:
        self._data.epoch = epoch
        workers = self._workload.workers
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "This DataLoader will create")  # with few processors
            loader = DataLoader(
                self._data,
                self._workload.batch_size,
                sampler=self.sampler,
                num_workers=workers,
                multiprocessing_context="fork" if workers else None,
                worker_init_fn=self.start_worker if workers else None,
                prefetch_factor=1 if workers else None,
                generator=torch.Generator(),  # making the iterator draws from no global stream
            )
        return iter(loader)

    def to_come(self, left: int) -> list[list[int]]:
        """Return the ids of the next *left* samples or more, an epoch a list.

        One epoch too many shows where a sampler goes on that is ahead of the training. A learner's
        sampler has to be asked for them, and is then replaced by their list.
        """
        if not isinstance(self.sampler, Listed):
            asked, parts = self.sampler, []
            while left > 0 and (part := [int(one) for one in islice(asked, 2 * self.count)]):
                parts.append(part)
                asked.trained(len(part))
                left -= len(part)
            self.sampler = Listed(parts)
        return self.sampler.to_come

    def put(self, parts: list[list[int]]) -> None:
        """Let these ids be what comes next."""
        self.sampler = Listed(parts)

    def noise_digests(self) -> list[bytes]:
        """Return for each epoch a digest of the noise on all of its images."""
        blank_F = torch.zeros(self._data.images_NF.shape[1])
        held = []
        for epoch in range(self._workload.epochs):
            seen = hashlib.blake2b(digest_size=16)
            for index in range(self.count):
                image_F = self._data.augment(blank_F.clone(), self.seed, epoch, index)
                seen.update(image_F.numpy().tobytes())
            held.append(seen.digest())
        return held

    def add_our_noise(self) -> None:
        """Leave the learner's noise aside."""
        self._data.augment = augment
