"""我的待办 by keyboard alone, in the browser."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.keyboard import Keyboard
from tests.browser.people import Office
from tests.browser.test_training_records import sound


@pytest.mark.timeout(120)
def test_a_reviewer_filters_opens_decides_and_goes_on_without_a_mouse(office: Office) -> None:
    person = office.stranger()
    keys, page = Keyboard(person), person.page
    keys.sign_in("hr1")
    keys.choose("subsidy", "职业技能培训补贴")
    keys.press("筛选")
    page.wait_for_url("**subsidy=training**")
    sound(person)
    rows = page.locator(".table-cards tbody th a")
    count = rows.count()
    assert count > 1
    keys.keys("j", "j", "k")
    expect(rows.first).to_be_focused()
    box = page.locator("tbody input[type=checkbox]").first
    ticked = "() => document.activeElement.closest('tr').querySelector('input[type=checkbox]')"
    while not page.evaluate(ticked):
        keys.keys("j")
    keys.keys("x")
    expect(box).to_be_checked()
    number = page.evaluate("() => document.activeElement.textContent")
    keys.keys("Enter")
    expect(page.locator("h1")).to_contain_text(number)
    sound(person)

    keys.keys("a")
    choice = page.locator("#event-approve [name=common_opinion]")
    expect(choice).to_be_focused()
    keys.keys("ArrowDown")
    opinion = page.locator("#event-approve [name=opinion]")
    expect(opinion).not_to_have_value("")
    offered = opinion.input_value()
    # No key does anything but be written while one writes.
    keys.keys("Tab")
    page.keyboard.type("n?/jx")
    expect(opinion).to_have_value(f"{offered}n?/jx")
    keys.to(page.locator("#event-approve button[type=submit]"))
    keys.keys("Enter")
    expect(page.locator("[role=status].message-good")).to_contain_text("已办理“审核通过”")
    assert parse_qs(urlsplit(page.url).query)["subsidy"] == ["training"]
    keys.keys("n")
    expect(page.locator("h1")).not_to_contain_text(number)
    keys.keys("u")
    page.wait_for_url("**/worklist?subsidy=training")
    expect(rows).to_have_count(count - 1)

    keys.keys("/")
    expect(page.locator("#site-search")).to_be_focused()
    page.keyboard.type(number)
    keys.keys("Enter")
    expect(page.locator("h1")).to_contain_text(number)
    keys.keys("?")
    expect(page.locator("#keys")).to_be_visible()
    sound(person)
    keys.to(page.locator("#keys-off"))
    keys.keys("Space", "Escape", "?")
    expect(page.locator("#keys")).to_be_hidden()
    keys.to(page.get_by_role("button", name="键盘快捷键"))
    keys.keys("Enter")
    keys.tick(page.locator("#keys-off"))
    assert person.complaints == []
