"""Unit 1 answers everything that the page it grew from says, in each of that page's ways in.

That page is a three-minute text on why one saves checkpoints, with five questions. Its matter is
listed here in our words: each with the place in unit 1 that has it.
"""

import pytest

from grader import course, lessons
from tests.site.html_page import HtmlPage

UNIT = "ex01_first_checkpoint"

HEADINGS = {
    "what is the big idea": "index.html#big-idea",
    "a training on one's own computer, over night, and a power cut": "index.html#scenario",
    "what is lost without saving": "index.html#problem",
    "which settings was it trained with": "how.html#whose-checkpoint",
    "save at intervals, and load the last": "index.html#solution",
    "code before and after": "index.html#before-and-after",
    "what it makes possible": "index.html#what-it-enables",
    "a real example": "index.html#a-real-bug",
    "what to remember": "index.html#key-takeaways",
    "practice": "index.html#practice",
}
CLAIMS = {
    "an interruption costs the hours since the last save": "cost.html#what-a-kill-costs",
    "save model, optimizer and epoch, every so many epochs": "how.html#saving-one-dictionary",
    "weights alone preserve progress (they do not)": "how.html#what-adam-remembers",
    "model, optimizer and epoch are a full resume (until there is dropout)":
        "index.html#what-it-enables",
    "every hour is often enough (it can be calculated)": "cost.html#every-how-many-epochs",
    "saving is efficient (what it costs)": "cost.html#bytes",
}  # fmt: skip
WAYS = {
    "why": "index.html", "deep": "how.html", "visualize": "see.html", "code along": "run.html",
    "complexity": "cost.html", "challenge": "break.html", "practice": "fix.html",
    "review": "recall.html", "test": "test.html", "project": "build.html",
}  # fmt: skip
QUESTIONS = {
    "why checkpoint": ("ex01-why-checkpoint", "trained again"),
    "the saving call": ("ex01-every-five", "torch.save"),
    "what a loaded epoch is": ("ex01-loaded-epoch", "epoch"),
    "an error after the architecture changed": ("ex01-runtime-error", "architecture"),
    "what to save every five epochs": ("ex01-every-five", "optimizer"),
    "weights alone are no checkpoint": ("ex01-weights-file", "optimizer"),
}


@pytest.mark.parametrize("matter", [*HEADINGS, *CLAIMS])
def test_each_heading_and_claim_has_its_place(pages: dict[str, HtmlPage], matter: str) -> None:
    """The page is there, and has the heading that answers."""
    page, _, anchor = (HEADINGS | CLAIMS)[matter].partition("#")

    assert anchor in pages[f"{UNIT}/{page}"].ids


@pytest.mark.parametrize("way", WAYS)
def test_each_way_in_is_a_page(pages: dict[str, HtmlPage], way: str) -> None:
    """The landing page leads to it."""
    assert f"{UNIT}/{WAYS[way]}" in pages
    assert WAYS[way] in [*pages[f"{UNIT}/index.html"].links, "index.html"]


@pytest.mark.parametrize("matter", QUESTIONS)
def test_each_of_its_questions_is_asked(pages: dict[str, HtmlPage], matter: str) -> None:
    """Among the ten, told right; their keys are proved in tests/course/test_questions.py."""
    name, word = QUESTIONS[matter]
    lesson = lessons.read(course.course_root() / "lessons" / UNIT)
    question = lesson.bank.question(name)

    assert question is not None
    said = [question.question, question.code, *(each.text for each in question.options)]
    said += [question.final, *question.steps]
    assert any(word in text for text in said)
    assert name in pages[f"{UNIT}/test.html"].ids
