"""The reports of real gradings: as text, as a page and as JSON."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from grader import course
from grader.grade import Graded
from grader.report import machine, terminal, webpage
from grader.store import Store
from tests.unit.report.pages import Page

EXERCISE = course.find("ex01")
MISTAKE = EXERCISE.solution.parent / "mistakes" / "missing_optimizer.py"
HOSTILE = """
def save(path, model, optimizer, epoch, config):
    print("\\x1b[2J<img src=http://example.invalid/x>")
    raise ValueError("\\x1b[31m<script>alert(1)</script>\\x07 [bold]not[/bold] \\u202e")


def load(path, model, optimizer, config):
    return 0
"""


_GRADED: dict[str, Graded] = {}


@pytest.fixture
def forgotten(judge):
    """Return the grading of a save that leaves the optimizer out; graded once for all tests."""
    if "forgotten" not in _GRADED:
        _GRADED["forgotten"] = judge(MISTAKE, of=EXERCISE, seed=3)
    return _GRADED["forgotten"]


@pytest.fixture
def hostile(judge, tmp_path):
    """Return the grading of a file whose texts are made to break a report."""
    if "hostile" not in _GRADED:
        file = tmp_path / "réponse à moi" / "checkpoint.py"
        file.parent.mkdir()
        file.write_text(HOSTILE, encoding="utf-8")
        _GRADED["hostile"] = judge(file, of=EXERCISE, seed=3)
    return _GRADED["hostile"]


def replay_of(graded):
    return f"grader run ex01 --fault {graded.outcome.verdict.finding.schedule} --seed 3"


def test_the_text_says_what_happened_and_what_to_change(forgotten):
    text = terminal.render(forgotten, EXERCISE, replay_of(forgotten), Path("report.html"))
    words = " ".join(text.split())

    assert re.match(r"FAIL +ex01_first_checkpoint +missing_optimizer +exhaustive, proof\n", text)
    assert (
        "Killed (SIGKILL) in step 20, after backward (epoch 5); resumed in a new process at step "
        "16; first different: the model's parameters, in step 16."
    ) in words
    assert "treat the optimizer like the model" in words
    assert "were replaced by the baseline's" in words
    assert replay_of(forgotten) in text
    assert all(len(line) <= terminal.WIDTH for line in text.splitlines() if "--fault" not in line)


def test_the_text_of_a_failure_is_the_same_again(forgotten, judge):
    again = judge(MISTAKE, of=EXERCISE, seed=3)
    first, second = (
        terminal.render(graded, EXERCISE, replay_of(graded)) for graded in (forgotten, again)
    )

    assert first == second


def test_the_page_shows_the_trial(forgotten):
    page = Page(webpage.render(forgotten, EXERCISE, replay_of(forgotten)))

    assert page.wrong == []
    assert page.requests() == []
    assert page.count("svg") > 1
    assert page.text.count("≠ different step 16") == 3
    assert page.text.count("= equal ") == len(EXERCISE.workload.compared) - 3


def test_the_json_is_what_the_schema_says(forgotten, hostile):
    for graded in (forgotten, hostile):
        made = json.loads(json.dumps(machine.to_json(graded, EXERCISE, replay_of(graded))))

        jsonschema.validate(made, machine.schema(), jsonschema.Draft202012Validator)


def test_a_learners_text_can_do_nothing_in_any_report(hostile):
    replay = replay_of(hostile)
    text = terminal.render(hostile, EXERCISE, replay)
    html = webpage.render(hostile, EXERCISE, replay)
    page = Page(html)

    assert "<script>alert(1)</script>" in text
    assert "Your save() raised an exception after step 7." in text
    for report in (text, html, json.dumps(machine.to_json(hostile, EXERCISE, replay))):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202e]", report)
    assert page.count("script") == page.count("img") == 0
    assert page.requests() == []
    assert "<script>alert(1)</script>" in page.text


def test_a_report_is_stored_and_found_again(forgotten, tmp_path):
    store = Store(tmp_path / "runs")
    run = store.begin(EXERCISE.name)
    made = machine.to_json(forgotten, EXERCISE, replay_of(forgotten))
    store.write(run, {"verdict.json": json.dumps(made), "report.txt": "text"})

    assert store.latest(EXERCISE.name) == run
    assert store.verdict(run) == made
    assert not store.passed(EXERCISE.name)
