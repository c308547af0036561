"""Tests of grader.report.terminal, and of the story that it tells."""

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from grader.report import terminal
from grader.verdict import Failed, Passed
from tests.unit.report import outcomes
from tests.unit.report.outcomes import EXERCISE, REPLAY, Graded

PAGE = Path("runs/ex01_first_checkpoint/2026-03-01T09-30-00/report.html")
LABELS = ["Expected", "Found", "Why", "Proof", "Question", "Try", "Lesson", "Picture", "Replay"]


def text_of(graded, **options):
    return terminal.render(graded, EXERCISE, REPLAY, PAGE, **options)


def labels_of(text):
    return re.findall(r"^  ([A-Z][a-z]+)(?:  |$)", text, re.MULTILINE)


def test_a_failure_leads_with_verdict_diagnosis_mode_and_what_happened():
    first, empty, happened, *_ = text_of(outcomes.missing_optimizer()).splitlines()

    assert first.split("  ")[:3] == ["FAIL", "ex01_first_checkpoint", "missing_optimizer"]
    assert first.endswith("exhaustive, proof")
    assert empty == ""
    assert happened.startswith("  Killed (SIGKILL) in step 20, after backward (epoch 5);")


def test_a_failures_parts_stand_in_one_order():
    assert labels_of(text_of(outcomes.missing_optimizer())) == LABELS


def test_a_failure_fits_one_screen():
    assert len(text_of(outcomes.missing_optimizer()).splitlines()) <= 36


@pytest.mark.parametrize("width", [60, 80, 100])
def test_sentences_fit_the_width(width):
    made = [outcomes.missing_optimizer(), outcomes.passed(), outcomes.unknown()]
    lines = [line for graded in made for line in text_of(graded, width=width).splitlines()]

    too_long = [line for line in lines if len(line) > width and " " in line.strip()]

    assert all("--fault" in line for line in too_long)


def test_replay_is_in_one_piece_however_narrow():
    assert REPLAY in text_of(outcomes.missing_optimizer(), width=40)


def test_the_proof_names_what_was_put_in_place():
    text = " ".join(text_of(outcomes.missing_optimizer()).split())

    assert "replaced by the baseline's: the optimizer's step count and the optimizer's" in text
    assert "Every step was exact then; with one of them left out it was not" in text


def test_without_a_proof_none_is_claimed():
    graded = outcomes.missing_optimizer()
    found = Failed(outcomes.trajectory(), ("unexplained",))
    graded.outcome = outcomes.outcome(Passed(), found, Passed(), Passed())
    text = text_of(graded)

    assert "exhaustive, proof" not in text
    assert "no proof:" in text


def test_two_diagnoses_get_two_reasons_and_one_question():
    names = ("missing_model", "missing_optimizer")
    found = Failed(outcomes.trajectory(), names, outcomes.STATE_LOST)
    text = text_of(Graded(outcomes.outcome(Passed(), found, Passed(), Passed())))

    assert text.splitlines()[0].split("  ")[2] == "missing_model, missing_optimizer"
    assert "The model's parameters were not restored." in text
    assert "The optimizer's state was not restored." in text
    assert text.count("Question") == 1


def test_another_diagnosis_of_another_check_is_named_there():
    lost = Failed(outcomes.trajectory(), ("missing_optimizer",))
    other = Failed(replace(outcomes.trajectory(), kind="refusal"), ("loads_wrong_architecture",))
    text = text_of(Graded(outcomes.outcome(Passed(), lost, lost, other)))

    assert "are refused: cause: loads_wrong_architecture" in " ".join(text.split())
    assert text.count("loads_wrong_architecture") == 1


def test_a_failure_has_no_number_of_this_machine():
    graded = outcomes.missing_optimizer()
    other = replace(graded.outcome, kills=3, resumes=2, reused=0, stages={"checks": 99.0})

    assert text_of(Graded(other, None, None)) == text_of(
        Graded(graded.outcome, graded.baseline, None)
    )


