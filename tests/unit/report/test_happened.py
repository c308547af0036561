"""Tests of grader.report.happened."""

import pytest

from grader.report.happened import what_happened
from grader.verdict import Finding
from tests.unit.report.outcomes import EXERCISE, FILE, killed_and_resumed, trajectory


def told(finding, history=None):
    return what_happened(finding, history, EXERCISE.workload, FILE)


def finding(kind, schedule, phase, **facts):
    return Finding(kind, schedule, phase, "expected", facts.pop("found", "found"), **facts)


def test_a_kill_and_the_first_difference_are_told_in_order():
    assert told(trajectory(), killed_and_resumed()) == (
        "killed (SIGKILL) in step 20, after backward (epoch 5); resumed in a new process at "
        "step 16; first different: the model's parameters, in step 16"
    )


def test_a_second_kill_is_told():
    text = told(finding("progress", "kill@4:optimizer,8:backward", 2, step=0))

    assert text == (
        "killed (SIGKILL) in step 4, after the optimizer's step (epoch 1); then a new process "
        "started; killed again (SIGKILL) in step 8, after backward (epoch 2); resumed again in a "
        "new process at step 0"
    )


def test_other_settings_are_told():
    assert told(finding("refusal", "resume@hidden=24", 1)) == (
        "the training ran to its end; then it was resumed in a new process with hidden=24"
    )


def test_the_history_of_another_trial_is_not_believed():
    other = finding("progress", "kill@9:forward", 1, step=0)

    assert "in step 9, after the forward pass" in told(other, killed_and_resumed())


def test_nothing_on_disk_is_told_with_its_kill():
    assert told(finding("files", "kill@20:backward", 0)) == (
        "killed (SIGKILL) in step 20, after backward (epoch 5); nothing to resume from was on disk"
    )


@pytest.mark.parametrize(
    ("expected", "kind", "where", "found"),
    [
        ("in your save(): no end after 10 s, so the judge stopped it", "timeout", "save",
         "no end after 10 s"),
        ("in your load(): more than 64 KiB printed, so the judge stopped it", "output", "load",
         "more than 64 KiB printed"),
        ("in your save(): the process left with exit code 0 before training was over", "exit",
         "save", "left with exit code 0 before training was over"),
        ("in your save(): the process was ended by signal 11", "signal", "save",
         "ended by signal 11"),
        ("while your file was imported: checkpoint.py has no function save()", "raises", "import",
         "checkpoint.py has no function save()"),
    ],
)  # fmt: skip
def test_a_trouble_says_whose_code_was_running(expected, kind, where, found):
    assert told(finding(kind, "none", 0, where=where, found=found, text=found)) == expected


@pytest.mark.parametrize("where", ["import", "load", "save", "training"])
def test_an_exception_says_whose_it_is(where):
    trace = "Traceback (most recent call last):\nValueError: no"
    text = told(finding("raises", "none", 0, where=where, text=trace))

    assert "raised an exception" in text
    assert text.startswith("the training loop" if where == "training" else "your ")


def test_a_schedule_that_nobody_can_read_breaks_nothing():
    assert told(finding("protocol", "???", 0)) == "the judge stopped the process: it sent found"
