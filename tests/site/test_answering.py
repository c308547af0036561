"""Are questions judged, explained and scored, by mouse and by keyboard?"""

from playwright.sync_api import Page, expect

from tests.site.answering import CHOICE, MULTI, NUMBER, ORDER, TEST, UNIT, answer, option, stored


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
    assert stored(page, ORDER) is None  # blocks that nobody moved are no answer
    page.locator(".q-result a").first.click()
    page.wait_for_url(f"**/{UNIT}/cost.html#what-a-kill-costs")
