"""What came back, but not as it was saved: which value of it, and how it differs."""

from grader import bits
from grader.diagnosis.rules import Evidence, ItemRule
from grader.process.readable import readable

NAME = "restored_altered"
_TEXT_MAX = 60


def _explains(evidence: Evidence) -> frozenset[str]:
    """Proved, restored somehow, and no stream or order, which have diagnoses of their own."""
    return frozenset(
        item
        for item in evidence.proved
        if not (item in {"order", "noise"} or item.startswith("rng.") or evidence.untouched(item))
    )


RULE = ItemRule(NAME, _explains)


def told(evidence: Evidence) -> tuple[str, ...]:
    """Return a sentence for each item that came back altered."""
    said = []
    for item in sorted(_explains(evidence)):
        part = bits.first_difference(evidence.expected.get(item, ()), evidence.found.get(item, ()))
        if part:
            said.append(f"right after the load, {_sentence(part)}")
    return tuple(said)


def _sentence(part: bits.Difference) -> str:
    # The process that sent it is the learner's: names and texts are its own.
    name, ours, theirs = (
        readable(text.encode("utf-8", "backslashreplace"))[:_TEXT_MAX]
        for text in (part.field, part.expected, part.found)
    )
    several = part.total > 1
    place = f"[{part.index}]" if several and part.index is not None else ""
    many = f"; {part.differing} of {part.total} numbers differ" if several else ""
    return f"{name}{place} was {theirs} in place of {ours}{many}"
