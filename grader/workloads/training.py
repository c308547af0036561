"""The training itself: model, optimizer, schedule and batches of one workload, on its device.

Shapes: B batch, F features (64 pixels), C classes (10).
"""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset, Sampler

from grader.errors import GraderError
from grader.workloads.companions import Companions
from grader.workloads.sampled import Batch, Sampled, WrongReturnError
from grader.workloads.workload import Workload

FEATURES = 64
CLASSES = 10
HELD_OUT = 64
PIXEL_MAX = 16.0
_STEP_MAX = 1 << 31  # nobody trains that long; a report's number has 64 bits
_DATA = Path(__file__).parent / "data" / "digits.npz"
_ACTIVATIONS: dict[str, type[nn.Module]] = {"relu": nn.ReLU, "tanh": nn.Tanh}

__all__ = ["Digits", "EpochOrder", "ObservedLoader", "Training", "WrongReturnError", "read_digits"]


def read_digits() -> tuple[Tensor, Tensor]:
    """Return images (N, F) in 0..1 and labels (N)."""
    with np.load(_DATA) as data:
        images = torch.from_numpy(data["images"].astype(np.float32) / PIXEL_MAX)
        labels = torch.from_numpy(data["labels"].astype(np.int64))
    return images, labels


class Digits(Dataset[Batch]):
    """The digits, each image shifted in brightness and noised anew whenever it is fetched."""

    def __init__(self, images_NF: Tensor, labels_N: Tensor) -> None:
        """Hold the data; nothing is drawn yet."""
        self.images_NF, self.labels_N = images_NF, labels_N

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.labels_N)

    def __getitem__(self, index: int) -> Batch:
        """Return one augmented image; draws from the global Python and NumPy streams."""
        image_F = self.images_NF[index] * random.uniform(0.8, 1.2)  # noqa: S311 - brightness, no secret
        noise_F = np.random.normal(0.0, 0.05, FEATURES).astype(np.float32)
        return torch.tensor(index), image_F + torch.from_numpy(noise_F), self.labels_N[index]


class EpochOrder(Sampler[int]):
    """The order of one epoch: a function of seed and epoch alone, so that no stream is drawn."""

    def __init__(self, seed: int, count: int) -> None:
        """Start at epoch 0."""
        self.seed, self.count, self.epoch = seed, count, 0

    def __len__(self) -> int:
        """Return the number of samples in an epoch."""
        return self.count

    def __iter__(self) -> Iterator[int]:
        """Yield the sample ids of the current epoch."""
        generator = torch.Generator().manual_seed(self.seed * 1000 + self.epoch)
        yield from torch.randperm(self.count, generator=generator).tolist()


class ObservedLoader(DataLoader[Batch]):
    """A DataLoader that says when an iterator over it is made; making one draws a random number."""

    observer: Callable[[], None] | None = None

    def __iter__(self) -> Any:  # noqa: ANN401 - torch's own private iterator class
        """Return an iterator, after telling the observer."""
        if self.observer:
            self.observer()
        return super().__iter__()


