"""Money from HR's decision to its recovery: reserved in order, paid out of the reservation, given back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select, text

from tests.journeys.city import City
from workflow.errors import Conflict, Forbidden, Malformed, NotNow, RuleBroken
from workflow.form.funds import CarryOver, FundEntry
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services import audit, audit_verification, funds
from workflow.vocabulary import FundSource

SPECIAL, EMPLOYMENT = "special_account", "employment_subsidy"
CLAUSE = "平技领办〔2022〕5号 二(四)21"


def pools(city: City, year: int = 2026) -> dict[str, dict[str, str]]:
    """The city's pools of a year by source."""
    found = funds.list_pools(city.product, actor=city.actors["finance1"], year=year)["items"]
    return {pool["source"]: pool for pool in found}


def reservation(city: City) -> list[tuple[str, int, str]]:
    """What the form says is reserved."""
    held = city.look()["form"]["disbursement"].get("reservation", [])
    return [(each["source"], each["year"], each["amount"]) for each in held]


def movements(city: City) -> list[tuple[str, str, str]]:
    """Kind, source and amount of every movement of the application, oldest first."""
    found = money(city)["movements"]
    return [(each["kind"], each["source"], each["amount"]) for each in found]


def money(city: City, login: str = "finance_head") -> dict[str, Any]:
    return funds.read_application_funds(
        city.product, actor=city.actors[login], application_id=city.application["id"]
    )


def assert_sound(city: City) -> None:
    """The trail, the registers and the ledger agree, and all accounts together are zero."""
    assert audit_verification.verify_audit(city.product)["faults"] == []
    totals = funds.read_balance(city.product, actor=city.actors["auditor"])["totals"]
    assert totals["total"] == "0.00"


def entry(amount: str, document: str, **changes: Any) -> FundEntry:
    values = {"year": 2026, "source": FundSource.SPECIAL_ACCOUNT, "happened_on": date(2026, 8, 1)}
    return FundEntry(**{**values, "amount": amount, "document": document, **changes})


# --- reserving ---------------------------------------------------------------------------------------------


def test_hr_reserves_what_is_asked_first_in_the_special_account(city: City) -> None:
    city.to_hr_review()
    city.at("2026-10-26 10:00").send("hr1", "approve", opinion="同意")
    assert reservation(city) == []
    city.at("2026-10-27 10:00").send("hr2", "approve", opinion="同意")
    assert reservation(city) == [(SPECIAL, 2026, "54000.00")]
    assert pools(city)[SPECIAL]["reserved"] == "54000.00"
    assert pools(city, 2025)[SPECIAL]["reserved"] == "0.00"
    assert_sound(city)


def test_what_one_source_lacks_is_drawn_from_the_next_in_the_documents_order(city: City) -> None:
    city.to_hr_review()
    city.at("2026-10-26").leave_funds(
        special_account="20000.00", employment_subsidy="0.01", unemployment_fund="50000.00"
    )
    city.send("hr1", "approve", opinion="同意")
    city.at("2026-10-27").send("hr2", "approve", opinion="同意")
    assert reservation(city) == [
        (SPECIAL, 2026, "20000.00"),
        (EMPLOYMENT, 2026, "0.01"),
        ("unemployment_fund", 2026, "33999.99"),
    ]
    assert pools(city)["unemployment_fund"]["available"] == "16000.01"
    assert_sound(city)


def test_without_enough_in_all_pools_nothing_is_reserved_and_the_refusal_says_what_there_is(
    city: City,
) -> None:
    city.to_hr_review()
    city.at("2026-10-26").leave_funds(special_account="20000.00", talent_fund="33999.99")
    city.send("hr1", "approve", opinion="同意")
    before = city.look(), pools(city)
    with pytest.raises(NotNow) as refused:
        city.at("2026-10-27").send("hr2", "approve", opinion="同意")
    for words in (
        "54,000.00元",
        "平顶山市2026年度",
        "合计53,999.99元",
        "还差0.01元",
        "职业技能提升行动专账资金20,000.00元",
        "就业补助资金0.00元",
        "地方人才经费33,999.99元",
    ):
        assert words in refused.value.message
    assert refused.value.source == CLAUSE
    after = city.look(), pools(city)
    assert (after[0]["state"], after[0]["version"], after[1]) == (
        before[0]["state"],
        before[0]["version"],
        before[1],
    )
    city.leave_funds(special_account="20000.00", talent_fund="34000.00")
    city.send("hr2", "approve", opinion="同意")
    assert pools(city)["talent_fund"]["available"] == "0.00"
    assert_sound(city)


