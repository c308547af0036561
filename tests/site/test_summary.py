"""Is the summary what the browser keeps, for whoever reads or prints it, and for nobody else?"""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.site.answering import CHOICE, TEST, answer
from tests.site.test_everybody import faults
from tests.site.test_record import imported

PAGE = "/summary.html"
ABOUT_TWO = "course-02-equal-end"
NONE = "\u2013"
PASSED = {"ex01_first_checkpoint": {"verdict": "passed", "points": 10, "most": 10}}


def file(exercises: object, records: object = None) -> str:
    """Return a progress file as the terminal writes it."""
    held = {"course": "exact-resume", "version": 1, "records": records or {}}
    return json.dumps(held | {"exercises": exercises})


def cells(page: Page, unit: int | str) -> list[str]:
    """Return what the row of a unit says."""
    return page.locator(f'[data-unit="{unit}"] td').all_inner_texts()


def test_it_says_what_was_answered_unit_by_unit(page: Page, served: str) -> None:
    """First tries, sure and wrong, points of unit and test; a link leads to what was wrong."""
    page.goto(served + PAGE)
    expect(page.locator(".sum-empty")).to_contain_text("Nothing is kept")
    expect(page.locator(".sum-sheet")).to_be_hidden()

    page.goto(served + TEST)
    answer(page, "ex01-every-five", right=True)
    answer(page, CHOICE, right=False)
    page.goto(served + "/course_test.html")
    answer(page, ABOUT_TWO, right=True)
    page.goto(served + PAGE)

    expect(page.locator(".sum-empty")).to_be_hidden()
    assert cells(page, 1) == ["2 of 13", "1", "1", "1", "1 of 18", "0 of 4", NONE]
    assert cells(page, 2) == ["1 of 12", "1", "0", "0", "0 of 18", "1 of 3", NONE]
    assert cells(page, "all")[1:4] == ["2", "1", "1"]
    expect(page.locator(".sum-said")).to_contain_text("1 of your answers and cards are due")
    (line,) = page.locator(".sum-again li").all()
    expect(line).to_contain_text("You were sure.")
    line.get_by_role("link").click()
    page.wait_for_url(f"**{TEST}#{CHOICE}")


def test_a_name_stays_and_is_forgotten_with_the_rest(page: Page, served: str) -> None:
    """It is text, whatever was typed; the button prints."""
    page.goto(served + PAGE)
    imported(page, served, file(PASSED))
    page.goto(served + PAGE)
    page.evaluate("window.print = () => { document.body.dataset.printed = 'yes'; }")
    page.get_by_label("Your name").fill("<b>Ada</b>")
    page.get_by_role("button", name="Print, or save as PDF").press("Enter")
    expect(page.locator("body[data-printed]")).to_have_count(1)
    page.reload()

    expect(page.locator(".sum-head")).to_contain_text("<b>Ada</b>, ")
    page.goto(served + "/record.html")
    page.get_by_role("button", name="Forget everything").click()
    page.get_by_role("button", name="Press again").click()
    page.goto(served + PAGE)
    expect(page.locator(".sum-empty")).to_be_visible()
    assert page.evaluate("Object.keys(localStorage).filter(key => /resume/.test(key))") == []


def test_what_programs_did_comes_with_a_file(page: Page, browser: Browser, served: str) -> None:
    """The terminal's file brings it, another browser gets it, and a broken one changes nothing."""
    failed = {"ex02_bit_for_bit": {"verdict": "failed", "points": 4, "most": 9}}
    imported(page, served, file(PASSED | failed))
    text = page.evaluate("window.exactResume.exported()")
    broken = file({"ex02_bit_for_bit": {"verdict": "splendid", "points": 9, "most": 9}})
    assert imported(page, served, broken).endswith("Nothing was changed.")

    other = browser.new_page()
    imported(other, served, text)
    other.goto(served + PAGE)
    assert cells(other, 1)[-1] == "passed"
    assert cells(other, 2)[-1] == "failed, 4 of 9"
    assert cells(other, "all")[-1] == "1 passed"
    other.close()


def test_nothing_is_sent(page: Page, served: str) -> None:
    """Once the page is there, no request leaves it: not for a name, a print, nor an answer."""
    page.goto(served + PAGE)
    imported(page, served, file(PASSED))
    page.goto(served + PAGE, wait_until="networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("window.print = () => {}")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="Print, or save as PDF").click()
    page.evaluate("id => exactResume.note(id, false, true, ['0'])", CHOICE)
    expect(page.locator(".sum-again li")).to_have_count(1)
    page.wait_for_load_state("networkidle")

    assert asked == []


def test_the_scripts_know_no_way_to_send() -> None:
    """Nothing of ours has a call for it, so no page of ours sends a record."""
    ours = Path(__file__).resolve().parents[2] / "site" / "theme" / "assets"
    calls = ("fetch(", "XMLHttpRequest", "sendBeacon", "WebSocket", "EventSource", "new Image")

    assert [] == [
        f"{path.name}: {call}"
        for path in ours.glob("*.js")
        for call in calls
        if call in path.read_text(encoding="utf-8")
    ]


@pytest.mark.parametrize("width", [360, 1280])
def test_a_full_sheet_is_for_everybody(page: Page, served: str, width: int) -> None:
    """With answers, light and dark, nothing for axe to find, and no scrolling sideways."""
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(served + TEST)
    answer(page, CHOICE, right=False)
    imported(page, served, file(PASSED))
    page.goto(served + PAGE)
    page.get_by_label("Your name").fill("A name that is quite long, as some names are")
    page.wait_for_timeout(500)

    assert [] == faults(page, PAGE)
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def test_on_paper_there_is_the_sheet_alone(page: Page, served: str) -> None:
    """No button, no navigation, and black on white for whoever reads in the dark."""
    imported(page, served, file(PASSED))
    page.goto(served + PAGE)
    page.evaluate("document.getElementById('__palette_1').click()")
    page.locator("body[data-md-color-scheme=slate]").wait_for()
    page.emulate_media(media="print")

    for gone in (".sum-controls", ".md-header", ".md-sidebar", ".md-footer"):
        expect(page.locator(gone).first).to_be_hidden()
    expect(page.locator(".sum-proves")).to_be_visible()
    expect(page.locator(".sum-proves")).to_have_css("color", "rgb(0, 0, 0)")


def test_without_javascript_it_says_so(browser: Browser, served: str) -> None:
    """An empty table would say that nothing was learned."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(served + PAGE)

    expect(page.locator("noscript p")).to_be_visible()
    expect(page.locator(".sum-sheet")).to_be_hidden()
    context.close()
