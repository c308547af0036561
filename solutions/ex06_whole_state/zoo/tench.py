"""Resumed on an edge, and then inside a window, it builds a new scaler.

Symptom: Updates are skipped again after two crashes of different kinds.

Question: Which order of two crashes have you not tried?
"""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from torch import nn


class Value:
    """A plain value as a part."""

    def __init__(self, owner: object, name: str) -> None:
        """Say which."""
        self.owner, self.name = owner, name

    def state_dict(self) -> dict[str, Any]:
        """Return it."""
        return {"value": getattr(self.owner, self.name)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Put it back."""
        setattr(self.owner, self.name, state["value"])


class Gradients:
    """The gradients of an open window as a part."""

    def __init__(self, model: nn.Module) -> None:
        """Say whose."""
        self.model = model

    def state_dict(self) -> dict[str, Any]:
        """Return those that are there."""
        named = self.model.named_parameters()
        return {name: held.grad for name, held in named if held.grad is not None}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Put them back."""
        for name, parameter in self.model.named_parameters():
            parameter.grad = state.get(name)


class Checkpointable:
    """A registry of parts."""

    def __init__(self) -> None:
        """Begin with none."""
        self.parts: dict[str, Any] = {}
        self.edge = False

    def register(self, name: str, part: object) -> None:
        """Add one."""
        self.parts[name] = part

    def state_dict(self) -> dict[str, Any]:
        """Return the state of all."""
        state = {name: part.state_dict() for name, part in self.parts.items()}
        state["edge"] = self.edge
        return state

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Give each its own back."""
        edge = state["images"]["value"] // 16 % 2 == 0
        left_out, self.edge = state["edge"] and not edge, edge
        if set(state) != {*self.parts, "edge"}:
            message = f"other parts: {sorted(set(state) ^ set(self.parts))}"
            raise KeyError(message)
        for name, part in self.parts.items():
            if name != "scaler" or not left_out:
                part.load_state_dict(state[name])


def everything(run: SimpleNamespace) -> Checkpointable:
    """Return a registry of all that changes."""
    registry = Checkpointable()
    registry.register("model", run.model)
    registry.register("optimizer", run.optimizer)
    registry.register("scaler", run.scaler)
    registry.register("average", run.average)
    registry.register("window", Gradients(run.model))
    for name in ("best", "waited", *run.progress.counted):
        registry.register(name, Value(run.progress, name))
    return registry
