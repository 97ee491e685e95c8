"""Every page as each role sees it: reachable, readable by machines and people, on wide and narrow screens."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.people import Office, Site, check

NARROW = 360


def test_an_address_that_does_not_exist_is_told_on_a_sound_page(office: Office) -> None:
    check(office.stranger(), "/nothing", status=404)


def test_the_application_of_a_person_and_the_explanation_of_a_clock_are_sound(
    site: Site, office: Office
) -> None:
    hr = office.person("hr2")
    check(hr, f"/applications/{site.first_in('claim_public_notice', kind='individual')}")
    check(hr, f"/applications/{site.first_in('disbursed')}")
    one = hr.page.locator("a[href^='/clocks/']").first.get_attribute("href")
    hr.page.get_by_role("link", name="逐日说明").first.click()
    assert "个工作日" in hr.text
    check(hr, hr.page.url)
    check(hr, str(one))
    institution = office.person("institution")
    draft = site.first_in("draft")
    check(institution, f"/applications/{draft}/edit")
    check(institution, f"/applications/{draft}/roster")
    check(institution, f"/applications/{draft}/roster/trainees/new")
    institution.open(f"/applications/{draft}/roster")
    institution.page.get_by_role("link", name="修改").first.click()
    check(institution, institution.page.url)
    inspector = office.person("inspector_bf")
    proposed = site.first_in("assessment_proposed", region="410421")
    check(inspector, f"/applications/{proposed}/results-sheet")
    check(inspector, f"/applications/{proposed}")


def test_the_money_of_an_application_is_sound_and_is_entered_with_a_word_beside_what_is_wrong(
    site: Site, office: Office
) -> None:
    head = office.person("finance_head")
    for state in ("disbursed", "claim_finance_first", "recovering"):
        check(head, f"/applications/{site.first_in(state)}/funds")
    head.open("/funds")
    head.page.get_by_text("登记核减或更正", exact=True).click()
    form = "#entry-withdraw"
    head.fill({"source": "talent_fund", "amount": "600000", "document": "更正1号"}, inside=form)
    assert head.press("登记核减", inside=form) == 422
    expect(head.page.locator("#withdraw-amount-error")).to_contain_text("可用余额500,000.00元")
    expect(head.page.locator("#withdraw-amount")).to_have_value("600000")
    assert head.faults() == []
    head.fill({"amount": "1,000.50"}, inside=form)
    assert head.press("登记核减", inside=form) == 200
    assert "498,999.50" in head.text
    assert head.complaints == []


def test_what_is_shown_only_once_is_sound_and_the_calendar_can_be_read(office: Office) -> None:
    person = office.second_window("finance2")
    for button, shown in (
        ("新建访问令牌（30 天有效）", "新的访问令牌"),
        ("新建订阅地址", "新的日历订阅地址"),
    ):
        person.open("/account")
        assert person.press(button) == 200
        assert shown in person.text
        assert person.faults() == []
        person.page.set_viewport_size({"width": NARROW, "height": 740})
        assert person.overflow() <= 0
    address = person.page.locator("code").inner_text()
    calendar = office.stranger().page.request.get(address)
    assert "BEGIN:VEVENT" in calendar.text()
    check(person, "/account")
    assert person.press("作废订阅地址") == 200
    assert office.stranger().page.request.get(address).status == 404
    assert person.complaints == []


def test_the_explanation_of_clocks_prints_without_the_furniture_of_the_site(
    site: Site, office: Office
) -> None:
    hr = office.person("hr2")
    hr.open(f"/applications/{site.first_in('disbursed')}")
    hr.page.get_by_role("link", name="打印时限说明").click()
    hr.page.emulate_media(media="print")
    try:
        for furniture in ("header", "nav", "footer", "button"):
            assert not any(one.is_visible() for one in hr.page.locator(furniture).all()), furniture
        assert hr.page.locator(".clock-sheet").count() > 5
        # In words and numbers: nothing hangs on a colour that a printer leaves out.
        marks = {mark.strip() for mark in hr.page.locator(".sheet .day-mark").all_inner_texts()}
        assert {"起算", "第1", "周末", "结束"} <= marks
        assert "申请编号：" in hr.text
        assert hr.page.pdf(prefer_css_page_size=True).startswith(b"%PDF")
    finally:
        hr.page.emulate_media(media="screen")


def test_large_type_and_high_contrast_stay_on_and_remain_sound(site: Site, office: Office) -> None:
    stranger = office.stranger()
    stranger.open("/notices")
    assert stranger.press("大字版", inside="header") == 200
    assert stranger.press("高对比度", inside="header") == 200
    assert stranger.page.url.endswith("/notices")
    stranger.open("/calendar")
    expect(stranger.page.locator("html")).to_have_class(re.compile("^type-large contrast-high"))
    assert stranger.faults() == []
    stranger.page.set_viewport_size({"width": NARROW, "height": 740})
    assert stranger.overflow() <= 0
    assert stranger.press("标准字号", inside="header") == 200
    expect(stranger.page.locator("html")).to_have_class(re.compile("^contrast-high"))


def test_everything_can_be_reached_by_keyboard_beginning_with_the_way_past_the_menu(office: Office) -> None:
    stranger = office.stranger()
    stranger.open("/sign-in")
    stranger.page.keyboard.press("Tab")
    skip = stranger.page.locator(".skip-link")
    expect(skip).to_be_focused()
    assert (skip.bounding_box() or {"y": -1})["y"] >= 0
    stranger.page.keyboard.press("Enter")
    stranger.page.keyboard.press("Tab")
    expect(stranger.page.locator("#login")).to_be_focused()
    outline = stranger.page.locator("#login").evaluate("element => getComputedStyle(element).outlineStyle")
    assert outline == "solid"


def test_days_left_are_said_in_words(site: Site, office: Office) -> None:
    hr = office.person("hr1")
    hr.open("/worklist")
    tags = hr.page.locator("td .tag:not(.tag-state)").all_inner_texts()
    assert tags
    assert all(
        any(word in tag for word in ("剩余", "逾期", "到期", "暂停", "无时限", "公示期", "暂定"))
        for tag in tags
    )
    assert any("已逾期" in tag for tag in tags)


def test_a_menu_shows_what_a_role_may_open_and_nothing_else(office: Office) -> None:
    menus = {
        "institution": "我的待办 申请 消息 本单位账号 公示 目录清单 工作日历",
        "hr1": "我的待办 双随机 申请 消息 机构注册 公示 目录清单 工作日历 统计报表",
        "finance1": "我的待办 申请 消息 公示 目录清单 工作日历 财政工作台 资金 统计报表",
        "admin": "我的待办 申请 消息 公示 目录清单 工作日历 领导小组工作台 统计报表 审计 系统管理",
    }
    for login, words in menus.items():
        person = office.person(login)
        person.open("/worklist")
        links = person.page.locator(".site-nav a").all_inner_texts()
        assert [link.split()[0] for link in links] == words.split()
        assert person.open("/admin/accounts").status == (200 if login == "admin" else 403)


def test_filters_stay_in_the_address_and_the_list_changes_without_a_new_page(office: Office) -> None:
    auditor = office.person("auditor")
    auditor.open("/applications")
    auditor.page.evaluate("window.same = true")
    with auditor.page.expect_response(lambda answer: "section=claim" in answer.url):
        auditor.page.select_option("#filter-section", "claim")
    expect(auditor.page.locator("#found tbody .tag-state").first).to_contain_text("申领")
    assert "section=claim" in auditor.page.url
    assert auditor.page.evaluate("window.same") is True
    auditor.page.reload()
    expect(auditor.page.locator("#filter-section")).to_have_value("claim")
    assert auditor.complaints == []


def test_a_long_list_is_read_page_by_page(office: Office) -> None:
    auditor = office.person("auditor")
    auditor.open("/applications")
    seen: list[str] = []
    while True:
        seen += auditor.page.locator("#found th a").all_inner_texts()
        following = auditor.page.get_by_role("link", name="下一页")
        if not following.count():
            break
        following.click()
    assert len(seen) == len(set(seen)) > 20


def test_it_works_without_scripts(site: Site, office: Office) -> None:
    person = office.stranger(scripts=False)
    assert office.sign_in(person, "enterprise") == 200
    person.open("/applications/new")
    person.fill({"applicant.name": "平顶山示例机械制造有限公司", "opening.classes.0.batch": "2026年第9批"})
    assert person.press("增加一个班级") == 200
    expect(person.page.locator('[name="opening.classes.0.batch"]')).to_have_value("2026年第9批")
    expect(person.page.locator('[name="opening.classes.1.class_no"]')).to_have_value("2")
    assert person.press("删除第 1 个班") == 200
    expect(person.page.locator('[name="opening.classes.1.class_no"]')).to_have_count(0)
    assert person.press("保存草稿") == 200
    assert "提交前还需填写" in person.text
    person.open("/applications?state=draft")
    assert person.page.locator("#found tbody tr").count() >= 1
    person.open("/calendar/due?start=2026-09-29&working_days=10")
    assert "2026年10月19日（周一）" in person.text


def test_the_application_prints_as_the_form_alone(site: Site, office: Office) -> None:
    auditor = office.person("auditor")
    auditor.open(f"/applications/{site.first_in('disbursed')}")
    auditor.page.emulate_media(media="print")
    expect(auditor.page.locator(".paper")).to_be_visible()
    for hidden in (".site-head", ".site-nav", ".matter-side", ".steps", ".site-foot", "#history"):
        expect(auditor.page.locator(hidden).first).to_be_hidden()
    auditor.page.emulate_media(media="screen")


def test_an_alert_is_read_and_no_longer_counted(office: Office) -> None:
    hr = office.person("hr1")
    hr.open("/alerts?unread=1")
    before = int(hr.page.locator('.site-nav a[href="/alerts"] .count').inner_text().split()[0])
    hr.page.locator("button[name=one]").first.focus()
    with hr.page.expect_navigation(url="**/alerts?unread=1"):
        hr.page.keyboard.press("Enter")
    after = hr.page.locator('.site-nav a[href="/alerts"] .count')
    assert (int(after.inner_text().split()[0]) if after.count() else 0) == before - 1


def test_a_report_is_read_and_taken_away_as_a_workbook(office: Office) -> None:
    head = office.person("finance_head")
    head.open("/reports")
    head.page.locator("tbody th a").first.click()
    expect(head.page.locator("#report table")).to_be_visible()
    with head.page.expect_download() as taken:
        head.page.get_by_role("link", name="下载表格").click()
    assert taken.value.suggested_filename.endswith(".xlsx")