def test_where_no_pool_was_ever_set_up_there_is_no_money(small_city: City) -> None:
    small_city.to_hr_review()
    small_city.at("2029-03-05").send("hr1", "approve", opinion="同意")
    with pytest.raises(NotNow, match="平顶山市2029年度还没有拨入任何资金"):
        small_city.send("hr2", "approve", opinion="同意")


def test_a_return_gives_the_money_back_and_finance_reserves_it_where_hrs_decision_stands(city: City) -> None:
    city.to_finance()
    city.at("2026-10-28").send(
        "finance1", "return_for_correction", reason="账户", code="incomplete", sections=["applicant"]
    )
    assert reservation(city) == []
    assert pools(city)[SPECIAL]["reserved"] == "0.00"
    city.at("2026-10-29").send("institution", "submit")
    assert city.state == "claim_finance_first"
    city.leave_funds(special_account="53999.99")
    with pytest.raises(NotNow, match=r"还差0\.01元"):
        city.at("2026-10-30").send("finance1", "approve", opinion="同意")
    city.leave_funds(special_account="4000.00", employment_subsidy="60000.00")
    city.send("finance1", "approve", opinion="同意")
    assert reservation(city) == [(SPECIAL, 2026, "4000.00"), (EMPLOYMENT, 2026, "50000.00")]
    city.send("finance2", "approve", opinion="同意")
    assert [kind for kind, *_ in movements(city)] == ["reservation", "release", "reservation", "reservation"]
    assert_sound(city)


def test_a_claim_that_changed_is_reserved_anew_at_hrs_new_decision_and_for_the_new_amount(city: City) -> None:
    city.to_finance()
    city.at("2026-10-28").send(
        "finance1", "return_for_correction", reason="核减", code="incorrect", sections=["claim"]
    )
    city.at("2026-10-29").send("institution", "submit", claim=city.claim(heads=44, amount="52800.00"))
    assert city.state == "claim_awaiting_publication"
    assert reservation(city) == []
    city.at("2026-10-30").send("hr1", "publish", site="官网")
    city.at("2026-11-09").send("hr2", "close_notice")
    city.send("hr1", "approve", opinion="同意")
    city.send("hr2", "approve", opinion="同意")
    assert reservation(city) == [(SPECIAL, 2026, "52800.00")]
    assert_sound(city)


def test_an_end_gives_the_money_back_and_a_suspension_keeps_it(city: City) -> None:
    city.to_finance()
    city.at("2026-10-28").send("hr_head", "suspend", reason="核查")
    assert pools(city)[SPECIAL]["reserved"] == "54000.00"
    city.send("hr_head", "resume", reason="无误")
    city.send("finance1", "reject", reason="不符合条件")
    assert (reservation(city), pools(city)[SPECIAL]["reserved"]) == ([], "0.00")
    city.to_payment()
    city.at("2026-11-02").pay("10000.00")
    city.send("hr_head", "suspend", reason="核查")
    city.send("hr_head", "terminate", reason="终止")
    assert reservation(city) == []
    assert pools(city)[SPECIAL] | {"available": ""} == pools(city)[SPECIAL] | {
        "reserved": "0.00",
        "paid": "10000.00",
        "available": "",
    }
    assert_sound(city)


# --- paying ------------------------------------------------------------------------------------------------


def split(city: City) -> None:
    """An application with 20,000 reserved in the special account and 34,000 in the employment subsidy."""
    city.to_hr_review()
    city.at("2026-10-26").leave_funds(special_account="20000.00", employment_subsidy="40000.00")
    city.send("hr1", "approve", opinion="同意")
    city.at("2026-10-27 10:00").send("hr2", "approve", opinion="同意")
    city.at("2026-10-29 10:00").send("finance1", "approve", opinion="同意")
    city.at("2026-10-30 10:00").send("finance2", "approve", opinion="同意")


