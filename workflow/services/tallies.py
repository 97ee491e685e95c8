"""What pages cannot wait for, counted beforehand: anew from time to time, and when somebody asks for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    case,
    delete,
    func,
    literal_column,
    or_,
    select,
    update,
)

from workflow.clock import real_now
from workflow.persistence import tables
from workflow.persistence.bulk import insert_rows
from workflow.persistence.engine import reading, upsert, writing
from workflow.persistence.tables.clocks import USED_WITHIN_LIMITS
from workflow.services.ledger_sums import sums_of
from workflow.services.product import Product
from workflow.vocabulary import FINAL_STATES

REFRESHED_EVERY = timedelta(minutes=10)
_application, _clock, _run = tables.application, tables.clock, tables.tally_run


def refresh_tallies(product: Product, *, older_than: timedelta = REFRESHED_EVERY) -> bool:
    """Counts everything anew unless somebody began to within ``older_than``; answers whether it did.

    Counted at one moment in a transaction that locks nothing, and put in place of the old in another. Of
    two at once the later stays, and either is right.
    """
    begun_at = real_now()
    with writing(product.engine) as connection:
        connection.execute(
            upsert(connection, _run)
            .values(id=1, begun_at=begun_at - timedelta(days=36500))
            .on_conflict_do_nothing()
        )
        due = or_(_run.c.begun_at <= begun_at - older_than, _run.c.begun_at > begun_at)
        if connection.execute(update(_run).where(due).values(begun_at=begun_at)).rowcount == 0:
            return False
    with reading(product.engine) as connection:
        made_at = product.now(connection)
        counted = {
            tables.matter_tally: _matters(connection),
            tables.timing_tally: _timings(connection),
            tables.policy_tally: _policies(connection),
            tables.ledger_tally: _ledger(connection),
        }
    with writing(product.engine) as connection:
        connection.execute(select(_run.c.id).with_for_update())
        for table, rows in counted.items():
            connection.execute(delete(table))
            if rows:
                insert_rows(connection, table, rows)
        connection.execute(update(_run).values(made_at=made_at))
    return True


def count_if_never(product: Product) -> None:
    """Counts if nobody has yet: in a new installation, whose first tick is still to come."""
    with reading(product.engine) as connection:
        if made_at(connection) is not None:
            return
    refresh_tallies(product, older_than=timedelta(0))


def made_at(connection: Connection) -> datetime | None:
    """As of which moment of the business the tallies are; None before the first."""
    found: datetime | None = connection.execute(select(_run.c.made_at)).scalar_one_or_none()
    return found


def _matters(connection: Connection) -> list[dict[str, Any]]:
    month = _month_of_instant(connection, _application.c.created_at).label("month")
    place = (_application.c.region, month, _application.c.section, _application.c.state)
    money = ("asked_fen", "approved_fen", "paid_fen")
    found = connection.execute(
        select(
            *place,
            func.count().label("application_count"),
            *(func.sum(_application.c[name]).label(name) for name in money),
        ).group_by(*place)
    ).mappings()
    # PostgreSQL sums integers into a decimal.
    texts = ("region", "month", "section", "state")
    counted = ("application_count", *money)
    return [{name: row[name] for name in texts} | {name: int(row[name]) for name in counted} for row in found]


def _timings(connection: Connection) -> list[dict[str, Any]]:
    place = [_clock.c[name] for name in ("region", "department", "kind", "limit_count", "used_days")]
    # By day first, as the index has it: the month of each of millions of clocks would be written out.
    days = (
        select(*place, _clock.c.ended_on, func.count().label("clock_count"))
        .where(used_within_limits())
        .group_by(*place, _clock.c.ended_on)
        .subquery()
    )
    month = _month_of_day(connection, days.c.ended_on).label("month")
    grouped = [days.c[column.name] for column in place]
    found = connection.execute(
        select(*grouped, month, func.sum(days.c.clock_count).label("clock_count")).group_by(*grouped, month)
    ).mappings()
    texts, counted = ("region", "month", "department", "kind"), ("limit_count", "used_days", "clock_count")
    return [{name: row[name] for name in texts} | {name: int(row[name]) for name in counted} for row in found]


def _policies(connection: Connection) -> list[dict[str, Any]]:
    is_open = case((_application.c.state.not_in([state.value for state in FINAL_STATES]), 1))
    found = connection.execute(
        select(
            _application.c.policy_version.label("version"),
            func.count().label("application_count"),
            func.count(is_open).label("open_count"),
        )
        .where(_application.c.policy_version.is_not(None))
        .group_by(_application.c.policy_version)
    )
    return [dict(row) for row in found.mappings()]


def _ledger(connection: Connection) -> list[dict[str, Any]]:
    """The movements of each pool up to the last there is; their numbers have no gaps."""
    pools = tables.fund_pool
    known = connection.execute(select(pools.c.id, pools.c.movement_count))
    reached = {row.id: row.movement_count for row in known}
    return [
        place._asdict() | {"movement_count": count, "amount_fen": fen, "reached": reached[place.pool_id]}
        for place, (count, fen) in sums_of(connection, reached).items()
    ]


def used_within_limits() -> ColumnElement[bool]:
    """Of a clock: whether the dashboard counts the working days it used."""
    # As it stands in the index, or PostgreSQL does not see that it is the one.
    return literal_column(f"({USED_WITHIN_LIMITS})", Boolean)


def _month_of_instant(connection: Connection, column: ColumnElement[Any]) -> ColumnElement[str]:
    if connection.dialect.name == "sqlite":
        # China has had no summer time since 1991.
        return func.strftime("%Y-%m", column, "+8 hours")
    return func.to_char(func.timezone("Asia/Shanghai", column), "YYYY-MM")


def _month_of_day(connection: Connection, column: ColumnElement[Any]) -> ColumnElement[str]:
    if connection.dialect.name == "sqlite":
        return func.strftime("%Y-%m", column)
    return func.to_char(column, "YYYY-MM")
