"""A visit on a weak network: nothing typed is lost, and whatever happens on the way, it arrives once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.people import Office, Person, Site, check
from tests.files import jpeg
from workflow.access import Actor
from workflow.services import accounts, applications

WAITING, SENT = "未发送", "已送达"


class Phone:
    """An inspector's phone before a class in training."""

    def __init__(self, site: Site, office: Office) -> None:
        self.site, self.number = site, site.first_in("training_in_progress")
        self.person = office.person("inspector")
        self.page = self.person.page
        self.page.set_viewport_size({"width": 360, "height": 740})
        self.path = f"/applications/{self.number}/classes/1/visit"
        self.state = self.page.locator("[data-state]").first

    def open(self, minute: int) -> None:
        """The form of a visit at this minute of a day on which it is not yet seen."""
        self.person.open(self.path)
        self.person.fill({"inspected_at": f"2026-08-28T16:{minute:02}", "teachers": "两名教师到岗"})

    def call_the_roster(self, absent: int) -> None:
        """Everybody is there but the first so many."""
        self.page.get_by_role("button", name="全部到场").click()
        for box in self.page.locator('input[name="present"]').all()[:absent]:
            box.uncheck()

    def send(self) -> None:
        """Presses the button once."""
        self.page.get_by_role("button", name="提交检查").click()

    def arrived(self) -> None:
        """Waits for the record of what was sent."""
        self.page.wait_for_url("**/inspections/*")

    @property
    def checks(self) -> list[dict[str, Any]]:
        """The checks of class 1 as they are stored."""
        token = accounts.issue_token(self.site.product, login="auditor")
        actor = accounts.actor_of_token(self.site.product, token=token)
        assert isinstance(actor, Actor)
        view = applications.read_application(self.site.product, actor=actor, application_id=self.number)
        return [each for each in view["form"]["training"]["inspections"] if each["class_no"] == 1]

    @property
    def kept(self) -> list[str]:
        """What this browser still keeps of visits."""
        names: list[str] = self.page.evaluate(
            "Object.keys(localStorage).filter(name => /^visit:/.test(name))"
        )
        return names


@pytest.fixture
def phone(site: Site, office: Office) -> Iterator[Phone]:
    phone = Phone(site, office)
    before = len(phone.checks)
    yield phone
    assert len(phone.checks) == before + 1, "exactly one visit arrives"
    assert phone.kept == []


def test_the_roster_is_called_with_the_thumb(phone: Phone) -> None:
    phone.open(1)
    phone.call_the_roster(2)
    heads = phone.page.locator('input[name="present"]').count()
    expect(phone.page.locator("[data-count]")).to_have_text(
        f"实到 {heads - 2} 人，缺勤 2 人（名册 {heads} 人）"
    )
    height = phone.page.locator(".roll-tick").first.bounding_box()
    assert height is not None
    assert height["height"] >= 44
    phone.page.get_by_label("按姓名查找").fill("没有这个人")
    expect(phone.page.locator(".roll-tick").first).to_be_hidden()
    phone.page.get_by_label("按姓名查找").fill("")
    assert phone.person.overflow() <= 0
    assert phone.person.faults() == []
    phone.send()
    phone.arrived()
    assert phone.checks[-1]["absent_rows"] == [1, 2]
    assert "缺勤 2 人" in phone.person.text
    check(phone.person, phone.page.url)


