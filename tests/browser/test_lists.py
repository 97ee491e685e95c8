"""An assessment body claims for certificates in the browser, from the empty form to the reviewer."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import expect

from tests.browser.people import Office, Site
from tests.browser.test_training_records import sound
from tests.journeys.holders import hired, holder, placed
from workflow.demonstration.people import ORGANISATIONS
from workflow.form.beneficiaries import LIST_NAME, TEMPLATES, list_template
from workflow.vocabulary import State, Subsidy

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORDS = {"skill_level": "职业技能等级评定", "resident_id": "居民身份证", 4: "中级工（四级）"}


def workbook(*rows: dict[str, Any], subsidy: Subsidy = Subsidy.EVALUATION) -> Any:
    """The template filled in, as a file to be chosen."""
    book = openpyxl.load_workbook(io.BytesIO(list_template(subsidy)))
    for row in rows:
        named = TEMPLATES[subsidy].labels
        book[LIST_NAME].append([WORDS.get(row.get(name), row.get(name)) for name in named])
    filled = io.BytesIO()
    book.save(filled)
    return {"name": "名单.xlsx", "mimeType": XLSX, "buffer": filled.getvalue()}


@pytest.mark.timeout(120)
def test_an_assessment_body_claims_for_a_list_of_holders(site: Site, office: Office) -> None:
    person, reviewer = office.person("assessment_body"), office.person("industry1")
    person.open("/applications/new")
    assert "评价补贴" in person.text
    assert "开班申请" not in person.page.locator("main").inner_text()
    person.fill({"applicant.name": "平顶山示例职业技能评价中心", "applicant.uscc": "52410400MJY000007B"})
    sound(person)
    assert person.press("保存草稿") == 200
    address = person.page.url.removeprefix(site.address)
    assert "“受益人员名单”未填写" in person.text
    sound(person)
    person.page.get_by_role("link", name="修改申请表").click()
    person.fill(
        {
            "applicant.contact_name": "喻示例",
            "applicant.contact_phone": "13800000000",
            "applicant.bank_name": "示例银行平顶山分行",
            "applicant.bank_account": "4100000000000000007",
        }
    )
    assert person.press("保存") == 200

    # One of the demonstration's people has been claimed for already, and one row is wrong.
    people = [holder(8_000 + place, issued_on="2026-08-01") for place in range(4)]
    wrong = people[1] | {"certificate_number": people[0]["certificate_number"]}
    person.page.locator(".page-acts").get_by_role("link", name="受益人员名单").click()
    expect(person.page.get_by_role("link", name="受益人员名单模板（.xlsx）")).to_be_visible()
    sound(person)
    person.page.locator("#field-file").set_input_files(workbook(people[0], wrong))
    assert person.press("上传并检查") == 200
    assert "“证书编号”与第2行重复" in person.text
    sound(person)
    person.open(f"{address}/roster")
    late = people[3] | {"issued_on": "2026-09-30"}
    person.page.locator("#field-file").set_input_files(workbook(*people[:3], late))
    assert person.press("上传并检查") == 200
    expect(person.page.locator('[aria-labelledby="current"] tbody tr')).to_have_count(4)
    sound(person)

    person.open(address)
    computation = person.page.locator('[aria-labelledby="computation"]')
    expect(computation).to_contain_text("名单 4 人，可计入 3 人，共 720.00 元")
    expect(computation).to_contain_text("发证日期2026年9月30日在今天")
    form = person.page.locator("#event-submit")
    expect(form.locator('[name="claim.lines.0.heads"]')).to_have_value("3")
    expect(form.locator('[name="claim.lines.0.amount"]')).to_have_value("720.00")
    sound(person)
    claim = {"claim.lines.0.heads": "4", "claim.commitment.signatory": "喻示例"}
    assert person.send("submit", claim | {"claim.commitment.accepted": "true"}, "提交") == 422
    assert "规定3人（名单4人，不计入1人" in person.text
    expect(form.locator('[name="claim.lines.0.heads"]')).to_have_value("4")
    sound(person)
    claim |= {"claim.lines.0.heads": "3", "claim.commitment.accepted": "true"}
    assert person.send("submit", claim, "提交") == 200
    assert person.state == State.CLAIM_AWAITING_ACCEPTANCE.label

    reviewer.open("/worklist")
    assert "评价补贴" in reviewer.text
    reviewer.open(address)
    assert "补贴核算" in reviewer.text
    sound(reviewer)
    assert reviewer.send("accept", {}, "受理") == 200
    assert reviewer.send("approve", {"opinion": "属实"}, "审核通过") == 422
    assert reviewer.send("approve", {"opinion": "属实", "answers.0.answer": "已核对"}, "审核通过") == 200
    for one in (person, reviewer):
        assert one.complaints == []


def test_the_notice_of_a_list_says_what_is_paid_for(site: Site, office: Office) -> None:
    stranger = office.stranger()
    number = site.first_in("claim_public_notice", kind="assessment_body")
    assert number
    stranger.open("/notices")
    stranger.page.locator("tr", has_text="评价补贴").first.get_by_role("link").click()
    assert "评价补贴公示" in stranger.text
    sound(stranger)


def test_an_enterprise_of_the_city_is_offered_training_alone(office: Office) -> None:
    enterprise = office.person("enterprise")
    enterprise.open("/applications/new")
    assert "申请哪一种补贴" not in enterprise.text
    assert "职业技能培训补贴" in enterprise.text
    assert enterprise.open("/applications/new?subsidy=hiring").status == 404


_YEAR = {"hired_on": "2025-08-01", "insured_from_on": "2025-08-01", "insured_until_on": "2026-07-31"}


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("login", "subsidy", "row", "amount"),
    [
        ("enterprise_zm", Subsidy.HIRING, hired(8_101, **_YEAR), "1000.00"),
        ("agency_zm", Subsidy.PLACEMENT, placed(8_102, insured_until_on="2026-07-31"), "300.00"),
    ],
    ids=lambda each: each if isinstance(each, str) and "_" in each else "",
)
def test_who_hires_or_places_holders_claims_in_zhongmu(
    office: Office, login: str, subsidy: Subsidy, row: dict[str, Any], amount: str
) -> None:
    person = office.person(login)
    person.open(f"/applications/new?subsidy={subsidy.value}")
    organisation = ORGANISATIONS[login]
    person.fill(
        {
            "applicant.name": organisation.name,
            "applicant.uscc": organisation.uscc,
            "applicant.contact_name": organisation.contact,
            "applicant.contact_phone": "13800000000",
            "applicant.bank_name": "示例银行中牟支行",
            "applicant.bank_account": organisation.bank_account,
        }
    )
    if subsidy is Subsidy.HIRING:
        person.fill({"applicant.size": "small"})
    sound(person)
    assert person.press("保存草稿") == 200
    address = person.page.url
    person.open(f"{address}/roster")
    person.page.locator("#field-file").set_input_files(workbook(row, subsidy=subsidy))
    assert person.press("上传并检查") == 200
    expect(person.page.locator('[aria-labelledby="current"] tbody tr')).to_have_count(1)
    person.open(address)
    expect(person.page.locator('#event-submit [name="claim.lines.0.amount"]')).to_have_value(amount)
    claim = {"claim.commitment.signatory": organisation.contact, "claim.commitment.accepted": "true"}
    assert person.send("submit", claim, "提交") == 200
    assert person.state == State.CLAIM_AWAITING_ACCEPTANCE.label
    sound(person)
    reviewer = office.person("industry1_zm")
    reviewer.open(address)
    assert reviewer.send("accept", {}, "受理") == 200
