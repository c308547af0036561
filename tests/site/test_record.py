"""Is what a reader did kept, asked again in time, and carried to another browser?"""

import json
import random
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from grader import record
from tests.site.answering import (
    CHOICE,
    NUMBER,
    TEST,
    UNIT,
    answer,
    option,
    stored,
)


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


def test_the_terminal_keeps_the_same_record(
    page: Page, browser: Browser, served: str, tmp_path: Path
) -> None:
    """After any answers on any days both have the same entry, and each reads the other's file."""
    page.clock.install(time=0)
    page.goto(served + TEST)
    drawn, now, entry = random.Random(7), 0, None  # noqa: S311 - answers of nobody
    for _ in range(60):
        now += drawn.choice([1, 10_000, 86_400_000, 30 * 86_400_000])
        right, sure, given = drawn.random() < 0.7, drawn.random() < 0.5, [str(drawn.randrange(4))]
        page.clock.set_fixed_time(now / 1000)
        note = "([right, sure, given]) => exactResume.note('ex01-quite-new', right, sure, given)"
        page.evaluate(note, [right, sure, given])
        entry = record.noted(entry, right=right, sure=sure, given=given, now=now)

        assert entry == stored(page, "ex01-quite-new")

    assert entry is not None
    names = {"ex01-quite-new": entry, "ex01-other": {**entry, "right": False, "misled": True}}
    other = browser.new_page()
    imported(other, served, record.exported(names))
    assert [stored(other, name) for name in names] == [*names.values()]
    asked = other.evaluate("now => exactResume.order(Object.entries(exactResume.all()), now)", now)
    assert record.order(names, now) == [name for name, _ in asked]
    theirs = tmp_path / "progress.json"
    theirs.write_text(other.evaluate("exactResume.exported()"), encoding="utf-8")
    mine = record.Record(tmp_path / "record.json")
    mine.take(theirs)
    assert mine.entries() == names
    other.close()


def test_the_first_wrong_answer_is_kept(page: Page, browser: Browser, served: str) -> None:
    """It stays when the answer is right later, and travels: a class's statistics rest on it."""
    page.goto(served + TEST)
    wrong = option(page.locator(f"#{CHOICE}"), right=False, at=1).get_attribute("value")
    page.evaluate("id => window.exactResume.note(id, true, true, ['1'])", "ex01-every-five")
    for given, right in ((wrong, False), ("0", False), ("1", True)):
        note = "([id, given, right]) => window.exactResume.note(id, right, true, [given])"
        page.evaluate(note, [CHOICE, given, right])
    text = page.evaluate("window.exactResume.exported()")

    other = browser.new_page()
    imported(other, served, text)
    kept, never_wrong = stored(other, CHOICE), stored(other, "ex01-every-five")
    other.close()
    assert kept is not None
    assert never_wrong is not None
    assert ([wrong], ["1"], False) == (kept["slip"], kept["given"], kept["first"])
    assert "slip" not in never_wrong


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
    assert "Answers taken over: 1." in imported(other, served, text)
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
