"""The checkpoint says itself which parts it has; the names are compared before any state is read.

Lesson: lessons/ex06_whole_state/index.md
"""

import copy
from collections.abc import Iterator, Mapping
from types import SimpleNamespace
from typing import Any, Protocol

from torch import Tensor, nn


class Part(Protocol):
    """Whatever has a state."""

    def state_dict(self) -> dict[str, Any]:
        """Return it."""

    def load_state_dict(self, state: dict[str, Any]) -> object:
        """Take it back."""


class Gradients:
    """Copies of the gradients that are there, as pairs of a name and a tensor."""

    def __init__(self, model: nn.Module) -> None:
        self.model = model

    def state_dict(self) -> dict[str, Any]:
        """Return what is to be saved."""
        return {"pairs": [[name, gradient.clone()] for name, gradient in self._held()]}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take a saved state back; refuse one that does not fit."""
        self.model.zero_grad(set_to_none=True)
        for name, gradient in state["pairs"]:
            self.model.get_parameter(name).grad = gradient

    def _held(self) -> Iterator[tuple[str, Tensor]]:
        for name, parameter in self.model.named_parameters():
            if parameter.grad is not None:
                yield name, parameter.grad


class Checkpointable:
    """Parts in the order of their registration, and plain values in a dict of their own."""

    def __init__(self, values: object) -> None:
        self.parts: list[tuple[str, Any]] = []
        self.owner = values
        self.values: list[str] = []

    def register(self, name: str, part: Part) -> None:
        """Add a part."""
        self.parts.append((name, part))

    @property
    def manifest(self) -> list[str]:
        """Every name that there must be, and no other."""
        return [name for name, _ in self.parts] + self.values

    def state_dict(self) -> dict[str, Any]:
        """Return what is to be saved."""
        return {
            "manifest": self.manifest,
            "states": [copy.deepcopy(part.state_dict()) for _, part in self.parts],
            "values": [getattr(self.owner, name) for name in self.values],
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take a saved state back; refuse one that does not fit."""
        if state["manifest"] != self.manifest:
            message = f"the checkpoint has {state['manifest']}, the training {self.manifest}"
            raise RuntimeError(message)
        for (_, part), held in zip(self.parts, state["states"], strict=True):
            part.load_state_dict(held)
        for name, value in zip(self.values, state["values"], strict=True):
            setattr(self.owner, name, value)


def everything(run: SimpleNamespace) -> Checkpointable:
    """Return a registry of all that a step changes."""
    registry = Checkpointable(run.progress)
    registry.register("window", Gradients(run.model))
    for name in ("model", "average", "optimizer", "scaler"):
        registry.register(name, getattr(run, name))
    registry.values = ["waited", "best", *run.progress.counted]
    return registry
