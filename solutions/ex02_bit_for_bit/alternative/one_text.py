"""Every state has one canonical text: its sorted leaves as Python writes them, bytes as hex.

Lesson: lessons/ex02_bit_for_bit/index.md
"""

import hashlib
import struct

import torch


def digest(state: object) -> str:
    """Return the hash of the canonical text."""
    return hashlib.sha256(repr(sorted(_described(state).items())).encode()).hexdigest()


def first_difference(a: object, b: object) -> tuple[str, str] | None:
    """Return the first name whose descriptions differ, and in which of their three parts."""
    ours, theirs = _described(a), _described(b)
    different = [name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)]
    if not different:
        return None
    name = min(different)
    if name not in theirs:
        return name, "missing"
    if name not in ours:
        return name, "unexpected"
    words = ("dtype", "shape", "value")
    apart = (word for word, x, y in zip(words, ours[name], theirs[name], strict=True) if x != y)
    return name, next(apart)


def _described(state: object) -> dict[str, tuple[str, str, str]]:
    """Return dtype, shape and contents of every leaf, by its name."""
    found: dict[str, tuple[str, str, str]] = {}
    waiting: list[tuple[tuple[str, ...], object]] = [((), state)]
    while waiting:
        way, held = waiting.pop()
        if isinstance(held, dict):
            waiting += [((*way, str(key)), value) for key, value in held.items()]
        elif isinstance(held, list | tuple):
            waiting += [((*way, str(place)), value) for place, value in enumerate(held)]
        elif isinstance(held, torch.Tensor):
            found["/".join(way)] = (str(held.dtype), str(list(held.shape)), _hex(held))
        else:
            text = struct.pack("<d", held).hex() if isinstance(held, float) else repr(held)
            found["/".join(way)] = (type(held).__name__, "", text)
    return found


def _hex(tensor: torch.Tensor) -> str:
    """Return the bytes of the elements in row order."""
    row = torch.empty(tensor.numel(), dtype=tensor.dtype)
    row.copy_(tensor.detach().reshape(-1))
    return bytes(row.view(torch.uint8).tolist()).hex()
