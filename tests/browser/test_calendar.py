"""The calendar in a real browser: sound pages, a year on one sheet, notices and closures step by step."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.people import Office, Person, Site, check
from workflow.services import calendar_versions

# Laid upon the year 2026, so that clocks of the demonstration move.
AMENDMENT = """国务院办公厅关于调整2026年中秋节假期安排的通知
一、2026年9月25日至28日放假调休，共4天。9月19日（星期六）上班。
国务院办公厅
2026年8月27日
"""
CLOSURE = {
    "region": "410400",
    "first_on": "2026-09-02",
    "last_on": "2026-09-03",
    "authority": "平顶山市人民政府",
    "document_number": "平政明电〔2026〕1号",
    "reason": "暴雨全市停工",
}


def sheets(person: Person) -> int:
    """On how many sheets of A4 the page prints."""
    return len(re.findall(rb"/Type\s*/Page\b", person.page.pdf(prefer_css_page_size=True)))


def ordinal(site: Site) -> int:
    return int(calendar_versions.list_versions(site.product, limit=1)["items"][0]["ordinal"])


def test_the_public_pages_of_the_calendar_are_sound(office: Office) -> None:
    stranger = office.stranger()
    for path in (
        "/calendar/2020",
        "/calendar/2026?region=410400",
        "/calendar/due?start=2026-12-20&working_days=30",
        "/calendar/due?start=2026-10-19&working_days=10&direction=backwards",
        "/calendar/due?mode=between&start=2026-09-29&end=2026-10-19",
        "/calendar/versions",
        "/calendar/versions/1",
        "/calendar/versions/1?year=2027",
        "/calendar/versions/compare?before=1&after=1",
    ):
        check(stranger, path)
    assert stranger.complaints == []


@pytest.mark.parametrize(
    "path", ["/calendar/2020", "/calendar/2027", "/calendar/2018", "/calendar/versions/1?year=2026"]
)
def test_a_year_prints_on_one_sheet_without_the_furniture(office: Office, path: str) -> None:
    stranger = office.stranger()
    stranger.open(path)
    assert sheets(stranger) == 1
    stranger.page.emulate_media(media="print")
    expect(stranger.page.locator(".month")).to_have_count(12)
    for hidden in (".site-head", ".site-nav", ".page-acts", ".filters", ".site-foot"):
        expect(stranger.page.locator(hidden).first).to_be_hidden()
    expect(stranger.page.locator(".legend")).to_be_visible()
    expect(stranger.page.locator(".festivals").last).to_contain_text("〔1〕")


def test_a_year_is_readable_without_any_colour(office: Office) -> None:
    stranger = office.stranger()
    stranger.open("/calendar/2026")
    borders = {
        kind: stranger.page.locator(f".month .{kind}").first.evaluate(
            """element => {
                const { borderTopColor, borderTopStyle, fontStyle } = getComputedStyle(element);
                return (borderTopColor === "rgba(0, 0, 0, 0)" ? "none" : borderTopStyle) + fontStyle;
            }"""
        )
        for kind in ("holiday", "make_up", "weekend", "work")
    }
    assert len(set(borders.values())) == len(borders), borders
    expect(stranger.page.locator(".month .holiday").first).to_contain_text("休")
    expect(stranger.page.locator(".month .make_up").first).to_contain_text("班")


def test_a_period_is_counted_without_scripts_and_the_result_is_at_hand(office: Office) -> None:
    stranger = office.stranger(scripts=False)
    stranger.open("/calendar/due")
    stranger.fill({"start": "", "working_days": ""})
    assert stranger.press("计算：从某一天起数工作日") == 422
    expect(stranger.page.locator("#due-working_days-error")).to_have_text("“工作日天数”未填写")
    stranger.fill({"start": "2026-10-19", "working_days": "10", "direction": "backwards"})
    assert stranger.press("计算：从某一天起数工作日") == 200
    assert "2026年9月29日（周二）" in stranger.text
    assert stranger.page.url.endswith("#answer")
    expect(stranger.page.locator('[name="direction"]')).to_have_value("backwards")
    expect(stranger.page.locator(".days .day-make_up")).to_contain_text("调休上班")
    # Each line of a square stays whole.
    assert stranger.page.locator(".days li > *").evaluate_all(
        "lines => lines.every(one => one.scrollWidth <= one.parentElement.clientWidth)"
    )
    second = '[aria-labelledby="between"]'
    stranger.fill({"start": "2026-09-29", "end": "2026-10-19"}, inside=second)
    assert stranger.press("计算：两个日期之间的工作日", inside=second) == 200
    assert "共 10 个工作日" in stranger.text


def test_of_two_administrators_the_second_sees_the_new_version_and_loses_nothing(
    site: Site, office: Office
) -> None:
    first, second = office.person("admin"), office.second_window("admin")
    before = ordinal(site)
    for person in (first, second):
        person.open("/calendar/import")
        person.fill({"notice": AMENDMENT})
        assert person.press("预览变动") == 200
    assert "本次按调整处理，将改变 2 天" in first.text
    expect(first.page.locator(".month .changed")).to_have_count(2)
    expect(first.page.locator('[aria-labelledby="moves"] tbody tr').first).to_be_visible()
    assert first.faults() == []
    with first.page.expect_download() as taken:
        first.page.get_by_role("button", name="下载全部").click()
    assert taken.value.suggested_filename == "到期日变动的时限.csv"
    # A download is no sending: the way to apply is still open.
    assert first.press("确认生效", inside="[aria-labelledby=preview]") == 200
    assert first.page.url.endswith("/calendar/2026")
    assert f"日历第 {before + 1} 版" in first.text
    assert second.press("确认生效", inside="[aria-labelledby=moves]") == 409
    assert f"现行的是第 {before + 1} 版" in second.text
    expect(second.page.locator('textarea[name="notice"]')).to_have_value(AMENDMENT.strip() + "\n")
    assert second.faults() == []
    check(office.stranger(), f"/calendar/versions/compare?before={before}&after={before + 1}")
    assert first.complaints == []
    assert second.complaints == []


def test_an_address_that_is_shown_once_is_not_made_anew_by_loading_the_page_again(office: Office) -> None:
    person = office.second_window("finance1")
    person.open("/account")
    assert person.press("新建订阅地址") == 200
    address = person.page.locator("main code").inner_text()
    person.page.reload()
    expect(person.page.locator("main code")).to_have_count(0)
    assert office.stranger().page.request.get(address).status == 200


def test_the_sheets_of_all_clocks_are_sound_where_a_name_returns(site: Site, office: Office) -> None:
    auditor = office.person("auditor")
    check(auditor, f"/applications/{site.first_in('claim_public_notice')}/clocks")
    assert "（第 2 次）" in auditor.text


def test_a_moved_clock_is_told_with_both_dates(site: Site, office: Office) -> None:
    admin = office.person("admin")
    if ordinal(site) == 1:
        admin.open("/calendar/import")
        admin.fill({"notice": AMENDMENT})
        admin.press("预览变动")
        admin.press("确认生效", inside="[aria-labelledby=preview]")
    applicant = office.person("institution_bf")
    check(applicant, "/alerts")
    moved = applicant.page.locator("li[id^=message-]", has_text="到期日因日历更新而变动").first
    expect(moved).to_contain_text("原 2026年9月28日 → 2026年9月29日")
    with applicant.page.expect_navigation():
        moved.get_by_role("button", name="查看期限如何计算").click()
    assert "逐日说明" in applicant.text


def test_a_closure_is_entered_by_one_person_confirmed_by_another_and_taken_back(
    site: Site, office: Office
) -> None:
    clerk, head = office.person("office"), office.person("hr_head")
    before = ordinal(site)
    check(clerk, "/calendar/closures")
    clerk.fill(CLOSURE | {"first_on": ""})
    assert clerk.press("录入，交另一人确认") == 422
    expect(clerk.page.locator('[name="reason"]')).to_have_value("暴雨全市停工")
    assert clerk.faults() == []
    clerk.fill(CLOSURE)
    assert clerk.press("录入，交另一人确认") == 200
    path = clerk.page.url.removeprefix(site.address)
    expect(clerk.page.get_by_role("button", name="不予确认")).to_have_count(0)
    check(clerk, path)
    check(head, path)
    assert head.page.locator('[aria-labelledby="moves"] tbody tr').count() > 0
    assert head.press("确认") == 200
    assert f"日历第 {before + 1} 版生效" in head.text
    stranger = office.stranger()
    stranger.open("/calendar/2026?region=410400")
    expect(stranger.page.locator(".month .closed")).to_have_count(2)
    assert sheets(stranger) == 1
    check(stranger, f"/calendar/versions/{before + 1}")
    head.open(path)
    head.fill({"reason": "当日照常办公"})
    assert head.press("申请撤销") == 200
    check(office.person("admin"), path)
    assert office.person("admin").press("确认撤销") == 200
    assert ordinal(site) == before + 2
    check(office.person("auditor"), "/calendar/closures")


def test_a_menu_of_the_calendar_shows_what_a_role_may_open(office: Office) -> None:
    public = ["年历", "期限计算", "历次版本"]
    for login, more in {
        "institution": [],
        "hr1": [],
        "industry_head": [],
        "hr_head": ["本地停办"],
        "auditor": ["本地停办"],
        "admin": ["本地停办", "导入放假通知"],
    }.items():
        person = office.person(login)
        person.open("/calendar")
        found = person.page.locator('main nav[aria-label="工作日历"] a').all_inner_texts()
        assert found == public + more, login
