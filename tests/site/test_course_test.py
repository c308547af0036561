"""Does the test over all units say, unit by unit, where its reader stands?"""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.site.answering import answer, option, stored

PAGE = "/course_test.html"
ABOUT_TWO, ABOUT_SIX = "course-02-equal-end", "course-06-loss-equal"


def score(page: Page, unit: int) -> str | None:
    """Return what stands beside a unit, be the list open or not."""
    return page.locator(f"[data-score=course_test-{unit}]").text_content()


def test_each_unit_has_its_own_score(page: Page, served: str) -> None:
    """An answer counts for its unit and for the whole, and for no other unit."""
    page.goto(served + PAGE)
    expect(page.locator("form.q")).to_have_count(30)
    before = score(page, 7)
    answer(page, ABOUT_TWO, right=True)
    answer(page, ABOUT_SIX, right=False)

    total = page.locator("[data-score=course_test]")
    expect(total).to_have_text("1 of 58 points, 2 of 30 answered")
    assert score(page, 2) == "1 of 3 points, 1 of 2 answered"
    assert score(page, 6) == "0 of 4 points, 1 of 2 answered"
    assert score(page, 7) == before
    page.goto(served + "/record.html")  # whose sum is that of the units' own questions
    expect(page.locator("[data-score=course]").first).to_contain_text(", 0 of ")


def test_taken_as_a_test_it_leads_back_to_the_units(page: Page, site: Path) -> None:
    """Without a server: the end says what was wrong, and each line leads to an existing page."""
    page.goto(f"file://{site}{PAGE}")
    page.get_by_role("button", name="Take it as a test").click()
    option(page.locator(f"#{ABOUT_SIX}"), right=False).check()
    page.get_by_role("button", name="Finish the test").click()
    assert stored(page, ABOUT_SIX) is None
    expect(page.locator(".q-by-unit table")).to_be_hidden()
    page.get_by_role("button", name="Finish the test").click()

    expect(page.locator(".q-result")).to_contain_text("0 of 58 points")
    expect(page.locator(".q-result a")).not_to_have_count(0)
    expect(page.locator(".q-by-unit table")).to_be_visible()
    assert score(page, 6) == "0 of 4 points, 1 of 2 answered"
    page.get_by_role("link", name="6. ").first.click()
    page.wait_for_url("**/ex06_whole_state/index.html")


def test_the_review_asks_its_questions_again(page: Page, served: str) -> None:
    """What was wrong in it comes back beside what was wrong in the units."""
    page.goto(served + PAGE)
    answer(page, ABOUT_SIX, right=False)
    page.goto(served + "/review.html")

    expect(page.locator(".r-item:visible")).to_have_count(1)
    page.locator(".r-item:visible .q-solution summary").click()
    page.get_by_role("link", name="Read this again").locator("visible=true").click()
    page.wait_for_url("**/ex06_whole_state/how.html#who-reads-it")
