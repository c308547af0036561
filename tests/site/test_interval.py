"""Does the calculator of how often to save compute what the course's own code computes?"""

import random
from pathlib import Path

import pytest
from course_site import interval
from course_site.interval import Inputs, curve, rows, sentence
from playwright.sync_api import Browser, Locator, Page, expect
from pymdownx.superfences import SuperFencesException

from grader.workloads import failures

PAGE = "/ex12_how_often/see.html"
GIVEN = Inputs(60, 20, 600, 500)
NAMES = ("cost_s", "mtbf_h", "restart_s", "step_ms")
KNOWN = [
    Inputs(0.3, 700, 0, 120),
    Inputs(40, 0.05, 3, 60_000),
    Inputs(900, 0.4, 600, 250),
    Inputs(5000, 0.01, 60, 800),
    Inputs(0.2, 0.01, 30, 90_000),
]


def drawn(seed: int) -> Inputs:
    """Return numbers as a reader may have them, of any size."""
    chance = random.Random(seed)  # noqa: S311 - numbers of nobody
    return Inputs(
        round(10 ** chance.uniform(-1, 3), 2),
        round(10 ** chance.uniform(-1, 3), 2),
        round(chance.uniform(0, 2000)),
        round(10 ** chance.uniform(1, 4)),
    )


def fill(figure: Locator, asked: Inputs) -> None:
    """Type four numbers."""
    for name in NAMES:
        figure.locator(f"[name={name}]").fill(str(getattr(asked, name)))


def table(figure: Locator) -> list[list[str]]:
    """Return what the table says, without the names of its rows."""
    texts: list[list[str]] = figure.locator("tbody tr").evaluate_all(
        "rows => rows.map(row => [...row.cells].slice(1).map(cell => cell.textContent))"
    )
    return texts


def same(figure: Locator, asked: Inputs) -> None:
    """Hold sentence, table and curve to what Python says."""
    expect(figure.locator("output")).to_have_text(sentence(asked))
    assert [[str(row.steps), row.every, row.waste] for row in rows(asked)] == table(figure)
    assert curve(asked) == figure.locator("[data-curve]").get_attribute("d")


def test_a_reader_gets_the_numbers_of_the_course(page: Page, served: str) -> None:
    """For known and for drawn numbers script and Python say the same, to the last digit shown."""
    page.goto(served + PAGE)
    figure = page.locator("[data-interval]")
    same(figure, GIVEN)
    expect(figure.get_by_text("runs no scripts")).to_be_hidden()
    for asked in [*KNOWN, *map(drawn, range(40))]:
        fill(figure, asked)
        same(figure, asked)


def test_python_says_what_the_closed_form_says() -> None:
    """Steps are Young's, and the waste is that of a long training, as the grader's code has it."""
    young = next(row for row in rows(GIVEN) if row.name == "Young's")
    every_s = young.steps * GIVEN.step_ms / 1000
    took = failures.expected(1000 * every_s, every_s, 60, 600, 20 * 3600)

    assert failures.young(60, 20, 500) == young.steps
    assert f"{100 * (took / (1000 * every_s) - 1):.1f} %" == young.waste
    assert "rough" not in sentence(GIVEN)
    assert "rough" in sentence(Inputs(900, 0.4, 600, 250))
    assert "over 1000 %" in sentence(Inputs(5000, 0.01, 60, 800))


def test_what_is_no_number_is_refused_and_can_be_mended(page: Page, served: str) -> None:
    """An empty field, a 0 and a minus say what is wrong; a restart may cost nothing."""
    page.goto(served + PAGE)
    figure = page.locator("[data-interval]")
    for name, text in [("cost_s", ""), ("mtbf_h", "0"), ("step_ms", "-3"), ("restart_s", "-1")]:
        fill(figure, GIVEN)
        figure.locator(f"[name={name}]").fill(text)
        expect(figure.locator("output")).to_have_text(interval.WORDS["wrong"])
    free = Inputs(60, 20, 0, 500)
    fill(figure, free)
    same(figure, free)


def test_by_keyboard_from_a_folder_with_names(page: Page, site: Path) -> None:
    """Each field has a name, Tab goes from one to the next, and Enter leaves the page as it is."""
    page.goto(f"file://{site}{PAGE}")
    figure = page.locator("[data-interval]")
    figure.get_by_label("seconds for a save").focus()
    for key in ("Control+A", "1", "5", "Tab", "Control+A", "8", "0", "Enter"):
        page.keyboard.press(key)

    same(figure, Inputs(15, 80, 600, 500))
    assert page.url.endswith(PAGE)
    page.keyboard.press("Tab")
    expect(figure.get_by_label("seconds for a restart")).to_be_focused()


def test_without_a_script_it_says_so(browser: Browser, served: str) -> None:
    """The page's own numbers stay, the fields are hidden, and a sentence says why."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(served + PAGE)
    figure = page.locator("[data-interval]")

    same(figure, GIVEN)
    expect(figure.locator("input").first).to_be_hidden()
    expect(figure.get_by_text("runs no scripts")).to_be_visible()
    context.close()


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "cost_s=60",
        "a=1 b=2 c=3 d=4",
        "cost_s=x mtbf_h=1 restart_s=1 step_ms=1",
        "cost_s=0 mtbf_h=1 restart_s=1 step_ms=1",
    ],
)
def test_a_broken_fence_stops_the_build(broken: str) -> None:
    """It quotes the fence and says what to write."""
    with pytest.raises(SuperFencesException, match=r"an interval fence says.*Fix"):
        interval.interval(broken)
