"""What a learner's process said is safe to show, whatever its bytes were."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from grader.process.readable import readable


@given(st.binary(max_size=3000) | st.text(max_size=3000).map(lambda text: text.encode("utf-8")))
def test_no_character_that_controls_a_terminal_is_left(said: bytes):
    """Controls, formats, surrogates, private and unassigned characters are shown as numbers."""
    shown = readable(said)

    assert not [c for c in shown if c not in "\n\t" and unicodedata.category(c)[0] == "C"]


def test_what_people_write_is_left_alone():
    assert readable("Übung: «é» 漢字\n\tok".encode()) == "Übung: «é» 漢字\n\tok"


def test_an_unassigned_character_is_shown_as_its_number():
    assert readable("\u07b7\x1b[31m\x07".encode()) == "\\x7b7\\x07"


def test_a_number_of_a_process_is_left_out():
    """Torch names a worker that ended by one, and it differs from run to run."""
    said = b"RuntimeError: DataLoader worker (pid 4711) is killed by signal: Terminated."

    assert "worker (a process) is killed" in readable(said)