class Training:
    """One training, ready at step 0.

    Attributes:
        step: optimizer steps done; also the index of the step that comes next.
        model, optimizer, scheduler, loader: what is trained and how (loader only with augment).
        sampled: where the images come from, with sampled.
        batches: the open iterator over the loader, None between epochs.
        companions: what accompanies the weights, None in most workloads.
        parts_done: parts of the evaluation after the last step that are done.
        theirs: an object of the learner that lives as long as the training.
    """

    def __init__(self, workload: Workload, data: tuple[Tensor, Tensor] | None = None) -> None:
        """Seed every global stream as a training script would, and build everything."""
        random.seed(workload.seed)
        np.random.seed(workload.seed)
        torch.manual_seed(workload.seed)
        if workload.device == "cuda":
            torch.use_deterministic_algorithms(mode=True)  # on the CPU, with one thread, they are
        self.workload, self.config = workload, workload.config()
        count = workload.batches * workload.batch_size
        images, labels = data or read_digits()
        self.images_NF, self.labels_N = images[:count], labels[:count]
        self.model = _model(workload).to(workload.device)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=workload.learning_rate)
        self.companions: Companions | None = None
        if workload.companions:
            part, place = slice(count, count + HELD_OUT), workload.device
            unseen = images[part].to(place), labels[part].to(place)
            self.companions = Companions(self.model, unseen, workload.counters)
        self.scheduler = _schedule(workload, self.optimizer) if workload.warmup else None
        self.order = EpochOrder(workload.seed, count)
        self.loader = ObservedLoader(
            Digits(self.images_NF, self.labels_N), workload.batch_size, sampler=self.order
        )
        self.sampled = Sampled(self.images_NF, self.labels_N, workload)
        self.batches: Iterator[Batch] | None = None
        self.theirs: Any = None
        self.step = self.parts_done = 0
        self.samples_B = torch.zeros(0, dtype=torch.int64)
        self.batch_BF = torch.zeros(0, FEATURES)
        self.loss = torch.zeros(())

    @property
    def epoch(self) -> int:
        """The epoch of the last finished step, from 0 (0 before the first)."""
        return max(self.step - 1, 0) // self.workload.batches

    @property
    def in_window(self) -> bool:
        """Whether an accumulation window is open: its first batch is done, and not its last."""
        return self.step % self.workload.accumulate != 0

    @property
    def batches_done(self) -> int:
        """Batches of the epoch in progress that are trained; 0 at the edge of an epoch."""
        return self.step % self.workload.batches

    def start_epoch(self, epoch: object) -> None:
        """Start from the beginning of *epoch*.

        Raises:
            WrongReturnError: it is no whole number from 0 on.
        """
        if not isinstance(epoch, int) or isinstance(epoch, bool) or epoch < 0:
            message = f"load() returned {epoch!r}; it must return the next epoch, a whole number"
            raise WrongReturnError(message)
        self.start_step(epoch * self.workload.batches)

    def start_step(self, step: object) -> None:
        """Start from *step*.

        Raises:
            WrongReturnError: it is no whole number from 0 on.
        """
        if not isinstance(step, int) or isinstance(step, bool) or not 0 <= step < _STEP_MAX:
            message = f"the step after loading is {step!r}; it must be a whole number from 0 on"
            raise WrongReturnError(message)
        self.step = step
        self.order.epoch = step // self.workload.batches

    def seek(self, step: int) -> None:
        """Stand where *step* comes next, as a restarted process without a checkpoint would.

        Batches before it are fetched and dropped, so streams move as a replay moves them.
        """
        self.start_step(step)
        if self.workload.augment and self.batches_done:
            self.batches = iter(self.loader)
            for _ in range(self.batches_done):
                next(self.batches)

    def next_batch(self, challenge: bytes) -> Batch:
        """Return the next batch, with the judge's challenge mixed into the images; on the CPU."""
        if self.workload.sampled:
            fetched = self.sampled.fetch(self.step // self.workload.batches)
            samples_B, images_BF, labels_B = fetched
        elif self.workload.augment:
            samples_B, images_BF, labels_B = self._fetch()
        else:
            start = self.batches_done * self.workload.batch_size
            samples_B = torch.arange(start, start + self.workload.batch_size)
            images_BF, labels_B = self.images_NF[samples_B], self.labels_N[samples_B]
        noise_F = torch.frombuffer(bytearray(challenge[:FEATURES]), dtype=torch.uint8)
        batch_BF = images_BF + (noise_F.float() - 128.0) / 1024.0
        return samples_B, batch_BF, labels_B

    def open_epoch(self) -> None:
        """Make the iterator of the epoch, if it is not made; that draws from torch's stream."""
        if self.workload.augment and self.batches is None:
            self.order.epoch = self.step // self.workload.batches
            self.batches = iter(self.loader)

    def _fetch(self) -> Batch:
        self.open_epoch()
        if self.batches is None:
            message = "a loader without an iterator"
            raise GraderError(message)
        batch = next(self.batches)
        if self.batches_done + 1 == self.workload.batches:
            self.batches = None
        return batch

    def finish_step(self) -> None:
        """Count a step, and tell the sampler whose images have been trained on."""
        self.step += 1
        if self.workload.sampled:
            self.sampled.sampler.trained(len(self.samples_B))

    def forward(self, challenge: bytes) -> Tensor:
        """Draw the next batch and return its loss, weighted by the challenge."""
        self.samples_B, batch_BF, labels_B = self.next_batch(challenge)
        self.batch_BF = batch_BF.to(self.workload.device)
        weight = 0.5 + int.from_bytes(challenge[FEATURES : FEATURES + 4], "little") / 2**32
        logits_BC = self.model(self.batch_BF)
        if self.companions:
            logits_BC = self.companions.halve(logits_BC)
        self.loss = nn.functional.cross_entropy(logits_BC, labels_B.to(logits_BC.device)) * weight
        return self.loss

    def clear_gradients(self) -> None:
        """Forget the gradients, unless they are those of an open window."""
        if not self.in_window:
            self.optimizer.zero_grad()

    def backward(self) -> None:
        """Add the gradients of the last loss to those of its window."""
        if self.companions:
            self.companions.backward(self.loss / self.workload.accumulate)
        else:
            self.loss.backward()  # type: ignore[no-untyped-call]

    def update(self) -> None:
        """Let the optimizer move, where a window ends."""
        if self.companions is None:
            self.optimizer.step()
            return
        self.companions.progress.images += self.workload.batch_size
        if (self.step + 1) % self.workload.accumulate == 0:
            window = self.step // self.workload.accumulate
            self.companions.update(self.model, self.optimizer, window)


def _model(workload: Workload) -> nn.Sequential:
    layers: list[nn.Module] = [nn.Linear(FEATURES, workload.hidden)]
    if workload.companions:
        layers.append(nn.BatchNorm1d(workload.hidden))
    layers.append(_ACTIVATIONS[workload.activation]())
    if workload.dropout:
        layers.append(nn.Dropout(workload.dropout))
    return nn.Sequential(*layers, nn.Linear(workload.hidden, CLASSES))


def _schedule(
    workload: Workload, optimizer: torch.optim.Optimizer
) -> torch.optim.lr_scheduler.LRScheduler:
    """Return a linear warm-up followed by a cosine down to zero."""
    lr = torch.optim.lr_scheduler
    warmup = lr.LinearLR(optimizer, start_factor=0.1, total_iters=workload.warmup)
    cosine = lr.CosineAnnealingLR(optimizer, T_max=workload.steps - workload.warmup)
    return lr.SequentialLR(optimizer, [warmup, cosine], milestones=[workload.warmup])
