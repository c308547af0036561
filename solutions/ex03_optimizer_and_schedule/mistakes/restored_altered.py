"""Everything that a training step leaves behind: weights, moments, and where the schedule stands.

Lesson: lessons/ex03_optimizer_and_schedule/index.md
"""

from typing import Any

import torch
from torch import nn


class TrainState:
    """Model, optimizer, schedule and step of one training.

    The training uses these very objects; `step` is the number of finished steps.
    """

    def __init__(
        self,
        model: nn.Module,
        optimizer: torch.optim.Optimizer,
        scheduler: torch.optim.lr_scheduler.LRScheduler,
    ) -> None:
        """Hold the objects of a training that has just been built."""
        self.model = model
        self.optimizer = optimizer
        self.scheduler = scheduler
        self.step = 0

    def state_dict(self) -> dict[str, Any]:
        """Return all that a new process needs; it is saved with torch.save()."""
        # BEGIN SOLUTION
        return {
            "model": {name: held.half() for name, held in self.model.state_dict().items()},
            "optimizer": self.optimizer.state_dict(),
            "scheduler": self.scheduler.state_dict(),
            "step": self.step,
        }
        # END SOLUTION

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take back what `state_dict` returned, in a process that has only been built.

        The file is read with ``torch.load(path, weights_only=True)``.
        """
        # BEGIN SOLUTION
        self.model.load_state_dict(state["model"])
        self.scheduler.load_state_dict(state["scheduler"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]
        # END SOLUTION
