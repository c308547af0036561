"""Are the pages of a class, and a student's feedback, for everybody? In a real browser."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from grader import course
from grader.classroom import pages
from grader.classroom.scores import Override, Score
from grader.classroom.similarity import Nearest

EXERCISE = course.find("ex01")
EVIL = "<script>document.title='forged'</script>"
CHECKS = [
    {"earned": points, "title": check.title, "points": check.points, "verdict": "failed"}
    for points, check in zip((1, 0, None, 2), EXERCISE.checks, strict=True)
]
SCORES = [
    Score("ada", EXERCISE.name, "passed", 10, 10, seconds=9.0),
    Score(EVIL, EXERCISE.name, "failed", 3, 10, CHECKS, ["missing_optimizer"], report=EVIL),
    Score("ben", EXERCISE.name, "by hand", None, 10, reason="the machine failed", late=True),
    Score("cem", EXERCISE.name, "by hand", None, 10, override=Override(4.5, "ill", "me")),
    Score("dot", EXERCISE.name, "not handed in", None, 10),
]


def built() -> dict[str, str]:
    """Return every page, by a name for it."""
    alike = [Nearest(EVIL, 94, "ada", 100, "checkpoint", 92), Nearest("ada", 94, EVIL, 99, "x", 9)]
    made = {"class": pages.class_page(EXERCISE, SCORES, [f"the same file {EVIL}"], alike)}
    made["empty"] = pages.class_page(EXERCISE, [], (), [])
    made["not_compared"] = pages.class_page(EXERCISE, [])
    return made | {
        f"feedback{number}": pages.feedback_page(EXERCISE, score)
        for number, score in enumerate(SCORES)
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_them(browser: Browser, tmp_path: Path, scheme: str) -> None:
    """Axe finds nothing, nothing scrolls sideways at 320 pixels, and no text becomes a script."""
    context = browser.new_context(
        color_scheme="light" if scheme == "light" else "dark",
        viewport={"width": 320, "height": 800},
    )
    page, found = context.new_page(), []
    for name, text in built().items():
        (tmp_path / f"{name}.html").write_text(text, encoding="utf-8")
        page.goto(f"file://{tmp_path}/{name}.html")
        assert page.title() != "forged"
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        found += [f"{name} scrolls sideways"] if wide else []
        found += [f"{name}: {one['id']}" for one in Axe().run(page).response["violations"]]
    context.close()
    assert [] == found


def test_unknown_is_never_zero() -> None:
    """Who waits for a person has a question mark; a person's own score is marked."""
    page = built()["class"]
    ben, cem = (page.partition(f'<th scope="row">{who}')[2][:300] for who in ("ben", "cem"))
    assert "<td>?</td>" in ben
    assert "<td>4.5*</td>" in cem
    assert page.index("A person has to decide") < page.index("What is forgotten most")


def test_feedback_is_about_one_student() -> None:
    """It has their report, escaped, and nobody else's name."""
    feedback = built()["feedback1"]
    assert "&lt;script&gt;" in feedback
    assert EXERCISE.entry("missing_optimizer").headline.replace("'", "&#39;") in feedback
    assert not [score.student for score in SCORES if score.student in feedback]
