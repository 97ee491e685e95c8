"""What starts at the claim, from the draft to the money: evaluation, hiring and placement."""

from __future__ import annotations

import io
import json
from datetime import date
from itertools import product as pairs
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select, update

from tests.journeys.city import CITY, ZHONGMU, City
from tests.journeys.holders import (
    EMPLOYER_ELSEWHERE,
    ROW_OF,
    TODAY,
    apply_with,
    body_of,
    claim,
    hired,
    holder,
    placed,
    plain,
    put_list,
    submit,
    to_payment,
)
from workflow.errors import Forbidden, Malformed, NotNow, RuleBroken
from workflow.form.beneficiaries import LIST_NAME, TEMPLATES, list_template
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.persistence.types import canonical
from workflow.policy import Policy, load_policy
from workflow.sealing import sm3
from workflow.services import (
    applications,
    audit,
    audit_verification,
    door,
    notices,
    previews,
    readings,
    reports,
    rosters,
    worklist,
)
from workflow.services.product import Product
from workflow.vocabulary import SUBSIDIES_OF, ApplicationKind, ReadingPurpose, ReadingSubject, Subsidy

WAYS = [
    ("assessment_body", "1680.00"),
    ("assessment_body_zm", "1680.00"),
    ("enterprise_zm", "7000.00"),
    ("agency_zm", "2100.00"),
]
SEVEN = range(1, 8)


def suffix_of(login: str) -> str:
    return "_zm" if login.endswith("_zm") else ""


def held(city: City, application_id: int) -> list[tuple[str, int, str, int]]:
    """What of whom an application holds: row of the person, occupation and level."""
    entitlement = tables.entitlement
    with reading(city.product.engine) as connection:
        rows = connection.execute(
            select(entitlement)
            .where(entitlement.c.application_id == application_id, ~entitlement.c.released)
            .order_by(entitlement.c.id)
        ).all()
    return [(row.subsidy, row.person_id, row.occupation_code, row.level) for row in rows]


# --- the whole way -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("login", "amount"), WAYS)
def test_the_holders_of_a_list_are_claimed_for_and_paid(city: City, login: str, amount: str) -> None:
    suffix, row = suffix_of(login), ROW_OF[plain(login)]
    city.at(TODAY)
    application_id = apply_with(city, login, [row(serial) for serial in SEVEN])
    preview = previews.preview_findings(city.product, actor=city.actors[login], application_id=application_id)
    assert (preview["computation"]["heads"], preview["computation"]["amount"]) == (7, amount)
    assert {each["field"] for each in preview["missing"]} == {"claim.lines", "claim.commitment"}
    assert "submit" in city.look(login)["allowed_events"]

    city.send(login, "submit", claim=claim(7, amount))
    assert city.state == "claim_awaiting_acceptance"
    assert city.figures("claim_acceptance")[0] == "running"
    assert len(held(city, application_id)) == 7
    waiting = worklist.read_worklist(city.product, actor=city.actors[f"industry1{suffix}"])["items"]
    assert [(each["subsidy"], each["amount"]) for each in waiting] == [(city.application["subsidy"], amount)]

    to_payment(city, suffix)
    city.send(
        f"cashier{suffix}",
        "pay",
        amount=amount,
        paid_on="2026-10-30",
        source="special_account",
        voucher="V-1",
    )
    assert city.state == "disbursed"
    assert city.application["money"]["paid"] == amount
    monthly = reports.make_report(
        city.product, actor=city.actors["auditor"], name="monthly", year=2026, month=9
    )
    received = {each["region"]: each["received_count"] for each in monthly["rows"]}
    assert received[city.application["region"]] == 1
    assert audit_verification.verify_audit(city.product)["holds"]