def test_a_source_pays_no_more_than_it_has_reserved_and_the_refusal_says_where_the_rest_is(
    city: City,
) -> None:
    split(city)
    city.at("2026-11-03")
    for source, amount in ((SPECIAL, "20000.01"), (EMPLOYMENT, "34000.01"), ("talent_fund", "1.00")):
        with pytest.raises(RuleBroken) as refused:
            city.pay(amount, source=source)
        (finding,) = refused.value.findings
        assert (finding.rule, finding.where, finding.source) == ("payment-amount", "payload.source", CLAUSE)
        assert amount in finding.measured.replace(",", "")
        assert (
            "职业技能提升行动专账资金（2026年）20,000.00元、就业补助资金（2026年）34,000.00元"
            in finding.message
        )
        assert "分笔拨付" in finding.message
    city.pay("20000.00", "V-1")
    assert reservation(city) == [(EMPLOYMENT, 2026, "34000.00")]
    city.pay("34000.00", "V-2", source=EMPLOYMENT)
    assert city.state == "disbursed"
    assert [each["year"] for each in city.look()["form"]["disbursement"]["payments"]] == [2026, 2026]
    assert {name: each["paid"] for name, each in pools(city).items() if each["paid"] != "0.00"} == {
        SPECIAL: "20000.00",
        EMPLOYMENT: "34000.00",
    }
    assert_sound(city)


def test_a_payment_that_failed_is_reserved_again_and_paid_again(city: City) -> None:
    city.to_payment()
    city.at("2026-11-03").pay("20000.00", "V-1")
    city.send("cashier", "payment_failed", voucher="V-1", reason="账号有误")
    assert reservation(city) == [(SPECIAL, 2026, "54000.00")]
    assert pools(city)[SPECIAL]["paid"] == "0.00"
    city.pay("54000.00", "V-2")
    city.send("cashier", "payment_failed", voucher="V-2", reason="账号有误")
    city.pay("54000.00", "V-3")
    assert city.state == "disbursed"
    assert [kind for kind, *_ in movements(city)] == [
        *("reservation", "payment", "payment_failed"),
        *("payment", "payment_failed", "payment"),
    ]
    assert_sound(city)


def test_recovered_money_is_available_where_it_was_paid_from_the_last_payment_first(city: City) -> None:
    split(city)
    city.at("2026-11-03").pay("20000.00", "V-1")
    city.pay("14000.00", "V-2", source=EMPLOYMENT)
    city.send("cashier", "payment_failed", voucher="V-2", reason="账号有误")
    city.pay("34000.00", "V-3", source=EMPLOYMENT)
    before = pools(city)
    city.send("finance_head", "recover", reason="多付", amount="40000.00")
    assert pools(city) == before
    for amount, voucher in (("30000.00", "R-1"), ("10000.00", "R-2")):
        city.send("cashier", "record_recovery", amount=amount, received_on="2026-11-03", voucher=voucher)
    assert city.state == "recovered"
    assert [each["returned_to"] for each in city.look()["form"]["disbursement"]["recoveries"]] == [
        [{"source": EMPLOYMENT, "year": 2026, "amount": "30000.00"}],
        [
            {"source": EMPLOYMENT, "year": 2026, "amount": "4000.00"},
            {"source": SPECIAL, "year": 2026, "amount": "6000.00"},
        ],
    ]
    after = pools(city)
    assert (after[SPECIAL]["available"], after[EMPLOYMENT]["available"]) == ("6000.00", "40000.00")
    assert (after[SPECIAL]["paid"], after[SPECIAL]["recovered"]) == ("20000.00", "6000.00")
    assert_sound(city)


def test_what_was_reserved_in_december_is_paid_in_january_from_the_old_years_pool(city: City) -> None:
    city.to_hr_review()
    city.at("2026-12-30").send("hr1", "approve", opinion="同意")
    city.at("2026-12-31 23:59").send("hr2", "approve", opinion="同意")
    city.at("2027-01-04").send("finance1", "approve", opinion="同意")
    carry = CarryOver(year=2026, document="结转1号", happened_on=date(2027, 1, 4))
    funds.carry_over(city.product, actor=city.actors["finance_head"], entry=carry)
    assert (pools(city)[SPECIAL]["available"], pools(city)[SPECIAL]["reserved"]) == ("0.00", "54000.00")
    city.at("2027-01-05").send("finance2", "approve", opinion="同意")
    city.at("2027-01-06").pay("54000.00")
    (paid,) = city.look()["form"]["disbursement"]["payments"]
    assert (paid["paid_on"], paid["year"]) == ("2027-01-06", 2026)
    assert (pools(city)[SPECIAL]["paid"], pools(city, 2027)[SPECIAL]["paid"]) == ("54000.00", "0.00")
    assert_sound(city)


