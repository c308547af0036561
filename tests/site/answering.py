"""Answering a question of the site as a reader does, for the tests that need one answered."""

from playwright.sync_api import Locator, Page

UNIT = "ex01_first_checkpoint"
TEST = f"/{UNIT}/test.html"
CHOICE, MULTI, NUMBER, ORDER = (
    "ex01-why-checkpoint",
    "ex01-weights-file",
    "ex01-bytes",
    "ex01-order-resume",
)
PREFIX = "exact-resume/1/"


def option(question: Locator, *, right: bool, at: int = 0) -> Locator:
    """Return the input of a right or a wrong option."""
    return question.locator(f'.q-option[data-right="{int(right)}"] input').nth(at)


def answer(page: Page, name: str, *, right: bool, sure: bool = True) -> Locator:
    """Answer a choice question; return it."""
    question = page.locator(f"#{name}")
    option(question, right=right).check()
    question.get_by_role("button", name="Check: I am sure" if sure else "Check: not sure").click()
    return question


def stored(page: Page, name: str) -> dict[str, object] | None:
    """Return what the browser keeps of a question."""
    found: dict[str, object] | None = page.evaluate(
        "key => JSON.parse(localStorage.getItem(key))", PREFIX + name
    )
    return found
