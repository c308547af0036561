"""The two states of a case, leaf by leaf, as a reader wants to see them beside each other."""

from collections.abc import Iterator
from dataclasses import dataclass

from grader import bits
from grader.bits import Field
from grader.history import Case, History
from grader.workloads import pairs
from grader.workloads.recipe import Array, State, fields

_SHOWN = 3
_WIDE = 60


@dataclass(frozen=True, slots=True)
class Leaf:
    """One name: what each state has there."""

    name: str
    a: str
    b: str
    same: bool

    @property
    def said(self) -> str:
        """The leaf on one line."""
        return f"= {self.name}: {self.a}" if self.same else f"≠ {self.name}: {self.a} | {self.b}"


def leaves(case: Case | None) -> list[Leaf]:
    """Return every name of both states, in sorted order; nothing where nothing was asked."""
    if case is None or not {"a", "b"} <= set(case.given):
        return []
    pair = pairs.read(case)
    ours, theirs = (
        {held.name: (held, layout) for held, layout in _laid(state)} for state in (pair.a, pair.b)
    )
    found = []
    for name in sorted({*ours, *theirs}):
        both = [side.get(name) for side in (ours, theirs)]
        same = None not in both and ours[name][0] == theirs[name][0]
        a, b = (_shown(*held) if held else "nothing" for held in both)
        found.append(Leaf(name, a, b, same))
    return found


def told(history: History) -> Iterator[tuple[str, list[str]]]:
    """Yield (title, lines) of what was asked, and of what each process answered."""
    if history.case is None:
        return
    lines = [leaf.said for leaf in leaves(history.case)] or list(history.case.shown)
    yield history.case.asked, lines
    for number, phase in enumerate(history.phases, 1):
        said = phase.trouble.text.rpartition("\n")[2] if phase.trouble else phase.answers[0]
        yield f"process {number} (its own hash seed)", [f"it answered: {said}"]


def _laid(state: State) -> Iterator[tuple[Field, str]]:
    """Yield each leaf with its layout in memory, "" for a plain one."""
    layouts = {held.name: layout for held, layout in _layouts(state, "")}
    for held in fields(state):
        yield held, layouts.get(held.name, "")


def _layouts(state: State, name: str) -> Iterator[tuple[Field, str]]:
    if isinstance(state, dict | list | tuple):
        for key, value in state.items() if isinstance(state, dict) else enumerate(state):
            yield from _layouts(value, f"{name}/{key}" if name else str(key))
    elif isinstance(state, Array) and state.layout != "plain":
        yield Field(name, state.dtype, state.shape, state.data), state.layout


def _shown(held: Field, layout: str) -> str:
    """Return dtype, shape and the first elements of a leaf; what is cut is said."""
    if held.dtype in {"str", "none"}:
        return bits.show(held, 0)[:_WIDE]
    count = 1
    for length in held.shape:
        count *= length
    shown = ", ".join(bits.show(held, at) for at in range(min(count, _SHOWN)))
    more = ", …" if count > _SHOWN else ""
    shape = str(list(held.shape)) if held.shape else ""
    return f"{held.dtype}{shape} {shown}{more}{f' ({layout})' if layout else ''}".strip()
