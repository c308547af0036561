"""Tests of grader.report.webpage."""

import pytest

from grader.report import webpage
from tests.unit.report import outcomes
from tests.unit.report.outcomes import EXERCISE, REPLAY, Graded
from tests.unit.report.pages import Page

GRADINGS = {
    "failed": outcomes.missing_optimizer(),
    "trouble": outcomes.trouble("timeout", "save", "no end after 10 s"),
    "passed": outcomes.passed(),
    "unknown": outcomes.unknown(),
    "one unknown": outcomes.one_unknown(),
}


def html_of(graded):
    return webpage.render(graded, EXERCISE, REPLAY)


@pytest.mark.parametrize("graded", GRADINGS.values(), ids=GRADINGS)
def test_every_page_nests_and_asks_for_nothing(graded):
    html = html_of(graded)
    page = Page(html)

    assert page.wrong == []
    assert page.open == []
    assert page.requests() == []
    assert page.count("script") == 0
    assert "url(" not in html
    assert "@import" not in html
    assert page.count("h1") == 1


def test_a_failure_has_the_picture_and_its_words():
    page = Page(html_of(outcomes.missing_optimizer()))

    assert page.count("svg") > 1
    for said in (
        "The optimizer's state was not restored", "process 1 killed in step 20",
        "process 2 resumes at step 16", "first different: the model's parameters", REPLAY,
    ):  # fmt: skip
        assert said in page.text


def test_the_picture_has_a_text_equivalent():
    page = Page(html_of(outcomes.missing_optimizer()))
    (picture,) = [held for tag, held in page.tags if tag == "svg" and held.get("role") == "img"]
    known = {held.get("id") for _, held in page.tags}

    assert set(picture["aria-labelledby"].split()) <= known
    assert "The picture as a table" in page.text


def test_there_is_a_row_for_every_compared_item():
    page = Page(html_of(outcomes.missing_optimizer()))

    for item in outcomes.EXERCISE.workload.compared:
        assert f" {item} " in page.text
    assert page.text.count("≠ different step 16") == 3
    assert page.text.count("= equal never") == len(outcomes.EXERCISE.workload.compared) - 3


def test_a_pass_shows_every_kill_and_no_difference():
    page = Page(html_of(outcomes.passed()))

    assert "every moment at which a process was killed" in page.text
    assert "first different" not in page.text
    assert "≠ different" not in page.text


def test_a_learners_text_is_escaped():
    text = "Traceback (most recent call last):\nValueError: <script>alert('x')</script> & \"more\""
    html = html_of(outcomes.trouble("raises", "save", text))

    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "said &lt;b&gt;this&lt;/b&gt;" in html


def test_a_page_can_be_made_without_a_baseline_or_a_trial():
    graded = outcomes.missing_optimizer()

    assert Page(html_of(Graded(graded.outcome))).count("svg") == 0
    assert Page(html_of(Graded(graded.outcome, graded.baseline))).count("svg") > 0
