"""Does the site work for its reader? In a real browser, by mouse, keyboard and touch."""

import json
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

UNIT = "ex01_first_checkpoint"
TEST = f"/{UNIT}/test.html"
CHOICE, MULTI, NUMBER, ORDER = (
    "ex01-why-checkpoint",
    "ex01-weights-file",
    "ex01-bytes",
    "ex01-order-resume",
)
PAGES = [
    "index.html", "gallery.html", "glossary.html", "instructors.html", "judging.html",
    "record.html", "review.html", "troubleshooting.html",
    *(f"{UNIT}/{page}.html" for page in (
        "index", "how", "see", "run", "cost", "break", "fix", "recall", "test", "build",
    )),
]  # fmt: skip
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


def test_a_wrong_answer_is_explained_and_may_be_changed(page: Page, served: str) -> None:
    """The note belongs to the option that was chosen; a second try counts, the first is kept."""
    page.goto(served + TEST)
    question = answer(page, CHOICE, right=False)

    expect(question.get_by_role("status")).to_contain_text("Not yet")
    expect(question.locator(".q-why:visible")).to_have_count(1)
    expect(page.locator(f"[data-score={UNIT}]")).to_have_text("0 of 18 points, 1 of 10 answered")

    answer(page, CHOICE, right=True)
    expect(question.get_by_role("status")).to_contain_text("Right")
    expect(page.locator(f"[data-score={UNIT}]")).to_have_text("1 of 18 points, 1 of 10 answered")
    record = stored(page, CHOICE)
    assert record is not None
    assert (record["right"], record["first"], record["tries"]) == (True, False, 2)


def test_a_record_survives_a_reload_and_a_new_question(page: Page, served: str) -> None:
    """It stands under the question's id, so a question put in before it changes nothing."""
    page.goto(served + TEST)
    answer(page, CHOICE, right=True)

    def insert(route: object) -> None:
        text = route.fetch().text()  # type: ignore[attr-defined]
        start = text.index(f'<form class="q q-choice" id="{CHOICE}"')
        end = text.index("</form>", start) + len("</form>")
        new = text[start:end].replace(CHOICE, "ex01-quite-new")
        route.fulfill(body=text[:start] + new + text[start:], content_type="text/html")  # type: ignore[attr-defined]

    page.route("**/test.html", insert)
    page.reload()

    expect(page.locator(f"#{CHOICE}").get_by_role("status")).to_contain_text("Right")
    expect(page.locator("#ex01-quite-new").get_by_role("status")).to_have_text("")


def test_keyboard_alone_answers_every_kind(page: Page, served: str) -> None:
    """An arrow moves and does not submit; Enter and Space do what a mouse does."""
    page.goto(served + TEST)
    question = page.locator(f"#{CHOICE}")
    question.locator("input").first.focus()
    page.keyboard.press("ArrowDown")
    expect(question.get_by_role("status")).to_have_text("")
    page.keyboard.press("Enter")
    expect(question.get_by_role("status")).not_to_have_text("")

    number = page.locator(f"#{NUMBER}")
    number.get_by_role("textbox").focus()
    page.keyboard.type("12,0")
    page.keyboard.press("Enter")
    expect(number.get_by_role("status")).not_to_have_text("")

    order = page.locator(f"#{ORDER}")
    before = order.locator(".q-blocks > li").evaluate_all(
        "items => items.map(item => item.dataset.block)"
    )
    order.get_by_role("button", name="Move down").first.focus()
    page.keyboard.press("Enter")
    after = order.locator(".q-blocks > li").evaluate_all(
        "items => items.map(item => item.dataset.block)"
    )
    assert after == [before[1], before[0], *before[2:]]
    assert page.evaluate("document.activeElement.classList.contains('q-down')")


def test_blocks_in_order_are_right(page: Page, served: str) -> None:
    """They can be dragged as well; the right order is told from the others."""
    page.goto(served + TEST)
    order = page.locator(f"#{ORDER}")
    order.get_by_role("button", name="Check: I am sure").click()
    expect(order.get_by_role("status")).to_contain_text("Not yet")
    count = order.locator(".q-blocks > li").count()
    for place in range(count):
        held = order.locator(".q-blocks > li").evaluate_all(
            "items => items.map(item => item.dataset.block)"
        )
        while held.index(str(place)) > place:
            order.locator(f'.q-blocks > li[data-block="{place}"] .q-up').click()
            held = order.locator(".q-blocks > li").evaluate_all(
                "items => items.map(item => item.dataset.block)"
            )
    order.get_by_role("button", name="Check: I am sure").click()
    expect(order.get_by_role("status")).to_contain_text("Right")


