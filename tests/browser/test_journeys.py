"""Whole applications, walked through in the browser as each person sees them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browser.people import Office, Person, Site
from web.views.acts import CONFIRMED, GRAVE
from web.views.fields import flat
from workflow.form.roster import COLUMNS
from workflow.vocabulary import Event, State

DATA = Path(__file__).parents[1] / "examples"


def typed(payload: dict[str, Any]) -> dict[str, str]:
    """A payload as somebody types it into the form of its event."""
    values = {name: str(value) for name, value in flat(payload).items()}
    # The class of a row is fixed on the page, and a date with a time is typed without its offset.
    fixed = [name for name in values if name.count(".") and name.endswith(".class_no")]
    values = {name: value for name, value in values.items() if name not in fixed}
    return {name: value[:16] if name == "inspected_at" else value for name, value in values.items()}


def workbook_of(trainees: list[dict[str, Any]]) -> bytes:
    """A roster as the institution sends it: the template's columns, everything as text."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(COLUMNS.values()))
    for trainee in trainees:
        sheet.append([str(trainee.get(name, "")) for name in COLUMNS])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def draft_as(person: Person, application: dict[str, Any]) -> str:
    """Fills in a new application; its address."""
    person.open("/applications/new")
    form = {name: application[name] for name in application if name not in {"kind", "region", "policy"}}
    person.fill({name: str(value) for name, value in flat(form).items()})
    assert person.press("保存草稿") == 200
    return person.page.url


def upload(person: Person, content: bytes) -> int:
    """Uploads a roster on the roster's page."""
    file = {"name": "名册.xlsx", "mimeType": "application/octet-stream", "buffer": content}
    person.page.set_input_files("#field-file", file)  # type: ignore[arg-type]
    return person.press("上传并检查")


def play(office: Office, address: str, step: dict[str, Any]) -> None:
    """One step: the person opens the application, fills in the form and sees what became of it."""
    event, expected = Event(step["event"]), step["expect"]
    office.site.set_clock(step["at"])
    person = office.person(step["as"])
    person.open(address)
    if expected.get("status") in {403, 409}:
        # What this person cannot do at all, or not now, the page does not offer.
        expect(person.page.locator(f"#event-{event.value}")).to_have_count(0)
        return
    values = typed(step["payload"]) | ({CONFIRMED: "true"} if event in GRAVE else {})
    button = f"确认{event.label}" if event in GRAVE else event.label
    assert person.send(event.value, values, button) == expected.get("status", 200), step["at"]
    if "state" in expected:
        assert person.state == State(expected["state"]).label
        expect(person.page.get_by_role("status")).to_contain_text("已办理")
    else:
        refusal = person.page.locator("[data-refusal]")
        expect(refusal).to_be_focused()
        for name, value in typed(step["payload"]).items():
            field = person.page.locator(f'#event-{event.value} [name="{name}"]:not([type="checkbox"])')
            if field.count():
                expect(field).to_have_value(value)


@pytest.mark.timeout(180)
def test_an_application_goes_from_draft_to_payment_through_the_pages(site: Site, office: Office) -> None:
    scenario = json.loads((DATA / "lifecycle-2026.json").read_text(encoding="utf-8"))
    site.set_clock(scenario["steps"][0]["at"])
    institution = office.person("institution")
    address = draft_as(institution, json.loads((DATA / "application.json").read_text(encoding="utf-8")))
    institution.page.locator(".page-acts").get_by_role("link", name="学员名册").click()
    trainees = json.loads((DATA / "roster.json").read_text(encoding="utf-8"))
    assert upload(institution, workbook_of(trainees)) == 200
    assert f"共 {len(trainees)} 人" in institution.text
    assert trainees[0]["id_number"] not in institution.page.content()

    for step in scenario["steps"]:
        play(office, address, step)

    institution.open(address)
    assert "人民币伍万肆仟元整" in institution.text
    assert "5.4000万元" in institution.text
    assert institution.page.locator(".steps .done").count() == 5
    for person in {step["as"] for step in scenario["steps"]}:
        assert office.person(person).complaints == []


def test_a_person_applies_alone_and_claims_with_the_first_submission(site: Site, office: Office) -> None:
    site.set_clock("2026-11-05T09:00:00+08:00")
    person = office.person("individual")
    application = json.loads((DATA / "application-individual.json").read_text(encoding="utf-8"))
    draft_as(person, application)
    claim = {
        "claim.lines.0.amount": "1,200.00 元",
        "claim.commitment.accepted": "true",
        "claim.commitment.signatory": application["applicant"]["name"],
    }
    assert person.send("submit", claim, "提交") == 200
    assert person.state == State.CLAIM_AWAITING_ACCEPTANCE.label
    assert "0.1200万元" in person.text
    assert application["applicant"]["bank_account"] not in person.page.content()
    assert person.complaints == []


