"""转办 and back by the keyboard alone, and an absence on a narrow screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.keyboard import Keyboard
from tests.browser.people import Office, Person, Site, check


def sound(person: Person) -> None:
    """With everything unfolded the page fits a telephone and axe finds nothing."""
    person.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    for width in (360, 1366):
        person.page.set_viewport_size({"width": width, "height": 740})
        assert person.overflow() <= 0, width
    assert person.faults() == []


@pytest.mark.timeout(120)
def test_handed_over_and_back_by_the_keyboard(site: Site, office: Office) -> None:
    address = f"/applications/{site.first_in('claim_industry_first')}"
    one, other = Keyboard(office.stranger()), Keyboard(office.stranger())
    one.sign_in("industry1")
    one.open(address)
    sound(one.person)
    one.open(address)
    one.choose("to_id", "郑示例", inside="#turn-hand-over")
    one.write("reason", "外出检查", inside="#turn-hand-over")
    one.enter()
    expect(one.page.get_by_text("已转办给", exact=False).first).to_be_visible()
    expect(one.page.locator("#act")).to_have_count(0)
    other.sign_in("industry2")
    other.open(address)
    sound(other.person)
    other.open(address)
    other.press("退回本部门")
    expect(other.page.get_by_text("已退回本部门", exact=False).first).to_be_visible()
    one.open(address)
    expect(one.page.locator("#act")).to_have_count(1)


@pytest.mark.timeout(120)
def test_an_absence_is_entered_and_the_pages_are_sound(office: Office) -> None:
    head = office.person("industry_head")
    check(head, "/account/absences")
    head.page.locator("#field-account_id").select_option(label="吴示例（审核人员）")
    head.page.locator("#field-substitute_id").select_option(index=2)
    head.fill({"from_on": "2026-09-01", "until_on": "2026-08-31", "reason": "公出"})
    assert head.press("登记") == 422
    expect(head.page.locator("#field-until_on-error")).to_contain_text("不能早于")
    assert head.faults() == []
    head.fill({"until_on": "2026-09-04"})
    assert head.press("登记") == 200
    expect(head.page.get_by_text("未开始")).to_have_count(1)
    check(office.person("admin"), "/account/absences")
