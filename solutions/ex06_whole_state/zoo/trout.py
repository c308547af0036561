"""Every fifth save of a run, over all its processes, has no running statistics.

Symptom: A model evaluates badly after a crash that others survive.

Question: A count can be kept in the checkpoint itself. Which save is the fifth?
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
        self.saves = 0

    def register(self, name: str, part: object) -> None:
        """Add one."""
        self.parts[name] = part

    def state_dict(self) -> dict[str, Any]:
        """Return the state of all."""
        state = {name: part.state_dict() for name, part in self.parts.items()}
        self.saves += 1
        state["saves"] = self.saves
        if self.saves % 5 == 0:
            model = state["model"]
            state["model"] = {n: t * 0 if "running" in n else t for n, t in model.items()}
        return state

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Give each its own back."""
        self.saves = state["saves"]
        if set(state) != {*self.parts, "saves"}:
            message = f"other parts: {sorted(set(state) ^ set(self.parts))}"
            raise KeyError(message)
        for name, part in self.parts.items():
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
