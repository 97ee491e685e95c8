"""我的待办 by keyboard alone, in the browser."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import Office
from tests.browser.test_training_records import sound


def _press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def _tab_to(page: Page, selector: str) -> None:
    """Presses Tab until the focus is there; whatever has it on the way shows it."""
    for _ in range(200):
        page.keyboard.press("Tab")
        outlined = page.evaluate(
            "() => document.activeElement === document.body"
            " || getComputedStyle(document.activeElement).outlineStyle !== 'none'"
            " || getComputedStyle(document.activeElement).boxShadow !== 'none'"
        )
        assert outlined, page.evaluate("() => document.activeElement.outerHTML.slice(0, 200)")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(selector)


@pytest.mark.timeout(120)
def test_a_reviewer_filters_opens_decides_and_goes_on_without_a_mouse(office: Office) -> None:
    person = office.person("hr1")
    person.open("/worklist")
    page = person.page
    _tab_to(page, "#filter-subsidy")
    _press(page, "ArrowDown")
    _tab_to(page, ".filters button")
    _press(page, "Enter")
    page.wait_for_url("**subsidy=training**")
    sound(person)
    rows = page.locator(".table-cards tbody th a")
    count = rows.count()
    assert count > 1
    _press(page, "j", "j", "k")
    expect(rows.first).to_be_focused()
    box = page.locator("tbody input[type=checkbox]").first
    ticked = "() => document.activeElement.closest('tr').querySelector('input[type=checkbox]')"
    while not page.evaluate(ticked):
        _press(page, "j")
    _press(page, "x")
    expect(box).to_be_checked()
    number = page.evaluate("() => document.activeElement.textContent")
    _press(page, "Enter")
    expect(page.locator("h1")).to_contain_text(number)
    sound(person)

    _press(page, "a")
    choice = page.locator("#event-approve [name=common_opinion]")
    expect(choice).to_be_focused()
    _press(page, "ArrowDown")
    opinion = page.locator("#event-approve [name=opinion]")
    expect(opinion).not_to_have_value("")
    offered = opinion.input_value()
    # No key does anything but be written while one writes.
    _press(page, "Tab")
    page.keyboard.type("n?/jx")
    expect(opinion).to_have_value(f"{offered}n?/jx")
    _tab_to(page, "#event-approve button[type=submit]")
    _press(page, "Enter")
    expect(page.locator("[role=status].message-good")).to_contain_text("已办理“审核通过”")
    assert parse_qs(urlsplit(page.url).query)["subsidy"] == ["training"]
    _press(page, "n")
    expect(page.locator("h1")).not_to_contain_text(number)
    _press(page, "u")
    page.wait_for_url("**/worklist?subsidy=training")
    expect(rows).to_have_count(count - 1)

    _press(page, "/")
    expect(page.locator("#site-search")).to_be_focused()
    page.keyboard.type(number)
    _press(page, "Enter")
    expect(page.locator("h1")).to_contain_text(number)
    _press(page, "?")
    expect(page.locator("#keys")).to_be_visible()
    sound(person)
    _tab_to(page, "#keys-off")
    _press(page, "Space", "Escape", "?")
    expect(page.locator("#keys")).to_be_hidden()
    page.get_by_role("button", name="键盘快捷键").click()
    page.locator("#keys-off").uncheck()
    assert person.complaints == []
