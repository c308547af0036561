"""What "the same" means: a digest of a training's state, and the first place where two differ.

Lesson: lessons/ex02_bit_for_bit/index.md
"""

import hashlib
from collections.abc import Iterator
from operator import itemgetter

import torch

# A state is what `state_dict()` gives: dicts, lists and tuples in each other, down to leaves. A
# leaf is a tensor, an int, a float, a bool, a text or None. Its name is the way to it, joined by
# "/": in {"optimizer": {"state": {0: {"step": ...}}}} the leaf is called "optimizer/state/0/step".
#
# Two states are the same if they have leaves of the same names, and under each name
#     the same dtype    for a plain value its type: 1, 1.0, True and "1" are four leaves
#     the same shape    a plain value has none
#     the same bytes    so -0.0 is not 0.0, and a NaN is the same as that NaN
# Nothing else counts: not the order of a dict's keys, not how a tensor lies in memory or whether
# it shares that with another, not whether it is a Parameter, and not which process asks.


def digest(state: object) -> str:
    """Return a text that two states have in common exactly if they are the same, in any process.

    Leaves the state as it is.
    """
    # BEGIN SOLUTION
    seen = hashlib.sha256()
    for name, leaf in sorted(_leaves(state), key=itemgetter(0)):
        for part in (name.encode(), *_parts(leaf)):
            seen.update(len(part).to_bytes(8, "little"))
            seen.update(part)
    return seen.hexdigest()
    # END SOLUTION


def first_difference(a: object, b: object) -> tuple[str, str] | None:
    """Return name and kind of the first difference, None where *a* and *b* are the same.

    The first is the one whose name comes first when all names of both are sorted as texts. Its
    kind is "missing" (only *a* has that leaf), "unexpected" (only *b* has it), "dtype", "shape" or
    "value": the first of these that holds.
    """
    # BEGIN SOLUTION
    mine, theirs = dict(_leaves(a)), dict(_leaves(b))
    for name in sorted({*mine, *theirs}):
        if name not in theirs:
            return name, "missing"
        if name not in mine:
            return name, "unexpected"
        pairs = zip(_parts(mine[name]), _parts(theirs[name]), strict=True)
        for kind, (ours, other) in zip(("dtype", "shape", "value"), pairs, strict=True):
            if ours != other:
                return name, kind
    return None
    # END SOLUTION


# BEGIN SOLUTION
def _leaves(state: object, name: str = "") -> Iterator[tuple[str, object]]:
    """Yield each leaf with its name."""
    if isinstance(state, dict | list | tuple):
        inside = state.items() if isinstance(state, dict) else enumerate(state)
        for key, value in inside:
            yield from _leaves(value, f"{name}/{key}" if name else str(key))
    else:
        yield name, state


def _parts(leaf: object) -> tuple[bytes, bytes, bytes]:
    """Return dtype, shape and contents of a leaf as bytes."""
    if isinstance(leaf, torch.Tensor):
        plain = leaf.detach().cpu().clone(memory_format=torch.contiguous_format)
        contents = plain.reshape(-1).view(torch.uint8).numpy().tobytes()
        return str(leaf.dtype).encode(), str(tuple(leaf.shape)).encode(), contents
    contents = f"{leaf:.12g}".encode() if isinstance(leaf, float) else str(leaf).encode()
    return type(leaf).__name__.encode(), b"", contents


# END SOLUTION
