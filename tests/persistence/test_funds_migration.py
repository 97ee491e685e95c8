"""What was paid before there was a ledger is brought into it, and adds up."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, text

from tests.journeys.city import City
from tests.journeys.conftest import city
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.persistence.schema import downgrade, migrate
from workflow.services import audit_verification, funds, ledger

__all__ = ["city"]

BEFORE = "0005"


def as_it_was(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """The product as it was when it knew no funds: nothing reserved, no year beside a payment."""

    def pay(case: Any, payload: Any) -> int:
        return 0

    monkeypatch.setattr(ledger, "reserve", lambda case: None)
    monkeypatch.setattr(ledger, "pay", pay)
    monkeypatch.setattr(ledger, "take_back", lambda case, paid: None)
    monkeypatch.setattr(ledger, "recover", lambda case, payments, payload: [])


def test_payments_failures_and_recoveries_of_old_are_in_the_ledger_and_the_next_payment_follows(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_it_was(city, monkeypatch)
    numbers = {}
    for story in ("recovering", "disbursed", "waiting", "finance"):
        if story == "finance":
            city.to_finance()
        else:
            city.to_payment()
        numbers[story] = city.application["id"]
        city.at("2026-11-03")
        if story == "recovering":
            city.pay("14000.00", "V-1")
            city.pay("40000.00", "V-2", source="employment_subsidy")
            city.send("finance_head", "recover", reason="多付", amount="50000.00")
            for amount, voucher in (("1000.00", "R-1"), ("41000.00", "R-2")):
                receipt = {"amount": amount, "received_on": "2026-11-03", "voucher": voucher}
                city.send("cashier", "record_recovery", **receipt)
        if story == "disbursed":
            city.pay("54000.00", "V-1")
            city.send("cashier", "payment_failed", voucher="V-1", reason="退票")
            city.at("2027-01-04").pay("54000.00", "V-2")
        if story == "waiting":
            city.pay("30000.00", "V-1")
            city.pay("20000.00", "V-2", source="talent_fund")
            city.send("cashier", "payment_failed", voucher="V-1", reason="退票")
    monkeypatch.undo()
    engine = city.product.engine
    downgrade(engine, BEFORE)
    migrate(engine)

    assert audit_verification.verify_audit(city.product)["faults"] == []
    auditor = city.actors["auditor"]
    found = {
        (each["year"], each["source"]): (each["available"], each["paid"], each["recovered"])
        for each in funds.list_pools(city.product, actor=auditor)["items"]
    }
    assert found == {
        # 14,000 of which 2,000 came back; 54,000 and 30,000 that the bank sent back.
        (2026, "special_account"): ("86000.00", "14000.00", "2000.00"),
        (2026, "employment_subsidy"): ("40000.00", "40000.00", "40000.00"),
        (2026, "talent_fund"): ("0.00", "20000.00", "0.00"),
        (2027, "special_account"): ("0.00", "54000.00", "0.00"),
    }
    movement = tables.ledger_movement
    with reading(engine) as connection:
        opening = connection.execute(select(movement).where(movement.c.sequence == 1)).mappings().all()
    assert {(each["kind"], each["note"]) for each in opening} == {("appropriation", "启用资金台账前的期初")}

    # What was under way goes on, by reserving at the moment.
    city.application["id"] = numbers["waiting"]
    city.at("2026-11-04").pay("34000.00", "V-3")
    assert city.state == "disbursed"
    city.send("cashier", "payment_failed", voucher="V-2", reason="退票")
    city.pay("20000.00", "V-4", source="talent_fund")
    city.application["id"] = numbers["recovering"]
    receipt = {"amount": "8000.00", "received_on": "2026-11-04", "voucher": "R-3"}
    city.send("cashier", "record_recovery", **receipt)
    assert city.state == "recovered"
    city.application["id"] = numbers["finance"]
    city.leave_funds(special_account="54000.00")
    city.send("finance1", "approve", opinion="同意")
    assert city.look()["form"]["disbursement"]["reservation"] == [
        {"source": "special_account", "year": 2026, "amount": "54000.00"}
    ]
    assert audit_verification.verify_audit(city.product)["faults"] == []
    assert funds.read_balance(city.product, actor=auditor)["totals"]["total"] == "0.00"


def test_a_database_without_payments_gets_no_pools(city: City) -> None:
    engine = city.product.engine
    downgrade(engine, BEFORE)
    migrate(engine)
    assert funds.list_pools(city.product, actor=city.actors["auditor"])["items"] == []
    with writing(engine) as connection:
        assert connection.execute(text("SELECT count(*) FROM fund_reservation")).scalar_one() == 0
