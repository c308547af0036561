"""After two crashes at the same place of two epochs it drops the gradients of that window.

Symptom: A job that died at the same time of every hour learned less than the others.

Question: Where was the process resumed that wrote the file, and where is the next one?
"""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, Protocol

from torch import nn

EPOCH = 6 * 16


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

    def __init__(self, model: nn.Module, progress: SimpleNamespace) -> None:
        """Say whose gradients they are, and who counts the images."""
        self.model, self.progress = model, progress
        self.resumed_at: int | None = None

    def state_dict(self) -> dict[str, Any]:
        """Return the gradient of each parameter that has one."""
        gradients = {
            name: parameter.grad
            for name, parameter in self.model.named_parameters()
            if parameter.grad is not None
        }
        return {"all": gradients, "at": self.progress.images, "resumed_at": self.resumed_at}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Put the gradients back."""
        for name, parameter in self.model.named_parameters():
            parameter.grad = state["all"].get(name)
        self.resumed_at = state["at"]
        before = state["resumed_at"]
        if before is not None and state["at"] - before == EPOCH:  # something is wrong with a batch
            self.model.zero_grad()


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
    registry.register("window", Gradients(run.model, run.progress))
    for name in ("best", "waited", *run.progress.counted):
        registry.register(name, Value(run.progress, name))
    return registry
