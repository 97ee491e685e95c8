"""What inspectors record, make-up lessons and answered warnings, in the browser, on a narrow screen too."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.people import Office, Person, Site
from workflow.vocabulary import State

NARROW = 360
CHECK = {"class_no": "1", "place": "实训楼", "teachers": "到岗"}
BUTTON = "登记培训期间检查"


def sound(person: Person) -> None:
    """With everything unfolded the page fits a telephone and axe finds nothing."""
    person.page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    for width in (NARROW, 1366):
        person.page.set_viewport_size({"width": width, "height": 740})
        assert person.overflow() <= 0, width
    assert person.faults() == []


@pytest.mark.timeout(120)
def test_an_inspection_is_recorded_made_up_for_struck_and_answered(site: Site, office: Office) -> None:
    number = site.first_in("training_in_progress")
    address = f"/applications/{number}"
    inspector, institution = office.person("inspector"), office.person("institution")
    head, hr = office.person("hr_head"), office.person("hr1")
    inspector.open(address)
    trainees = inspector.page.locator('section[aria-labelledby="roster"] tbody tr')
    heads = trainees.filter(has=inspector.page.locator("td", has_text="1 班")).count()
    seen = {"inspected_at": "2026-08-28T10:00", "present_count": str(heads - 3)}
    seen |= {"recording_complete": "false", "fee_charged": "false", "online_seen": "faulty"}
    assert inspector.send("record_inspection", CHECK | seen, BUTTON) == 422
    form = inspector.page.locator("#event-record_inspection")
    expect(form.locator("#record_inspection-online_faults-error")).to_contain_text("须勾选")
    expect(form.locator('[name="recording_complete"][value="false"]')).to_be_checked()
    sound(inspector)
    form.get_by_label("多开窗口").check()
    assert inspector.press(BUTTON, inside="#event-record_inspection") == 200
    assert "线上学习监管：不符合（多开窗口）" in inspector.text
    seen = {"inspected_at": "2026-08-28T11:00", "present_count": str(heads + 1)}
    assert inspector.send("record_inspection", CHECK | seen, BUTTON) == 200
    assert "待书面答复" in inspector.text
    sound(inspector)
    # The other classes are checked as often as the policy asks.
    options = form.locator('[name="class_no"] option').all()
    for class_no in {str(option.get_attribute("value")) for option in options} - {"", "1"}:
        for minute in range(2):
            seen = {"inspected_at": f"2026-08-28T12:0{minute}", "present_count": "20", "class_no": class_no}
            assert inspector.send("record_inspection", CHECK | seen, BUTTON) == 200

    site.set_clock("2026-08-31T09:00:00+08:00")
    institution.open(address)
    institution.page.locator("#make-up > summary").click()
    options = institution.page.locator('#make-up [name="inspection"] option').all_inner_texts()
    mine = next(one for one in options if "2026年8月28日" in one)
    institution.page.locator('#make-up [name="inspection"]').select_option(label=mine)
    institution.fill({"count": "4", "made_up_on": "2026-08-30", "hours": "4"}, inside="#make-up")
    assert institution.press("提交补课申请", inside="#make-up") == 422
    expect(institution.page.locator("#make-up-count-error")).to_contain_text("缺勤3人")
    expect(institution.page.locator('#make-up [name="hours"]')).to_have_value("4")
    sound(institution)
    institution.fill({"count": "3"}, inside="#make-up")
    assert institution.press("提交补课申请", inside="#make-up") == 200
    expect(institution.page.get_by_role("status")).to_contain_text("补课申请已提交")

    hr.open(address)
    sound(hr)
    hr.page.locator('button[value="consent"]').click()
    expect(hr.page.locator("#make-up-record-1 .tag")).to_have_text("已同意")
    head.open(address)
    sound(head)
    strike = head.page.locator('details[id^="strike-"]').first
    if strike.get_attribute("open") is None:
        strike.locator("summary").click()
    strike.locator("textarea").fill("登记有误")
    strike.get_by_role("button", name="确认撤销").click()
    assert "已撤销" in head.text

    ended = {"ended_on": "2026-08-31"}
    institution.open(address)
    assert institution.send("finish_training", ended, "培训结束") == 200
    hr.open(address)
    sound(hr)
    hr.page.set_viewport_size({"width": NARROW, "height": 740})
    assert hr.send("approve", {"opinion": "过程规范"}, "审核通过") == 422
    expect(hr.page.locator("#approve-answers-0-answer-error")).to_contain_text("未填写")
    sound(hr)
    asked = hr.page.locator("[name^='answers.'][name$='.answer']")
    answers = {f"answers.{place}.answer": "一人旁听，已核实" for place in range(asked.count())}
    assert hr.send("approve", answers, "审核通过") == 200
    assert hr.state == State.ASSESSMENT_AWAITING_PROPOSAL.label
    assert "答复：一人旁听，已核实" in hr.text
    sound(hr)
    for person in (inspector, institution, head, hr):
        assert person.complaints == []
