"""Which save a file call belongs to, by who makes it and when."""

from grader.faults.recording import Numbering
from grader.history import Phase, Step


def numbered(*calls: tuple[int, bool]) -> list[str]:
    """Return the moments of calls: each made after so many steps, by the training itself or not."""
    numbering = Numbering()
    found = []
    for position, itself in calls:
        steps = [Step(step, 0.0, ()) for step in range(position)]
        phase = Phase("one", start=0, steps=steps)
        found.append(str(numbering.following(phase, itself=itself)))
    return found


def test_a_save_is_ended_by_the_one_that_has_waited_for_it():
    """What a writer wrote is renamed by the training, in the next save."""
    calls = [(3, False), (3, False), (6, True), (6, True), (6, False)]

    assert ["2:call0", "2:call1", "2:call2", "2:call3", "5:call0"] == numbered(*calls)


def test_a_save_that_the_training_writes_itself_is_its_own():
    """There is no writer for which it could have waited."""
    assert ["2:call0", "2:call1", "5:call0"] == numbered((3, True), (3, True), (6, True))


def test_a_save_that_is_ended_in_itself_is_its_own():
    """As where `close()` renames what the last writer wrote."""
    assert ["2:call0", "2:call1", "5:call0"] == numbered((3, False), (3, True), (6, False))
