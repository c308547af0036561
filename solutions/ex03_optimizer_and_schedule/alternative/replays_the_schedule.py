"""The schedule is a function of the step: step a new one as often, and save none of it."""

import warnings
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
        """Return weights, moments and the step."""
        return {
            "step": self.step,
            "weights": self.model.state_dict(),
            "moments": self.optimizer.state_dict(),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Replay the schedule first: loading the optimizer afterwards sets the saved rates."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # torch expects an optimizer step before each of these
            for _ in range(state["step"]):
                self.scheduler.step()
        self.optimizer.load_state_dict(state["moments"])
        self.model.load_state_dict(state["weights"])
        self.step = state["step"]
