"""Does the site work without a script, a server, a mouse, or good eyes?"""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.site.answering import CHOICE, TEST, UNIT, answer


def test_touch_on_a_phone(browser: Browser, served: str) -> None:
    """A finger answers at 320 pixels, and its targets are large enough."""
    context = browser.new_context(viewport={"width": 320, "height": 640}, has_touch=True)
    page = context.new_page()
    page.goto(served + TEST)
    question = page.locator(f"#{CHOICE}")
    question.locator('.q-option[data-right="1"] label').tap()
    question.get_by_role("button", name="Check: I am sure").tap()

    expect(question.get_by_role("status")).to_contain_text("Right")
    heights = page.locator(".q label, .q button:visible").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().height)"
    )
    assert min(heights) >= 24  # WCAG 2.2, target size
    context.close()


def test_without_javascript_text_hints_and_solutions_open(browser: Browser, served: str) -> None:
    """What only a script can do is not shown."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(served + TEST)
    question = page.locator(f"#{CHOICE}")
    question.locator(".q-hint summary").click()
    question.locator(".q-solution summary").click()

    expect(question.locator(".q-hint p").first).to_be_visible()
    expect(question.locator(".q-solution ol").first).to_be_visible()
    expect(question.get_by_role("button", name="Check: I am sure")).to_be_hidden()
    page.goto(f"{served}/{UNIT}/see.html")
    expect(page.locator("svg[role=img]").first).to_be_visible()
    expect(page.locator("[data-explorer] input").first).to_be_hidden()
    expect(page.locator("[data-explorer]").get_by_role("button", name="All steps")).to_be_hidden()
    context.close()


def test_from_a_folder_on_disk(page: Page, site: Path) -> None:
    """Pages, records, figures and search work without a server."""
    page.goto(f"file://{site}{TEST}")
    answer(page, CHOICE, right=True)
    page.reload()
    expect(page.locator(f"#{CHOICE}").get_by_role("status")).to_contain_text("Right")

    page.goto(f"file://{site}/index.html")
    page.get_by_role("textbox", name="Search").click()
    page.keyboard.type("transplant")
    expect(page.locator(".md-search-result__link").first).to_be_visible(timeout=15_000)


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_motion_is_reduced_when_asked(browser: Browser, served: str, motion: str) -> None:
    """The moving figure stands still, complete, for whoever asked for that; else it moves."""
    context = browser.new_context(reduced_motion="reduce" if motion == "reduce" else None)
    page = context.new_page()
    page.goto(f"{served}/index.html")

    moves = page.evaluate("document.getAnimations().some(one => one.playState === 'running')")
    assert moves is (motion != "reduce")
    context.close()


ANSWER_ALL = """() => {
    document.querySelectorAll("form.q").forEach((form, at) => {
        form.querySelector(`.q-option[data-right="${at % 2}"] input`)?.click();
        form.querySelectorAll("input[type=text]").forEach(field => { field.value = "0"; });
        form.querySelector(".q-down")?.click();  // blocks that nobody moved are no answer
        form.querySelector("button[value=sure]").click();
    });
    document.querySelectorAll("details").forEach(one => { one.open = true; });
    return document.querySelectorAll(".q-is-right, .q-is-wrong").length;
}"""
"""What answers every question of a page, rightly or wrongly, and opens whatever can be opened."""


def faults(page: Page, name: str) -> list[str]:
    """Return what axe finds on a page, in light and in dark."""
    found = []
    for at, scheme in enumerate(("default", "slate")):
        page.evaluate("at => document.getElementById(`__palette_${at}`).click()", at)
        page.locator(f"body[data-md-color-scheme={scheme}]").wait_for()
        # With `preload` axe would ask for each style sheet again, and only what is wrong is read.
        options: dict[str, object] = {"preload": False, "resultTypes": ["violations"]}
        # Dark differs in colours only.
        if scheme == "slate":
            options["runOnly"] = ["color-contrast", "link-in-text-block"]
        for violation in Axe().run(page, options=options).response["violations"]:
            nodes = [node["html"][:120] for node in violation["nodes"][:2]]
            found.append(f"{name}, {scheme}: {violation['id']}: {nodes}")
    return found


def looked_at(site: Path) -> list[Path]:
    """Return the pages to look at: all that are no unit's, and of each unit every eighth.

    So every way in is looked at in one unit or two; PAGES=all looks at every page.
    """
    pages = sorted(site.rglob("*.html"))
    units = sorted(site.glob("ex*"))
    ways = {path.name for unit in units for path in unit.glob("*.html")}
    turns = {
        unit / way: (at + turn) % 8
        for at, unit in enumerate(units)
        for turn, way in enumerate(sorted(ways))
    }
    everything = os.environ.get("PAGES") == "all"
    return [path for path in pages if everything or turns.get(path, 0) == 0]


def test_every_page_is_for_everybody(page: Page, site: Path, served: str) -> None:
    """At 320 pixels no page scrolls sideways, and axe finds nothing, before and after answering."""
    page.set_viewport_size({"width": 320, "height": 800})
    page.emulate_media(reduced_motion="reduce")
    found = []
    answered = 0
    for path in looked_at(site):
        name = path.relative_to(site).as_posix()
        page.goto(f"{served}/{name}")
        page.locator("html.has-js").wait_for()
        page.wait_for_timeout(500)  # names.js looks once more after the theme's own scripts
        found += faults(page, name)
        if questions := page.evaluate(ANSWER_ALL):
            answered += questions
            found += faults(page, f"{name}, answered")
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        found += [f"{name} scrolls sideways"] if wide else []

    assert [] == found
    assert answered > 20  # ten of each unit whose test is looked at, and those on other pages


def test_the_explorer_answers_what_was_forgotten(page: Page, served: str) -> None:
    """Boxes and slider change curves, table and sentence, by keyboard as well."""
    page.goto(f"{served}/{UNIT}/see.html")
    figure = page.locator(".run").first
    for box in figure.get_by_role("checkbox").all():
        box.check()
    expect(figure.locator("output")).to_contain_text("bit for bit")

    figure.get_by_label("Adam's averages").uncheck()
    expect(figure.locator("output")).to_contain_text("parameters")
    before = figure.locator("output").inner_text()
    figure.get_by_role("slider").focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    assert before != figure.locator("output").inner_text()
