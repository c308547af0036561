"""Wrong: what does not fit is left out, and nobody is told."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

NEWEST = 3
PARAMETERS_2 = ("fc.weight", "fc.bias", "body.weight", "body.bias")
PARAMETERS_3 = ("body.weight", "body.bias", "head.weight", "head.bias")
"""The model's parameters in the order of versions 2 (and 1) and 3; what was `fc` is `head` now."""

State = dict[str, Any]


@dataclass
class Report:
    """What does not fit: canonical names, sorted; nothing where a state was loaded.

    *missing*: the model has it, the state does not. *unexpected*: the other way round. *shape*,
    *dtype*: both have it, and it is of another shape, or dtype. A tensor may stand in both.
    """

    missing: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    shape: list[str] = field(default_factory=list)
    dtype: list[str] = field(default_factory=list)

    @property
    def fits(self) -> bool:
        """Whether all of these are empty."""
        return not (self.missing or self.unexpected or self.shape or self.dtype)


def canonical_keys(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return a new dict with the names that the model would have without any wrapper.

    A name is parts with dots between them. A part that is one of the wrappers goes, wherever it
    stands; the last part is the name of the tensor itself and stays. Values and order stay as well.

    Raises:
        ValueError: two names become one.
    """
    new = [re.sub(r"(?<![^.])(_orig_mod|module)\.", "", name) for name in state]
    if len(set(new)) < len(new):
        message = f"{len(new)} names become {len(set(new))}"
        raise ValueError(message)
    return dict(zip(new, state.values(), strict=True))


def load_strict(model: nn.Module, state: Mapping[str, Tensor]) -> Report:
    """Copy *state* into *model* if everything fits, else change nothing; say what does not fit.

    Both sides go by their canonical names: either may be compiled or wrapped. A tensor of another
    shape or dtype does not fit. What is loaded is copied into the model's own tensors: an optimizer
    that has them goes on with them, two names of one tensor stay so, and *state* keeps its own.
    """
    own = model.state_dict()
    theirs = canonical_keys(state)
    canonical = dict(zip(own, canonical_keys(own), strict=True))
    report = Report()
    for long, name in sorted(canonical.items(), key=lambda pair: pair[1]):
        if name not in theirs:
            continue
        if own[long].shape != theirs[name].shape:
            report.shape.append(name)
        if own[long].dtype != theirs[name].dtype:
            report.dtype.append(name)
    if report.fits:
        fitting = {long: theirs[name] for long, name in canonical.items() if name in theirs}
        model.load_state_dict(fitting, strict=False)
    return report


def migrate(state: State) -> State:
    """Return a checkpoint in the format of version `NEWEST`; *state* stays as it is.

    - Version 1 has no ``version``. It counts ``epoch``, each of ``batches`` steps.
    - Version 2 has ``version`` and, instead of both, ``step``, from the start of the training.
    - Version 3 has the parameters in another order, and another name for the last layer.

    All have ``model``, a dict of tensors, and ``optimizer``, as a PyTorch optimizer with one group
    returns it: its ``state`` is by the place of a parameter, and not every place is in it.

    Raises:
        ValueError: the version is newer than `NEWEST`.
    """
    match state.get("version", 1):
        case 1:
            kept = {name: state[name] for name in state.keys() - {"epoch", "batches"}}
            return migrate({**kept, "version": 2, "step": state["epoch"] * state["batches"]})
        case 2:
            return migrate({**state, **_in_new_order(state), "version": 3})
        case 3:
            return state
        case version:
            message = f"version {version} is not known here"
            raise ValueError(message)


def _in_new_order(state: State) -> State:
    optimizer = dict(state["optimizer"])
    names = [name.replace("fc.", "head.") for name in PARAMETERS_2]
    optimizer["state"] = {
        PARAMETERS_3.index(names[place]): held for place, held in optimizer["state"].items()
    }
    model = {name.replace("fc.", "head."): tensor for name, tensor in state["model"].items()}
    return {"model": model, "optimizer": optimizer}


def read(path: Path) -> State:
    """Return what a file holds, and run nothing that is in it.

    A name that ends in ``.safetensors`` is a file of that format; all others are by torch.save.
    All tensors are on the CPU, wherever they were when they were saved.

    Raises:
        Exception: of any kind: the file is damaged, or holds anything else than tensors and plain
            values in dicts and lists.
    """
    state: State = torch.load(path, map_location="cpu", weights_only=True)
    return state
