"""Wrong: it copies while it looks, and what did fit stays in the model."""

import copy
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load
from torch import Tensor, nn

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
    found: dict[str, Any] = {}
    for name, value in state.items():
        head, dot, rest = name.partition(".")
        new = ""
        while dot:
            new += "" if head in WRAPPERS else f"{head}."
            head, dot, rest = rest.partition(".")
        if new + head in found:
            message = f"two names become {new + head!r}"
            raise ValueError(message)
        found[new + head] = value
    return found


def load_strict(model: nn.Module, state: Mapping[str, Tensor]) -> Report:
    """Copy *state* into *model* if everything fits, else change nothing; say what does not fit.

    Both sides go by their canonical names: either may be compiled or wrapped. A tensor of another
    shape or dtype does not fit. What is loaded is copied into the model's own tensors: an optimizer
    that has them goes on with them, two names of one tensor stay so, and *state* keeps its own.
    """
    kept = canonical_keys(model.state_dict(keep_vars=True))
    report = Report()
    theirs = canonical_keys(state)
    for name in sorted({*kept, *theirs}):
        if name not in theirs:
            report.missing.append(name)
        elif name not in kept:
            report.unexpected.append(name)
        else:
            ours, new = kept[name], theirs[name]
            report.shape += [name] * (ours.shape != new.shape)
            report.dtype += [name] * (ours.dtype != new.dtype)
            if ours.shape == new.shape and ours.dtype == new.dtype:
                ours.detach().copy_(new)
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
    if version not in range(1, NEWEST + 1):
        message = f"version {version} is none of 1 to {NEWEST}"
        raise ValueError(message)
    new = copy.copy(state)
    if version == 1:
        new["step"] = new.pop("epoch") * new.pop("batches")
    if version < NEWEST:
        names = [_renamed(name) for name in PARAMETERS_2]
        new["model"] = {_renamed(name): tensor for name, tensor in state["model"].items()}
        # A group lists its parameters by what they are called in the state: their old places.
        groups = copy.deepcopy(state["optimizer"]["param_groups"])
        groups[0]["params"] = [names.index(name) for name in PARAMETERS_3]
        new["optimizer"] = {**state["optimizer"], "param_groups": groups}
    return {**new, "version": NEWEST}


def _renamed(name: str) -> str:
    layer, _, last = name.rpartition(".")
    return f"{'head' if layer == 'fc' else layer}.{last}"


def read(path: Path) -> State:
    """Return what a file holds, and run nothing that is in it.

    A name that ends in ``.safetensors`` is a file of that format; all others are by torch.save.
    All tensors are on the CPU, wherever they were when they were saved.

    Raises:
        Exception: of any kind: the file is damaged, or holds anything else than tensors and plain
            values in dicts and lists.
    """
    data = path.read_bytes()
    if data.startswith(b"PK"):
        found: State = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
        return found
    return dict(load(data))
