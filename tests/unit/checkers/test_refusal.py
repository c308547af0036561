"""Another training's checkpoint is refused in words, and stays as it was."""

import pytest

from grader.checkers.refusal import refuses
from grader.history import Bounds, History, Phase, Trouble
from tests.unit.checkers.histories import baseline, refused

CHECKPOINT = (("c.pt", 9),)
TRACE = 'Traceback (most recent call last):\n  File "a.py", line 3, in load\n    raise it\n'


def resumed_otherwise(last: Phase, after: tuple[tuple[str, int], ...] = CHECKPOINT) -> History:
    """Return a trial: a whole training, then a resume with another width."""
    phases = [baseline(), last]
    return History("resume@hidden=24", phases, [Bounds(12, 12)], [CHECKPOINT, after])


def found_in(last: Phase, after: tuple[tuple[str, int], ...] = CHECKPOINT) -> str:
    """Return what is held against a resume."""
    finding = refuses(resumed_otherwise(last, after), baseline())
    assert finding is not None
    assert ("refusal", "resume@hidden=24", 1) == (finding.kind, finding.schedule, finding.phase)
    assert "(hidden=24)" in finding.expected
    return finding.found


@pytest.mark.parametrize("said", ["ValueError: hidden was 32", "mine.OtherError: a: b", "E: 1\n2"])
def test_an_error_in_words_is_right(said: str):
    """The class is the learner's own choice."""
    assert refuses(resumed_otherwise(refused(TRACE + said)), baseline()) is None


def test_a_load_that_returns_is_held_against_it():
    """With the training that would have gone on, and with a process that said nothing."""
    stopped = Trouble("start", "training", "training would start from step 12")

    assert "load() returned" in found_in(Phase("B", 12, exit=-9, trouble=stopped))
    assert "load() returned" in found_in(Phase("B", 12, exit=0))


@pytest.mark.parametrize("said", ["ValueError", "ValueError: ", "AssertionError:\n"])
def test_an_error_without_a_word_is_held_against_it(said: str):
    """Whoever resumes has to know what does not fit."""
    assert "an error without a word" in found_in(refused(TRACE + said))


@pytest.mark.parametrize(
    ("where", "kind"), [("save", "raises"), ("import", "raises"), ("load", "timeout")]
)
def test_any_other_end_is_no_refusal(where: str, kind: str):
    """Only load() can refuse, and only by an error."""
    assert "ended otherwise: x: y" in found_in(refused("x: y", where, kind))


def test_a_refusal_that_touches_the_checkpoint_is_held_against_it():
    """The training that it belongs to must still be able to resume."""
    text = TRACE + "ValueError: other settings"

    assert "changed the checkpoint directory" in found_in(refused(text), after=())


def test_a_training_that_failed_before_is_not_called_a_missing_refusal():
    """There was nothing to resume; the trouble itself is the finding."""
    broken = Phase("A", exit=1, trouble=Trouble("raises", "save", TRACE + "OSError: full"))

    found = refuses(History("resume@hidden=24", [broken]), baseline())

    assert found is not None
    assert ("raises", "save", 0) == (found.kind, found.where, found.phase)


@pytest.mark.parametrize("text", ["", "\n", " "])
@pytest.mark.parametrize("kind", ["raises", "exit"])
def test_a_process_that_ends_without_a_text_is_held_against_it(text: str, kind: str):
    """A learner's process may send an empty text; that is its failure, not ours."""
    assert found_in(refused(text, "load", kind))
