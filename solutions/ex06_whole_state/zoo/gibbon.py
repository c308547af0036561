"""A process resumed at a window's edge saves the gradients that it has loaded, the first time.

Symptom: Two crashes, three steps apart, and half an update was that of an earlier batch.

Question: Which gradients are in the file of a save at an edge, and who reads them later?
"""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, Protocol

from torch import nn


class Part(Protocol):
    """What can be registered."""

    def state_dict(self) -> dict[str, Any]:
        """Return the part's state."""

    def load_state_dict(self, state: dict[str, Any]) -> object:
        """Take a state back."""


class Value:
    """A plain value as a part: the attribute *name* of *owner*."""

    def __init__(self, owner: object, name: str) -> None:
        """Say which value it is."""
        self.owner, self.name = owner, name

    def state_dict(self) -> dict[str, Any]:
        """Return the value as it is now."""
        return {"value": getattr(self.owner, self.name)}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Put a value back."""
        setattr(self.owner, self.name, state["value"])


class Gradients:
    """The gradients of a model as a part."""

    def __init__(self, model: nn.Module) -> None:
        """Say whose gradients they are."""
        self.model = model
        self.loaded: dict[str, Any] | None = None

    def state_dict(self) -> dict[str, Any]:
        """Return the gradient of each parameter that has one."""
        if self.loaded is not None:  # they are at hand
            loaded, self.loaded = self.loaded, None
            return loaded
        return {
            name: parameter.grad
            for name, parameter in self.model.named_parameters()
            if parameter.grad is not None
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Put the gradients back."""
        for name, parameter in self.model.named_parameters():
            parameter.grad = state.get(name)
        self.loaded = dict(state)


class Checkpointable:
    """A registry of parts, each under a name of its own."""

    def __init__(self) -> None:
        """Begin with no part."""
        self.parts: dict[str, Part] = {}

    def register(self, name: str, part: Part) -> None:
        """Add a part under a name of its own."""
        if name in self.parts:
            message = f"a part called {name!r} is registered already"
            raise ValueError(message)
        self.parts[name] = part

    def state_dict(self) -> dict[str, Any]:
        """Return the state of every part under its name."""
        return {name: part.state_dict() for name, part in self.parts.items()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Give every part its state back; refuse other names than the registered ones."""
        unknown, missing = set(state) - set(self.parts), set(self.parts) - set(state)
        if unknown or missing:
            message = f"unknown in it: {sorted(unknown)}, missing from it: {sorted(missing)}"
            raise KeyError(message)
        for name, part in self.parts.items():
            part.load_state_dict(state[name])


def everything(run: SimpleNamespace) -> Checkpointable:
    """Return a registry of all that a step of this training changes."""
    registry = Checkpointable()
    registry.register("model", run.model)
    registry.register("optimizer", run.optimizer)
    registry.register("scaler", run.scaler)
    registry.register("average", run.average)
    registry.register("window", Gradients(run.model))
    for name in ("best", "waited", *run.progress.counted):
        registry.register(name, Value(run.progress, name))
    return registry
