"""States as plain data: the judge writes them down, the child builds dicts and tensors from them.

No torch here: `fields` says what a state is in the words of `grader.bits`, without building it.
"""

import math
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from grader.bits import Field, plain

LAYOUTS = ("plain", "turned", "window", "shared", "parameter")
"""How a tensor lies in memory: row by row; strided; as a part of a larger storage; in the storage
of an equal tensor before it; row by row in a `torch.nn.Parameter`."""

_LENGTHS = (0, *(1, 2, 3) * 6)
_WIDTHS = {
    "float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "int64": 8, "int32": 4, "int8": 1,
    "uint8": 1, "bool": 1, "complex64": 8,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Array:
    """A tensor of a state."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes
    layout: str = "plain"


State = Any
"""Nested dicts, lists and tuples down to `Array` and plain values."""


def fields(state: State, name: str = "") -> Iterator[Field]:
    """Yield every leaf as a field named by its path, as `grader.workloads.items.leaves` does."""
    if isinstance(state, dict | list | tuple):
        inside = state.items() if isinstance(state, dict) else enumerate(state)
        for key, value in inside:
            yield from fields(value, f"{name}/{key}" if name else str(key))
    elif isinstance(state, Array):
        yield Field(name, state.dtype, state.shape, state.data)
    else:
        yield plain(name, state)


def encoded(state: State) -> list[Any]:
    """Return a state as JSON allows; floats as their bytes, so that no NaN is lost."""
    if isinstance(state, dict):
        return ["dict", [[key, encoded(value)] for key, value in state.items()]]
    if isinstance(state, list | tuple):
        return [type(state).__name__, [encoded(value) for value in state]]
    if isinstance(state, Array):
        return ["array", state.dtype, list(state.shape), state.data.hex(), state.layout]
    if isinstance(state, float):
        return ["float", struct.pack("<d", state).hex()]
    return ["plain", state]


def decoded(held: list[Any]) -> State:
    """Return the state that `encoded` was given."""
    kind, *rest = held
    if kind == "dict":
        return {key: decoded(value) for key, value in rest[0]}
    if kind == "list":
        return [decoded(value) for value in rest[0]]
    if kind == "tuple":
        return tuple(decoded(value) for value in rest[0])
    if kind == "array":
        return Array(rest[0], tuple(rest[1]), bytes.fromhex(rest[2]), rest[3])
    if kind == "float":
        (number,) = struct.unpack("<d", bytes.fromhex(rest[0]))
        return number
    return rest[0]


def floats(*values: float, shape: tuple[int, ...] | None = None, dtype: str = "float32") -> Array:
    """Return a tensor of these numbers."""
    code = {"float32": "f", "float64": "d", "float16": "e"}[dtype]
    data = struct.pack(f"<{len(values)}{code}", *values)
    return Array(dtype, (len(values),) if shape is None else shape, data)


def drawn_array(chance: Random) -> Array:
    """Return a small tensor of any dtype and shape, with any bytes that its dtype allows."""
    dtype = chance.choice(sorted(_WIDTHS))
    shape = tuple(chance.choice(_LENGTHS) for _ in range(chance.randint(0, 3)))
    count = math.prod(shape)
    if dtype == "bool":
        return Array(dtype, shape, bytes(chance.randint(0, 1) for _ in range(count)))
    return Array(dtype, shape, chance.randbytes(count * _WIDTHS[dtype]))


def laid_out(state: State, layouts: Sequence[str], chance: Random) -> State:
    """Return the same state with every tensor in one of *layouts*."""
    if isinstance(state, dict):
        return {key: laid_out(value, layouts, chance) for key, value in state.items()}
    if isinstance(state, list | tuple):
        return type(state)(laid_out(value, layouts, chance) for value in state)
    if isinstance(state, Array):
        fitting = [one for one in layouts if one != "parameter" or state.dtype.startswith("float")]
        return replace(state, layout=chance.choice(fitting)) if fitting else state
    return state


def reordered(state: State, chance: Random) -> State:
    """Return the same state with the keys of every dict in another order."""
    if isinstance(state, list | tuple):
        return type(state)(reordered(value, chance) for value in state)
    if not isinstance(state, dict):
        return state
    keys = list(state)
    mixed = chance.sample(keys, len(keys))
    if mixed == keys:
        mixed.reverse()
    return {key: reordered(state[key], chance) for key in mixed}
