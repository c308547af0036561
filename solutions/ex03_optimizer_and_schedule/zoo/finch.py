"""From the second resume on it takes one step of the schedule more.

Symptom: Every restart but the first costs a bit of learning rate.

Question: How often was the training resumed before, and can a checkpoint know that?
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
        self.resumed = 0

    def state_dict(self) -> dict[str, Any]:
        """Return all that a new process needs."""
        return {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": self.scheduler.state_dict(),
            "step": self.step,
            "resumed": self.resumed,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take back what `state_dict` returned."""
        self.model.load_state_dict(state["model"])
        self.scheduler.load_state_dict(state["scheduler"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]
        self.resumed = state["resumed"] + 1
        if self.resumed > 1:
            self.scheduler.step()
