"""Saved by a resumed process at an epoch's edge, it has no steps of the optimizer.

Symptom: It takes two crashes, and not any two.

Question: Where does a resumed process save for the first time, seen from the epoch?
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
        self.resumed = False

    def state_dict(self) -> dict[str, Any]:
        """Return all that a new process needs."""
        optimizer = self.optimizer.state_dict()
        if self.resumed and self.step % 6 == 0:
            moments = {
                at: {**held, "step": torch.zeros_like(held["step"])}
                for at, held in optimizer["state"].items()
            }
            optimizer = {**optimizer, "state": moments}
        return {
            "model": self.model.state_dict(),
            "optimizer": optimizer,
            "scheduler": self.scheduler.state_dict(),
            "step": self.step,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take back what `state_dict` returned."""
        self.model.load_state_dict(state["model"])
        self.scheduler.load_state_dict(state["scheduler"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]
        self.resumed = True
