"""What gets trained, as plain data: the judge reads it, the child builds the training from it.

No torch here. A workload says how many steps there are, when a save is due, and which items are
compared; `grader.workloads.training` turns it into a model, an optimizer and batches.
"""

from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Self

ACCOMPANYING = ("scaler", "ema", "window", "meta.best", "meta.patience", "meta.counters")
"""State items that only a workload with companions has; in the others they are empty."""

ON_CUDA = ("rng.cuda",)
"""And those that only a training on a GPU has."""

STATE = (
    "rng.python",
    "rng.numpy",
    "rng.torch",
    *ON_CUDA,
    "parameters",
    "buffers",
    "optimizer.step",
    "optimizer.moments",
    "optimizer.groups",
    "scheduler",
    *ACCOMPANYING,
)
"""Items that a resumed process must have back; each can be read and written."""

SAMPLED = ("order", "noise")
"""And these, where a training follows a sampler of the learner's and a noise of theirs."""

COMPARED = (
    "step",
    "epoch",
    "samples",
    "batch",
    "rng.python",
    "rng.numpy",
    "rng.torch",
    *ON_CUDA,
    "lr",
    "loss",
    "gradients",
    *STATE[4:],
)
"""Every compared item, in the order in which the first to differ is looked for."""

WORKERS = 2
"""How many processes load data where a schedule asks for some."""

REQUEUE = 75
"""Exit code of a process that was told to leave: "try again later" (EX_TEMPFAIL of sysexits.h)."""

SAVED_INSIDE = "saved inside a step"
"""Noted by a process that loads a checkpoint which was written in the middle of a step."""

PROGRAM = "grader.workloads.loop"
CHECKPOINT = "checkpoint/checkpoint.pt"
"""Where a learner is asked to save, below the working directory; its folder is what survives."""
CHECKPOINT_DIRECTORY = Path(CHECKPOINT).parent


@dataclass(frozen=True, slots=True)
class Workload:
    """A small seeded training on the handwritten digits.

    Attributes:
        epochs: passes over the data.
        batches: steps in an epoch.
        batch_size: images in a batch.
        save_every: steps between saves; divides the number of steps, so that the end is saved.
        hidden: width of the hidden layer.
        activation: "relu" or "tanh".
        dropout: probability, 0 for none.
        warmup: steps of linear warm-up before a cosine; 0 for a constant learning rate.
        augment: draw shifts and noise from the global Python and NumPy streams, through a
            DataLoader that shuffles by (seed, epoch).
        sampled: the learner's sampler says which images come next, and their function adds noise.
        workers: processes that load those images; 0 for none.
        accumulate: steps (batches) in an accumulation window; the optimizer moves at its end.
        companions: BatchNorm, a loss scaler, an average of the weights, a best value with
            patience, and counters accompany the weights.
        parts: parts of an evaluation that follows each epoch, in a loop that the learner writes; 0
            for a loop of ours, without any.
        background: saves return before they are on disk; one is promised as soon as the next has
            returned, or the training is over.
        counters: names of the counters that are saved, joined by "+".
        device: where model and batches lie, "cpu" or "cuda".
    """

    epochs: int
    batches: int
    save_every: int
    batch_size: int = 32
    hidden: int = 32
    activation: str = "relu"
    dropout: float = 0.0
    learning_rate: float = 0.01
    warmup: int = 0
    augment: bool = False
    sampled: bool = False
    workers: int = 0
    accumulate: int = 1
    companions: bool = False
    counters: str = "images+updates"
    parts: int = 0
    background: bool = False
    seed: int = 17
    device: str = "cpu"

    @property
    def steps(self) -> int:
        """Optimizer steps in the whole training."""
        return self.epochs * self.batches

    @property
    def state(self) -> tuple[str, ...]:
        """The items that a resumed process must have back."""
        return tuple(item for item in (*STATE, *SAMPLED) if item not in self._absent)

    @property
    def compared(self) -> tuple[str, ...]:
        """The compared items that this training has."""
        return tuple(item for item in COMPARED if item not in self._absent)

    @property
    def _absent(self) -> tuple[str, ...]:
        return (
            *(() if self.sampled else SAMPLED),
            *(() if self.companions else ACCOMPANYING),
            *(() if self.device == "cuda" else ON_CUDA),
        )

    def saves_after(self, step: int) -> bool:
        """Say whether a save follows *step* (steps count from 0)."""
        return (step + 1) % self.save_every == 0

    def floor(self, position: int) -> int:
        """Return the newest save position at or before *position*."""
        return position // self.save_every * self.save_every

    def config(self) -> dict[str, int | float | str]:
        """Return the settings as the learner's functions are given them."""
        return {
            "hidden": self.hidden,
            "activation": self.activation,
            "learning_rate": self.learning_rate,
            "batch_size": self.batch_size,
        }

    def with_settings(self, **changes: Any) -> Self:  # noqa: ANN401 - any field of this class
        """Return the same workload with other settings."""
        return replace(self, **changes)

    def arguments(self) -> dict[str, Any]:
        """Return the workload as JSON allows, for a child to build it again."""
        return asdict(self)


NO_TRAINING = Workload(epochs=0, batches=0, save_every=1)
"""Of an exercise that asks for answers and trains nothing: no step, no moment at which to kill."""
