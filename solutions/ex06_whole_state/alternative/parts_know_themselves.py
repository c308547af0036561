"""No list to forget a name in: the registry walks over `run` and takes whatever has a state.

Lesson: lessons/ex06_whole_state/index.md
"""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from torch import nn


class Gradients:
    """The gradients of a model; one that is not there is kept as zero: the sum is the same."""

    def __init__(self, model: nn.Module) -> None:
        self.model = model

    def state_dict(self) -> dict[str, Any]:
        """Return what is to be saved."""
        return {
            name: parameter.new_zeros(parameter.shape) if parameter.grad is None else parameter.grad
            for name, parameter in self.model.named_parameters()
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take a saved state back; refuse one that does not fit."""
        for name, parameter in self.model.named_parameters():
            parameter.grad = state[name]


class Numbers:
    """The plain numbers of an object, each under its own name; strict about these names."""

    def __init__(self, owner: object, names: tuple[str, ...]) -> None:
        self.owner, self.names = owner, names

    def state_dict(self) -> dict[str, Any]:
        """Return what is to be saved."""
        return {name: getattr(self.owner, name) for name in self.names}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take a saved state back; refuse one that does not fit."""
        _same_names(state, self.names)
        for name in self.names:
            setattr(self.owner, name, state[name])


class Checkpointable:
    """Whatever was found, under the name under which it was found."""

    def __init__(self, found: dict[str, Any]) -> None:
        self.found = found

    def state_dict(self) -> dict[str, Any]:
        """Return what is to be saved."""
        return {name: part.state_dict() for name, part in self.found.items()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take a saved state back; refuse one that does not fit."""
        _same_names(state, tuple(self.found))
        for name, part in self.found.items():
            part.load_state_dict(state[name])


def _same_names(state: Mapping[str, Any], names: tuple[str, ...]) -> None:
    if differing := set(state) ^ set(names):
        message = f"only in one of checkpoint and training: {', '.join(sorted(differing))}"
        raise ValueError(message)


def everything(run: SimpleNamespace) -> Checkpointable:
    """Return a registry of all that a step changes."""
    found = {name: part for name, part in vars(run).items() if hasattr(part, "state_dict")}
    numbers = ("best", "waited", *run.progress.counted)
    found |= {"gradients": Gradients(run.model), "numbers": Numbers(run.progress, numbers)}
    return Checkpointable(found)
