"""Personal data in clear: whom it concerns, what for, while it is in hand; and every reading recorded."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from typing import Any

import pytest

from tests.journeys.city import DATA, City
from workflow.access import SYSTEM
from workflow.errors import Forbidden, Malformed, NotFound
from workflow.form.masking import mask_name
from workflow.persistence.engine import writing
from workflow.services import applications, audit_verification, notices, readings
from workflow.services.audit import append_system_entry
from workflow.vocabulary import ReadingPurpose, ReadingSubject

ROSTER = json.loads((DATA / "roster.json").read_text(encoding="utf-8"))
FORM = json.loads((DATA / "application.json").read_text(encoding="utf-8"))["applicant"]
TRAINEE, APPLICANT, ACCOUNT = ReadingSubject.TRAINEE, ReadingSubject.APPLICANT, ReadingSubject.BANK_ACCOUNT
CHECK, CALL, ON_SITE = (
    ReadingPurpose.IDENTITY_CHECK,
    ReadingPurpose.TELEPHONE_CHECK,
    ReadingPurpose.INSPECTION,
)
OWN = ReadingPurpose.CORRECTION


def read(
    city: City, login: str, subject: ReadingSubject = TRAINEE, purpose: ReadingPurpose = CHECK, **more: Any
) -> list[dict[str, Any]]:
    """What this person is shown of the application under way."""
    if subject is TRAINEE:
        more.setdefault("row_nos", [1])
    shown = readings.read_in_clear(
        city.product,
        actor=city.actors[login],
        application_id=city.application["id"],
        subject=subject,
        purpose=purpose,
        **more,
    )
    items: list[dict[str, Any]] = shown["items"]
    return items


def listed(city: City, login: str = "auditor", **filters: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = readings.list_readings(
        city.product, actor=city.actors[login], limit=100, **filters
    )["items"]
    return items


def test_a_reading_shows_what_was_asked_for_and_leaves_who_when_whose_and_what_for(city: City) -> None:
    city.to_opening_review()
    items = read(city, "industry1", purpose=CALL, row_nos=[3, 1], note="9月抽查")
    assert [(item["row_no"], item["name"], item["id_number"], item["phone"]) for item in items] == [
        (number, row["name"], row["id_number"], row["phone"])
        for number, row in ((1, ROSTER[0]), (3, ROSTER[2]))
    ]
    assert all(item["bank_account"] is None for item in items)
    city.at("2026-08-31 10:00")
    (applicant,) = read(city, "institution", APPLICANT, OWN)
    assert (applicant["name"], applicant["phone"]) == (FORM["contact_name"], FORM["contact_phone"])
    (account,) = read(city, "institution", ACCOUNT, OWN)
    assert account["bank_account"] == FORM["bank_account"]
    newest, second, oldest = listed(city)
    assert (oldest["account"], oldest["account_name"]) == ("industry1", "示例industry1")
    assert (oldest["purpose_label"], oldest["note"]) == ("电话抽查", "9月抽查")
    assert (oldest["subject"], oldest["row_nos"]) == ("trainee", [1, 3])
    assert oldest["whose"] == [
        f"{mask_name(row['name'])} {row['id_number'][:6]}********{row['id_number'][-4:]}"
        for row in (ROSTER[0], ROSTER[2])
    ]
    assert oldest["application_number"] == city.application["number"]
    assert second["subject"] == "applicant"
    assert newest["whose"] == [f"{FORM['name']} {'*' * 15}{FORM['bank_account'][-4:]}"]
    assert newest["at"] > oldest["at"]
    for number in (ROSTER[0]["id_number"], ROSTER[0]["phone"], FORM["bank_account"], FORM["contact_phone"]):
        assert number not in json.dumps([newest, second, oldest])
    assert audit_verification.verify_audit(city.product)["holds"]


# Who, while the application stands where. Everybody else is refused.
MAY_READ_TRAINEES: dict[str, set[str]] = {
    "draft": set(),
    "opening_industry_first": {"industry1", "industry2"},
    "opening_hr_first": {"hr1", "hr2"},
    "training_awaiting_start": {"inspector"},
    "training_in_progress": {"inspector"},
    "training_hr_opinion": {"hr1", "hr2"},
    "assessment_proposed": {"inspector"},
    "claim_awaiting_acceptance": {"industry1", "industry2"},
    "claim_public_notice": {"hr1", "hr2"},
    "claim_finance_first": set(),
    "disbursement_awaiting_payment": set(),
}


@pytest.mark.timeout(300)
def test_trainees_are_read_by_those_who_check_and_only_while_it_is_their_turn(small_city: City) -> None:
    city, seen = small_city, set()
    officers = [login for login in city.actors if not login.startswith(("institution", "individual"))]
    to_claim = city.to_claim_draft

    def look_round() -> None:
        state = city.look()["state"]
        if state not in MAY_READ_TRAINEES or state in seen:
            return
        seen.add(state)
        allowed = set()
        for login in officers:
            try:
                read(city, login)
            except Forbidden:
                continue
            allowed.add(login)
        assert allowed == MAY_READ_TRAINEES[state], state

    send = city.send

    def send_and_look(login: str | None, event: str, **payload: Any) -> dict[str, Any]:
        look_round()
        return send(login, event, **payload)

    city.send = send_and_look  # type: ignore[method-assign]
    to_claim()
    city.at("2026-09-28 15:05").send("institution", "submit", claim=city.claim())
    city.at("2026-09-29 09:00").send("industry1", "accept")
    city.at("2026-10-12 10:00").send("industry1", "approve", opinion="同意")
    city.at("2026-10-14 10:00").send("industry2", "approve", opinion="同意")
    city.at("2026-10-15 09:00").send("hr1", "publish", site="官网")
    city.at("2026-10-23 09:00").send("hr2", "close_notice")
    city.at("2026-10-26 10:00").send("hr1", "approve", opinion="同意")
    city.at("2026-10-27 10:00").send("hr2", "approve", opinion="同意")
    city.at("2026-10-29 10:00").send("finance1", "approve", opinion="同意")
    city.at("2026-10-30 10:00").send("finance2", "approve", opinion="同意")
    look_round()
    assert seen == set(MAY_READ_TRAINEES)
    assert {one["account"] for one in listed(city)} == set().union(*MAY_READ_TRAINEES.values())


def test_applicants_read_what_is_their_own_and_nobody_elses(small_city: City) -> None:
    city = small_city
    city.to_opening_review()
    for subject in (TRAINEE, APPLICANT, ACCOUNT):
        assert read(city, "institution", subject, OWN)
        with pytest.raises(Forbidden):
            read(city, "institution2", subject, OWN)
        with pytest.raises(Forbidden):
            read(city, "institution_bf", subject, OWN)
    with pytest.raises(Forbidden, match="目的只能是：数据更正"):
        read(city, "institution", TRAINEE, CALL)
    with pytest.raises(Forbidden, match="异议人"):
        read(city, "institution", ReadingSubject.OBJECTOR, OWN, objection_id=1)


def test_an_individual_is_read_by_the_reviewer_and_has_no_roster(small_city: City) -> None:
    city = small_city
    city.at("2026-10-09").apply_as_individual()
    lines = [{"class_no": 1, "heads": 1, "amount": "1200.00"}]
    city.send(
        "individual", "submit", claim={"lines": lines, "commitment": {"accepted": True, "signatory": "本人"}}
    )
    (person,) = read(city, "industry1", APPLICANT)
    assert person["id_number"] == "410499198808081234"
    assert person["phone"] == "13900000001"
    with pytest.raises(NotFound, match="名册中没有序号为 1 的学员"):
        read(city, "industry1", TRAINEE)


def test_a_purpose_is_demanded_and_has_to_fit_the_task(small_city: City) -> None:
    city = small_city
    city.to_opening_review()
    with pytest.raises(Forbidden, match="目的只能是：身份核对、电话抽查、异议核实"):
        read(city, "industry1", purpose=ReadingPurpose.PAYMENT)
    with pytest.raises(Forbidden, match="目的只能是"):
        read(city, "industry1", purpose=None)  # type: ignore[arg-type]
    with pytest.raises(Forbidden, match="拨付经办人"):
        read(city, "cashier", ACCOUNT, ReadingPurpose.PAYMENT)
    with pytest.raises(Forbidden):
        read(city, "industry1_bf")
    assert listed(city) == []


@pytest.mark.parametrize(
    ("subject", "place", "field"),
    [
        (TRAINEE, {"row_nos": []}, "row_no"),
        (TRAINEE, {"row_nos": list(range(1, 22))}, "row_no"),
        (TRAINEE, {"objection_id": 1}, "objection_id"),
        (APPLICANT, {"row_nos": [1]}, "row_no"),
    ],
)
def test_a_reading_that_does_not_say_whose_is_refused_and_leaves_no_record(
    small_city: City, subject: ReadingSubject, place: dict[str, Any], field: str
) -> None:
    small_city.to_opening_review()
    with pytest.raises(Malformed) as refused:
        read(small_city, "industry1", subject, **place)
    assert [error.field for error in refused.value.errors] == [field]
    with pytest.raises(NotFound, match="51、99"):
        read(small_city, "industry1", row_nos=[1, 51, 99])
    assert listed(small_city) == []


def test_staff_that_belongs_to_the_applicant_reads_nothing_of_it(small_city: City) -> None:
    city = small_city
    city.to_opening_review()
    organisation = city.actors["institution"].organisation_id
    city.actors["industry1"] = dataclasses.replace(city.actors["industry1"], organisation_id=organisation)
    with pytest.raises(Forbidden, match="回避"):
        read(city, "industry1")


def test_money_is_moved_with_the_account_read_for_payment_or_for_recovery(small_city: City) -> None:
    city = small_city
    city.to_payment()
    assert read(city, "cashier", ACCOUNT, ReadingPurpose.PAYMENT)
    city.pay()
    city.send("finance_head", "recover", reason="多发", amount="1200.00")
    with pytest.raises(Forbidden, match="目的只能是：追缴"):
        read(city, "cashier", ACCOUNT, ReadingPurpose.PAYMENT)
    applications.read_payee(city.product, actor=city.actors["cashier"], application_id=city.application["id"])
    assert [one["purpose"] for one in listed(city)] == ["recovery", "payment"]


def test_the_list_is_for_auditors_and_narrowed_by_application_and_person(small_city: City) -> None:
    city = small_city
    city.to_notice()
    first = city.application["id"]
    city.send(None, "file_objection", name="王小明", contact="13900000000", content="人数不实")
    (objection,) = city.look()["form"]["claim"]["objections"]
    hr = city.actors["hr_head"]
    notices.read_objection(city.product, actor=hr, application_id=first, objection_id=objection["id"])
    city.at("2026-10-16").apply("institution2")
    # One login is the beginning of another, and "_" stands for any sign in a pattern.
    for login, subject in (("institution2", TRAINEE), ("institution2", ACCOUNT)):
        read(city, login, subject, OWN)
    city.application = {"id": first}
    read(city, "institution", TRAINEE, OWN)
    for login in set(city.actors) - {"auditor", "admin"}:
        with pytest.raises(Forbidden):
            listed(city, login)
    assert len(listed(city, "admin")) == 4
    assert [one["account"] for one in listed(city, application_id=first)] == ["institution", "hr_head"]
    assert [one["account"] for one in listed(city, account="institution")] == ["institution"]
    assert len(listed(city, account="institution2")) == 2
    assert [one["whose"] for one in listed(city, account="hr_head")] == [["王** 139****0000"]]
    assert listed(city, account="hr%head") == listed(city, account="hrXhead") == []
    assert listed(city, application_id=99) == []
    assert listed(city, number=city.look()["number"]) == listed(city, application_id=first)
    assert [one["account"] for one in listed(city, person="王小明")] == ["hr_head"]
    assert (
        listed(city, person="13900000000")
        == listed(city, subject="objector")
        == listed(city, account="示例hr_head")
    )
    assert {one["subject"] for one in listed(city, person=ROSTER[0]["id_number"])} == {"trainee"}
    assert listed(city, person="没有的人") == listed(city, purpose="audit") == []
    assert len(listed(city, purpose="correction", from_on=date(2026, 10, 16))) == 3
    assert listed(city, until_on=date(2026, 10, 15)) == listed(city, account="hr_head")
    with pytest.raises(Malformed, match="没有编号为 1 的申请"):
        listed(city, number="1")
    report = readings.readings_report(city.product, actor=city.actors["auditor"], subject="objector")
    assert [row["whose"] for row in report["rows"]] == ["王** 139****0000"]
    assert report["title"] == "个人信息查看记录"
    pages, cursor = [], None
    while True:
        page = readings.list_readings(city.product, actor=city.actors["auditor"], cursor=cursor, limit=3)
        pages.append(len(page["items"]))
        cursor = page["next"]
        if cursor is None:
            break
    assert pages == [3, 1]


def test_readings_recorded_before_purposes_had_codes_are_in_the_list(small_city: City) -> None:
    city = small_city
    city.to_opening_review()
    with writing(city.product.engine) as connection:
        for event, more in (
            ("read_bank_account", {"purpose": "拨付"}),
            ("read_objection_in_clear", {"purpose": "处理异议", "objection": 3}),
        ):
            details = {"application": city.application["id"], **more}
            append_system_entry(connection, SYSTEM, event, city.product.now(connection), details)
    assert [(one["subject"], one["purpose"], one["purpose_label"]) for one in listed(city)] == [
        ("objector", None, "处理异议"),
        ("bank_account", None, "拨付"),
    ]
