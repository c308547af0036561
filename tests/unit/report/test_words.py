"""Tests of grader.report.words."""

import pytest

from grader.history import CALLS, Moment
from grader.report import words
from grader.workloads.workload import COMPARED, SAMPLED, STATE
from tests.unit.report.outcomes import EXERCISE


def test_every_item_has_a_name_of_its_own():
    assert set(words.ITEMS) == {*COMPARED, *STATE, *SAMPLED}
    assert len(set(words.ITEMS.values())) == len(words.ITEMS)


def test_every_place_of_a_process_has_words():
    assert set(words.PLACES) == set(CALLS)


@pytest.mark.parametrize(
    ("expected", "moment"),
    [
        ("before step 0 (epoch 0)", Moment(0, "start")),
        ("in step 20, after backward (epoch 5)", Moment(20, "backward")),
        ("after step 7, before its save (epoch 1)", Moment(7, "step")),
        ("after step 8 (epoch 2)", Moment(8, "step")),
        ("after step 15 and its save (epoch 3)", Moment(15, "save")),
        ("after the last step", Moment(24, "end")),
    ],
)
def test_a_moment_reads_as_a_person_says_it(expected, moment):
    assert words.when(moment, EXERCISE.workload) == expected


@pytest.mark.parametrize(
    ("expected", "names"), [("", []), ("a", ["a"]), ("a and b", "ab"), ("a, b and c", "abc")]
)
def test_names_are_listed_as_in_a_sentence(expected, names):
    assert words.listed(list(names)) == expected


def test_folders_of_this_machine_are_left_out():
    text = (
        'File "/home/ada/my answers/checkpoint.py", line 3\n'
        'File "/opt/venv/lib/python3.11/site-packages/torch/serialization.py", line 9\n'
        "no such file: '/dev/shm/exact-resume-ab12/1/checkpoint/x.pt'"
    )

    assert words.without_paths(text, "/home/ada/my answers/checkpoint.py") == (
        'File "checkpoint.py", line 3\n'
        'File "torch/serialization.py", line 9\n'
        "no such file: 'checkpoint/x.pt'"
    )


TRACE = """Traceback (most recent call last):
  File "calls.py", line 17, in save
    mine.save(path)
    ~~~~~~~~~^^^^^^
  File "checkpoint.py", line 6, in save
    model.load_state_dict({})
  File "torch/nn/modules/module.py", line 2638, in load_state_dict
    raise RuntimeError(
RuntimeError: Error(s) in loading:
\tMissing key(s): "weight".
"""


def test_the_learners_own_frame_is_shown():
    assert words.last_lines(TRACE, "checkpoint.py") == [
        'File "checkpoint.py", line 6, in save',
        "  model.load_state_dict({})",
    ]


def test_without_a_frame_of_the_learner_the_last_one_is_shown():
    (first, *_) = words.last_lines(TRACE, "other.py")

    assert first == 'File "torch/nn/modules/module.py", line 2638, in load_state_dict'


def test_a_message_on_several_lines_keeps_its_subject():
    assert words.exception(TRACE) == 'RuntimeError: Error(s) in loading: Missing key(s): "weight".'


def test_a_long_message_is_cut():
    text = words.exception("Traceback (most recent call last):\nValueError: " + "x" * 5000)

    assert len(text) < 300


def test_what_is_no_traceback_has_no_lines_and_no_exception():
    assert words.last_lines("checkpoint.py has no function save()", "checkpoint.py") == []
    assert words.exception("checkpoint.py has no function save()") == ""


@pytest.mark.parametrize(
    ("expected", "when", "call"),
    [
        (
            "in the save, in the middle of its file call 2 (4096 of 8665 bytes written; epoch 1)",
            "in the save, before its file call 2 (epoch 1)",
            "write 8665 bytes to checkpoint.pt",
        ),
        (
            "in load(), in the middle of its file call 0 (4096 bytes written)",
            "in load(), before its file call 0",
            "",
        ),
    ],
)
def test_a_torn_write_is_told_as_one_place(expected, when, call):
    """With what got there, and not before and in the middle at once."""
    assert expected == words.inside(when, "4096", call)
