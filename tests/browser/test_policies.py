"""政策参数 in a real browser: sound, readable without script, and on paper."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.people import Office, check


def test_the_pages_of_the_policies_are_sound(office: Office) -> None:
    admin = office.person("admin")
    for path in (
        "/admin/policies",
        "/admin/policies/pingdingshan-2022",
        "/admin/policies/zhongmu-2022",
        "/admin/policies/compare",
        "/admin/policies/compare?before=pingdingshan-2022&after=zhongmu-2022",
    ):
        check(admin, path)
    assert admin.complaints == []


def test_an_administrator_goes_from_the_menu_to_a_value_and_to_a_comparison(office: Office) -> None:
    admin = office.person("admin")
    admin.open("/admin/accounts")
    admin.page.get_by_role("link", name="政策参数").click()
    admin.page.get_by_role("link", name="新乡市2023年度").click()
    row = admin.page.locator("tr", has_text="settings.certificates_required")
    expect(row).to_contain_text("新技领办〔2023〕4号 附件4 二2")
    admin.page.get_by_role("link", name="与另一项政策比较").click()
    admin.page.get_by_label("新政策").select_option("zhongmu-2022")
    assert admin.press("比较", inside=".filters") == 200
    hiring = admin.page.locator("tr", has_text="employment_subsidies.hiring")
    expect(hiring).to_contain_text("每人1,000.00元")
    expect(hiring).to_contain_text("征求意见稿")
    assert admin.complaints == []


@pytest.mark.parametrize(
    "path",
    ["/admin/policies/zhongmu-2022", "/admin/policies/compare?before=xinxiang-2023&after=zhongmu-2022"],
)
def test_a_policy_and_a_comparison_print_without_the_furniture(office: Office, path: str) -> None:
    office_head = office.person("office")
    office_head.open(path)
    office_head.page.emulate_media(media="print")
    try:
        for furniture in ("header", "nav", "footer", "button", "form"):
            assert not any(one.is_visible() for one in office_head.page.locator(furniture).all()), furniture
        expect(office_head.page.locator(".tag, .message", has_text="征求意见稿").first).to_be_visible()
        assert office_head.page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    finally:
        office_head.page.emulate_media(media="screen")
