"""Names and formats: the judge's own answers to what exercise 13 asks.

No torch here. A tensor is described as [dtype, shape, values]; a name stands beside what it names.
The values are eighths, which every dtype of a case holds exactly: so they are compared as text.
"""

from collections.abc import Iterable, Mapping
from typing import Any

WRAPPERS = ("_orig_mod", "module")
"""What torch.compile and DistributedDataParallel put into the names of what they wrap."""

NEWEST = 3
PARAMETERS_2 = ("fc.weight", "fc.bias", "body.weight", "body.bias")
PARAMETERS_3 = ("body.weight", "body.bias", "head.weight", "head.bias")
"""The parameters of the model whose format is migrated, in the order of versions 2 and 3."""

LISTS = ("missing", "unexpected", "shape", "dtype")
WHOLE = ("torch", "torch on a GPU", "safetensors")
"""How a file is written that can be read; all others are damaged, or an attack."""

RATE = 0.5
"""The step of the optimizer that is asked whether it still has the model's parameters."""

Given = dict[str, Any]
Tensor = list[Any]
Named = list[list[Any]]
"""Pairs of a name and what it names; a pair of a model has a kind in between.

Kinds: ``parameter``, ``buffer``, ``scratch`` (a buffer that no state has), or the name of an entry
before it, for a second name of the same tensor.
"""


def shown(tensor: Tensor) -> str:
    """Return a tensor as an answer writes it."""
    dtype, shape, values = tensor
    return f"{dtype} {shape} {values}"


def canonical(name: str) -> str:
    """Return a name without the parts that wrappers put in; its last part is never one."""
    *parts, last = name.split(".")
    return ".".join([*(part for part in parts if part not in WRAPPERS), last])


def moved(tensor: Tensor, by: float) -> Tensor:
    """Return a tensor with another number added to each of its values; whole ones stay whole."""
    dtype, shape, values = tensor
    return [dtype, shape, [value + type(value)(by) for value in values]]


def answer(given: Given) -> dict[str, Any]:
    """Return the right answer to a case."""
    answers = {"keys": _keys, "load": _load, "migrate": _migrate, "read": _read}
    return answers[given["ask"]](given)


def _keys(given: Given) -> dict[str, Any]:
    names = given["names"]
    new = [canonical(name) for name in names]
    refused = len(set(new)) < len(new)
    held = names if given["afterwards"] else new
    paired = None if refused else [[name, at] for at, name in enumerate(held)]
    return {"refused": refused, "names": paired}


def _load(given: Given) -> dict[str, Any]:
    ours = {name: tensor for name, kind, tensor in given["model"] if kind != "scratch"}
    theirs = {canonical(name): tensor for name, tensor in given["state"]}
    both = sorted(set(ours) & set(theirs))
    report = {
        "missing": sorted(set(ours) - set(theirs)),
        "unexpected": sorted(set(theirs) - set(ours)),
        "shape": [name for name in both if ours[name][1] != theirs[name][1]],
        "dtype": [name for name in both if ours[name][0] != theirs[name][0]],
    }
    if given["then"] == "state":
        return report | {name: shown(tensor) for name, tensor in given["state"]}
    loaded = ours if any(report.values()) else {name: theirs[name] for name in ours}
    return report | {name: shown(tensor) for name, tensor in _then(given, loaded)}


def _then(given: Given, loaded: Mapping[str, Tensor]) -> Iterable[tuple[str, Tensor]]:
    """Yield every tensor of the model, after what is done with it once it is loaded."""
    kinds = {name: kind for name, kind, _ in given["model"]}
    for name, tensor in loaded.items():
        first = kinds[name] if kinds[name] in kinds else name
        if given["then"] == "step" and kinds[first] == "parameter":
            yield name, moved(tensor, -RATE)
        elif given["then"] == "first" and first == given["model"][0][0]:
            yield name, moved(tensor, 1)
        else:
            yield name, tensor


def _migrate(given: Given) -> dict[str, Any]:
    version = given["version"]
    if version > NEWEST:
        return checkpoint({"refused": True})
    model, moments = dict(given["model"]), dict(map(tuple, given["moments"]))
    told = {"version": version, "lr": given["lr"]}
    if given["afterwards"]:
        counts = {name: given[name] for name in ("epoch", "batches", "step") if name in given}
        return checkpoint(told | counts, model, moments)
    step = given["epoch"] * given["batches"] if version == 1 else given["step"]
    if version < NEWEST:
        by_name = {_renamed(PARAMETERS_2[at]): tensor for at, tensor in moments.items()}
        moments = {at: by_name[name] for at, name in enumerate(PARAMETERS_3) if name in by_name}
        model = {_renamed(name): tensor for name, tensor in model.items()}
    return checkpoint(told | {"version": NEWEST, "step": step}, model, moments)


def _renamed(name: str) -> str:
    return f"head.{name.removeprefix('fc.')}" if name.startswith("fc.") else name


def checkpoint(
    told: Mapping[str, Any],
    model: Mapping[str, Tensor] | None = None,
    moments: Mapping[int, Tensor] | None = None,
) -> dict[str, Any]:
    """Return a checkpoint as an answer writes it: the same keys for each, None for what is not.

    Version 1 has no number; its answers have None there.
    """
    keys = ("version", "step", "epoch", "batches", "lr")
    plain = {key: told.get(key) for key in keys}
    plain["version"] = None if plain["version"] == 1 else plain["version"]
    by_place = {
        f"optimizer/{at}": shown(moments[at]) if moments and at in moments else None
        for at in range(len(PARAMETERS_3))
    }
    names = sorted(model) if model else None
    values = {name: shown(tensor) for name, tensor in model.items()} if model else None
    refused = {"refused": told.get("refused", False)}
    return {**refused, **plain, "names": names, **by_place, "model": values}


def _read(given: Given) -> dict[str, Any]:
    refused = given["how"] not in WHOLE
    held = {name: shown(tensor) for name, tensor in given["state"]}
    return {
        "ran": False,
        "refused": refused,
        "names": None if refused else sorted([*held, *given["plain"]]),
        "tensors": None if refused else held,
        "plain": None if refused else given["plain"],
    }
