"""The states of exercise 2's pairs: what is the same in other clothes, and what only looks so.

Each pair is (what is special about it, one state, the other), and True where the other is to be
saved and loaded first. Every one is here for a wrong program that it alone finds.
"""

import math
import struct
from copy import deepcopy
from random import Random

from grader.workloads.recipe import (
    LAYOUTS,
    Array,
    State,
    drawn_array,
    floats,
    laid_out,
    reordered,
)

Made = tuple[str, State, State] | tuple[str, State, State, bool]

_DRAWN = 4
_LARGE = 2**53
_BIG = (40, 60)  # more elements than a tensor prints


def _training(chance: Random) -> State:
    """Return a state as a small training has it, with weights of this seed."""

    def weights(*shape: int) -> Array:
        return floats(*(chance.gauss(0, 1) for _ in range(math.prod(shape))), shape=shape)

    return {
        "model": {
            "0.weight": weights(3, 4),
            "0.bias": weights(3),
            "1.num_batches_tracked": Array("int64", (), struct.pack("<q", chance.randint(1, 99))),
        },
        "optimizer": {
            "state": {0: {"step": floats(7.0, shape=()), "exp_avg": weights(3, 4)}},
            "param_groups": [{"lr": 0.01, "betas": [0.9, 0.999], "fused": None, "params": [0, 1]}],
        },
        "epoch": chance.randint(1, 9),
        "shuffled": True,
        "device": "cpu",
    }


def same(chance: Random) -> dict[str, Made]:
    """Return pairs that are the same."""
    state = _training(chance)
    odd = Array("bfloat16", (1,), b"\xc1\x7f")
    nan = {"loss": floats(math.nan, 1.0), "best": math.nan, "more": odd}
    kinds = {f"{number:02}": drawn_array(chance) for number in range(20)}
    kinds["bfloat16"] = Array("bfloat16", (2, 2), chance.randbytes(8))
    empty = {"none": Array("float32", (0, 3), b""), "text": "", "weight": floats(1.0)}
    turned, window, parameter = (
        _laid(state, layout) for layout in ("turned", "window", "parameter")
    )
    mixed = reordered(state, chance)
    twins = {"a": floats(1.0, 2.0), "b": floats(1.0, 2.0)}
    bare: dict[str, Made] = {
        "twice": ("that were built alike", state, deepcopy(state)),
        "key_order": (
            "whose dicts have their keys in another order",
            state,
            mixed,
        ),
        "turned": (
            "of which one has tensors that are not contiguous",
            state,
            turned,
        ),
        "window": (
            "of which one has tensors that are parts of larger ones",
            state,
            window,
        ),
        "shared": (
            "of which one has equal tensors in one storage",
            twins,
            _laid(twins, "shared"),
        ),
        "tuple": ("of which one has tuples for lists", state, _tupled(state)),
        "parameter": ("of which one has Parameters for tensors", state, parameter),
        "reloaded": ("of which one was saved and loaded", state, deepcopy(state), True),
        "nan": ("with the same NaN in them", nan, deepcopy(nan)),
        "dtypes": ("with tensors of every dtype", kinds, deepcopy(kinds)),
        "empty": ("with an empty tensor and an empty text", empty, deepcopy(empty)),
    }
    for number in range(_DRAWN):
        drawn = {f"{key}": drawn_array(chance) for key in chance.sample(range(50), 6)}
        laid = laid_out(reordered(drawn, chance), LAYOUTS, chance)
        bare[f"drawn{number}"] = ("drawn by chance, in another layout", drawn, laid)
    return bare


def _laid(state: State, layout: str) -> State:
    return laid_out(state, [layout], Random(0))  # noqa: S311 - one layout: nothing is drawn


def _tupled(state: State) -> State:
    """Return the same state with a tuple for each list."""
    if isinstance(state, dict):
        return {key: _tupled(value) for key, value in state.items()}
    return tuple(_tupled(value) for value in state) if isinstance(state, list) else state


def other(chance: Random) -> dict[str, Made]:
    """Return pairs that are not the same."""
    return {**_values(chance), **_kinds(chance), **_places(chance), **_plain(chance)}


def _values(chance: Random) -> dict[str, Made]:
    zeros = Array("float32", _BIG, bytes(4 * math.prod(_BIG)))
    at = 4 * chance.randint(500, 1500)
    one_bit = Array("float32", _BIG, zeros.data[:at] + b"\x01" + zeros.data[at + 1 :])
    near = [chance.uniform(1, 2) for _ in range(3)]
    nearer = [value * (1 + 1e-6) for value in near]
    return {
        "one_bit": ("that differ in the last bit of one element", {"w": zeros}, {"w": one_bit}),
        "near": (
            "whose numbers differ by a millionth",
            {"moment": floats(*near)},
            {"moment": floats(*nearer)},
        ),
        "sum": (
            "with the sum of the same three numbers, added in another order",
            {"loss": (0.1 + 0.2) + 0.3},
            {"loss": 0.1 + (0.2 + 0.3)},
        ),
        "negative_zero": (
            "of which one has -0.0 for 0.0",
            {"bias": floats(0.0, 1.0)},
            {"bias": floats(-0.0, 1.0)},
        ),
        "nan_bits": (
            "with two NaNs of other bits",
            {"loss": Array("float32", (1,), b"\0\0\xc0\x7f")},
            {"loss": Array("float32", (1,), b"\1\0\xc0\x7f")},
        ),
        "beyond_double": (
            "whose whole numbers differ by one, where float64 has only every second",
            {"seen": Array("int64", (2,), struct.pack("<qq", 3, _LARGE))},
            {"seen": Array("int64", (2,), struct.pack("<qq", 3, _LARGE + 1))},
        ),
        "imaginary": (
            "whose complex numbers differ in the imaginary part",
            {"filter": Array("complex64", (1,), struct.pack("<ff", 0.5, 1.0))},
            {"filter": Array("complex64", (1,), struct.pack("<ff", 0.5, -1.0))},
        ),
        "transposed": (
            "of which one has its matrix transposed",
            {"weight": floats(1, 2, 3, 4, shape=(2, 2))},
            {"weight": floats(1, 3, 2, 4, shape=(2, 2))},
        ),
    }


