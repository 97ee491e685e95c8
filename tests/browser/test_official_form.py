"""The official form in the browser: a button on the application's page, and the page that checks a print."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.people import Office, Site
from tests.workflow.printing.printed import pages_of


def test_a_reviewer_takes_the_form_and_a_stranger_finds_it_genuine(site: Site, office: Office) -> None:
    finance = office.person("finance1")
    finance.open(f"/applications/{site.first_in('disbursed')}")
    page = finance.page
    button = page.get_by_role("link", name="打印正式表格（PDF）")
    # Shown or saved, as the browser can; what it holds is asked for once more, with the same cookies.
    with page.expect_response("**/official-form") as answered:
        button.click(no_wait_after=True)
    assert answered.value.status == 200
    assert answered.value.headers["content-type"] == "application/pdf"
    form = page.context.request.get(answered.value.url)
    pages = pages_of(form.body())
    assert "办理状态：已拨付" in pages[0]

    number, code = pages[0].split("编号：")[1][:18], pages[0].split("核验码")[1][:14]
    stranger = office.stranger()
    stranger.open("/")
    stranger.page.get_by_role("link", name="核验打印的表格").click()
    stranger.fill({"number": number, "code": code.lower()})
    assert stranger.press("核验") == 200
    assert "核验通过" in stranger.text
    assert "已拨付" in stranger.text
    assert stranger.faults() == []
    stranger.page.set_viewport_size({"width": 360, "height": 740})
    assert stranger.overflow() <= 0

    stranger.fill({"code": "ABC"})
    assert stranger.press("核验") == 422
    field = stranger.page.get_by_role("textbox", name="核验码")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("ABC")
    assert finance.complaints + stranger.complaints == []


def test_a_print_is_checked_without_scripts(office: Office) -> None:
    plain = office.stranger(scripts=False)
    plain.open("/verify")
    plain.fill({"number": "410400-2026-000001", "code": "ABCD-EFGH-JKMN"})
    assert plain.press("核验") == 200
    expect(plain.page.locator("#answer")).to_have_text("核验结果")
