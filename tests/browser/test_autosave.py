"""A form saved while somebody types: there after a reload, no quarrel with the button, who was faster."""

from __future__ import annotations

import re

from playwright.sync_api import Route, expect

from tests.browser.people import Office, Person, Site

HIDE = """() => {
  Object.defineProperty(document, 'visibilityState', {value: 'hidden'});
  document.dispatchEvent(new Event('visibilitychange'));
}"""
SAVED = re.compile(r"已自动保存 \d\d:\d\d$")


def quick(person: Person) -> None:
    """The pause after which is saved, shorter than for people."""
    person.page.locator("form[data-autosave]").evaluate("form => { form.dataset.autosave = '0.2' }")


def saved_now(person: Person, values: dict[str, str]) -> None:
    """Types, and waits until it has been saved."""
    with person.page.expect_response(lambda answer: "x-autosave" in answer.request.headers) as saved:
        person.fill(values)
    assert saved.value.status == 200
    told(person, SAVED)


def told(person: Person, words: str | re.Pattern[str]) -> None:
    expect(person.page.locator(".autosave")).to_have_text(words)


def test_what_is_typed_on_a_new_form_becomes_one_draft_and_is_there_after_a_reload(office: Office) -> None:
    person = office.person("institution2")
    person.open("/applications/new")
    quick(person)
    told(person, "填写时自动保存")
    place = person.page.locator(".autosave").bounding_box()
    assert place is not None
    person.fill({"applicant.name": "", "applicant.bank_name": "示例银行某"})
    told(person, re.compile("^尚未自动保存：.*名称"))
    person.fill({"applicant.name": "湛河职业技能培训中心（示例）"})
    told(person, SAVED)
    address = person.page.url
    assert re.search(r"/applications/\d+/edit$", address)
    saved_now(person, {"opening.classes.0.place": "湛河区示例路 1 号"})
    person.fill({"applicant.contact_phone": "12345"})
    told(person, re.compile("^尚未自动保存：.*手机号码"))
    person.fill({"applicant.contact_phone": ""})
    told(person, SAVED)
    assert person.faults() == []
    after = person.page.locator(".autosave").bounding_box()
    assert after is not None
    assert [after[side] for side in ("x", "width", "height")] == [
        place[side] for side in ("x", "width", "height")
    ]
    person.page.reload()
    expect(person.page.locator('[name="applicant.bank_name"]')).to_have_value("示例银行某")
    expect(person.page.locator('[name="opening.classes.0.place"]')).to_have_value("湛河区示例路 1 号")
    assert person.page.url == address
    quick(person)
    with person.page.expect_request(lambda sent: "x-autosave" in sent.headers):
        person.fill({"opening.classes.0.place": "湛河区示例路 2 号"})
    # At once, whatever is still on its way.
    assert person.press("保存") == 200
    assert person.page.url == address.removesuffix("/edit")
    assert "申请表已保存" in person.text
    person.open(address)
    expect(person.page.locator('[name="opening.classes.0.place"]')).to_have_value("湛河区示例路 2 号")
    assert person.complaints == []


def test_a_save_on_its_way_is_waited_for_and_a_lost_answer_is_no_quarrel(site: Site, office: Office) -> None:
    person, draft = office.person("institution"), site.first_in("draft")
    person.open(f"/applications/{draft}/edit")
    quick(person)
    lost: list[str] = []

    def lose(route: Route) -> None:
        if "x-autosave" not in route.request.headers or len(lost) > 1:
            route.continue_()
            return
        lost.append(str(route.request.post_data))
        # The first one arrives and its answer does not; the second one does not even arrive.
        if len(lost) == 1:
            route.fetch()
        route.abort()

    person.page.route("**/edit", lose)
    person.fill({"applicant.bank_name": "示例银行甲"})
    told(person, "网络不通，内容还在本页，恢复后自动保存")
    person.page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(person.page.locator("[data-autosave-at]")).to_have_text("")
    assert lost[0] == lost[1]
    person.fill({"applicant.bank_name": "示例银行乙"})
    assert person.press("保存") == 200
    assert "示例银行乙" in person.text
    person.page.unroute("**/edit")


def test_the_faster_window_is_named_and_nothing_typed_in_the_other_is_lost(
    site: Site, office: Office
) -> None:
    first, draft = office.person("institution"), site.first_in("draft")
    second = office.second_window("institution")
    for window in (first, second):
        window.open(f"/applications/{draft}/edit")
        quick(window)
    first.fill({"applicant.bank_name": "示例银行丙"})
    told(first, SAVED)
    second.fill({"applicant.bank_name": "示例银行丁"})
    told(second, re.compile("^已停止自动保存：.*最近一次变动：.*您填写的内容还在本页$"))
    assert second.press("保存") == 409
    expect(second.page.locator('[name="applicant.bank_name"]')).to_have_value("示例银行丁")
    assert "最近一次变动" in second.text
    assert second.faults() == []
    # Hidden, the first window saves at once what was typed last.
    first.page.locator("form[data-autosave]").evaluate("form => { form.dataset.autosave = '60' }")
    first.fill({"applicant.bank_name": "示例银行戊"})
    with first.page.expect_response(lambda answer: "x-autosave" in answer.request.headers) as saved:
        first.page.evaluate(HIDE)
    assert saved.value.status == 200
    first.open(f"/applications/{draft}/edit")
    expect(first.page.locator('[name="applicant.bank_name"]')).to_have_value("示例银行戊")
    first.page.context.clear_cookies()
    quick(first)
    first.fill({"applicant.bank_name": "示例银行己"})
    told(first, re.compile("^登录已失效.*请点“保存”"))
    expect(first.page.locator('[name="applicant.bank_name"]')).to_have_value("示例银行己")