@pytest.mark.parametrize(("login", "amount"), WAYS[:3])
def test_the_notice_names_what_is_paid_and_nobody_in_clear(city: City, login: str, amount: str) -> None:
    suffix, row = suffix_of(login), ROW_OF[plain(login)]
    rows = [row(serial) for serial in SEVEN]
    city.at(TODAY)
    apply_with(city, login, rows)
    city.send(login, "submit", claim=claim(7, amount))
    city.at("2026-09-29 09:00").send(f"industry1{suffix}", "accept")
    city.at("2026-10-12 10:00").send(f"industry1{suffix}", "approve", opinion="同意")
    city.at("2026-10-14 10:00").send(f"industry2{suffix}", "approve", opinion="同意")
    city.at("2026-10-15 09:00").send(f"hr1{suffix}", "publish", site="官网")
    (notice,) = notices.list_public_notices(city.product)["items"]
    assert (notice["total_heads"], notice["total_amount"]) == (7, amount)
    assert notice["subsidy_label"] == Subsidy(city.application["subsidy"]).label
    assert notice["classes"][0]["names_masked"] == ["持******"] * 7
    shown = json.dumps(notice, ensure_ascii=False)
    for one in rows:
        assert not any(one[name] in shown for name in ("name", "id_number", "phone", "certificate_number"))


def test_what_the_law_calls_for_in_each_application_says_what_it_claims(city: City) -> None:
    city.at(TODAY)
    apply_with(city, "enterprise_zm", [hired(1)])
    assert (city.look()["subsidy"], city.application["subsidy_label"]) == ("hiring", "吸纳持证人员就业补助")
    assert city.application["form"]["applicant"]["size"] == "small"
    city.apply("institution")
    assert (city.application["subsidy"], city.application["subsidy_label"]) == (
        "training",
        "职业技能培训补贴",
    )


# --- who may ask for what ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "subsidy"), list(pairs(ApplicationKind, Subsidy)), ids=lambda word: word.value
)
def test_a_kind_of_applicant_asks_only_for_its_own_subsidies(
    small_city: City, kind: ApplicationKind, subsidy: Subsidy
) -> None:
    small_city.at(TODAY)
    of_kind = {
        ApplicationKind.INSTITUTION: "institution_zm",
        ApplicationKind.ENTERPRISE: "enterprise_zm",
        ApplicationKind.INDIVIDUAL: "individual_zm",
        ApplicationKind.ASSESSMENT_BODY: "assessment_body_zm",
        ApplicationKind.EMPLOYMENT_AGENCY: "agency_zm",
    }
    login = of_kind[kind]
    applicant: dict[str, Any] = {"name": "示例"} | ({"size": "micro"} if subsidy is Subsidy.HIRING else {})
    body = {"kind": kind.value, "region": ZHONGMU, "policy": "zhongmu-2022", "applicant": applicant}
    asked = lambda: applications.create_application(  # noqa: E731
        small_city.product, actor=small_city.actors[login], body=body | {"subsidy": subsidy.value}
    )
    if subsidy in SUBSIDIES_OF[kind]:
        assert asked()["subsidy"] == subsidy
    else:
        with pytest.raises(Malformed) as caught:
            asked()
        assert [error.field for error in caught.value.errors] == ["subsidy"]
        assert all(each.label in caught.value.message for each in SUBSIDIES_OF[kind])


def test_without_a_word_of_it_training_is_meant(small_city: City) -> None:
    small_city.at(TODAY)
    body = body_of(small_city, "assessment_body")
    del body["subsidy"]
    with pytest.raises(Malformed, match="评价机构可以申请的是evaluation（评价补贴）"):
        applications.create_application(
            small_city.product, actor=small_city.actors["assessment_body"], body=body
        )


@pytest.mark.parametrize("login", ["enterprise", "agency"])
def test_a_policy_that_does_not_pay_it_refuses_the_draft_with_its_words(small_city: City, login: str) -> None:
    small_city.at(TODAY)
    with pytest.raises(Malformed, match=r"不发放.*本地文件没有规定，不发放（本地）") as caught:
        applications.create_application(
            small_city.product, actor=small_city.actors[login], body=body_of(small_city, login)
        )
    assert [error.field for error in caught.value.errors] == ["subsidy"]


def changed_policy(monkeypatch: pytest.MonkeyPatch, key: str, **hiring: Any) -> None:
    """From now on the policy of the day says otherwise of hiring."""
    content = json.loads(load_policy(key).content)
    content["employment_subsidies"]["hiring"] |= hiring
    changed = Policy.from_content(canonical(content))
    monkeypatch.setattr(Product, "policy_of_the_day", lambda _product, _key: changed)


