"""Which evidence points to which diagnosis.

A rule names a diagnosis and says what it explains. Exercises list their rules in ``check.py``, the
most particular first; what none explains is called unexplained, never guessed.
"""

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from grader.bits import Field, digest
from grader.diagnosis.save_seen import SaveSeen
from grader.verdict import Finding

UNEXPLAINED = "unexplained"
UNEXPLAINED_ANSWER = "unexplained_answer"
"""The same where functions are asked, and nothing is trained."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the diagnosis found out about one counterexample.

    Attributes:
        proved: state items whose transplant makes the rest exact, and no fewer do.
        expected, found, fresh: state items right after the load: of the baseline, of the
            learner's process, and of a program that stands there without restoring anything.
        notes: observations of the probe during the load.
        floor: where the resume should have begun.
        epoch_steps: steps in an epoch.
        before: notes on the processes before it.
        save: what the save did that was struck, where it was.
        plainly: with one SIGTERM at the same moment, instead of what was sent, all holds.
        cases: by the name of each case of this check, whether its answer was right.
    """

    finding: Finding
    proved: tuple[str, ...] = ()
    expected: Mapping[str, Sequence[Field]] = field(default_factory=dict)
    found: Mapping[str, Sequence[Field]] = field(default_factory=dict)
    fresh: Mapping[str, Sequence[Field]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    floor: int = 0
    epoch_steps: int = 1
    before: tuple[str, ...] = ()
    save: SaveSeen | None = None
    plainly: bool = False
    cases: Mapping[str, bool] = field(default_factory=dict)

    def untouched(self, item: str) -> bool:
        """Say whether *item* is what a program has that restored nothing."""
        return digest(self.found.get(item, ())) == digest(self.fresh.get(item, ()))


@dataclass(frozen=True, slots=True)
class ItemRule:
    """A diagnosis and the proved items that it explains, given the evidence."""

    diagnosis: str
    explains: Callable[[Evidence], frozenset[str]]


@dataclass(frozen=True, slots=True)
class FindingRule:
    """A diagnosis of findings that are about no item."""

    diagnosis: str
    holds: Callable[[Evidence], bool]


Rule = ItemRule | FindingRule


def missing(diagnosis: str, *items: str) -> ItemRule:
    """Never restored: the first of *items* is as in a program that loaded nothing."""

    def explains(evidence: Evidence) -> frozenset[str]:
        lead = items[0]
        held = lead in evidence.proved and evidence.untouched(lead)
        return frozenset(items) if held else frozenset()

    return ItemRule(diagnosis, explains)


def only(diagnosis: str, item: str, *, but: str) -> ItemRule:
    """*item* is wrong while its companion *but* is right."""

    def explains(evidence: Evidence) -> frozenset[str]:
        held = item in evidence.proved and but not in evidence.proved
        return frozenset({item}) if held else frozenset()

    return ItemRule(diagnosis, explains)


def ahead(diagnosis: str, counter: str, *items: str) -> ItemRule:
    """The field *counter* of the first item stands further than the baseline's."""

    def explains(evidence: Evidence) -> frozenset[str]:
        pair = [
            _number(side.get(items[0], ()), counter) for side in (evidence.found, evidence.expected)
        ]
        theirs, ours = pair
        held = items[0] in evidence.proved and None not in pair and theirs > ours  # type: ignore[operator]
        return frozenset(items) if held else frozenset()

    return ItemRule(diagnosis, explains)


def noted(diagnosis: str, note: str, *items: str) -> ItemRule:
    """The probe saw *note* while the state was loaded."""

    def explains(evidence: Evidence) -> frozenset[str]:
        return frozenset(items) if note in evidence.notes else frozenset()

    return ItemRule(diagnosis, explains)


def right_before(diagnosis: str, moment: str, *items: str) -> ItemRule:
    """The item had the baseline's bits at *moment* of the load, and lost them afterwards."""

    def explains(evidence: Evidence) -> frozenset[str]:
        return frozenset(
            item
            for item in items
            if f"{moment} {item} {digest(evidence.expected.get(item, ())).hex()}" in evidence.notes
        )

    return ItemRule(diagnosis, explains)


def just_seeded(diagnosis: str, *streams: str) -> ItemRule:
    """All the random streams stand at the very beginning of a seed."""

    def explains(evidence: Evidence) -> frozenset[str]:
        held = all(
            item in evidence.proved and _at_beginning(evidence.found.get(item, ()))
            for item in streams
        )
        return frozenset(streams) if held else frozenset()

    return ItemRule(diagnosis, explains)


def finding(diagnosis: str, kind: str, where: str = "") -> FindingRule:
    """The finding is of this kind, in this part of the program."""

    def holds(evidence: Evidence) -> bool:
        held = evidence.finding
        return held.kind == kind and where in {"", held.where}

    return FindingRule(diagnosis, holds)


def refused(diagnosis: str, setting: str) -> FindingRule:
    """A resume with this setting, as its schedule has it, was not refused."""
    return FindingRule(
        diagnosis,
        lambda evidence: (
            evidence.finding.kind == "refusal"
            and evidence.finding.schedule.partition("@")[2] == setting
        ),
    )


def says(diagnosis: str, word: str) -> FindingRule:
    """A process ended with an exception whose text has *word* in it."""
    return FindingRule(
        diagnosis,
        lambda evidence: evidence.finding.kind == "raises" and word in evidence.finding.text,
    )


def starts_at_zero(diagnosis: str) -> FindingRule:
    """The resume began from step 0 although a save had returned."""
    return FindingRule(
        diagnosis, lambda held: held.finding.kind == "progress" and held.finding.step == 0
    )


def starts_an_epoch_off(diagnosis: str) -> FindingRule:
    """The resume began exactly one epoch before or after the saved one."""

    def holds(evidence: Evidence) -> bool:
        off = abs(evidence.finding.step - evidence.floor)
        return evidence.finding.kind == "progress" and off == evidence.epoch_steps

    return FindingRule(diagnosis, holds)


def says_alone(diagnosis: str, where: str, words: str) -> FindingRule:
    """Our own loop refused with *words*; a learner's exception would come with its frames."""

    def holds(evidence: Evidence) -> bool:
        held = evidence.finding
        alone = "Traceback" not in held.text and 'File "' not in held.text
        return held.kind == "raises" and where in {"", held.where} and alone and words in held.text

    return FindingRule(diagnosis, holds)


def raises(diagnosis: str, *names: str) -> FindingRule:
    """A process ended with an exception of one of these names, or that ends with one."""

    def holds(evidence: Evidence) -> bool:
        _, _, after_frames = evidence.finding.text.rpartition('  File "')
        said = [line for line in after_frames.splitlines()[1:] if not line.startswith(" ")]
        kind = said[0].partition(":")[0] if said else ""
        return evidence.finding.kind == "raises" and kind.endswith(names)

    return FindingRule(diagnosis, holds)


def _number(fields: Sequence[Field], counter: str) -> int | None:
    for held in fields:
        if held.name == counter and held.dtype == "int64" and len(held.data) == _INT64.size:
            number: int = _INT64.unpack(held.data)[0]
            return number
    return None


def _at_beginning(stream: Sequence[Field]) -> bool:
    """Say whether a Mersenne Twister's state is one that seeding leaves (nothing drawn yet).

    The bytes come from the learner's process: whatever else they are is no such state.
    """
    fields = {held.name: held for held in stream}
    state, words = (fields[name].data if name in fields else b"" for name in ("state", "words"))
    if len(state) >= _TORCH_HEAD.size:
        _, left, _, following = _TORCH_HEAD.unpack_from(state)
        return bool(left == 1 and following == 0)
    if len(words) == 4 * (_WORDS + 1):  # Python keeps its position as one more word
        return int.from_bytes(words[-4:], "little") == _WORDS
    return _number(stream, "rest/1") == _WORDS


_INT64 = struct.Struct("<q")
_TORCH_HEAD = struct.Struct("<Qiiq")  # seed, words left, seeded, next word
_WORDS = 624
