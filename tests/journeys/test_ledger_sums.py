"""The sums over the ledger: what a tally has of it and what came since are together what there is."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, select

from tests.journeys.city import City
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services import funds
from workflow.services.ledger_sums import Place, sums_of
from workflow.services.tallies import refresh_tallies

_movement, _tally = tables.ledger_movement, tables.ledger_tally
ANEW = timedelta(0)


def _added_up(city: City) -> dict[Place, tuple[int, int]]:
    place = [_movement.c[name] for name in Place._fields]
    with reading(city.product.engine) as connection:
        found = connection.execute(
            select(*place, func.count(), func.sum(_movement.c.amount_fen)).group_by(*place)
        )
        return {Place(*names): (count, int(fen)) for *names, count, fen in found}


def _told(city: City) -> dict[Place, tuple[int, int]]:
    with reading(city.product.engine) as connection:
        return sums_of(connection, list(connection.scalars(select(tables.fund_pool.c.id))))


def test_sums_are_exact_before_a_tally_with_one_and_after_more_movements(city: City) -> None:
    city.to_payment()
    assert _told(city) == _added_up(city)
    refresh_tallies(city.product, older_than=ANEW)
    tallied = _told(city)
    assert tallied == _added_up(city)
    city.pay()
    after = _told(city)
    assert after == _added_up(city)
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
    assert _told(small_city) == _added_up(small_city)
