"""Is a schedule that a person wrote understood, and a wrong one refused with a reason?"""

from pathlib import Path

import pytest

from grader import course
from grader.errors import UsageError
from grader.zoo import places, schedule, trainers


def test_remarks_and_empty_lines_are_no_faults():
    """A fault keeps the number of its line."""
    text = "# nothing\n\nkill@3:step  # why\n  none\n"

    assert {3: "kill@3:step", 4: "none"} == places.lines(text)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("kill@3:step", "kill"),
        ("kill@3:step,4:step", "kill 2 times"),
        ("kill@3:step+2workers", "kill with workers"),
        ("kill@3:step,4:step+2workers", "kill with workers 2 times"),
        ("kill@5:rename-1", "kill in a save"),
        ("kill@5:write2,5:open", "kill in a save 2 times"),
        ("torn@5:write-1=most", "torn"),
        ("power@5:save=posix.first", "power"),
        ("power@5:save=ext4.empty,EIO@5:flush", "power after a flush that failed"),
        ("damage@5:save=flip.0", "damage"),
        ("disk@5:write=ENOSPC+", "disk"),
        ("resume@hidden=24", "resume"),
    ],
)
def test_a_fault_is_understood(text: str, form: str):
    """Words for places and losses stand where a report's ids have numbers."""
    assert form == trainers.form(places.placeless(text))


@pytest.mark.parametrize("text", ["kill", "kill@5:rename0x", "kil@3:step", "power@5:save=ext4.all"])
def test_what_is_no_fault_is_refused(text: str):
    """The reason does not speak of an option that nobody typed."""
    with pytest.raises(UsageError) as refused:
        places.placeless(text)

    assert "--fault" not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("# nothing\n", "no fault in it"),
        ("kill@99:step\n", "no moment 99:step"),
        ("kill@0:rename\n", "no moment 0:call"),
        ("resume@colour=red\n", "no setting is called colour"),
        ("kill@1:step\n" + "".join(f"kill@{at}:forward\n" for at in range(9)), "at most"),
        ("\nbad\n", ":2: 'bad'"),
    ],
)
def test_a_schedule_that_does_not_fit_is_refused(text: str, reason: str, tmp_path: Path):
    """The message names the line, or what is too much."""
    path = tmp_path / "schedule.txt"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(UsageError, match=reason):
        schedule.read(trainers.zoo(course.find("ex01")), path)


def test_a_fault_written_twice_counts_once(tmp_path: Path):
    """Nobody loses a fault to a copy of it."""
    path = tmp_path / "schedule.txt"
    path.write_text("kill@1:step\n" * 9, encoding="utf-8")

    assert ["kill@1:step"] == schedule.read(trainers.zoo(course.find("ex01")), path)
