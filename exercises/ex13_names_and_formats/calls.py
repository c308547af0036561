"""How your functions are asked: each case builds a state, a model or a file, and calls one."""

import os
import pickle
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from grader.workloads.formats import answers
from grader.workloads.sampled import WrongReturnError

Given = dict[str, Any]
REFUSED = object()
_EMPTY = ["nothing", [], []]


def ask(mine: ModuleType | None, given: Given) -> dict[str, Any]:
    """Return what your functions answer to a case; for None, what ours do."""
    if mine is None:
        return answers.answer(given)
    asked = {"keys": _keys, "load": _load, "migrate": _migrate, "read": _read}
    return asked[given["ask"]](mine, given)


def _keys(mine: ModuleType, given: Given) -> dict[str, Any]:
    state = {name: at for at, name in enumerate(given["names"])}
    found = _or_refused(lambda: mine.canonical_keys(state))
    if found is REFUSED:
        return {"refused": True, "names": None}
    held = _a_dict("canonical_keys()", state if given["afterwards"] else found)
    return {"refused": False, "names": [list(pair) for pair in held.items()]}


def _load(mine: ModuleType, given: Given) -> dict[str, Any]:
    model, tensors = _model(given)
    optimizer = torch.optim.SGD(model.parameters(), lr=answers.RATE)
    state = {name: _tensor(one) for name, one in given["state"]}
    report = mine.load_strict(model, state)
    told = {kind: getattr(report, kind, None) for kind in answers.LISTS}
    if not all(isinstance(one, list) for one in told.values()):
        message = f"load_strict() returned {report!r:.80}; it must return a Report of four lists"
        raise WrongReturnError(message)
    if given["then"] == "step":
        for parameter in model.parameters():
            parameter.grad = torch.ones_like(parameter)
        optimizer.step()
    held = tensors()
    with torch.no_grad():
        for name in {"state": [*held], "first": [*held][:1]}.get(given["then"], []):
            held[name].add_(1)
    shown = state if given["then"] == "state" else tensors()
    return told | {name: _shown(tensor) for name, tensor in shown.items()}


def _migrate(mine: ModuleType, given: Given) -> dict[str, Any]:
    moments = {at: {"exp_avg": _tensor(one)} for at, one in given["moments"]}
    places = list(range(len(given["model"])))
    state: dict[str, Any] = {
        "model": {name: _tensor(one) for name, one in given["model"]},
        "optimizer": {
            "state": moments,
            "param_groups": [{"lr": given["lr"], "params": places}],
        },
    }
    state |= {name: given[name] for name in ("epoch", "batches", "step") if name in given}
    if given["version"] > 1:
        state["version"] = given["version"]
    found = _or_refused(lambda: mine.migrate(state))
    if found is REFUSED:
        return answers.checkpoint({"refused": True})
    held = _a_dict("migrate()", state if given["afterwards"] else found)
    try:
        model = {name: _described(tensor) for name, tensor in held["model"].items()}
        group = held["optimizer"]["param_groups"][0]
        held_of = held["optimizer"]["state"]
        moved = {  # as load_state_dict() pairs them with the parameters of an optimizer
            at: _described(held_of[key]["exp_avg"]) if held_of[key] else _EMPTY
            for at, key in enumerate(group["params"])
            if key in held_of
        }
    except (KeyError, IndexError, TypeError, AttributeError) as problem:
        message = f"migrate() returned no model and optimizer of its format: {problem!r}"
        raise WrongReturnError(message) from problem
    return answers.checkpoint({**held, "lr": group["lr"]}, model, moved)


def _read(mine: ModuleType, given: Given) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path, marker = Path(folder) / given["file"], Path(folder) / "ran"
        write_file(path, given, marker)
        try:
            found = mine.read(path)
        except Exception:  # noqa: BLE001 - any exception is a refusal here
            found = REFUSED
        ran = marker.exists()
    if found is REFUSED:
        return {"ran": ran, "refused": True, "names": None, "tensors": None, "plain": None}
    held = _a_dict("read()", found)
    tensors = {name: _shown(one) for name, one in held.items() if isinstance(one, Tensor)}
    plain = {name: one for name, one in held.items() if name in given["plain"]}
    told = {"names": sorted(map(str, held)), "tensors": tensors, "plain": plain}
    return {"ran": ran, "refused": False, **told}


class _Attack:
    """Runs code when it is unpickled: here it makes an empty folder, to be looked for."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[Callable[[str], None], tuple[str]]:
        return os.mkdir, (str(self.marker),)


def write_file(path: Path, given: Given, marker: Path) -> None:
    """Write the file of a case; an attack, once it runs, makes the folder *marker*."""
    state = {name: _tensor(one) for name, one in given["state"]} | given["plain"]
    how = given["how"]
    if how == "safetensors":
        save_file(state, path)
    elif how == "attack in a bare pickle":
        path.write_bytes(pickle.dumps({"weight": [1.0], "extra": _Attack(marker)}))
    else:
        # torch.save writes down where each tensor was: here, on the first GPU
        place = {"torch on a GPU": "cuda:0"}.get(how, "cpu")
        with patch.object(torch.serialization, "location_tag", lambda _: place):
            torch.save(state | ({"extra": _Attack(marker)} if how == "attack" else {}), path)
    if how == "torn":
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _or_refused(call: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever is returned
    try:
        return call()
    except ValueError:
        return REFUSED


def _a_dict(what: str, found: object) -> dict[Any, Any]:
    if not isinstance(found, dict):
        message = f"{what} returned {found!r:.80}; it must return a dict"
        raise WrongReturnError(message)
    return found


def _model(given: Given) -> tuple[nn.Module, Callable[[], dict[str, Tensor]]]:
    """Return a model, and what looks up its tensors under the names that it was made with."""
    bare = nn.Module()
    for name, kind, one in given["model"]:
        path, _, last = name.rpartition(".")
        module = bare
        for part in path.split(".") if path else ():
            if part not in dict(module.named_children()):
                module.add_module(part, nn.Module())
            module = module.get_submodule(part)
        if kind == "parameter":
            module.register_parameter(last, nn.Parameter(_tensor(one)))
        elif kind in {"buffer", "scratch"}:
            module.register_buffer(last, _tensor(one), persistent=kind == "buffer")
        else:
            module.register_parameter(last, bare.get_parameter(kind))
    children = dict(bare.named_children())
    whole = bare
    for where, wrapper in given["wrap"]:
        around = nn.Module()
        around.add_module(wrapper, children[where] if where else whole)
        if where:
            bare.add_module(where, around)
        else:
            whole = around
    kept = [name for name, kind, _ in given["model"] if kind != "scratch"]
    return whole, lambda: {name: _found(children, name) for name in kept}


def _found(children: dict[str, nn.Module], name: str) -> Tensor:
    head, _, rest = name.partition(".")
    path, _, last = rest.rpartition(".")
    found: Tensor = getattr(children[head].get_submodule(path), last)
    return found


def _tensor(described: list[Any]) -> Tensor:
    dtype, shape, values = described
    return torch.tensor(values, dtype=getattr(torch, dtype)).reshape(shape)


def _described(tensor: object) -> list[Any]:
    if not isinstance(tensor, Tensor):
        return [type(tensor).__name__, [], [repr(tensor)[:40]]]
    dtype = str(tensor.dtype).removeprefix("torch.")
    return [dtype, list(tensor.shape), tensor.detach().reshape(-1).tolist()]


def _shown(tensor: object) -> str:
    device = getattr(tensor, "device", torch.device("cpu"))
    place = "" if device.type == "cpu" else f" on {device}"
    return answers.shown(_described(tensor)) + place