def _kinds(chance: Random) -> dict[str, Made]:
    step = chance.randint(2, 50)
    return {
        "dtype": (
            "with the same numbers in another dtype",
            {"step": floats(step, 2.0)},
            {"step": floats(step, 2.0, dtype="float64")},
        ),
        "dtype_of_zeros": (
            "with the same bytes in another dtype",
            {"step": floats(0.0)},
            {"step": Array("int32", (1,), bytes(4))},
        ),
        "shape": (
            "with the same bytes in another shape",
            {"weight": floats(*range(6), shape=(2, 3))},
            {"weight": floats(*range(6), shape=(3, 2))},
        ),
        "shape_of_one": (
            "with one number, as a tensor of no dimension and of one",
            {"step": floats(step, shape=())},
            {"step": floats(step)},
        ),
        "shape_of_none": (
            "with empty tensors of another shape",
            {"seen": Array("float32", (0, 3), b"")},
            {"seen": Array("float32", (3, 0), b"")},
        ),
    }


def _places(chance: Random) -> dict[str, Made]:
    state, step = _training(chance), chance.randint(2, 50)
    swapped = deepcopy(state)
    moved = swapped["model"]["0.weight"]
    swapped["model"]["0.weight"] = swapped["optimizer"]["state"][0]["exp_avg"]
    swapped["optimizer"]["state"][0]["exp_avg"] = moved
    less = {key: held for key, held in state.items() if key != "epoch"}
    return {
        "swapped": ("in which two tensors have changed places", state, swapped),
        "renamed": (
            "in which a leaf has another name",
            {"ema": step, "n": 1},
            {"avg": step, "n": 1},
        ),
        "deeper": (
            "in which two leaves lie in other dicts",
            {"model": {"a": 1}, "b": 2},
            {"model": {"b": 2}, "a": 1},
        ),
        "bytes_together": (
            "whose tensors, written behind each other, are the same bytes",
            {"a": floats(1.0, 2.0), "b": floats(3.0)},
            {"a": floats(1.0), "b": floats(2.0, 3.0)},
        ),
        "listed": (
            "of which one has a list in another order",
            {"params": [0, 1, 2]},
            {"params": [0, 2, 1]},
        ),
        "one_less": ("of which one lacks a leaf", state, less),
        "one_more": ("of which one has a leaf more", {"a": 1}, {"a": 1, "best": 0.5}),
    }


def _plain(chance: Random) -> dict[str, Made]:
    step = chance.randint(2, 50)
    return {
        "numbers_together": (
            "whose names, types and numbers, written behind each other, are one text",
            {"0": 1, "11": 2},
            {"0": 11, "1": 2},
        ),
        "text_together": (
            "whose names and values, written behind each other, are one text",
            {"note": "1x2"},
            {"note": "1", "x": "2"},
        ),
        "typed_together": (
            "whose names, types and values, written behind each other, are one text",
            {"note": "1xstr2"},
            {"note": "1", "x": "2"},
        ),
        "split": (
            "whose texts, written behind each other, are one text",
            {"a": "xy", "b": "z"},
            {"a": "x", "b": "yz"},
        ),
        "true_or_one": ("with True for 1", {"amsgrad": True}, {"amsgrad": 1}),
        "float_or_int": ("with 1.0 for 1", {"epoch": 1}, {"epoch": 1.0}),
        "text_or_number": ("with a text for a number", {"epoch": step}, {"epoch": str(step)}),
        "none_or_nothing": (
            "of which one has None where the other has no leaf",
            {"fused": None, "lr": 0.1},
            {"lr": 0.1},
        ),
        "text_or_none": ("with a text for None", {"fused": None}, {"fused": "None"}),
    }


def several(chance: Random) -> dict[str, Made]:
    """Return pairs that differ at several names."""
    state = _training(chance)
    changed = deepcopy(state)
    changed["epoch"] += 1
    changed["model"]["0.bias"] = floats(0.0)
    changed["optimizer"]["param_groups"][0]["lr"] = 0.1
    late = {"z": floats(1.0), "m": floats(1.0), "a": floats(1.0)}
    return {
        "of_three": ("that differ at three names", state, reordered(changed, chance)),
        "of_last_keys": (
            "that differ at the first and at the last of their keys",
            late,
            {"z": floats(2.0), "m": floats(1.0), "a": floats(2.0)},
        ),
        "of_lists": (
            "that differ at the places 2 and 10 of a list",
            {"epochs": list(range(12))},
            {"epochs": [99 if at in {2, 10} else at for at in range(12)]},
        ),
        "of_both": (
            "of which each has a leaf that the other lacks",
            {"b": 1, "c": 2},
            {"a": 1, "b": 1},
        ),
        "of_kinds": (
            "that differ in dtype, shape and values at one name",
            {"weight": floats(1.0, 2.0)},
            {"weight": floats(3.0, dtype="float64")},
        ),
    }
