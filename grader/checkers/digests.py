"""Are the digests and first differences of two states right? `grader.bits` knows what differs."""

from collections.abc import Callable
from typing import Any

from grader import bits
from grader.checkers import answers
from grader.checkers.answers import Wrong
from grader.history import History, Phase
from grader.verdict import Finding
from grader.workloads import pairs
from grader.workloads.pairs import Pair
from grader.workloads.recipe import fields

ELSEWHERE = "another digest in another process"
"""What is found where both states have one digest, but not in both processes."""

AGAIN = "another digest when it is asked again"
"""What is found where one state has two digests in one process."""

_LENGTHS = {"digest": 3, "many": 2, "difference": 2, "after": 3}
_OR_NONE = {"many", "difference"}


def well_formed(history: History, _: Phase) -> Finding | None:
    """Hold against a trial that an answer is none that our calls send."""
    ask = history.case.given["ask"] if history.case else ""
    for number, phase in enumerate(history.phases if ask else ()):
        held = answers.read(phase)
        texts = isinstance(held, list) and all(isinstance(one, str) for one in held)
        if not texts or not (len(held) == _LENGTHS[ask] or (ask in _OR_NONE and not held)):
            return answers.not_ours(history, number)
    return None


def right(history: History, _: Phase) -> Finding | None:
    """Hold against a trial that an answer is wrong, in whatever process."""
    if history.case is None:
        return None
    pair = pairs.read(history.case)
    ask = history.case.given["ask"]
    wrong = _WRONG[ask](pair, [answers.read(phase) for phase in history.phases])
    if wrong is None:
        return None
    differing = pair.difference
    expected, found = wrong
    return Finding(
        "answer", history.schedule, len(history.phases) - 1, expected, found,
        item=differing[0] if differing else "",
    )  # fmt: skip


def _digests(pair: Pair, answers: list[list[str]]) -> Wrong | None:
    if any(first != again for first, _, again in answers):
        return "the same digest whenever the same state is asked about", AGAIN
    if pair.difference is None:
        if any(first != second for first, second, _ in answers):
            return "one digest for both: no leaf differs", "two digests"
        if len({first for first, _, _ in answers}) > 1:
            return "one digest in every process", ELSEWHERE
        return None
    if any(first == second for first, second, _ in answers):
        return f"two digests: {_told(pair)}", "the same digest for both"
    return None


def _many(_: Pair, answers: list[list[str]]) -> Wrong | None:
    for answer in answers:
        if answer:
            return f"{pairs.MANY} digests", f"one digest for epochs {' and '.join(answer)}"
    return None


def _difference(pair: Pair, answers: list[list[str]]) -> Wrong | None:
    due = list(pair.difference or ())
    for answer in answers:
        if answer != due:
            expected = f"{_shown(due)}: {_told(pair)}"
            return expected, f"{_shown(answer)}"
    return None


def _after(pair: Pair, answers: list[list[str]]) -> Wrong | None:
    states = [bits.digest(fields(state)).hex() for state in (pair.a, pair.b)]
    for *contents, worn in answers:
        if contents != states:
            changed = [
                name
                for name, ours, held in zip("ab", states, contents, strict=True)
                if ours != held
            ]
            where = " and ".join(changed)
            return "both states as they were, the order of their keys too", f"{where} had changed"
        if worn:
            return "every tensor of the type that it was, requires_grad and is_leaf as well", worn
    return None


def _shown(answer: list[str]) -> str:
    return f"({', '.join(map(repr, answer))})" if answer else "None"


def _told(pair: Pair) -> str:
    """Return what differs first, in words."""
    if pair.difference is None:
        return "no leaf differs"
    name, what = pair.difference
    ours, theirs = ({held.name: held for held in fields(side)} for side in (pair.a, pair.b))
    both = [[side[name]] if name in side else [] for side in (ours, theirs)]
    found = bits.first_difference(*both)
    assert found is not None  # noqa: S101 - the pair says that they differ
    if what in {"missing", "unexpected"}:
        return f"only {'a' if what == 'missing' else 'b'} has {name}"
    return f"{name} has {_AN[what]}, {found.expected} in a and {found.found} in b"


_AN = {"dtype": "another dtype", "shape": "another shape", "value": "another value"}
_WRONG: dict[str, Callable[[Pair, list[Any]], Wrong | None]] = {
    "digest": _digests,
    "many": _many,
    "difference": _difference,
    "after": _after,
}