def test_a_multi_says_what_is_missing(page: Page, served: str) -> None:
    """One right answer of several is not yet right, and the reader is told why."""
    page.goto(served + TEST)
    question = answer(page, MULTI, right=True)

    expect(question.get_by_role("status")).to_contain_text("not chosen")


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


def test_the_test_mode_keeps_quiet_until_the_end(page: Page, served: str) -> None:
    """Then it says the points, and which section to read again for each wrong answer."""
    page.goto(served + TEST)
    page.get_by_role("button", name="Take it as a test").click()
    question = page.locator(f"#{CHOICE}")
    option(question, right=False).check()
    question.get_by_role("button", name="Keep this answer").click()
    expect(question.get_by_role("status")).to_have_text(
        "Kept. You may still change it until you finish."
    )
    assert stored(page, CHOICE) is None

    page.get_by_role("button", name="Finish the test").click()
    expect(page.locator(".q-result")).to_contain_text("are open")
    page.get_by_role("button", name="Finish the test").click()
    expect(page.locator(".q-result")).to_contain_text("of 18 points")
    page.locator(".q-result a").first.click()
    page.wait_for_url(f"**/{UNIT}/cost.html#what-a-kill-costs")


def test_review_asks_first_what_was_sure_and_wrong(page: Page, served: str) -> None:
    """Only what was answered comes back; being sure of an error puts it first."""
    page.goto(served + TEST)
    answer(page, "ex01-every-five", right=False, sure=False)
    answer(page, CHOICE, right=False, sure=True)
    answer(page, "ex01-loaded-epoch", right=True, sure=True)
    page.goto(served + "/review.html")

    expect(page.locator(".r-summary")).to_contain_text("2 to review now")
    shown = page.locator(".r-item:visible")
    expect(shown).to_have_count(2)
    assert [CHOICE, "ex01-every-five"] == shown.evaluate_all(
        "all => all.map(one => one.dataset.of)"
    )

    answer(page, CHOICE, right=True)
    expect(page.locator(".r-summary")).to_contain_text("1 to review now")
    record = stored(page, CHOICE)
    assert record is not None
    assert record["misled"] is True  # it was, so it comes first until it has been right four times
    days = page.evaluate("due => Math.round((due - Date.now()) / 86400000)", record["due"])
    assert days == 1


def test_days_between_reviews_grow(page: Page, served: str) -> None:
    """A right answer on its day comes again after 1, 3, 7, 21 days; a wrong one begins anew."""
    page.goto(served + TEST)
    days = page.evaluate("""() => {
        const record = window.exactResume, days = [];
        for (let at = 0; at < 5; at += 1) {
            record.note("ex01-quite-new", true, true, []);
            const entry = record.get("ex01-quite-new");
            days.push(Math.round((entry.due - Date.now()) / 86400000));
            record.set("ex01-quite-new", { ...entry, due: Date.now() - 1 });
        }
        record.note("ex01-quite-new", false, true, []);
        days.push(Math.round((record.get("ex01-quite-new").due - Date.now()) / 86400000));
        return days;
    }""")

    assert [1, 3, 7, 21, 21, 1] == days


def imported(page: Page, served: str, text: str) -> str:
    """Import a file; return what the page says."""
    page.goto(served + "/record.html")
    page.locator(".record-import").set_input_files(
        {"name": "progress.json", "mimeType": "application/json", "buffer": text.encode()}
    )
    status = page.locator(".record [role=status]")
    expect(status).not_to_have_text("")
    return status.inner_text()