def test_a_policy_that_no_longer_pays_it_refuses_the_submission(
    small_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_city.at(TODAY)
    apply_with(small_city, "enterprise_zm", [hired(1)])
    content = json.loads(load_policy("zhongmu-2022").content)
    leaf = content["employment_subsidies"]["hiring"]
    content["employment_subsidies"]["hiring"] = {
        "value": False,
        "title": leaf["title"],
        "local": True,
        "note": "自2026年起不再发放",
    }
    changed = Policy.from_content(canonical(content))
    monkeypatch.setattr(Product, "policy_of_the_day", lambda _product, _key: changed)
    with pytest.raises(Malformed, match=r"不发放.*自2026年起不再发放"):
        small_city.send("enterprise_zm", "submit", claim=claim(1, "1000.00"))
    assert small_city.state == "draft"


def test_only_small_enterprises_are_paid_for_hiring(small_city: City) -> None:
    small_city.at(TODAY)
    body = body_of(small_city, "enterprise_zm")
    body["applicant"]["size"] = "large"
    with pytest.raises(Malformed, match=r"企业规模.*中型企业"):
        applications.create_application(
            small_city.product, actor=small_city.actors["enterprise_zm"], body=body
        )
    del body["applicant"]["size"]
    small_city.application = applications.create_application(
        small_city.product, actor=small_city.actors["enterprise_zm"], body=body
    )
    put_list(small_city, "enterprise_zm", [hired(1)])
    with pytest.raises(Malformed) as caught:
        small_city.send("enterprise_zm", "submit", claim=claim(1, "1000.00"))
    assert [error.field for error in caught.value.errors] == ["applicant.size"]


# --- the list ----------------------------------------------------------------------------------------------


WRONG: list[tuple[str, list[dict[str, Any]], list[tuple[str, str]]]] = [
    ("assessment_body", [], [("", "")]),
    ("assessment_body", [holder(1, id_number="410499197909020082")], [("rows.1.id_number", "校验码")]),
    ("assessment_body", [holder(1, level=None)], [("rows.1.level", "须填写级别")]),
    ("assessment_body", [holder(1, certificate_kind="special_ability")], [("rows.1.level", "不分级别")]),
    (
        "assessment_body",
        [holder(1, certificate_kind="driving")],
        [("rows.1.certificate_kind", "须为下列之一")],
    ),
    ("assessment_body", [holder(1, certificate_number=" ")], [("rows.1.certificate_number", "未填写")]),
    (
        "assessment_body",
        [holder(1), holder(2, id_number=holder(1)["id_number"])],
        [("rows.2.id_number", "第1行")],
    ),
    (
        "assessment_body",
        [holder(1), holder(2, certificate_number="ｓ" + holder(1)["certificate_number"][1:].lower())],
        [("rows.2.certificate_number", "第1行")],
    ),
    (
        "assessment_body",
        [holder(1), holder(2, id_number=holder(1)["id_number"], occupation_code="06-18-01-01")],
        [("rows.2.id_number", "第1行")],
    ),
    (
        "assessment_body",
        [holder(1), holder(2, id_number=holder(1)["id_number"], occupation_code="００6-18-01-01")],
        [("rows.2.id_number", "第1行")],
    ),
    ("assessment_body", [holder(1, hired_on="2025-09-01")], [("rows.1.hired_on", "没有这一项")]),
    (
        "enterprise_zm",
        [holder(1)],
        [(f"rows.1.{name}", "未填写") for name in ("insured_from_on", "insured_until_on", "hired_on")],
    ),
    (
        "enterprise_zm",
        [hired(1), hired(2, id_number=hired(1)["id_number"], level=3)],
        [("rows.2.id_number", "同一人员")],
    ),
    (
        "enterprise_zm",
        [hired(1, insured_until_on="2025-08-31")],
        [("rows.1.insured_until_on", "不能早于参保起始日期")],
    ),
    (
        "agency_zm",
        [placed(1, employer_uscc="91410400MAEX00001X")],
        [("rows.1.employer_uscc", "统一社会信用代码")],
    ),
]


@pytest.mark.parametrize(("login", "rows", "faults"), WRONG)
def test_a_wrong_list_is_refused_whole_with_the_row_and_the_reason(
    small_city: City, login: str, rows: list[dict[str, Any]], faults: list[tuple[str, str]]
) -> None:
    small_city.at(TODAY)
    small_city.application = applications.create_application(
        small_city.product, actor=small_city.actors[login], body=body_of(small_city, login)
    )
    good = ROW_OF[plain(login)](900)
    put_list(small_city, login, [good])
    if not rows:
        # Nobody at all is taken for an empty list, and refused only when it is claimed for.
        assert put_list(small_city, login, [])["count"] == 0
        with pytest.raises(Malformed, match="还没有填完整") as caught:
            small_city.send(login, "submit", claim=claim(1, "1.00"))
        assert [error.field for error in caught.value.errors] == ["roster"]
        return
    with pytest.raises(Malformed) as refused:
        put_list(small_city, login, rows)
    assert [error.field for error in refused.value.errors] == [field for field, _ in faults]
    for error, (_, said) in zip(refused.value.errors, faults, strict=True):
        assert said in error.message
    answer = rosters.read_roster(
        small_city.product, actor=small_city.actors[login], application_id=small_city.application["id"]
    )
    assert [each["certificate_number"] for each in answer["items"]] == [good["certificate_number"]]


def test_the_same_person_may_stand_there_with_two_certificates_of_evaluation(small_city: City) -> None:
    small_city.at(TODAY)
    one = holder(1)
    other = holder(2, id_number=one["id_number"], level=3)
    apply_with(small_city, "assessment_body", [one, other])
    small_city.send("assessment_body", "submit", claim=claim(2, "520.00"))
    assert small_city.state == "claim_awaiting_acceptance"


def test_a_list_is_shown_masked_and_kept_sealed(small_city: City) -> None:
    small_city.at(TODAY)
    row = placed(1)
    apply_with(small_city, "agency_zm", [row])
    answer = put_list(small_city, "agency_zm", [row])
    assert answer["version"] == small_city.look("agency_zm")["version"]
    (shown,) = answer["items"]
    assert shown | {"phone": None, "id_number": None} == {
        "row": 1,
        "hired_on": None,
        **{name: value for name, value in row.items() if name not in {"phone", "id_number"}},
        "phone": None,
        "id_number": None,
    }
    assert (shown["id_number"], shown["phone"]) == ("410499********6004", "139****0001")
    with reading(small_city.product.engine) as connection:
        stored = str(connection.execute(select(tables.beneficiary)).mappings().all())
        stored += str(connection.execute(select(tables.audit_entry)).mappings().all())
    assert row["id_number"] not in stored
    assert row["phone"] not in stored


def test_a_reviewer_reads_a_number_of_the_list_in_clear_and_it_is_recorded(small_city: City) -> None:
    small_city.at(TODAY)
    application_id = apply_with(small_city, "assessment_body", [holder(1), holder(2)])
    small_city.send("assessment_body", "submit", claim=claim(2, "480.00"))
    found = readings.read_in_clear(
        small_city.product,
        actor=small_city.actors["industry1"],
        application_id=application_id,
        subject=ReadingSubject.TRAINEE,
        purpose=ReadingPurpose.IDENTITY_CHECK,
        row_nos=[2],
    )
    assert [item["id_number"] for item in found["items"]] == [holder(2)["id_number"]]


@pytest.mark.parametrize("login", ["assessment_body", "enterprise_zm", "agency_zm"])
def test_a_list_may_come_as_the_workbook_of_its_template(small_city: City, login: str) -> None:
    small_city.at(TODAY)
    subsidy = Subsidy(body_of(small_city, login)["subsidy"])
    apply_with(small_city, login, [ROW_OF[plain(login)](900)])
    rows = [ROW_OF[plain(login)](serial) for serial in SEVEN]
    book = openpyxl.load_workbook(io.BytesIO(list_template(subsidy)))
    sheet = book[LIST_NAME]
    labels = TEMPLATES[subsidy].labels
    assert [cell.value for cell in sheet[1]] == list(labels.values())
    words = {"skill_level": "职业技能等级评定", "resident_id": "居民身份证", 4: "中级工（四级）"}
    for row in rows:
        sheet.append([words.get(row[name], row[name]) for name in labels])
    filled = io.BytesIO()
    book.save(filled)
    answer = put_list(small_city, login, filled.getvalue())
    assert [each["certificate_number"] for each in answer["items"]] == [
        row["certificate_number"] for row in rows
    ]
    assert {each["level"] for each in answer["items"]} == {4}


# --- who is refused ----------------------------------------------------------------------------------------


def refusal(city: City, login: str, heads: int, amount: str) -> dict[str, str]:
    """What a claim is refused for: the rules and their messages."""
    with pytest.raises(RuleBroken) as caught:
        city.send(login, "submit", claim=claim(heads, amount))
    assert city.state == "draft"
    return {finding.rule: finding.message for finding in caught.value.findings}


SECOND: list[tuple[str, dict[str, Any]]] = [
    ("the same person", {"certificate_number": "Z-1"}),
    ("the same person in other digits", {"certificate_number": "Z-1", "id_number": "full-width"}),
    ("the same occupation in other digits", {"certificate_number": "Z-1", "occupation_code": "０6-18-01-01"}),
    ("the same certificate of somebody else", {"id_number": holder(2)["id_number"]}),
    (
        "the same certificate in other letters",
        {
            "id_number": holder(2)["id_number"],
            "certificate_number": " s" + holder(1)["certificate_number"][1:],
        },
    ),
]


@pytest.mark.parametrize(("_what", "changes"), SECOND)
def test_the_second_body_is_not_paid_for_what_the_first_has_claimed(
    city: City, _what: str, changes: dict[str, Any]
) -> None:
    if changes.get("id_number") == "full-width":
        changes = changes | {"id_number": "".join(chr(ord(sign) + 0xFEE0) for sign in holder(1)["id_number"])}
    city.at(TODAY)
    apply_with(city, "assessment_body", [holder(1)])
    city.send("assessment_body", "submit", claim=claim(1, "240.00"))
    first = city.application
    apply_with(city, "assessment_body2", [holder(1, **changes)])
    found = refusal(city, "assessment_body2", 1, "240.00")
    assert set(found) == {"no-duplicate", "headcount", "amount"}
    assert first["number"] in found["no-duplicate"]
    # The first gives it up, and the second may have it.
    second, city.application = city.application, first
    city.send("assessment_body", "withdraw", reason="重新核对")
    city.application = second
    city.send("assessment_body2", "submit", claim=claim(1, "240.00"))
    assert city.state == "claim_awaiting_acceptance"


def test_heads_that_are_not_claimed_are_not_held(city: City) -> None:
    city.at(TODAY)
    application_id = apply_with(city, "assessment_body", [holder(1), holder(2, level=1), holder(3)])
    city.send("assessment_body", "submit", claim=claim(1, "380.00"))
    assert [level for _, _, _, level in held(city, application_id)] == [1]
    apply_with(city, "assessment_body2", [holder(1), holder(3)])
    city.send("assessment_body2", "submit", claim=claim(2, "480.00"))
    assert city.state == "claim_awaiting_acceptance"


@pytest.mark.parametrize(
    ("login", "row", "said"),
    [
        ("assessment_body", holder(1, issued_on="2026-09-29"), "发证日期2026年9月29日在今天"),
        ("enterprise_zm", hired(1, hired_on="2025-09-29"), "不满12个月"),
        ("agency_zm", placed(1, employer_uscc=EMPLOYER_ELSEWHERE), "不在本省登记"),
    ],
)
def test_what_is_not_paid_for_is_refused_with_the_row_and_the_reason(
    small_city: City, login: str, row: dict[str, Any], said: str
) -> None:
    small_city.at(TODAY)
    apply_with(small_city, login, [row])
    found = refusal(small_city, login, 1, "240.00")
    assert f"第1行{'录用并参保' if '满' in said else ''}" in found["headcount"]
    assert said in found["headcount"]
    assert "征求意见稿" in found["headcount"]


def test_of_a_body_that_was_not_on_the_list_the_reviewer_is_told(city: City) -> None:
    city.at(TODAY)
    listed = tables.listed_institution
    with writing(city.product.engine) as connection:
        uscc = connection.scalars(
            select(tables.organisation.c.uscc).where(tables.organisation.c.name == "assessment_body")
        ).one()
        whose = (listed.c.uscc == uscc) & (listed.c.region == CITY)
        connection.execute(update(listed).where(whose).values(listed_until_on=date(2025, 6, 29)))
    apply_with(city, "assessment_body", [holder(1)])
    city.send("assessment_body", "submit", claim=claim(1, "240.00"))
    (told,) = city.look()["findings"]
    assert (told["rule"], told["severity"]) == ("registered-body", "warning")
    assert "发证日（2025年6月30日）评价机构不在年度目录清单内（列入至2025年6月29日）" in told["measured"]
    assert "新人社办〔2023〕35号 附件2 1、11" in told["source"]
    with writing(city.product.engine) as connection:
        connection.execute(update(listed).where(whose).values(listed_until_on=date(2025, 6, 30)))
    apply_with(city, "assessment_body", [holder(2)])
    city.send("assessment_body", "submit", claim=claim(1, "240.00"))
    assert city.look()["findings"] == []


def test_warnings_about_heads_left_out_are_answered_by_the_reviewer(small_city: City) -> None:
    small_city.at(TODAY)
    apply_with(small_city, "assessment_body", [holder(1)])
    small_city.send("assessment_body", "submit", claim=claim(1, "240.00"))
    apply_with(small_city, "assessment_body2", [holder(1), holder(2)])
    small_city.send("assessment_body2", "submit", claim=claim(1, "240.00"))
    (warning,) = small_city.look()["findings"]
    assert (warning["rule"], warning["severity"]) == ("no-duplicate", "warning")
    small_city.send("industry1", "accept")
    with pytest.raises(RuleBroken):
        small_city.send("industry1", "approve", opinion="同意", answers=[])
    answer = {"rule": "no-duplicate", "where": warning["where"], "answer": "已核对，只为第2行申领"}
    small_city.send("industry1", "approve", opinion="同意", answers=[answer])
    assert small_city.state == "claim_industry_second"


# --- the cap -----------------------------------------------------------------------------------------------


def test_an_enterprise_is_held_to_its_cap_over_all_its_applications(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed_policy(monkeypatch, "zhongmu-2022", cap="3000.00")
    city.at(TODAY)
    apply_with(city, "enterprise_zm", [hired(1), hired(2)])
    city.send("enterprise_zm", "submit", claim=claim(2, "2000.00"))
    first = city.application
    apply_with(city, "enterprise_zm", [hired(3), hired(4)])
    found = refusal(city, "enterprise_zm", 2, "2000.00")
    assert set(found) == {"headcount", "amount"}
    assert "累计不超过3,000.00元，其他申请已申领2,000.00元" in found["amount"]
    city.send("enterprise_zm", "submit", claim=claim(1, "1000.00"))
    # Another enterprise has a cap of its own; what is given up may be claimed again.
    apply_with(city, "enterprise2_zm", [hired(5), hired(6), hired(7)])
    city.send("enterprise2_zm", "submit", claim=claim(3, "3000.00"))
    city.application = first
    city.send("enterprise_zm", "withdraw", reason="重新核对")
    apply_with(city, "enterprise_zm", [hired(8), hired(9), hired(10)])
    assert "其他申请已申领1,000.00元" in refusal(city, "enterprise_zm", 3, "3000.00")["amount"]
    city.send("enterprise_zm", "submit", claim=claim(2, "2000.00"))


def test_money_that_came_back_no_longer_counts_toward_the_cap(
    small_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed_policy(monkeypatch, "zhongmu-2022", cap="1000.00")
    small_city.at(TODAY)
    first = apply_with(small_city, "enterprise_zm", [hired(1)])
    small_city.send("enterprise_zm", "submit", claim=claim(1, "1000.00"))
    second = apply_with(small_city, "enterprise_zm", [hired(2)])
    refusal(small_city, "enterprise_zm", 1, "1000.00")
    states = [
        ({"state": "disbursed", "approved_fen": 100_000, "paid_fen": 100_000}, False),
        ({"state": "recovering", "to_recover_fen": 100_000, "recovered_fen": 40_000}, False),
        ({"state": "recovered", "recovered_fen": 100_000}, True),
    ]
    for values, free in states:
        with writing(small_city.product.engine) as connection:
            connection.execute(
                update(tables.application).where(tables.application.c.id == first).values(**values)
            )
        preview = previews.preview_findings(
            small_city.product, actor=small_city.actors["enterprise_zm"], application_id=second
        )
        assert (preview["computation"]["heads"] == 1) is free


# --- back and forth ----------------------------------------------------------------------------------------


def test_a_returned_claim_is_corrected_in_its_list_and_published_anew(city: City) -> None:
    city.at(TODAY)
    application_id = apply_with(city, "assessment_body", [holder(1), holder(2)])
    city.send("assessment_body", "submit", claim=claim(2, "480.00"))
    city.at("2026-09-29 09:00").send("industry1", "accept")
    city.at("2026-10-12 10:00").send("industry1", "approve", opinion="同意")
    city.at("2026-10-14 10:00").send("industry2", "approve", opinion="同意")
    city.at("2026-10-15 09:00").send("hr1", "publish", site="官网")
    city.at("2026-10-23 09:00").send("hr2", "close_notice")
    reason = {"reason": "第2行证书有误", "code": "incorrect"}
    with pytest.raises(Malformed, match="不能包括开班申请"):
        city.send("hr1", "return_for_correction", **reason, sections=["opening"])
    with pytest.raises(NotNow):
        put_list(city, "assessment_body", [holder(1)])
    city.send("hr1", "return_for_correction", **reason, sections=["claim"])
    assert city.state == "claim_correction"
    with pytest.raises(Forbidden):
        put_list(city, "assessment_body2", [holder(1)])
    put_list(city, "assessment_body", [holder(1), holder(3)])
    city.send("assessment_body", "submit", claim=claim(2, "480.00"))
    # Heads and amount are the same, the people are not.
    assert city.state == "claim_awaiting_publication"
    assert len(held(city, application_id)) == 2
    apply_with(city, "assessment_body2", [holder(2)])
    city.send("assessment_body2", "submit", claim=claim(1, "240.00"))
    assert audit_verification.verify_audit(city.product)["holds"]
    history = audit.read_history(
        city.product, actor=city.actors["auditor"], application_id=application_id, limit=100
    )
    assert [each["event_label"] for each in history["items"]].count("更新受益人员名单") == 2


def test_an_edited_list_is_found_by_the_audit(city: City) -> None:
    city.at(TODAY)
    apply_with(city, "assessment_body", [holder(1)])
    city.send("assessment_body", "submit", claim=claim(1, "240.00"))
    edits: tuple[dict[str, Any], ...] = (
        {"level": 1},
        {"certificate_number": "X"},
        {"issued_on": date(2025, 7, 1)},
    )
    for values in edits:
        with writing(city.product.engine) as connection:
            before = connection.execute(select(tables.beneficiary)).mappings().one()
            connection.execute(update(tables.beneficiary).values(**values))
        assert [each["fault"] for each in audit_verification.verify_audit(city.product)["faults"]] == [
            "受益人员名单与登记的摘要不符"
        ]
        with writing(city.product.engine) as connection:
            connection.execute(update(tables.beneficiary).values({name: before[name] for name in values}))
    with writing(city.product.engine) as connection:
        connection.execute(update(tables.application).values(subsidy="placement"))
    assert not audit_verification.verify_audit(city.product)["holds"]


def test_a_claim_sent_twice_is_one(city: City) -> None:
    city.at(TODAY)
    application_id = apply_with(city, "assessment_body", [holder(1)])
    send = lambda: door.send_event(  # noqa: E731
        city.product,
        actor=city.actors["assessment_body"],
        application_id=application_id,
        event="submit",
        payload={"claim": claim(1, "240.00")},
        expected_version=2,
        command_id="once",
    )
    assert send() == send()
    with pytest.raises(NotNow):
        submit(city, "assessment_body", application_id, 1, "240.00")
    assert city.look()["region"] == CITY


def test_the_seal_of_an_application_for_training_is_what_it_was_before_there_were_others(city: City) -> None:
    city.to_opening_review()
    application = tables.application
    with reading(city.product.engine) as connection:
        row = dict(connection.execute(select(application)).mappings().one())
        content = connection.execute(
            select(tables.audit_entry.c.content)
            .where(tables.audit_entry.c.chain_id == row["id"])
            .order_by(tables.audit_entry.c.sequence.desc())
            .limit(1)
        ).scalar_one()
    sealed = (
        *("number", "kind", "region", "policy_version", "organisation_id", "created_by"),
        *("correction_target", "suspension_target", "roster_count", "roster_digest", "published_digest"),
        *("asked_fen", "approved_fen", "paid_fen", "to_recover_fen", "recovered_fen"),
    )
    assert json.loads(content)["row_digest"] == sm3(canonical([row[name] for name in sealed]))
