"""The administrator's desk and the message centre in a real browser, most of it by keyboard alone."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.people import Office, Site, check
from workflow.services.delivery import deliver


def test_an_account_is_added_signs_in_and_is_out_as_soon_as_it_is_closed(office: Office) -> None:
    admin = office.person("admin")
    check(admin, "/admin/accounts/new")
    seat = {"role": "cashier", "department": "finance", "region": "410400"}
    admin.fill({"login": "cashier9", "name": "邱示例"} | seat)
    assert admin.press("添加") == 200
    password = admin.page.locator("code.user-select-all").inner_text()
    address = admin.page.url
    assert admin.faults() == []

    person = office.stranger()
    person.open("/sign-in")
    person.fill({"login": "cashier9", "password": password})
    person.press("登录")
    person.open("/worklist")
    expect(person.page.locator("main")).to_contain_text("请先设定自己的密码")
    own = "Qiu-shili-2026"
    person.fill({"current": password, "new": own, "again": own})
    assert person.press("修改密码") == 200
    person.fill({"login": "cashier9", "password": own})
    person.press("登录")
    person.open("/worklist")
    expect(person.page.locator("h1")).to_have_text("我的待办")

    admin.open(address)
    expect(admin.page.locator("main")).to_contain_text("1 处登录中")
    admin.page.locator("summary", has_text="停用").focus()
    admin.page.keyboard.press("Enter")
    admin.page.keyboard.press("Tab")
    admin.page.keyboard.type("试用结束")
    with admin.page.expect_navigation():
        admin.page.keyboard.press("Enter")
    expect(admin.page.locator("main")).to_contain_text("已停用")
    person.open("/worklist")
    assert "/sign-in" in person.page.url
    assert admin.complaints == []


def test_the_last_of_a_seat_is_closed_only_after_what_stops_was_acknowledged(office: Office) -> None:
    admin = office.person("admin")
    admin.open("/admin/accounts?role=cashier&region=410421")
    admin.page.get_by_role("link", name="cashier_bf").click()
    expect(admin.page.locator(".message-warn")).to_contain_text("宝丰县将没有财政部门拨付经办人")
    admin.page.locator("summary", has_text="停用").click()
    assert admin.press("停用这个账号") == 422
    expect(admin.page.locator("#close-confirmed")).to_have_attribute("aria-invalid", "true")
    assert admin.faults() == []
    admin.page.get_by_role("link", name=re.compile("审核通过的补贴无法拨付")).click()
    admin.page.keyboard.press("Space")
    assert admin.press("停用这个账号") == 200
    admin.open("/admin")
    expect(admin.page.locator("main")).to_contain_text("宝丰县没有财政部门拨付经办人")
    admin.open("/admin/accounts?state=closed")
    admin.page.get_by_role("link", name="cashier_bf").click()
    assert admin.press("重新启用") == 200


def test_a_stuck_message_is_sent_again_by_keyboard(office: Office, site: Site) -> None:
    admin = office.person("admin")
    check(admin, "/admin/outbox?state=failed")
    admin.open("/admin/outbox?state=failed")
    admin.page.locator("[name=chosen]").first.focus()
    admin.page.keyboard.press("Space")
    with admin.page.expect_navigation():
        admin.page.keyboard.press("Enter")
    expect(admin.page.locator("main")).to_contain_text("已安排重发 1 条消息")
    deliver(site.product)
    admin.open("/admin/outbox?state=failed")
    expect(admin.page.locator("main")).to_contain_text("没有这样的消息")
    admin.open("/admin/system")
    expect(admin.page.locator("main")).not_to_contain_text("条发送失败")


def test_messages_are_found_opened_and_marked_by_keyboard(office: Office) -> None:
    person = office.person("institution")
    check(person, "/alerts")
    person.open("/alerts")
    page = person.page
    page.locator("#filter-kind").select_option("progress")
    page.locator("#filter-unread").focus()
    page.keyboard.press("Space")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "kind=progress" in page.url
    assert "unread=1" in page.url
    shown = page.locator(".messages > li").count()
    assert shown
    page.locator("button[name=open]").first.focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "/applications/" in page.url
    page.go_back()
    page.reload()
    page.locator("button[name=all]").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("没有这样的消息")
    assert person.complaints == []