def test_without_a_network_it_waits_and_goes_when_the_tab_is_opened_again(phone: Phone) -> None:
    phone.open(2)
    phone.call_the_roster(1)
    phone.page.locator("#visit-photos").set_input_files(
        {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": jpeg(80, 60)}
    )
    expect(phone.page.get_by_text("现场.jpg", exact=False)).to_be_visible()
    phone.page.context.set_offline(True)
    phone.send()
    expect(phone.state).to_contain_text(WAITING)
    expect(phone.state).to_contain_text("网络不通")
    expect(phone.page.get_by_role("button", name="立即重试")).to_be_visible()
    assert phone.person.faults() == []
    # The tab is closed; another one is opened once there is a network.
    phone.page.goto("about:blank")
    phone.page.context.set_offline(False)
    phone.person.open("/visits")
    expect(phone.page.locator("[data-visits-kept]")).to_contain_text("检查未送达")
    check(phone.person, phone.page.url)
    phone.page.locator("[data-visits-kept] a").click()
    phone.arrived()
    # What waited beside it follows by itself.
    expect(phone.page.locator("#photos + .aside")).to_have_text("1 个")
    assert phone.checks[-1]["absent_rows"] == [1]


def answer_lost(route: Route) -> None:
    """The server has it, the phone never hears of it."""
    route.fetch()
    route.abort()


def refused_by_the_proxy(route: Route) -> None:
    route.fulfill(status=502, body="bad gateway")


@pytest.mark.parametrize(("minute", "fault"), [(3, Route.abort), (4, answer_lost), (5, refused_by_the_proxy)])
def test_a_request_that_fails_is_sent_again_by_itself(phone: Phone, minute: int, fault: Any) -> None:
    phone.open(minute)
    phone.call_the_roster(0)
    faults = [fault]
    phone.page.route(
        "**/visit", lambda route: faults.pop()(route) if faults and is_post(route) else route.continue_()
    )
    phone.send()
    expect(phone.state).to_contain_text(WAITING)
    phone.arrived()
    phone.page.unroute("**/visit")


def is_post(route: Route) -> bool:
    return route.request.method == "POST"


def test_a_request_that_hangs_counts_as_lost(phone: Phone) -> None:
    phone.page.clock.install()
    phone.open(10)
    phone.call_the_roster(0)
    hanging: list[Route] = []
    phone.page.route("**/visit", lambda route: hanging.append(route) if not hanging else route.continue_())
    phone.send()
    expect(phone.state).to_contain_text("正在发送")
    phone.page.clock.run_for(21_000)
    expect(phone.state).to_contain_text(WAITING)
    phone.page.get_by_role("button", name="立即重试").click()
    phone.arrived()
    phone.page.unroute("**/visit")


def test_what_waits_may_be_changed_and_two_presses_send_once(phone: Phone) -> None:
    phone.open(11)
    phone.call_the_roster(0)
    phone.page.context.set_offline(True)
    phone.send()
    expect(phone.state).to_contain_text(WAITING)
    phone.page.get_by_role("button", name="继续修改").click()
    phone.page.locator('[name="teachers"]').fill("一名教师到岗")
    phone.page.context.set_offline(False)
    phone.page.get_by_role("button", name="提交检查").dblclick()
    phone.arrived()
    assert phone.checks[-1]["teachers"] == "一名教师到岗"


def test_a_session_that_ended_is_found_again_after_signing_in(phone: Phone) -> None:
    phone.open(12)
    phone.call_the_roster(3)
    phone.page.context.clear_cookies()
    phone.send()
    expect(phone.state).to_contain_text("登录已失效")
    phone.page.get_by_role("link", name="登录后自动送出").click()
    phone.person.fill({"login": "inspector", "password": "Yanshi-2026-Pds"})
    phone.page.get_by_role("button", name="登录", exact=True).click()
    phone.arrived()
    assert phone.checks[-1]["absent_rows"] == [1, 2, 3]


def test_what_is_wrong_is_said_beside_the_field_and_typed_text_survives_a_reload(phone: Phone) -> None:
    phone.open(13)
    phone.send()
    expect(phone.page.locator("#visit-present-error")).to_contain_text("还没有勾选到场的学员")
    assert phone.person.faults() == []
    phone.call_the_roster(1)
    phone.page.locator('[name="remarks"]').fill("写到一半")
    expect(phone.state).to_contain_text("已保存在本机")
    phone.person.open(phone.path)
    expect(phone.state).to_contain_text("已恢复")
    expect(phone.page.locator('[name="remarks"]')).to_have_value("写到一半")
    expect(phone.page.locator('input[name="present"]').first).not_to_be_checked()
    phone.send()
    phone.arrived()


def test_who_was_faster_is_shown_with_when(phone: Phone, office: Office) -> None:
    phone.open(14)
    phone.call_the_roster(0)
    colleague = office.stranger()
    office.sign_in(colleague, "inspector")
    colleague.open(phone.path)
    colleague.fill({"inspected_at": "2026-08-28T16:15", "teachers": "到岗"})
    colleague.page.get_by_role("button", name="全部到场").click()
    colleague.page.get_by_role("button", name="提交检查").click()
    colleague.page.wait_for_url("**/inspections/*")
    phone.send()
    expect(phone.page.get_by_role("alert")).to_contain_text(
        "卫示例于 2026年8月28日 17:00 办理“登记培训期间检查”"
    )
    # Seen already: what was typed is thrown away with the session.
    asked: list[str] = []
    phone.page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    with phone.page.expect_navigation():
        phone.page.get_by_role("button", name="退出").click()
    assert "1 份检查没有送达" in asked[0]
    assert phone.kept == []
    assert office.sign_in(phone.person, "inspector") == 200


def test_a_visit_is_recorded_without_scripts(site: Site, office: Office) -> None:
    person: Person = office.stranger(scripts=False, width=360)
    office.sign_in(person, "inspector")
    person.open(f"/applications/{site.first_in('training_in_progress')}/classes/2/visit")
    person.fill({"inspected_at": "2026-08-28T16:40", "teachers": "到岗"})
    assert person.press("全部到场") == 200
    person.page.locator('input[name="present"]').nth(4).uncheck()
    assert person.press("提交检查") == 200
    assert "缺勤 1 人" in person.text
    person.page.set_input_files("#field-file", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    assert person.press("上传照片") == 200
    assert "a.jpg" in person.text
    page: Page = person.page
    assert person.overflow() <= 0, page.url
