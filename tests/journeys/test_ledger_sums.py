"""The sums over the ledger: what a tally has of it and what came since are together what there is."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select, update

from tests.journeys.city import City
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services import funds
from workflow.services.audit_verification import verify_audit
from workflow.services.ledger_sums import Place, is_true_to_ledger, sums_of
from workflow.services.tallies import refresh_tallies

_tally = tables.ledger_tally
ANEW = timedelta(0)


def _told(city: City) -> dict[Place, tuple[int, int]]:
    with reading(city.product.engine) as connection:
        return sums_of(connection, list(connection.scalars(select(tables.fund_pool.c.id))))


def _is_true(city: City) -> bool:
    with reading(city.product.engine) as connection:
        return is_true_to_ledger(connection)


def test_sums_are_exact_before_a_tally_with_one_and_after_more_movements(city: City) -> None:
    city.to_payment()
    assert _is_true(city)
    refresh_tallies(city.product, older_than=ANEW)
    tallied = _told(city)
    assert _is_true(city)
    city.pay()
    after = _told(city)
    assert _is_true(city)
    assert after != tallied
    refresh_tallies(city.product, older_than=ANEW)
    assert _told(city) == after
    balance = funds.read_balance(city.product, actor=city.actors["auditor"])
    assert balance["totals"]["total"] == "0.00"


def test_a_tally_that_is_gone_is_only_slower(small_city: City) -> None:
    small_city.to_payment()
    refresh_tallies(small_city.product, older_than=ANEW)
    with writing(small_city.product.engine) as connection:
        connection.execute(delete(_tally))
    assert _is_true(small_city)


def test_a_tally_that_was_edited_is_found(small_city: City) -> None:
    small_city.to_payment()
    refresh_tallies(small_city.product, older_than=ANEW)
    assert verify_audit(small_city.product)["holds"]
    with writing(small_city.product.engine) as connection:
        connection.execute(update(_tally).values(amount_fen=_tally.c.amount_fen + 1))
    assert not _is_true(small_city)
    assert verify_audit(small_city.product)["faults"] == [
        {"chain": 0, "sequence": 0, "fault": "资金台账的汇总与台账不符"}
    ]
