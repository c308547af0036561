"""Wrong: what is counted otherwise now is still there as well."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
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
    canonical = {}
    for name, value in state.items():
        *parts, last = name.split(".")
        new = ".".join([*(part for part in parts if part not in WRAPPERS), last])
        if new in canonical:
            message = f"{name!r} and another name both become {new!r}"
            raise ValueError(message)
        canonical[new] = value
    return canonical


def load_strict(model: nn.Module, state: Mapping[str, Tensor]) -> Report:
    """Copy *state* into *model* if everything fits, else change nothing; say what does not fit.

    Both sides go by their canonical names: either may be compiled or wrapped. A tensor of another
    shape or dtype does not fit. What is loaded is copied into the model's own tensors: an optimizer
    that has them goes on with them, two names of one tensor stay so, and *state* keeps its own.
    """
    ours = canonical_keys(model.state_dict(keep_vars=True))
    theirs = canonical_keys(state)
    both = sorted(ours.keys() & theirs.keys())
    report = Report(
        missing=sorted(ours.keys() - theirs.keys()),
        unexpected=sorted(theirs.keys() - ours.keys()),
        shape=[name for name in both if ours[name].shape != theirs[name].shape],
        dtype=[name for name in both if ours[name].dtype != theirs[name].dtype],
    )
    if report.fits:
        with torch.no_grad():
            for name, tensor in ours.items():
                tensor.copy_(theirs[name])
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
    steps: dict[int, Callable[[State], State]] = {1: _to_2, 2: _to_3}
    version = state.get("version", 1)
    if version > NEWEST:
        message = f"version {version} is newer than {NEWEST}, the newest that is known here"
        raise ValueError(message)
    for older in range(version, NEWEST):
        state = steps[older](state)
    return state


def _to_2(state: State) -> State:
    return {**state, "version": 2, "step": state["epoch"] * state["batches"]}


def _to_3(state: State) -> State:
    optimizer = state["optimizer"]
    by_name = {_renamed(PARAMETERS_2[at]): held for at, held in optimizer["state"].items()}
    moments = {at: by_name[name] for at, name in enumerate(PARAMETERS_3) if name in by_name}
    model = {_renamed(name): tensor for name, tensor in state["model"].items()}
    return {**state, "version": 3, "model": model, "optimizer": {**optimizer, "state": moments}}


def _renamed(name: str) -> str:
    return f"head.{name.removeprefix('fc.')}" if name.startswith("fc.") else name


def read(path: Path) -> State:
    """Return what a file holds, and run nothing that is in it.

    A name that ends in ``.safetensors`` is a file of that format; all others are by torch.save.
    All tensors are on the CPU, wherever they were when they were saved.

    Raises:
        Exception: of any kind: the file is damaged, or holds anything else than tensors and plain
            values in dicts and lists.
    """
    if path.suffix == ".safetensors":
        return dict(load_file(path))
    state: State = torch.load(path, map_location="cpu", weights_only=True)
    return state
