"""Movements of the ledger added up: what a tally has of a pool, and one by one only those since."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, true

from workflow.persistence import tables

_pool, _movement, _tally = tables.fund_pool, tables.ledger_movement, tables.ledger_tally


class Place(NamedTuple):
    """Between which accounts of which pool money moves, and why (``LedgerKind``)."""

    pool_id: int
    kind: str
    from_account: str
    to_account: str


def sums_of(connection: Connection, pools: Collection[int]) -> dict[Place, tuple[int, int]]:
    """How many movements, and how many fen, there are in these pools; exact at this moment.

    Movements are appended and never changed, and numbered without gaps: those that a tally has need not be
    read again.
    """
    sums: dict[Place, tuple[int, int]] = {}
    reached = dict.fromkeys(pools, 0)
    for row in connection.execute(select(_tally).where(_tally.c.pool_id.in_(pools))).mappings():
        sums[Place(*(row[name] for name in Place._fields))] = row["movement_count"], row["amount_fen"]
        reached[row["pool_id"]] = row["reached"]
    known = select(_pool.c.id, _pool.c.movement_count).where(_pool.c.id.in_(pools))
    since = [
        and_(_movement.c.pool_id == row.id, _movement.c.sequence > reached[row.id])
        for row in connection.execute(known)
        if row.movement_count > reached[row.id]
    ]
    if since:
        for place, (count, fen) in _added_up(connection, or_(*since)).items():
            before = sums.get(place, (0, 0))
            sums[place] = before[0] + count, before[1] + fen
    return sums


def is_true_to_ledger(connection: Connection) -> bool:
    """Whether the sums are those of every movement there is, read again."""
    pools = connection.scalars(select(_pool.c.id)).all()
    return sums_of(connection, pools) == _added_up(connection, true())


def _added_up(connection: Connection, which: ColumnElement[bool]) -> dict[Place, tuple[int, int]]:
    place = [_movement.c[name] for name in Place._fields]
    found = connection.execute(
        select(*place, func.count(), func.sum(_movement.c.amount_fen)).where(which).group_by(*place)
    )
    # PostgreSQL sums integers into a decimal.
    return {Place(*names): (count, int(fen)) for *names, count, fen in found}
