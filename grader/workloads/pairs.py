"""Pairs of states that must, or must not, count as the same: what exercise 2 asks about.

The judge makes both states of a pair and knows by `grader.bits` what differs; the child builds them
and asks the learner's functions, without being told.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from grader.bits import Field, first_difference
from grader.history import Case
from grader.workloads import states
from grader.workloads.recipe import Array, State, decoded, encoded, fields

ASKED = {"same": "digest", "other": "digest", "first": "difference", "after": "after"}
"""What the first word of a case's name asks: for two digests, for the first difference, or what is
left of the states afterwards."""

_FUNCTIONS = {
    "digest": "digest()",
    "difference": "first_difference()",
    "after": "each of your functions",
}
_FEW = {
    "twice",
    "key_order",
    "turned",
    "shared",
    "tuple",
    "parameter",
    "nan",
    "drawn0",
    "one_bit",
    "listed",
    "one_more",
}
"""Pairs that are asked in every way; of each kind some."""

MANY = 2000
"""States that are held against each other at once: enough for a digest of 16 bits to be found."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two states.

    Attributes:
        said: what is special about them; it completes "two states ...".
        reload: the second is saved by torch.save and loaded before anything is asked.
    """

    said: str
    a: State
    b: State
    reload: bool = False

    @property
    def difference(self) -> tuple[str, str] | None:
        """Return name and kind of the first difference in the order of names."""
        return first_named(list(fields(self.a)), list(fields(self.b)))


def cases(seed: int) -> dict[str, Case]:
    """Return every question, by name; the names are the same for every seed."""
    chance = Random(f"pairs {seed}")  # noqa: S311 - a challenge, no key
    same, other, several = (
        {name: Pair(*made) for name, made in kind(chance).items()}
        for kind in (states.same, states.other, states.several)
    )
    few = {name: pair for name, pair in (same | other).items() if name in _FEW}
    named = {"same": same, "other": other, "first": few | other | several, "after": few}
    return _many(seed) | {
        f"{word}.{name}": _case(f"{word}.{name}", pair)
        for word, pairs in named.items()
        for name, pair in pairs.items()
    }


def names(word: str) -> list[str]:
    """Return the names of all cases that begin with a word of `ASKED`."""
    return [name for name in cases(0) if name.startswith(f"{word}.")]


def read(asked: Case) -> Pair:
    """Return the pair that a case was made of."""
    given = asked.given
    return Pair(asked.said, decoded(given["a"]), decoded(given["b"]), given["reload"])


def first_named(a: Sequence[Field], b: Sequence[Field]) -> tuple[str, str] | None:
    """Return name and kind of the difference whose name comes first, None for the same fields."""
    ours, theirs = ({field.name: field for field in side} for side in (a, b))
    for name in sorted({*ours, *theirs}):
        pair = [[side[name]] if name in side else [] for side in (ours, theirs)]
        found = first_difference(*pair)
        if found:
            return name, found.what
    return None


def _many(seed: int) -> dict[str, Case]:
    """Return the question about many states; the child makes them from the first and the last."""
    first = Random(f"many {seed}").randint(10_000, 60_000)  # noqa: S311 - a challenge, no key
    ends = (first, first + MANY - 1)
    a, b = (
        encoded({"epoch": at, "seen": Array("int64", (1,), struct.pack("<q", at))}) for at in ends
    )
    given = {"ask": "many", "a": a, "b": b, "reload": False}
    said = "from epoch {} to epoch {}".format(*ends)
    asked = f"digest() was asked about {MANY} states"
    return {"other.many": Case("other.many", said, given, asked)}


def _case(name: str, pair: Pair) -> Case:
    ask = ASKED[name.partition(".")[0]]
    given = {"ask": ask, "a": encoded(pair.a), "b": encoded(pair.b), "reload": pair.reload}
    return Case(name, pair.said, given, f"{_FUNCTIONS[ask]} was asked about two states")
