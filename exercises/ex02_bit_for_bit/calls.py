"""How your functions are asked: each case builds two states in a new process and calls them."""

import io
from types import ModuleType
from typing import Any

import torch

from grader import bits
from grader.workloads import items
from grader.workloads.pairs import first_named
from grader.workloads.recipe import Array, decoded
from grader.workloads.sampled import WrongReturnError


def ask(mine: ModuleType | None, given: dict[str, Any]) -> list[str]:
    """Return what your functions answer about the two states of a case; for None, what ours do."""
    a, b = (_Builder().build(decoded(given[side])) for side in "ab")
    if given["reload"]:
        file = io.BytesIO()
        torch.save(b, file)
        file.seek(0)
        b = torch.load(file, weights_only=True)
    if given["ask"] == "digest":
        return [_digest(mine, state) for state in (a, b, a)]
    if given["ask"] == "many":
        return _alike(mine, range(a["epoch"], b["epoch"] + 1))
    if given["ask"] == "difference":
        return _difference(mine, a, b)
    before = _worn({"a": a, "b": b})
    for state in (a, b):
        _digest(mine, state)
    _difference(mine, a, b)
    changed = _changed(before, _worn({"a": a, "b": b}))
    return [*(bits.digest(items.leaves(state)).hex() for state in (a, b)), changed]


def _digest(mine: ModuleType | None, state: object) -> str:
    if mine is None:
        return bits.digest(sorted(items.leaves(state), key=lambda leaf: leaf.name)).hex()
    text = mine.digest(state)
    if not isinstance(text, str):
        message = f"digest() returned {text!r:.80}; it must return a text"
        raise WrongReturnError(message)
    return text


def _alike(mine: ModuleType | None, epochs: range) -> list[str]:
    """Return the first two epochs whose states have one digest, nothing where all differ."""
    met: dict[str, int] = {}
    for epoch in epochs:
        text = _digest(mine, {"epoch": epoch, "seen": torch.tensor([epoch])})
        if text in met:
            return [str(met[text]), str(epoch)]
        met[text] = epoch
    return []


def _difference(mine: ModuleType | None, a: object, b: object) -> list[str]:
    if mine is None:
        return list(first_named(list(items.leaves(a)), list(items.leaves(b))) or ())
    found = mine.first_difference(a, b)
    if found is None:
        return []
    pair = isinstance(found, tuple | list) and [type(part) for part in found] == [str, str]
    if not pair:
        message = f"first_difference() returned {found!r:.80}; it must return None or two texts"
        raise WrongReturnError(message)
    return list(found)


def _worn(state: object, name: str = "") -> dict[str, str]:
    """Return what each tensor is besides its contents, by its name."""
    if isinstance(state, dict | list | tuple):
        inside = state.items() if isinstance(state, dict) else enumerate(state)
        parts = [_worn(value, f"{name}/{key}" if name else str(key)) for key, value in inside]
        return {where: worn for part in parts for where, worn in part.items()}
    if not isinstance(state, torch.Tensor):
        return {}
    grad, leaf = state.requires_grad, state.is_leaf
    return {name: f"a {type(state).__name__} with requires_grad={grad} and is_leaf={leaf}"}


def _changed(before: dict[str, str], after: dict[str, str]) -> str:
    """Return the first tensor that is another one now, in words; "" where none is."""
    pairs = ((name, worn, after.get(name, "gone")) for name, worn in before.items())
    return next((f"{name} was {worn}, now {now}" for name, worn, now in pairs if worn != now), "")


class _Builder:
    """Builds one state; equal tensors that are to share memory share it within the state."""

    def __init__(self) -> None:
        self.shared: dict[Array, torch.Tensor] = {}

    def build(self, state: Any) -> Any:  # noqa: ANN401 - any nested state
        """Return the dicts, lists, tuples, tensors and values that a description stands for."""
        if isinstance(state, dict):
            return {key: self.build(value) for key, value in state.items()}
        if isinstance(state, list | tuple):
            return type(state)(self.build(value) for value in state)
        return self.tensor(state) if isinstance(state, Array) else state

    def tensor(self, array: Array) -> torch.Tensor:
        """Return a tensor as it is to lie in memory."""
        dtype = getattr(torch, array.dtype)
        plain = torch.empty(array.shape, dtype=dtype)
        if array.data:
            held = torch.frombuffer(bytearray(array.data), dtype=dtype)
            plain = held.reshape(array.shape).clone()
        if array.layout == "shared":
            return self.shared.setdefault(array, plain)
        if array.layout == "turned" and plain.dim() > 1:
            return plain.transpose(0, 1).contiguous().transpose(0, 1)
        if array.layout == "window" and plain.numel() > 1:
            larger = torch.zeros(2 * plain.numel() + 6, dtype=dtype)
            window = larger[3 : 3 + 2 * plain.numel() : 2].view(array.shape)
            window.copy_(plain)
            return window
        return torch.nn.Parameter(plain) if array.layout == "parameter" else plain
