"""A dict has the hash of its children's hashes, down to the leaves; no list of leaves is made.

Lesson: lessons/ex02_bit_for_bit/index.md
"""

import hashlib
import struct
from collections.abc import Iterator

import numpy as np
import torch

# NumPy knows no bfloat16: of the bits it is enough to have an integer as wide.
_AS_INTEGER = {torch.bfloat16: torch.int16}


def digest(state: object) -> str:
    """Return the hash of the root."""
    return _hashed(state).hex()


def first_difference(a: object, b: object) -> tuple[str, str] | None:
    """Walk both trees together; only where two hashes differ is it worth to look deeper."""
    return min(_differences(a, b, ()), default=None)


def _hashed(node: object) -> bytes:
    children = _children(node)
    if children is None:
        return _of([b"leaf", *_leaf(node)])
    parts = [b"tree"]
    for key in sorted(children):
        parts += [key.encode(), _hashed(children[key])]
    return _of(parts)


def _of(parts: list[bytes]) -> bytes:
    whole = b"".join(struct.pack("<Q", len(part)) + part for part in parts)
    return hashlib.blake2b(whole, digest_size=20).digest()


def _children(node: object) -> dict[str, object] | None:
    if isinstance(node, dict):
        return {str(key): value for key, value in node.items()}
    if isinstance(node, list | tuple):
        return {str(place): value for place, value in enumerate(node)}
    return None


def _leaf(node: object) -> list[bytes]:
    if isinstance(node, torch.Tensor):
        bits = node.detach().cpu()
        bits = bits.view(_AS_INTEGER.get(bits.dtype, bits.dtype))
        contents = np.ascontiguousarray(bits.numpy()).tobytes()
        return [str(node.dtype).encode(), repr(tuple(node.shape)).encode(), contents]
    kind = type(node).__name__.encode()
    return [kind, b"", struct.pack("<d", node) if isinstance(node, float) else repr(node).encode()]


def _differences(a: object, b: object, way: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if _hashed(a) == _hashed(b):
        return
    ours, theirs = _children(a), _children(b)
    if ours is None and theirs is None:
        parts = zip(("dtype", "shape", "value"), _leaf(a), _leaf(b), strict=True)
        yield "/".join(way), next(word for word, x, y in parts if x != y)
        return
    for key in {**(ours or {}), **(theirs or {})}:
        if ours is None or key not in ours:
            yield from ((name, "unexpected") for name in _names((theirs or {})[key], (*way, key)))
        elif theirs is None or key not in theirs:
            yield from ((name, "missing") for name in _names(ours[key], (*way, key)))
        else:
            yield from _differences(ours[key], theirs[key], (*way, key))
    if ours is None:
        yield "/".join(way), "missing"
    if theirs is None:
        yield "/".join(way), "unexpected"


def _names(node: object, way: tuple[str, ...]) -> Iterator[str]:
    children = _children(node)
    if children is None:
        yield "/".join(way)
    for key, value in (children or {}).items():
        yield from _names(value, (*way, key))
