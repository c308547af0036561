"""What "the same" means: a digest of a training's state, and the first place where two differ.

Lesson: lessons/ex02_bit_for_bit/index.md
"""

import hashlib
import struct
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
    raise NotImplementedError("write digest()")


def first_difference(a: object, b: object) -> tuple[str, str] | None:
    """Return name and kind of the first difference, None where *a* and *b* are the same.

    The first is the one whose name comes first when all names of both are sorted as texts. Its
    kind is "missing" (only *a* has that leaf), "unexpected" (only *b* has it), "dtype", "shape" or
    "value": the first of these that holds.
    """
    raise NotImplementedError("write first_difference()")
