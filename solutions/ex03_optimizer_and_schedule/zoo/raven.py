"""Late checkpoints keep the moments in half precision, to save room.

Symptom: Early crashes leave no trace; late ones change the last digits of the loss.

Question: Is a checkpoint that is written late made as an early one is?
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
        state: dict[str, Any] = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scheduler": self.scheduler.state_dict(),
            "step": self.step,
        }
        if self.step > 10:  # noqa: PLR2004 - by then the moments are smooth
            moments = state["optimizer"]["state"]
            smaller = {
                at: {name: each.half().float() for name, each in held.items()}
                for at, held in moments.items()
            }
            state["optimizer"] = {**state["optimizer"], "state": smaller}
        return state

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take back what `state_dict` returned."""
        self.model.load_state_dict(state["model"])
        self.scheduler.load_state_dict(state["scheduler"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step = state["step"]
