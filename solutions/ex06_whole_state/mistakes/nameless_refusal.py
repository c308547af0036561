"""Everything that changes: a registry of a training's parts that refuses what does not fit.

Lesson: lessons/ex06_whole_state/index.md
"""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, Protocol

from torch import nn


class Part(Protocol):
    """What can be registered: a module, an optimizer, a scaler, or a class of yours."""

    def state_dict(self) -> dict[str, Any]:
        """Return the part's state."""

    def load_state_dict(self, state: dict[str, Any]) -> object:
        """Take a state back."""


class Value:
    """A plain value as a part: the attribute *name* of *owner*. It is given to you."""

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
    """The gradients of a model as a part: what an open accumulation window has gathered so far."""

    def __init__(self, model: nn.Module) -> None:
        """Say whose gradients they are."""
        self.model = model

    def state_dict(self) -> dict[str, Any]:
        """Return the gradient of each parameter that has one, by the parameter's name."""
        # BEGIN SOLUTION
        return {
            name: parameter.grad
            for name, parameter in self.model.named_parameters()
            if parameter.grad is not None
        }
        # END SOLUTION

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Put the gradients back; a parameter that had none has none."""
        # BEGIN SOLUTION
        for name, parameter in self.model.named_parameters():
            parameter.grad = state.get(name)
        # END SOLUTION


class Checkpointable:
    """A registry of parts, each under a name of its own."""

    def __init__(self) -> None:
        """Begin with no part."""
        self.parts: dict[str, Part] = {}

    def register(self, name: str, part: Part) -> None:
        """Add a part under a name of its own."""
        # BEGIN SOLUTION
        if name in self.parts:
            message = f"a part called {name!r} is registered already"
            raise ValueError(message)
        self.parts[name] = part
        # END SOLUTION

    def state_dict(self) -> dict[str, Any]:
        """Return the state of every part under its name; it is saved with torch.save()."""
        # BEGIN SOLUTION
        return {name: part.state_dict() for name, part in self.parts.items()}
        # END SOLUTION

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Give every part its state back.

        Raises an error that names them where *state* has a name that nobody registered, or lacks
        one that somebody did. *state* was read with ``torch.load(path, weights_only=True)``.
        """
        # BEGIN SOLUTION
        unknown, missing = set(state) - set(self.parts), set(self.parts) - set(state)
        if unknown or missing:
            message = "the checkpoint does not fit"
            raise KeyError(message)
        for name, part in self.parts.items():
            part.load_state_dict(state[name])
        # END SOLUTION


def everything(run: SimpleNamespace) -> Checkpointable:
    """Return a registry of all that a step of this training changes.

    *run* has ``model`` (with BatchNorm), ``optimizer`` (Adam), ``scaler`` (a GradScaler),
    ``average`` (an AveragedModel, the EMA of the weights) and ``progress``. The attributes of
    *progress* are ``best``, ``waited`` (evaluations since the best), and one for each name in its
    tuple ``counted``, which another run of the same program may have longer or shorter.
    The optimizer moves after every second batch. A save may fall between the two: then the first
    one's gradients are all that is left of it.
    """
    # BEGIN SOLUTION
    registry = Checkpointable()
    registry.register("model", run.model)
    registry.register("optimizer", run.optimizer)
    registry.register("scaler", run.scaler)
    registry.register("average", run.average)
    registry.register("window", Gradients(run.model))
    for name in ("best", "waited", *run.progress.counted):
        registry.register(name, Value(run.progress, name))
    return registry
    # END SOLUTION
