"""A state is the set of its leaves' hashes: a set has no order, so none has to be made.

Lesson: lessons/ex02_bit_for_bit/index.md
"""

import hashlib
from array import array
from collections.abc import Iterator
from functools import reduce
from operator import xor

import torch

_KINDS = ("dtype", "shape", "value")


def digest(state: object) -> str:
    """Add the hashes of all leaves up, bit by bit without carry; each holds its leaf's name."""
    hashes = [hashlib.sha256(repr(leaf).encode()).digest() for leaf in _leaves(state)]
    together = reduce(xor, (int.from_bytes(one) for one in hashes), len(hashes))
    return f"{together:064x}"


def first_difference(a: object, b: object) -> tuple[str, str] | None:
    """Take away what both have; of the rest the smallest name is the first."""
    ours, theirs = set(_leaves(a)), set(_leaves(b))
    rest = {name: leaf for name, *leaf in ours - theirs}
    other = {name: leaf for name, *leaf in theirs - ours}
    for name in sorted(rest.keys() | other.keys())[:1]:
        if name not in other:
            return name, "missing"
        if name not in rest:
            return name, "unexpected"
        return name, next(
            k for k, x, y in zip(_KINDS, rest[name], other[name], strict=True) if x != y
        )
    return None


def _leaves(state: object, name: str = "") -> Iterator[tuple[str, str, str, bytes]]:
    """Yield name, dtype, shape and bytes of each leaf."""
    match state:
        case dict():
            for key, value in state.items():
                yield from _leaves(value, f"{name}/{key}".lstrip("/"))
        case list() | tuple():
            yield from _leaves(dict(enumerate(state)), name)
        case torch.Tensor():
            plain = torch.zeros(state.shape, dtype=state.dtype).copy_(state.detach())
            contents = plain.reshape(-1).view(torch.uint8).numpy().tobytes()
            yield name, str(state.dtype), str(tuple(state.shape)), contents
        case float():
            yield name, "float", "", array("d", [state]).tobytes()
        case _:
            yield name, type(state).__name__, "", str(state).encode()
