"""Every diagnosis has all its words, and an author is told which are missing."""

from dataclasses import fields
from pathlib import Path

import pytest

from grader import course
from grader.diagnosis import catalog, naming, rules
from grader.diagnosis.catalog import Entry
from grader.errors import CourseError

WORDS = {
    "headline": "It is wrong",
    "why": "so it differs",
    "question": "Why?",
    "look": "the last line",
    "try": "think",
    "lesson": "page#anchor",
}
SOURCE = Path("exercises/ex99_x/exercise.toml")


def test_an_entry_holds_the_words_as_written():
    """The key `try` is a word of Python, so the attribute is not called so."""
    entry = catalog.read({"lost": WORDS}, SOURCE)["lost"]

    wanted = Entry("lost", *WORDS.values())
    assert wanted == entry


@pytest.mark.parametrize("key", WORDS)
@pytest.mark.parametrize("text", [None, "", " \n"])
def test_a_missing_or_empty_word_is_refused(key: str, text: str | None):
    """The message names file, diagnosis and key."""
    table = {**WORDS, key: text} if text is not None else {k: WORDS[k] for k in WORDS if k != key}

    with pytest.raises(CourseError) as refused:
        catalog.read({"lost": table}, SOURCE)

    said = str(refused.value)
    assert said.startswith(f"{SOURCE}: diagnosis lost ")
    assert said.endswith(f"look at {key}")


def test_an_unknown_word_is_refused():
    """A typing error in a key would otherwise be lost."""
    with pytest.raises(CourseError, match="look at hint"):
        catalog.read({"lost": {**WORDS, "hint": "no"}}, SOURCE)


def test_every_general_rule_has_shared_words():
    """What may be said in any exercise is written once, beside the rules."""
    said = {rule.diagnosis for rule in naming.GENERAL} | {rules.UNEXPLAINED}

    assert said <= set(catalog.shared())


@pytest.mark.parametrize("exercise", course.exercises(), ids=lambda exercise: exercise.name[:4])
def test_every_rule_of_an_exercise_has_words(exercise: course.Exercise):
    """No verdict ends in a missing text."""
    for rule in exercise.rules:
        assert rule.diagnosis == exercise.entry(rule.diagnosis).name


@pytest.mark.parametrize("name", sorted(catalog.shared()))
def test_shared_words_ask_a_question_and_name_a_section(name: str):
    """The question comes before any advice, and the page says more."""
    entry = catalog.shared()[name]

    assert name == entry.name
    assert entry.question.endswith("?")
    assert f"troubleshooting#{name}" == entry.lesson
    texts = [str(getattr(entry, field.name)) for field in fields(entry)]
    assert all(text == text.strip() for text in texts)
