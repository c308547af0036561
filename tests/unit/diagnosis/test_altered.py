"""What came back altered, and the sentence that shows it."""

import struct

from grader.bits import Field, plain
from grader.diagnosis import altered, naming
from grader.diagnosis.rules import Evidence
from grader.verdict import Finding

FINDING = Finding("trajectory", "kill@5:step", 1, "", "", item="loss", step=6)
SAVED = Field("0.weight", "float32", (2,), struct.pack("<2f", 0.1, 0.2))
ROUNDED = Field("0.weight", "float32", (2,), struct.pack("<2f", 0.1, 0.25))
NEW = Field("0.weight", "float32", (2,), struct.pack("<2f", 7.0, 8.0))


def seen(item: str, expected: Field, found: Field, fresh: Field) -> Evidence:
    """Return evidence on one proved item."""
    return Evidence(FINDING, (item,), {item: [expected]}, {item: [found]}, {item: [fresh]})


def test_what_came_back_with_other_bits_is_named_and_its_first_value_shown() -> None:
    """Field, place, both values, and how many differ."""
    evidence = seen("parameters", SAVED, ROUNDED, NEW)

    assert (altered.NAME,) == naming.name(evidence, [])
    (said,) = altered.told(evidence)
    assert "right after the load, 0.weight[1] was 0.25 in place of 0.2" in said
    assert said.endswith("; 1 of 2 numbers differ")


def test_what_is_as_in_a_new_process_did_not_come_back_at_all() -> None:
    """It was forgotten, and that has other names."""
    evidence = seen("parameters", SAVED, NEW, NEW)

    assert altered.NAME not in naming.name(evidence, [])
    assert () == altered.told(evidence)


def test_a_stream_that_stands_elsewhere_was_not_altered() -> None:
    """Places in streams have diagnoses of their own."""
    assert () == altered.told(seen("rng.torch", SAVED, ROUNDED, NEW))


def test_a_name_that_controls_a_terminal_is_made_safe_and_cut() -> None:
    """Names of fields come from the learner's process."""
    theirs = plain("\x1b[2J" + "x" * 500, 3)
    (said,) = altered.told(seen("scheduler", theirs, plain(theirs.name, 4), SAVED))

    assert "\x1b" not in said
    assert len(said) < 120
