"""Every form pushed once with wrong input: it says what is wrong beside the field and keeps the rest."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.people import Office, Person, Site
from tests.browser.test_journeys import upload, workbook_of
from tests.journeys.test_calendar_import import NOTICE
from web.views.acts import CONFIRMED
from workflow.demonstration import PASSWORD


def says(person: Person, name: str, words: str, *, inside: str = "main") -> None:
    """The message about a field stands beside it, is tied to it, and is listed above the form."""
    field = person.page.locator(f'{inside} [name="{name}"]:not([type="hidden"])').first
    noted = field.get_attribute("aria-describedby") or ""
    if not noted:
        # Boxes of one name are described together, on what surrounds them.
        noted = field.locator("xpath=ancestor::fieldset[1]").get_attribute("aria-describedby") or ""
    messages = [person.page.locator(f"#{part}").inner_text() for part in noted.split()]
    assert any(words in message for message in messages), (name, messages)
    expect(person.page.locator("[data-refusal]").first).to_be_visible()


def refused(person: Person, event: str, values: dict[str, str], button: str, status: int = 422) -> None:
    """The event is refused, its form stays open, and what was typed is still there."""
    before = person.state
    assert person.send(event, values, button) == status
    assert person.state == before
    form = f"#event-{event}"
    expect(person.page.locator(form)).to_have_attribute("open", "")
    expect(person.page.locator("[data-refusal]")).to_be_focused()
    for name, value in values.items():
        field = person.page.locator(f'{form} [name="{name}"]:not([type="hidden"])').first
        if field.get_attribute("type") != "checkbox":
            expect(field).to_have_value(value)


def at(office: Office, login: str, state: str) -> Person:
    """Somebody in front of an application in a state."""
    person = office.person(login)
    person.open(f"/applications/{office.site.first_in(state)}")
    return person


def test_a_wrong_password_and_an_empty_sign_in_are_refused_alike(office: Office) -> None:
    stranger = office.stranger()
    assert office.sign_in(stranger, "hr_head_bf", "not-the-password") == 401
    wrong = stranger.page.locator("[data-refusal]").inner_text()
    expect(stranger.page.locator("#login")).to_have_value("hr_head_bf")
    assert office.sign_in(stranger, "nobody-at-all", "not-the-password") == 401
    assert stranger.page.locator("[data-refusal]").inner_text() == wrong
    stranger.open("/sign-in")
    assert stranger.press("登录") == 422


def test_a_draft_with_impossible_values_is_not_saved(office: Office) -> None:
    person = office.person("institution2")
    person.open("/applications/new")
    person.fill(
        {
            "applicant.name": "湛河职业技能培训中心（示例）",
            "applicant.uscc": "52410400MJY00000XX",
            "applicant.contact_phone": "12345",
            "opening.classes.0.total_hours": "80",
            "opening.classes.0.practical_hours": "90",
            "opening.classes.0.starts_on": "2026-09-18",
            "opening.classes.0.ends_on": "2026-09-07",
        }
    )
    assert person.press("保存草稿") == 422
    says(person, "applicant.uscc", "统一社会信用代码")
    says(person, "applicant.contact_phone", "手机号码")
    says(person, "opening.classes.0.practical_hours", "80")
    says(person, "opening.classes.0.ends_on", "不能早于")
    expect(person.page.locator('[name="applicant.uscc"]')).to_have_value("52410400MJY00000XX")
    assert person.faults() == []


def test_an_individual_with_a_wrong_identity_number_is_told_which_digit_rule_fails(office: Office) -> None:
    person = office.person("individual")
    person.open("/applications/new")
    person.fill({"applicant.id_number": "410499198808081230", "certificate.issued_on": "2026-08-01"})
    assert person.press("保存草稿") == 422
    says(person, "applicant.id_number", "校验码")


def test_an_edit_with_a_wrong_account_keeps_the_stored_one(site: Site, office: Office) -> None:
    person = office.person("institution")
    address = f"/applications/{site.first_in('draft')}"
    person.open(f"{address}/edit")
    masked = person.page.locator('[name="applicant.bank_account"]').input_value()
    assert "*" in masked
    person.fill({"applicant.bank_account": "62-22"})
    assert person.press("保存") == 422
    says(person, "applicant.bank_account", "数字")
    person.open(f"{address}/edit")
    expect(person.page.locator('[name="applicant.bank_account"]')).to_have_value(masked)
    assert person.press("保存") == 200


def test_a_roster_with_wrong_rows_lists_each_with_its_reason_and_replaces_nothing(
    site: Site, office: Office
) -> None:
    person = office.person("institution")
    person.open(f"/applications/{site.first_in('draft')}/roster")
    before = person.page.locator("#current ~ .aside").inner_text()
    right = {"class_no": 1, "name": "学员甲", "id_number": "410499197909020081", "category": "jobless"}
    wrong = right | {"id_number": "410499197909020082"}
    unknown = right | {"id_number": "410499198003010156", "category": "没有这一类"}
    assert upload(person, workbook_of([right, wrong, unknown, right])) == 200
    assert "还没有导入" in person.text
    rows = (
        person.page.locator("#wrong").locator("xpath=ancestor::section").locator("tbody tr").all_inner_texts()
    )
    assert rows[0].startswith("第 3 行")
    assert any("校验码" in row for row in rows)
    assert any("重复" in row for row in rows)
    person.open(f"/applications/{site.first_in('draft')}/roster")
    expect(person.page.locator("#current ~ .aside")).to_have_text(before)
    assert upload(person, b"no workbook at all") == 422
    assert "不是 XLSX 文件" in person.text
    assert person.press("上传并检查") == 422
    assert person.faults() == []


def test_a_review_needs_its_opinion_and_a_return_its_reason(office: Office) -> None:
    reviewer = at(office, "hr1", "opening_hr_first")
    refused(reviewer, "approve", {"opinion": ""}, "审核通过")
    says(reviewer, "opinion", "未填写", inside="#event-approve")
    assert reviewer.faults() == []
    refused(reviewer, "return_for_correction", {"reason": "  "}, "退回补正")
    says(reviewer, "sections", "未填写", inside="#event-return_for_correction")
    refused(reviewer, "reject", {"reason": "不符合"}, "确认不予通过")
    says(reviewer, CONFIRMED, "勾选", inside="#event-reject")


def test_a_claim_above_the_certificates_names_the_rule_its_measure_and_its_source(office: Office) -> None:
    person = at(office, "institution", "claim_draft")
    certified = int(person.page.locator("#event-submit tbody td").nth(3).inner_text())
    claim = {
        "claim.lines.0.heads": str(certified + 1),
        "claim.lines.0.amount": "100.00",
        "claim.commitment.accepted": "true",
        "claim.commitment.signatory": "示例负责人",
    }
    refused(person, "submit", claim, "提交")
    refusal = person.page.locator("[data-refusal]")
    expect(refusal).to_contain_text("依据")
    expect(refusal).to_contain_text(f"{certified}")
    refused(person, "submit", claim | {"claim.lines.0.heads": "1", "claim.lines.0.amount": "一千"}, "提交")
    says(person, "claim.lines.0.amount", "元", inside="#event-submit")
    refused(person, "submit", {"claim.commitment.accepted": "false"}, "提交")
    says(person, "claim.commitment.accepted", "勾选", inside="#event-submit")
    assert person.faults() == []


def test_an_inspection_in_the_future_or_without_a_count_is_refused(office: Office) -> None:
    inspector = at(office, "inspector", "training_in_progress")
    check = {
        "inspected_at": "2030-01-01T09:00",
        "place": "实训楼",
        "teachers": "到岗",
        "present_count": "20",
        "class_no": "1",
    }
    refused(inspector, "record_inspection", check, "登记培训期间检查")
    says(inspector, "inspected_at", "不能晚于", inside="#event-record_inspection")
    refused(inspector, "record_inspection", check | {"present_count": ""}, "登记培训期间检查")
    says(inspector, "present_count", "未填写", inside="#event-record_inspection")


def test_more_certificates_than_examined_are_refused_and_a_row_can_be_added(
    site: Site, office: Office
) -> None:
    inspector = office.person("inspector_bf")
    number = site.first_in("assessment_proposed", region="410421")
    site.set_clock("2026-09-10T17:00:00+08:00")
    inspector.open(f"/applications/{number}")
    results = {"results.0.examined_count": "10", "results.0.certified_count": "11"}
    refused(inspector, "record_results", results, "登记考核结果")
    says(inspector, "results.0.certified_count", "不能多于", inside="#event-record_results")
    assert inspector.faults() == []
    assert inspector.press("增加一行（同一班次的其他考核种类）", inside="#event-record_results") == 200
    expect(inspector.page.locator('[name="results.1.examined_count"]')).to_be_visible()
    expect(inspector.page.locator('[name="results.0.certified_count"]')).to_have_value("11")
    site.set_clock("2026-08-28T17:00:00+08:00")


def test_a_payment_above_the_rest_or_without_its_tick_is_refused(office: Office) -> None:
    cashier = at(office, "cashier", "disbursement_awaiting_payment")
    rest = cashier.page.locator('#event-pay [name="amount"]').input_value()
    payment = {
        "amount": f"{float(rest) + 1:.2f}",
        "paid_on": "2026-08-28",
        "source": "special_account",
        "voucher": "2026-0828-999",
        CONFIRMED: "true",
    }
    refused(cashier, "pay", payment, "确认登记拨付")
    expect(cashier.page.locator("[data-refusal]")).to_contain_text("附件2")
    refused(cashier, "pay", payment | {"amount": rest, CONFIRMED: "false"}, "确认登记拨付")
    says(cashier, CONFIRMED, "勾选", inside="#event-pay")
    assert cashier.faults() == []


def test_suspending_and_ending_ask_for_a_reason_and_a_tick(office: Office) -> None:
    head = at(office, "hr_head", "claim_awaiting_publication")
    refused(head, "suspend", {"reason": "", CONFIRMED: "true"}, "确认暂停办理")
    says(head, "reason", "未填写", inside="#event-suspend")
    refused(head, "terminate", {"reason": "测试"}, "确认终止办理")
    finance = at(office, "finance_head", "disbursed")
    refused(finance, "recover", {"reason": "多付", "amount": "0", CONFIRMED: "true"}, "确认启动追缴")
    says(finance, "amount", "大于0", inside="#event-recover")


def test_an_assessment_too_soon_and_an_empty_withdrawal_are_refused(office: Office) -> None:
    person = at(office, "institution", "assessment_awaiting_proposal")
    refused(person, "propose_assessment", {"assess_on": "2026-08-29"}, "提出考核时间")
    expect(person.page.locator("[data-refusal]")).to_contain_text("3")
    refused(person, "withdraw", {"reason": "", CONFIRMED: "true"}, "确认撤回申请")


def _sign_out_elsewhere(office: Office, login: str) -> Person:
    elsewhere = office.second_window(login)
    elsewhere.open("/")
    elsewhere.press("退出", inside="header")
    return elsewhere


def test_a_number_that_is_none_comes_back_as_it_was_typed(office: Office) -> None:
    head = office.person("finance_head")
    head.open("/funds")
    head.page.locator("#entry-appropriate > summary").click()
    typed = {"year": "二〇二六", "source": "talent_fund", "amount": "１０．５0元", "document": "财9号"}
    head.fill(typed, inside="#entry-appropriate")
    assert head.press("登记拨入", inside="#entry-appropriate") == 422
    says(head, "year", "须为整数", inside="#entry-appropriate")
    expect(head.page.locator('#entry-appropriate [name="year"]')).to_have_value("二〇二六")
    head.fill({"year": "２０２６"}, inside="#entry-appropriate")
    assert head.press("登记拨入", inside="#entry-appropriate") == 200
    head.open("/funds/ledger?year=2026&source=talent_fund")
    expect(head.page.locator("main tr", has_text="财9号")).to_contain_text("10.50")


def test_an_entry_whose_session_ended_is_sent_after_signing_in_again(office: Office) -> None:
    head = office.person("finance_head")
    head.open("/funds")
    head.page.locator("#entry-appropriate > summary").click()
    typed = {"source": "talent_fund", "amount": "8", "document": "财10号"}
    head.fill(typed, inside="#entry-appropriate")
    elsewhere = _sign_out_elsewhere(office, "finance_head")
    assert head.press("登记拨入", inside="#entry-appropriate") == 401
    assert head.faults() == []
    head.fill({"login": "finance_head", "password": PASSWORD})
    assert head.press("登录") == 200
    assert head.faults() == []
    assert head.press("重新提交") == 200
    assert "已办理“登记拨入”" in head.text
    # Another session since the page was opened: its token is no good, what was typed is.
    head.page.locator("#entry-appropriate > summary").click()
    head.fill(typed | {"document": "财11号"}, inside="#entry-appropriate")
    elsewhere.open("/")
    elsewhere.press("退出", inside="header")
    office.sign_in(elsewhere, "finance_head")
    assert head.press("登记拨入", inside="#entry-appropriate") == 403
    assert head.press("重新提交") == 200
    head.open("/funds/ledger?source=talent_fund")
    expect(head.page.locator("main tr", has_text="财11号")).to_have_count(1)


def test_a_draft_being_typed_stays_when_the_session_ends(office: Office) -> None:
    person = office.person("institution2")
    person.open("/applications/new")
    expect(person.page.locator("#live")).not_to_contain_text("填写时自动检查")
    _sign_out_elsewhere(office, "institution2")
    person.fill({"applicant.name": "刚刚填写的名称"})
    person.page.locator('[name="applicant.name"]').press("Tab")
    expect(person.page.locator("#live")).to_contain_text("登录已失效")
    expect(person.page.locator('[name="applicant.name"]')).to_have_value("刚刚填写的名称")
    office.sign_in(office.second_window("institution2"), "institution2")


def test_an_objection_without_content_is_refused(office: Office) -> None:
    stranger = office.stranger()
    stranger.open("/notices")
    stranger.page.locator("tr", has_text="公示中").first.get_by_role("link").click()
    stranger.fill({"name": "李示例", "contact": "13900000009"})
    assert stranger.press("提交异议") == 422
    says(stranger, "content", "未填写")
    expect(stranger.page.locator('[name="contact"]')).to_have_value("13900000009")
    assert stranger.faults() == []


@pytest.mark.parametrize(
    ("query", "name"),
    [("start=2026-02-30&working_days=5", "start"), ("start=2026-09-01&working_days=abc", "working_days")],
)
def test_an_impossible_period_is_explained(office: Office, query: str, name: str) -> None:
    stranger = office.stranger()
    assert stranger.open(f"/calendar/due?{query}").status == 422
    says(stranger, name, "填写的是")


def test_a_period_that_is_too_long_is_explained_beside_its_field(office: Office) -> None:
    stranger = office.stranger()
    stranger.open("/calendar/due")
    stranger.fill({"working_days": "9999"})
    assert stranger.press("计算：从某一天起数工作日") == 422
    says(stranger, "working_days", "不能大于2000（填写的是 9999）")
    expect(stranger.page.locator('[name="working_days"]')).to_have_value("9999")
    assert stranger.complaints == []


def test_a_filter_that_cannot_be_read_is_explained(office: Office) -> None:
    person = office.person("office")
    assert person.open("/applications?state=xx").status == 422
    expect(person.page.locator("#found [data-refusal]")).to_contain_text("状态")
    assert person.faults() == []
    assert person.open("/reports/monthly?month=13").status == 422
    expect(person.page.locator("#report [data-refusal]")).to_contain_text("月份")
    assert person.faults() == []


def test_a_text_that_is_no_holiday_notice_changes_nothing_and_a_real_one_is_shown_before_it_holds(
    office: Office,
) -> None:
    admin = office.person("admin")
    admin.open("/calendar/import")
    assert admin.press("预览变动") == 422
    admin.fill({"notice": "今天天气很好。"})
    assert admin.press("预览变动") == 422
    says(admin, "notice", "")
    expect(admin.page.locator('[name="notice"]').first).to_have_value("今天天气很好。")
    assert admin.faults() == []
    admin.fill({"notice": NOTICE, "year": "2027"})
    assert admin.press("预览变动") == 200
    assert "尚未生效" in admin.text
    assert admin.faults() == []
    admin.open("/calendar/2027")
    assert "暂定" in admin.text
    admin.open("/calendar/import")
    admin.fill({"notice": NOTICE, "year": "2027"})
    assert admin.press("预览变动") == 200
    assert admin.press("确认生效", inside="[aria-labelledby=preview]") == 200
    assert admin.page.url.endswith("/calendar/2027")
    expect(admin.page.locator(".page-head .tag-provisional")).to_have_count(0)


def test_an_account_that_does_not_add_up_is_refused_field_by_field(office: Office) -> None:
    admin = office.person("admin")
    admin.open("/admin/accounts/new")
    admin.fill({"login": "X", "name": "某人", "role": "reviewer"})
    assert admin.press("添加") == 422
    for name in ("login", "department", "region"):
        says(admin, name, "")
    assert admin.page.locator('[name="name"]').input_value() == "某人"
    assert admin.faults() == []


def test_a_new_password_typed_differently_or_after_a_wrong_old_one_is_refused(office: Office) -> None:
    person = office.person("enterprise_bf")
    person.open("/account")
    person.fill({"current": "wrong", "new": "another-good-one-7", "again": "another-good-one-8"})
    assert person.press("修改密码") == 422
    says(person, "again", "不一致")
    person.fill({"current": "wrong", "new": "another-good-one-7", "again": "another-good-one-7"})
    assert person.press("修改密码") == 422
    says(person, "current", "不正确")


def test_the_test_clock_refuses_what_is_no_moment(office: Office) -> None:
    admin = office.person("admin")
    admin.open("/admin/system")
    assert admin.press("设定") == 422
    says(admin, "now", "时间")
