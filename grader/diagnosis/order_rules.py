"""Which order of samples, and which noise, points to which diagnosis.

Each rule compares the ids that the learner's sampler has left, epoch by epoch, with those that the
baseline has left at the same step. All of them explain an item whose transplant was exact.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain, pairwise
from struct import iter_unpack

from grader.bits import Field, digest
from grader.diagnosis.rules import Evidence, ItemRule
from grader.faults.schedule import Schedule

_TRAINED = frozenset({"parameters", "buffers", "optimizer.step", "optimizer.moments"})
Parts = list[tuple[int, ...]]


def order(diagnosis: str, holds: Callable[[Evidence], bool]) -> ItemRule:
    """The order of the samples is the cause, and *holds* of it."""
    return _about("order", diagnosis, holds)


def noise(diagnosis: str, holds: Callable[[Evidence], bool]) -> ItemRule:
    """The noise is the cause, and *holds* of it."""
    return _about("noise", diagnosis, holds)


def alike_in_every_epoch(evidence: Evidence) -> bool:
    """Say whether an epoch ends as the next one does."""
    found = _left(evidence.found)
    return any(after[-len(before) :] == before for before, after in pairwise(found))


def from_the_start_of_the_epoch(evidence: Evidence) -> bool:
    """Say whether the epoch in progress begins again, in the right order."""
    found, expected = _left(evidence.found), _left(evidence.expected)
    rest = expected[0] if expected else ()
    whole = bool(found) and _epoch(evidence) == len(found[0]) > len(rest)
    return whole and found[0][-len(rest) :] == rest


def from_the_next_epoch(evidence: Evidence) -> bool:
    """Say whether what is left of the epoch in progress is left out."""
    found, expected = _left(evidence.found), _left(evidence.expected)
    return len(expected) > 1 and found[:1] == expected[1:2]


def further_on(evidence: Evidence) -> bool:
    """Say whether whole batches are left out, more than one, where workers load them."""
    return _workers(evidence) > 0 and (_skipped(evidence) or 0) > _batch(evidence)


def off_by_at_most_a_batch(evidence: Evidence) -> bool:
    """Say whether the order is right, and begins a sample or a batch too late or too early."""
    skipped = _skipped(evidence)
    return skipped is not None and 0 < abs(skipped) <= _batch(evidence)


def of_the_first_epoch(evidence: Evidence) -> bool:
    """Say whether the place is right, in the order that a new process has."""
    found, expected, fresh = map(_left, (evidence.found, evidence.expected, evidence.fresh))
    if not (found and expected and fresh) or len(found[0]) != len(expected[0]):
        return False
    return found[0] == fresh[0][-len(found[0]) :] != expected[0]


def of_another_epoch(evidence: Evidence) -> bool:
    """Say whether all was right up to the kill, and then the place is, in some other order."""
    found, expected = _left(evidence.found), _left(evidence.expected)
    alone = evidence.finding.phase > 0 and set(evidence.proved) == {"order"}
    placed = bool(found and expected) and len(found[0]) == len(expected[0])
    return alone and placed and found[0] != expected[0]


def another(_: Evidence) -> bool:
    """Say yes: it is an order, and not the one that was asked for."""
    return True


def the_same_in_every_epoch(evidence: Evidence) -> bool:
    """Say whether an image has the same noise in each epoch."""
    held = {one.data for one in evidence.found.get("noise", ())}
    return len(held) == 1


def from_a_global_stream(evidence: Evidence) -> bool:
    """Say whether a global stream of random numbers stands elsewhere, too."""
    return any(item.startswith("rng.") for item in evidence.finding.differing)


def right_without_workers(evidence: Evidence) -> bool:
    """Say whether the training's own process makes the right noise, and loading ones do not."""
    return _workers(evidence) > 0 and _right_alone(evidence)


def right_on_a_new_image(evidence: Evidence) -> bool:
    """Say whether the noise is right on an image that never had any, and in the first epoch."""
    later = evidence.finding.step >= evidence.epoch_steps
    return later and not _workers(evidence) and _right_alone(evidence)


def healed_by_a_restart(diagnosis: str) -> ItemRule:
    """What was trained before the kill is wrong, and nothing after it."""

    def explains(evidence: Evidence) -> frozenset[str]:
        held = set(evidence.proved) <= _TRAINED
        return _TRAINED if held else frozenset()

    return ItemRule(diagnosis, explains)


def _about(item: str, diagnosis: str, holds: Callable[[Evidence], bool]) -> ItemRule:
    """Whoever was wrong before the kill, too, has trained other weights from it."""

    def explains(evidence: Evidence) -> frozenset[str]:
        held = item in evidence.proved and holds(evidence)
        return frozenset({item, *_TRAINED}) if held else frozenset()

    return ItemRule(diagnosis, explains)


def _left(items: Mapping[str, Sequence[Field]]) -> Parts:
    whole = [
        one for one in items.get("order", ()) if one.dtype == "int64" and len(one.data) % 8 == 0
    ]
    return [tuple(number for (number,) in iter_unpack("<q", one.data)) for one in whole]


def _skipped(evidence: Evidence) -> int | None:
    """Return how many samples are left out; below 0: come again; None: it is another order."""
    found, expected = (tuple(chain(*_left(side))) for side in (evidence.found, evidence.expected))
    for at in range(_epoch(evidence)):
        if found and _agree(found, expected[at:]):
            return at
        if expected and _agree(found[at:], expected):
            return -at
    return None


def _agree(one: Sequence[int], other: Sequence[int]) -> bool:
    both = list(zip(one, other, strict=False))
    return bool(both) and all(ours == theirs for ours, theirs in both)


def _epoch(evidence: Evidence) -> int:
    return max((len(part) for part in _left(evidence.fresh)), default=1)


def _batch(evidence: Evidence) -> int:
    return _epoch(evidence) // evidence.epoch_steps


def _workers(evidence: Evidence) -> int:
    return Schedule.parse(evidence.finding.schedule).workers


def _right_alone(evidence: Evidence) -> bool:
    sides = (evidence.found, evidence.expected)
    ours, theirs = (digest(side.get("noise", ())) for side in sides)
    return ours == theirs