def test_a_decision_half_a_minute_into_the_new_year_draws_on_the_new_year(small_city: City) -> None:
    small_city.to_hr_review()
    small_city.at("2026-12-30").send("hr1", "approve", opinion="同意")
    small_city.at("2027-01-01 00:00").send("hr2", "approve", opinion="同意")
    assert reservation(small_city) == [(SPECIAL, 2027, "54000.00")]


def test_one_payment_does_not_mix_two_years_of_a_source(city: City) -> None:
    city.to_payment()
    city.at("2026-11-03").pay("10000.00", "V-1")
    city.leave_funds()
    city.at("2027-01-05")
    reserve_anew(city)
    assert reservation(city) == [(SPECIAL, 2027, "44000.00")]
    city.send("cashier", "payment_failed", voucher="V-1", reason="退票")
    assert reservation(city) == [(SPECIAL, 2026, "10000.00"), (SPECIAL, 2027, "44000.00")]
    with pytest.raises(RuleBroken, match="按年度分笔"):
        city.pay("54000.00", "V-2")
    city.pay("44000.00", "V-2")
    city.pay("10000.00", "V-3")
    assert [each["year"] for each in city.look()["form"]["disbursement"]["payments"]] == [2026, 2027, 2026]
    assert_sound(city)


def test_what_was_approved_without_a_reservation_is_reserved_when_it_is_paid(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workflow.services.ledger.reserve", lambda case: None)
    city.to_payment()
    monkeypatch.undo()
    city.at("2026-11-03").leave_funds(special_account="30000.00", talent_fund="60000.00")
    with pytest.raises(RuleBroken) as refused:
        city.pay("54000.00")
    assert "2026年度可用30,000.00元" in refused.value.findings[0].limit
    assert "现有预留：无" in refused.value.findings[0].message
    city.pay("24000.00", "V-1", source="talent_fund")
    city.pay("30000.00", "V-2")
    assert city.state == "disbursed"
    assert_sound(city)


# --- reserving anew ----------------------------------------------------------------------------------------


def reserve_anew(city: City, login: str = "finance_head", version: int | None = None) -> dict[str, Any]:
    return funds.reserve_anew(
        city.product,
        actor=city.actors[login],
        application_id=city.application["id"],
        expected_version=version,
    )


def test_money_that_came_in_later_is_reserved_anew_by_the_order_of_funds(city: City) -> None:
    split(city)
    with pytest.raises(NotNow, match="无需重新预留"):
        reserve_anew(city)
    city.at("2026-11-02").leave_funds(special_account="30000.00")
    for login in ("finance1", "cashier", "hr_head", "office"):
        with pytest.raises(Forbidden, match="负责人"):
            reserve_anew(city, login)
    with pytest.raises(Forbidden):
        reserve_anew(city, "finance_head_bf")
    with pytest.raises(Conflict):
        reserve_anew(city, version=1)
    found = reserve_anew(city, version=city.look()["version"])
    assert reservation(city) == [(SPECIAL, 2026, "50000.00"), (EMPLOYMENT, 2026, "4000.00")]
    assert [(each["kind"], each["amount"]) for each in found["movements"]][-2:] == [
        ("reservation", "30000.00"),
        ("release", "30000.00"),
    ]
    history = audit.read_history(
        city.product, actor=city.actors["auditor"], application_id=city.application["id"], limit=100
    )["items"]
    assert (history[-1]["event"], history[-1]["event_label"]) == ("reserve_anew", "重新预留资金")
    city.at("2026-11-03").pay("50000.00", "V-1")
    city.pay("4000.00", "V-2", source=EMPLOYMENT)
    with pytest.raises(NotNow, match="只有在财政部门审核或者待拨付时"):
        reserve_anew(city)
    assert_sound(city)


# --- what finance enters -----------------------------------------------------------------------------------


def test_an_appropriation_makes_a_pool_and_a_document_counts_once(city: City) -> None:
    head = city.at("2026-08-31").actors["finance_head"]
    made = funds.appropriate(
        city.product, actor=head, entry=entry("100.05", "财1", year=2028, source=FundSource.TALENT_FUND)
    )
    assert (made["year"], made["available"], made["appropriated"]) == (2028, "100000100.05", "100000100.05")
    for changes, field in (
        ({"document": "财1", "year": 2028, "source": FundSource.TALENT_FUND}, "document"),
        ({"document": "财2", "year": 2029}, "year"),
        ({"document": "财3", "happened_on": date(2026, 9, 1)}, "happened_on"),
    ):
        with pytest.raises(Malformed) as refused:
            funds.appropriate(city.product, actor=head, entry=entry("1.00", **changes))
        assert [error.field for error in refused.value.errors] == [field]
    # The same document may give to several sources and years.
    funds.appropriate(city.product, actor=head, entry=entry("1.00", "财1"))
    assert_sound(city)


def test_a_correction_takes_what_is_available_and_nothing_reserved_or_paid(city: City) -> None:
    city.to_payment()
    city.at("2026-11-03").pay("14000.00")
    city.leave_funds(special_account="100.00")
    head = city.actors["finance_head"]
    with pytest.raises(Malformed) as refused:
        funds.withdraw(city.product, actor=head, entry=entry("100.01", "更正1"))
    assert refused.value.errors[0].field == "amount"
    for words in ("100.01元", "可用余额100.00元", "已预留40,000.00元", "已拨付14,000.00元"):
        assert words in refused.value.message
    funds.withdraw(city.product, actor=head, entry=entry("100.00", "更正1"))
    assert pools(city)[SPECIAL]["available"] == "0.00"
    assert_sound(city)


def test_the_remainder_of_a_year_that_is_over_goes_to_the_next_source_by_source(city: City) -> None:
    head = city.at("2026-11-03").actors["finance_head"]
    city.leave_funds(special_account="10.00", talent_fund="0.01")
    carry = CarryOver(year=2026, document="结转1号", happened_on=date(2026, 11, 3))
    with pytest.raises(Malformed, match="尚未结束"):
        funds.carry_over(city.product, actor=head, entry=carry)
    city.at("2027-01-02").leave_funds(2027, special_account="1.00")
    found = funds.carry_over(city.product, actor=head, entry=carry)
    assert {(each["year"], each["source"], each["available"]) for each in found} >= {
        (2026, SPECIAL, "0.00"),
        (2027, SPECIAL, "11.00"),
        (2027, "talent_fund", "0.01"),
    }
    for year in (2026, 2027):
        balance = funds.read_balance(city.product, actor=head, year=year)
        assert {each["total"] for each in balance["items"]} == {"0.00"}
    with pytest.raises(Malformed, match="无可结转"):
        funds.carry_over(city.product, actor=head, entry=carry)
    assert_sound(city)


def test_funds_are_entered_by_the_head_of_finance_and_read_by_finance_the_office_and_auditors(
    small_city: City,
) -> None:
    city = small_city.at("2026-08-31")
    for login in ("finance1", "cashier", "hr_head", "industry_head", "office", "auditor", "admin"):
        with pytest.raises(Forbidden):
            funds.appropriate(city.product, actor=city.actors[login], entry=entry("1.00", "财1"))
    for login in ("hr1", "hr_head", "industry1", "inspector", "institution", "admin"):
        for read in (funds.list_pools, funds.read_ledger, funds.read_balance, funds.export_ledger):
            with pytest.raises(Forbidden):
                read(city.product, actor=city.actors[login])
    for login in ("finance1", "cashier", "finance_head"):
        found = funds.list_pools(city.product, actor=city.actors[login])["items"]
        assert {each["region"] for each in found} == {"410400"}
        with pytest.raises(Forbidden, match="本地区"):
            funds.list_pools(city.product, actor=city.actors[login], region="410421")
    for login in ("office", "auditor"):
        found = funds.list_pools(city.product, actor=city.actors[login])["items"]
        assert {each["region"] for each in found} >= {"410400", "410421"}


# --- the ledger --------------------------------------------------------------------------------------------


def test_the_ledger_is_read_page_by_page_newest_first_with_both_sides_and_balances(city: City) -> None:
    split(city)
    city.at("2026-11-03").pay("20000.00", "V-1")
    reader = city.actors["auditor"]
    own = {"application_id": city.application["id"]}
    first = funds.read_ledger(city.product, actor=reader, limit=2, **own)
    rest = funds.read_ledger(city.product, actor=reader, limit=2, cursor=first["next"], **own)
    found = first["items"] + rest["items"]
    assert [each["kind"] for each in found] == ["payment", "reservation", "reservation"]
    assert rest["next"] is None
    paid = found[0]
    assert [(each["account"], each["amount"]) for each in paid["entries"]] == [
        ("reserved", "-20000.00"),
        ("paid", "20000.00"),
    ]
    assert (paid["available"], paid["reserved"], paid["paid"]) == ("0.00", "0.00", "20000.00")
    assert (paid["voucher"], paid["application_number"]) == ("V-1", city.application["number"])
    wanted = {"source": EMPLOYMENT, "year": 2026, "kind": "reservation"}
    by_source = funds.read_ledger(city.product, actor=reader, **wanted)
    assert [each["amount"] for each in by_source["items"]] == ["34000.00"]


def test_a_year_of_payments_adds_up_from_the_ledger_alone(city: City) -> None:
    split(city)
    city.at("2026-11-03").pay("20000.00", "V-1")
    city.pay("4000.00", "V-2", source=EMPLOYMENT)
    city.send("cashier", "payment_failed", voucher="V-2", reason="退票")
    city.leave_funds(talent_fund="60000.00")
    city.to_payment()
    city.at("2026-11-04").pay("54000.00", "V-3", source="talent_fund")
    balance = funds.read_balance(city.product, actor=city.actors["auditor"], year=2026)
    kinds = {each["kind"]: each["amount"] for each in balance["kinds"]}
    assert (kinds["payment"], kinds["payment_failed"]) == ("78000.00", "4000.00")
    payment = tables.payment
    with reading(city.product.engine) as connection:
        standing = select(func.sum(payment.c.amount_fen)).where(payment.c.failed_at.is_(None))
        assert connection.execute(standing).scalar_one() == 7_400_000
    assert balance["totals"]["paid"] == "74000.00"
    assert balance["totals"]["total"] == "0.00"


_NEWEST = "(SELECT max(id) FROM ledger_movement WHERE kind = 'appropriation')"
TAMPERED = {
    "a pool": ["UPDATE fund_pool SET available_fen = available_fen + 1 WHERE id = 1"],
    "a reservation": ["UPDATE fund_reservation SET reserved_fen = reserved_fen - 1"],
    "a source": ["UPDATE payment SET source = 'talent_fund'"],
    "an amount": ["UPDATE ledger_movement SET amount_fen = amount_fen + 1 WHERE kind = 'payment'"],
    "a voucher": ["UPDATE ledger_movement SET voucher = 'V-8' WHERE kind = 'payment'"],
    "a movement taken out": ["DELETE FROM ledger_movement WHERE kind = 'payment'"],
    "an appropriation taken out with its money": [
        f"UPDATE fund_pool SET available_fen = available_fen - 100, movement_count = movement_count - 1"
        f" WHERE id = (SELECT pool_id FROM ledger_movement WHERE id = {_NEWEST})",
        f"DELETE FROM ledger_movement WHERE id = {_NEWEST}",
    ],
    "an appropriation that nobody entered": [
        "UPDATE fund_pool SET available_fen = available_fen + 100, movement_count = 2 WHERE id = 48",
        "INSERT INTO ledger_movement (pool_id, sequence, kind, from_account, to_account, amount_fen,"
        " available_fen, reserved_fen, paid_fen, happened_on, recorded_at, recorded_by, document)"
        " SELECT id, 2, 'appropriation', 'treasury', 'available', 100, available_fen, 0, 0,"
        " '2026-11-03', '2026-11-03 01:00:00', 1, '伪造' FROM fund_pool WHERE id = 48",
    ],
}


@pytest.mark.parametrize("edits", TAMPERED.values(), ids=TAMPERED)
def test_the_audit_finds_money_that_was_edited_by_hand(small_city: City, edits: list[str]) -> None:
    city = small_city
    city.to_payment()
    city.at("2026-11-03").pay("1000.00")
    given = entry("1.00", "财1", source=FundSource.TALENT_FUND)
    funds.appropriate(city.product, actor=city.actors["finance_head"], entry=given)
    assert_sound(city)
    with writing(city.product.engine) as connection:
        for trigger in ("no_update", "no_delete"):
            connection.execute(text(f"DROP TRIGGER ledger_movement_{trigger}"))
        for edit in edits:
            connection.execute(text(edit))
    faults = audit_verification.verify_audit(city.product)["faults"]
    assert faults
    assert all(
        "资金" in each["fault"] or "拨付" in each["fault"] or "预留" in each["fault"] for each in faults
    )
