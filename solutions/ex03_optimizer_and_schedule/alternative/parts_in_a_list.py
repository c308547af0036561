"""One list of parts, cloned, walked in the same order when saving and when loading."""

import copy
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

    @property
    def parts(self) -> tuple[Any, ...]:
        """Everything with a state of its own, the optimizer last."""
        return (self.model, self.scheduler, self.optimizer)

    def state_dict(self) -> dict[str, Any]:
        """Return a copy that later steps cannot change."""
        states = [copy.deepcopy(part.state_dict()) for part in self.parts]
        return {"done": torch.tensor(self.step), "states": states}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Give every part its own state back."""
        for part, saved in zip(self.parts, state["states"], strict=True):
            part.load_state_dict(saved)
        self.step = int(state["done"])