def test_progress_travels_as_a_file(page: Page, browser: Browser, served: str) -> None:
    """What one browser exports another takes over; forgetting asks first."""
    page.goto(served + TEST)
    answer(page, CHOICE, right=True)
    page.goto(served + "/record.html")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as a file").click()
    text = Path(download.value.path()).read_text()
    assert json.loads(text)["records"][CHOICE]["right"] is True

    context = browser.new_context()
    other = context.new_page()
    assert "1 answers were taken over" in imported(other, served, text)
    expect(other.locator("[data-score=course]").first).to_contain_text("1 of")
    other.get_by_role("button", name="Forget everything").click()
    assert stored(other, CHOICE) is not None
    other.get_by_role("button", name="Press again").click()
    assert stored(other, CHOICE) is None
    context.close()


BROKEN = {
    "no JSON": ("{", "no JSON"),
    "foreign": ('{"quiz": 1}', "no progress file of this course"),
    "newer version": ('{"course": "exact-resume", "version": 9, "records": {}}', "version 9"),
    "no records": ('{"course": "exact-resume", "version": 1}', "no records"),
    "foreign id": (
        '{"course": "exact-resume", "version": 1, "records": {"__proto__x": {}}}', "is broken",
    ),
    "half broken": (
        json.dumps({"course": "exact-resume", "version": 1, "records": {
            CHOICE: {"right": True, "tries": 1, "box": 1, "at": 9e15, "due": 1},
            NUMBER: {"right": "yes"},
        }}),
        "is broken",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_a_file_that_does_not_fit_changes_nothing(page: Page, served: str, kind: str) -> None:
    """It is refused whole, with a sentence that says what is wrong with it."""
    page.goto(served + TEST)
    answer(page, CHOICE, right=False)
    before = page.evaluate("JSON.stringify(localStorage)")
    text, said = BROKEN[kind]

    message = imported(page, served, text)

    assert said in message
    assert message.endswith("Nothing was changed.")
    assert before == page.evaluate("JSON.stringify(localStorage)")


def test_two_tabs_lose_nothing(page: Page, served: str) -> None:
    """Each writes its own question's entry, and shows what the other has written."""
    page.goto(served + TEST)
    other = page.context.new_page()
    other.goto(served + TEST)
    answer(page, CHOICE, right=True)
    answer(other, "ex01-every-five", right=True)

    for tab in (page, other):
        expect(tab.locator(f"[data-score={UNIT}]")).to_have_text("2 of 18 points, 2 of 10 answered")
    other.close()


@pytest.mark.parametrize(
    "broken",
    [
        "Object.defineProperty(window, 'localStorage', {get() { throw new Error('blocked'); }})",
        "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); }",
    ],
    ids=["blocked", "full"],
)
def test_without_storage_one_still_learns(browser: Browser, served: str, broken: str) -> None:
    """Answers are judged and counted while the page is open; the theme may log its own errors."""
    page = browser.new_page()
    page.add_init_script(broken)
    page.goto(served + TEST)
    question = answer(page, CHOICE, right=True)

    expect(question.get_by_role("status")).to_contain_text("Right")
    expect(page.locator(f"[data-score={UNIT}]")).to_have_text("1 of 18 points, 1 of 10 answered")
    page.close()


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


def test_motion_is_reduced_when_asked(browser: Browser, served: str) -> None:
    """The moving figure stands still, complete, for whoever asked for that."""
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{served}/index.html")

    running = "document.getAnimations().filter(one => one.playState === 'running').length"
    assert page.evaluate(running) == 0
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_for_everybody(browser: Browser, served: str, scheme: str) -> None:
    """Axe finds nothing, and no page scrolls sideways at 320 pixels."""
    context = browser.new_context(
        color_scheme="light" if scheme == "light" else "dark",
        viewport={"width": 320, "height": 800},
        reduced_motion="reduce",
    )
    page = context.new_page()
    found = []
    for name in PAGES:
        page.goto(f"{served}/{name}")
        page.locator("html.has-js").wait_for()
        page.wait_for_timeout(500)  # names.js looks once more after the theme's own scripts
        if name.endswith("test.html"):  # what was answered has colours and words of its own
            answer(page, CHOICE, right=True)
            answer(page, "ex01-every-five", right=False)
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        found += [f"{name} scrolls sideways"] if wide else []
        # Without `preload` axe would ask for each style sheet again.
        for violation in Axe().run(page, options={"preload": False}).response["violations"]:
            nodes = [node["html"][:120] for node in violation["nodes"][:2]]
            found.append(f"{name}: {violation['id']}: {nodes}")
    context.close()

    assert [] == found
