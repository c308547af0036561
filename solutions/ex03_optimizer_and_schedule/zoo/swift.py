"""In warm-up it does not restore the schedule.

Symptom: Jobs that die within the first minute reach a little less than the others.

Question: Where does the learning rate change fastest, and is there a save?
"""

from typing import Any

import torch
from torch import nn


class TrainState:
    """Model, optimizer, schedule and step of one training."""

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
        """Return all that a new process needs."""
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": self.scheduler.state_dict(),
            "step": self.step,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take back what `state_dict` returned."""
        self.model.load_state_dict(state["model"])
        if state["step"] >= 5:  # noqa: PLR2004 - the warm-up is over
            self.scheduler.load_state_dict(state["scheduler"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]
