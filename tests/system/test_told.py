"""What a fresh reader's loops of unit 10 get, that once passed or were called our fault."""

from pathlib import Path

import pytest

from grader import course
from grader.faults.schedule import Schedule
from grader.grade import Request, grade
from grader.verdict import Failed, Unknown, Verdict

EX10 = course.find("ex10")
SAVES = "        if run.save_due:\n            run.save()\n"
STEPS = """        if run.parts_left:
            run.evaluate_part()
        else:
            run.train_step()
"""
CATCHES = """        try:
            run.evaluate_part() if run.parts_left else run.train_step()
        except RuntimeError:
            if not guard.should_stop():
                raise
"""


def verdict(folder: Path, fault: str, *changes: tuple[str, str]) -> Verdict:
    """Return what is said of the solution with these changes, after this one fault."""
    text = EX10.solution.read_text(encoding="utf-8")
    for old, new in changes:
        assert 1 == text.count(old)
        text = text.replace(old, new)
    file = folder / "checkpoint.py"
    file.write_text(text, encoding="utf-8")
    return grade(Request(EX10, file, 1, Schedule.parse(fault))).outcome.verdict


@pytest.mark.slow
def test_a_save_where_the_end_of_a_worker_was_caught_is_one_inside_a_step(tmp_path: Path) -> None:
    """The exception came after the optimizer had moved the weights."""
    deaf = ("    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n", "    pass\n")
    found = verdict(tmp_path, "group@6:optimizer+2workers", deaf, (STEPS, CATCHES))

    assert isinstance(found, Failed)
    assert "saves_in_handler" == found.name


@pytest.mark.slow
def test_a_process_that_is_to_be_told_in_a_save_that_it_leaves_out_has_failed(
    tmp_path: Path,
) -> None:
    """Where no save is due the signal says nothing of it."""
    found = verdict(tmp_path, "term@7:saving", (SAVES, ""))

    assert isinstance(found, Failed)
    assert "skips_due_saves" == found.name
    assert isinstance(verdict(tmp_path, "term@6:saving"), Unknown)
