"""A registry of pairs of functions, one that reads and one that writes; no part is an object.

Lesson: lessons/ex06_whole_state/index.md
"""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, Protocol

from torch import nn


class Part(Protocol):
    """Whatever has a state."""

    def state_dict(self) -> dict[str, Any]:
        """Return it."""

    def load_state_dict(self, state: dict[str, Any]) -> object:
        """Take it back."""


class Gradients:
    """The gradients of a model, stacked into a list in the order of its parameters."""

    def __init__(self, model: nn.Module) -> None:
        self.parameters = list(model.parameters())

    def state_dict(self) -> dict[str, Any]:
        """Return what is to be saved."""
        return {"all": [None if one.grad is None else one.grad.clone() for one in self.parameters]}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take a saved state back; refuse one that does not fit."""
        for parameter, gradient in zip(self.parameters, state["all"], strict=True):
            parameter.grad = gradient


class Checkpointable:
    """Names with a reader and a writer each."""

    def __init__(self) -> None:
        self.pairs: list[tuple[str, Callable[[], Any], Callable[[Any], object]]] = []

    def register(self, name: str, part: Part) -> None:
        """Add a part."""
        self.pairs.append((name, part.state_dict, part.load_state_dict))

    def value(self, owner: object, name: str) -> None:
        """Add a plain value."""
        self.pairs.append((name, lambda: getattr(owner, name), lambda v: setattr(owner, name, v)))

    def state_dict(self) -> dict[str, Any]:
        """Return what is to be saved."""
        return {name: read() for name, read, _ in self.pairs}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take a saved state back; refuse one that does not fit."""
        names = [name for name, _, _ in self.pairs]
        if sorted(names) != sorted(state):
            message = f"it has {sorted(state)}, this training {sorted(names)}"
            raise ValueError(message)
        for name, _, write in self.pairs:
            write(state[name])


def everything(run: SimpleNamespace) -> Checkpointable:
    """Return a registry of all that a step changes."""
    registry = Checkpointable()
    for name in ("optimizer", "average", "scaler", "model"):
        registry.register(name, getattr(run, name))
    registry.register("gradients", Gradients(run.model))
    for name in (*run.progress.counted, "waited", "best"):
        registry.value(run.progress, name)
    return registry