def test_a_returned_application_shows_why_opens_only_what_was_named_and_goes_on(
    site: Site, office: Office
) -> None:
    address = f"/applications/{site.first_in('claim_industry_first')}"
    reviewer = office.person("industry1")
    reviewer.open(address)
    if not reviewer.page.locator("#event-return_for_correction").count():
        reviewer = office.person("industry2")
        reviewer.open(address)
    sent_back = {"reason": "请补充开户许可证", "code": "incomplete", "sections": "true"}
    # Of the boxes of one name, the first is the applicant's part.
    assert reviewer.send("return_for_correction", sent_back, "退回补正") == 200
    institution = office.person("institution")
    institution.open(address)
    assert "请补充开户许可证" in institution.text
    institution.page.get_by_role("link", name="修改申请表").click()
    expect(institution.page.locator('[name="applicant.bank_name"]')).to_be_visible()
    expect(institution.page.locator('[name="opening.mode"]')).to_have_count(0)
    institution.fill({"applicant.bank_name": "示例银行新城支行"})
    assert institution.press("保存") == 200
    assert "示例银行新城支行" in institution.text
    assert institution.send("submit", {}, "提交") == 200
    assert institution.state == State.CLAIM_INDUSTRY_FIRST.label


def test_two_reviewers_at_once_the_slower_one_learns_what_happened_and_keeps_the_text(
    site: Site, office: Office
) -> None:
    address = f"/applications/{site.first_in('opening_hr_first')}"
    faster, slower = office.person("hr1"), office.person("hr2")
    faster.open(address)
    slower.open(address)
    assert slower.page.locator("#event-reject").count() == 1
    assert faster.send("approve", {"opinion": "同意"}, "审核通过") == 200
    assert slower.send("approve", {"opinion": "我也同意"}, "审核通过") == 409
    refusal = slower.page.locator("[data-refusal]")
    expect(refusal).to_contain_text("最近一次变动")
    expect(refusal).to_contain_text(State.OPENING_HR_SECOND.label)
    expect(slower.page.locator('#event-approve [name="opinion"]')).to_have_value("我也同意")
    refusal.get_by_role("link", name="重新载入最新内容").click()
    assert slower.state == State.OPENING_HR_SECOND.label


def test_sending_the_same_form_twice_does_nothing_twice(site: Site, office: Office) -> None:
    address = f"/applications/{site.first_in('training_in_progress')}"
    inspector = office.person("inspector")
    inspector.open(address)
    again = office.second_window("inspector")
    check = {
        "class_no": "1",
        "inspected_at": "2026-08-28T09:30",
        "place": "示例路1号实训楼",
        "teachers": "授课教师到岗",
        "present_count": "20",
    }
    key = inspector.page.locator('#event-record_inspection [name="command_id"]').input_value()
    site.set_clock("2026-08-28T17:00:00+08:00")
    assert inspector.send("record_inspection", check, "登记培训期间检查") == 200
    rows = inspector.page.locator("#history ~ *").locator("tr").count()
    again.open(address)
    again.page.locator('#event-record_inspection [name="command_id"]').evaluate(
        "(input, key) => { input.value = key }", key
    )
    version = int(again.page.locator('#event-record_inspection [name="version"]').input_value()) - 1
    again.page.locator('#event-record_inspection [name="version"]').evaluate(
        "(input, version) => { input.value = version }", version
    )
    assert again.send("record_inspection", check, "登记培训期间检查") == 200
    assert again.page.locator("#history ~ *").locator("tr").count() == rows


def test_anybody_objects_to_a_notice_and_hr_answers_with_a_recorded_look_at_the_contact(
    site: Site, office: Office
) -> None:
    site.set_clock("2026-08-28T17:00:00+08:00")
    stranger = office.stranger()
    stranger.open("/notices")
    stranger.page.locator("tr", has_text="公示中").first.get_by_role("link").click()
    number = stranger.page.locator(".panel-head .aside").first.inner_text()
    objection = {"name": "李示例", "contact": "13900000009", "content": "名单中有人没有参加培训"}
    stranger.fill(objection)
    assert stranger.press("提交异议") == 200
    assert "回执编号：YY-" in stranger.page.get_by_role("status").inner_text()
    receipt = stranger.page.locator("#answer").inner_text().removeprefix("回执 ")
    assert "正在核实" in stranger.text
    assert "李示例" not in stranger.text
    assert stranger.faults() == []

    suffix = "_bf" if number.startswith("410421") else ""
    hr = office.person(f"hr1{suffix}")
    hr.open(f"/applications?text={number}")
    hr.page.get_by_role("link", name=number).click()
    if not hr.page.locator("#event-resolve_objection").count():
        address = hr.page.url
        hr = office.person(f"hr2{suffix}")
        hr.open(address)
    assert "13900000009" not in hr.page.content()
    hr.page.locator("#event-resolve_objection").get_by_role("button", name="查看异议人联系方式").last.click()
    assert "13900000009" in hr.text
    hr.page.get_by_role("link", name="返回处理异议").click()
    choice = hr.page.locator('#event-resolve_objection select[name="objection_id"] option').last
    answer = {
        "objection_id": choice.get_attribute("value") or "",
        "outcome": "dismissed",
        "reply": "经核实，名单人员均参加培训",
    }
    assert hr.send("resolve_objection", answer, "处理异议") == 200
    stranger.open("/")
    stranger.page.get_by_role("link", name="查询异议办理情况").click()
    stranger.fill({"receipt": receipt.lower()})
    assert stranger.press("查询") == 200
    assert "经核实，名单人员均参加培训" in stranger.text
    assert stranger.complaints == hr.complaints == []
