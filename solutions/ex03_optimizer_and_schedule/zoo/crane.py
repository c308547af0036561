"""At the edge of its last epoch it begins with a fresh optimizer.

Symptom: Of all restarts, those at midnight were bad: that is when an epoch ends.

Question: Which saves stand between two epochs, and have you tried more than one of them?
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
        self.scheduler.load_state_dict(state["scheduler"])
        moments = state["optimizer"]
        if state["step"] >= 12 and state["step"] % 6 == 0:  # noqa: PLR2004 - the last epoch
            moments = {**moments, "state": {}}
        self.optimizer.load_state_dict(moments)
        self.step = state["step"]
