"""After a save has returned there is something on disk."""

import pytest

from grader.checkers.files import (
    keeps_no_more,
    names_only_damaged,
    nothing_grows,
    something_saved,
    tells_what_it_skips,
)
from grader.history import Bounds, History, Phase
from tests.unit.checkers.histories import SCHEDULE, baseline, killed, resumed, trial

FULL = (("model.pt", 0), ("state.json", 2))


@pytest.mark.parametrize("files", [FULL, (("a/b", 1),)])
def test_a_file_with_a_byte_in_it_is_enough(files: tuple[tuple[str, int], ...]):
    """Names and formats are the learner's own."""
    assert something_saved(trial(files=files), baseline()) is None


@pytest.mark.parametrize(
    ("files", "said"),
    [((), "an empty directory"), ((("c.pt", 0),), "no file with anything in it")],
)
def test_nothing_on_disk_after_a_save_is_held_against_it(
    files: tuple[tuple[str, int], ...], said: str
):
    """The finding says when the save had returned."""
    found = something_saved(trial(files=files), baseline())

    assert found is not None
    assert ("files", SCHEDULE, 0, said) == (
        found.kind,
        found.schedule,
        found.phase,
        found.found,
    )
    assert "a save had returned at step 4" in found.expected


def test_before_the_first_save_an_empty_directory_is_right():
    """Nobody has been asked to save yet."""
    history = trial(files=())
    history.bounds = [Bounds(0, 0)]

    assert something_saved(history, baseline()) is None
    assert something_saved(History("none", [baseline()]), baseline()) is None


def test_each_kill_is_looked_at():
    """A resumed process that deletes what was there is found."""
    bounds = [Bounds(4, 4), Bounds(8, 8)]
    history = History(SCHEDULE, [killed(), killed(), resumed()], bounds, [FULL, ()])

    found = something_saved(history, baseline())

    assert found is not None
    assert 1 == found.phase
    assert "step 8" in found.expected


@pytest.mark.parametrize(
    ("schedule", "grows"),
    [("kill@5:call1,5:call1,5:call1", True), ("kill@2:call1,5:call1,8:call1", False)],
)
def test_what_piles_up_is_held_only_against_equal_crashes(schedule, grows):
    """Kills in three different saves leave the checkpoints of each, and that is no growth."""
    files = [tuple((f"{number}.pt", 1) for number in range(count)) for count in (1, 2, 3)]
    found = nothing_grows(History(schedule, [], [], files), Phase("A"))

    assert grows == (found is not None)


@pytest.mark.parametrize(
    ("schedule", "start", "kept"),
    [
        ("damage@11:save=last.2", 6, True),
        ("damage@5:save,11:save=last.2", 3, True),
        ("damage@11:save=last.2", 12, False),
        ("damage@11:save=last.2", 0, False),
        ("damage@11:save=last.2", None, False),
        ("damage@11:save=flip.0", 9, False),
    ],
)
def test_one_that_is_older_than_all_that_were_to_be_kept_is_held_against_prune(
    schedule, start, kept
):
    """To begin at 0, or to refuse, says that nothing else was there."""
    phases = [killed(), Phase("B", start)]
    found = keeps_no_more(History(schedule, phases, [Bounds(0, 8)]), baseline())

    assert kept == (found is not None and (found.kind, found.step) == ("kept", start))


@pytest.mark.parametrize(
    ("schedule", "output", "alarm"),
    [
        ("kill@5:step", "skipped: step-3", True),
        ("kill@5:step", "epoch 1", False),
        ("kill@5:call3", "skipped: step-6", False),
        ("damage@5:save=flip.0", "skipped: step-6", False),
        ("kill@8:save,ROT@5:save", "skipped: step-6", False),
    ],
)
def test_a_name_where_nothing_is_damaged_is_a_false_alarm(schedule, output, alarm):
    """What else a learner prints is their own; inside a save a file may be half written."""
    history = History(schedule, [killed(), Phase("B", 3, output=output)], [Bounds(3, 3)])

    assert alarm == (names_only_damaged(history, baseline()) is not None)


@pytest.mark.parametrize(
    ("schedule", "start", "hidden"),
    [
        ("damage@8:save=flip.0", 6, True),
        ("damage@8:save=flip.1", 9, False),
        ("damage@11:call0=flip.1", 9, False),
        ("damage@11:call0=flip.0", 6, True),
        ("damage@8:save=gone.0", 6, False),
    ],
)
def test_whoever_goes_back_has_to_tell(schedule, start, hidden):
    """One that begins at the newest finished save, from a second copy, went back past nothing."""
    bounds = Bounds(6, 9) if "save" in schedule else Bounds(6, 11)
    newest = Phase("A", 0, acknowledged=9)
    history = History(schedule, [newest, Phase("B", start)], [bounds])

    assert hidden == (tells_what_it_skips(history, baseline()) is not None)
