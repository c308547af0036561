"""Wrong: a tied tensor is listed under one of its names only."""

import pickle
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from itertools import chain
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from torch import Tensor, nn
from torch.serialization import get_unsafe_globals_in_checkpoint

WRAPPERS = ("_orig_mod", "module")
"""What torch.compile and DistributedDataParallel put into the names of what they wrap."""

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

    A name is parts with dots between them. A part that is one of `WRAPPERS` goes, wherever it
    stands; the last part is the name of the tensor itself and stays. Values and order stay as well.

    Raises:
        ValueError: two names become one.
    """
    last = {name: name.rpartition(".")[2] for name in state}
    canonical = {
        name: ".".join([*filter(_is_ours, name.split(".")[:-1]), last[name]]) for name in state
    }
    twice = [name for name, count in Counter(canonical.values()).items() if count > 1]
    if twice:
        message = f"more than one tensor would be called {', '.join(twice)}"
        raise ValueError(message)
    return {canonical[name]: value for name, value in state.items()}


def _is_ours(part: str) -> bool:
    return part not in WRAPPERS


def load_strict(model: nn.Module, state: Mapping[str, Tensor]) -> Report:
    """Copy *state* into *model* if everything fits, else change nothing; say what does not fit.

    Both sides go by their canonical names: either may be compiled or wrapped. A tensor of another
    shape or dtype does not fit. What is loaded is copied into the model's own tensors: an optimizer
    that has them goes on with them, two names of one tensor stay so, and *state* keeps its own.
    """
    saved = model.state_dict().keys()
    tensors = chain(model.named_parameters(), model.named_buffers())
    ours = canonical_keys({name: tensor for name, tensor in tensors if name in saved})
    theirs = canonical_keys(state)
    here, there = ({(n, t.shape) for n, t in one.items()} for one in (ours, theirs))
    report = Report(
        sorted(set(ours).difference(theirs)),
        sorted(set(theirs).difference(ours)),
        sorted({name for name, _ in here - there if name in theirs}),
        sorted(name for name in ours if name in theirs and ours[name].dtype != theirs[name].dtype),
    )
    if not report.fits:
        return report
    for name in ours:
        ours[name].data[...] = theirs[name]
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
    version = state.get("version", 1)
    if version > NEWEST:
        message = f"written by a newer program: version {version}, and {NEWEST} is known"
        raise ValueError(message)
    return reduce(lambda older, step: step(older), (_to_2, _to_3)[version - 1 :], state)


def _to_2(state: State) -> State:
    new = {**state, "version": 2, "step": state["epoch"] * state["batches"]}
    return {name: held for name, held in new.items() if name not in {"epoch", "batches"}}


def _to_3(state: State) -> State:
    new_names = {name: name.replace("fc", "head") for name in state["model"]}
    places = {PARAMETERS_3.index(new_names[name]): at for at, name in enumerate(PARAMETERS_2)}
    old = state["optimizer"]["state"]
    moments = {new: old[place] for new, place in sorted(places.items()) if place in old}
    return {
        **state,
        "version": 3,
        "model": {new: state["model"][name] for name, new in new_names.items()},
        "optimizer": {**state["optimizer"], "state": moments},
    }


def read(path: Path) -> State:
    """Return what a file holds, and run nothing that is in it.

    A name that ends in ``.safetensors`` is a file of that format; all others are by torch.save.
    All tensors are on the CPU, wherever they were when they were saved.

    Raises:
        Exception: of any kind: the file is damaged, or holds anything else than tensors and plain
            values in dicts and lists.
    """
    if path.name.endswith(".safetensors"):
        with safe_open(path, framework="pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - no dict
    if strange := get_unsafe_globals_in_checkpoint(path):
        message = f"{path.name} wants to use {', '.join(strange)}"
        raise pickle.UnpicklingError(message)
    state: State = torch.load(path, map_location="cpu", weights_only=True)
    return state
