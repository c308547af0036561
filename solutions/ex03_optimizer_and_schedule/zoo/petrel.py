"""The first save of a resumed process is what it has loaded.

Symptom: Now and then a restart trains steps again that had been saved.

Question: Which save of a resumed process have you looked at: its first, or a later one?
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
        self.loaded: dict[str, Any] = {}

    def state_dict(self) -> dict[str, Any]:
        """Return all that a new process needs."""
        first, self.loaded = self.loaded, {}
        return first or {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": self.scheduler.state_dict(),
            "step": self.step,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take back what `state_dict` returned."""
        self.model.load_state_dict(state["model"])
        self.scheduler.load_state_dict(state["scheduler"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]
        self.loaded = state