def test_the_learners_frame_is_shown_and_no_folder():
    trace = (
        "Traceback (most recent call last):\n"
        f'  File "{outcomes.FILE}", line 6, in save\n    raise ValueError("no")\nValueError: no'
    )
    text = text_of(outcomes.trouble("raises", "save", trace))

    assert "Your save() raised an exception after step 7." in text
    assert '             File "checkpoint.py", line 6, in save\n' in text
    assert "Found      ValueError: no\n" in text
    assert "/home/ada" not in text


def test_a_lesson_is_a_file_of_an_exercise_or_one_for_all():
    assert "  Lesson     lessons/ex01_first_checkpoint/build.md, section missing_optimizer\n" in (
        text_of(outcomes.missing_optimizer())
    )
    stopped = outcomes.trouble("timeout", "save", "no end after 10 s", names=("too_slow",))
    assert "  Lesson     lessons/troubleshooting.md, section too_slow\n" in text_of(stopped)


def test_a_pass_says_what_was_tried_and_what_comes_next():
    text = text_of(outcomes.passed(), command=".venv/bin/grader")

    assert text.startswith("PASS  ex01_first_checkpoint ")
    assert "109 processes were killed (SIGKILL)" in text
    assert "byte-identical" in text
    assert ".venv/bin/grader next" in text
    assert "10 of 10 points" in text


def test_a_pass_of_one_fault_claims_no_more():
    made = outcomes.outcome(Passed(), Passed())
    checks = (replace(made.checks[1], trials=1, trials_planned=1),)
    single = replace(made, checks=checks, fault="kill@12:backward")
    text = text_of(Graded(single))

    assert "this fault alone" in text.lower()
    assert "grader next" not in text
    assert text.count("not tried  ") == 3


def test_a_pass_on_a_device_says_that_few_faults_were_tried():
    graded = outcomes.passed()
    graded.outcome = replace(graded.outcome, device="cuda", mode="sampled")
    text = text_of(graded)

    assert text.splitlines()[0].endswith("  sampled on cuda")
    assert "a few of each check were tried" in " ".join(text.split())
    assert "109 processes were killed" in text
    assert "grader next" not in text


@pytest.mark.parametrize(
    "graded",
    [outcomes.unknown(), outcomes.unknown("it broke. This is our fault, not yours.")],
)
def test_an_unknown_says_whose_fault_it_is_once(graded):
    text = text_of(graded)

    assert text.startswith("UNKNOWN  ex01_first_checkpoint")
    assert text.count("our fault, not yours") == 1
    assert "exit code 3" in text
    assert "grader doctor" in text
    assert "no points given or taken, of 10" in text


def test_one_unknown_check_is_graded_by_hand():
    text = text_of(outcomes.one_unknown())

    assert "? unknown    ? of 2  Another model or other settings are refused: to be graded" in text
    assert "8 of 10 points; 2 not decided" in text


def test_the_challenge_and_the_seed_are_explained():
    assert "Replay keeps seed 7." in " ".join(text_of(outcomes.missing_optimizer()).split())


def shown(**options):
    stream = io.StringIO()
    console = Console(file=stream, highlight=False, **options)
    terminal.show(outcomes.missing_optimizer(), EXERCISE, REPLAY, PAGE, console=console)
    return stream.getvalue()


def test_a_pipe_gets_the_plain_text():
    assert shown() == text_of(outcomes.missing_optimizer())


def test_a_terminal_gets_colour_and_the_same_words():
    coloured = shown(force_terminal=True, color_system="standard", width=80, no_color=False)

    assert "\x1b[1;31mFAIL" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == text_of(outcomes.missing_optimizer())


def test_no_color_is_obeyed(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")

    assert "31m" not in shown(force_terminal=True, color_system="standard", width=80)


def test_markup_in_a_learners_text_is_printed_as_it_is():
    graded = outcomes.trouble(
        "raises", "save", "Traceback (most recent call last):\nE: [red]x[/red]"
    )
    stream = io.StringIO()
    terminal.show(graded, EXERCISE, REPLAY, PAGE, console=Console(file=stream))

    assert "[red]x[/red]" in stream.getvalue()


def test_a_terminal_without_unicode_still_gets_every_word():
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    terminal.show(outcomes.missing_optimizer(), EXERCISE, REPLAY, console=Console(file=stream))
    stream.seek(0)

    assert "x failed     0 of 5" in stream.read()
