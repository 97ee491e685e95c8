"""A sabotaged ledger: it looks at the pools once for everybody, a moment too early, and writes what it saw.

Check-then-update without a lock and without a condition, as it is written where nobody thinks of races. The
numbers of movements are taken fresh, so that no unique key stops it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import func, insert, select, update

from workflow.persistence import tables
from workflow.services import ledger
from workflow.vocabulary import LEDGER_SIDES

_SEEN = ("available_fen", "reserved_fen", "paid_fen", "movement_count")


class Careless:
    """Stands in for the statement that locks the pools and for the one that moves money."""

    def __init__(self) -> None:
        self._statement: Any = ledger._LOCK_POOLS
        self._seen: dict[int, dict[str, int]] = {}
        self._lock = threading.Lock()

    def forget(self) -> None:
        """The next look is a new one."""
        self._seen = {}

    def rows(self, connection: Any, values: Any) -> list[dict[str, Any]]:
        """The pools as whoever came first saw them."""
        found: list[dict[str, Any]] = self._statement.rows(connection, values)
        with self._lock:
            for row in found:
                seen = self._seen.setdefault(row["id"], {name: row[name] for name in _SEEN})
                row.update(seen)
        return found

    def move(
        self,
        connection: Any,
        pool: ledger.Pool,
        kind: Any,
        fen: int,
        stamp: ledger.Stamp,
        *,
        voucher: str | None = None,
        document: str | None = None,
        note: str | None = None,
    ) -> None:
        """Writes what it makes of what it saw."""
        gives, takes = LEDGER_SIDES[kind]
        for account, change in ((gives, -fen), (takes, fen)):
            if account != "treasury":
                name = f"{account}_fen"
                setattr(pool, name, getattr(pool, name) + change)
        movement = tables.ledger_movement
        last = select(func.max(movement.c.sequence)).where(movement.c.pool_id == pool.id)
        sequence = connection.execute(last).scalar_one() + 1
        stands = {name: getattr(pool, name) for name in _SEEN[:3]}
        connection.execute(
            update(tables.fund_pool)
            .where(tables.fund_pool.c.id == pool.id)
            .values(movement_count=sequence, **stands)
        )
        connection.execute(
            insert(movement).values(
                pool_id=pool.id,
                sequence=sequence,
                kind=kind.value,
                from_account=gives.value,
                to_account=takes.value,
                amount_fen=fen,
                application_id=stamp.application_id,
                happened_on=stamp.happened_on,
                recorded_at=stamp.recorded_at,
                recorded_by=stamp.recorded_by,
                voucher=voucher,
                document=document,
                note=note,
                **stands,
            )
        )


@contextmanager
def careless() -> Iterator[Careless]:
    """For the length of the block the ledger is careless."""
    twin = Careless()
    kept: Any = (ledger._LOCK_POOLS, ledger.move)
    patched: Any = ledger
    patched._LOCK_POOLS, patched.move = twin, twin.move
    try:
        yield twin
    finally:
        patched._LOCK_POOLS, patched.move = kept
