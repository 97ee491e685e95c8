"""A check that people ask for and a scheduler carries out, since it takes longer than a page may.

Each kind has a table of one row: one request stands at a time, one scheduler takes it up, and its result
stays until the next.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, false, or_, select, update

from workflow.clock import real_now
from workflow.persistence.engine import writing
from workflow.services.product import Product

_MOMENTS = ("requested_at", "started_at", "finished_at")


def read_check(connection: Connection, table: Table) -> dict[str, Any]:
    """How the check stands (``never``, ``wanted``, ``under_way``, ``finished``), and its last result."""
    row = connection.execute(select(table)).mappings().one()
    moments = {name: row[name].isoformat() if row[name] else None for name in _MOMENTS}
    return {"state": _state(row), **moments, "result": row["result"]}


def _state(row: Any) -> str:
    if row["requested_at"]:
        return "wanted"
    if row["finished_at"]:
        return "finished"
    return "under_way" if row["started_at"] else "never"


def ask(connection: Connection, table: Table, **wishes: Any) -> bool:
    """Asks for the check, with ``wishes`` in columns of their own; False while one is already asked for."""
    asked = update(table).where(table.c.requested_at.is_(None)).values(requested_at=real_now(), **wishes)
    return bool(connection.execute(asked).rowcount)


def take(product: Product, table: Table, *, or_due: ColumnElement[bool] | None = None) -> Any | None:
    """Takes the check up if it is asked for, or ``or_due``; its row, or None where there is nothing to do."""
    due = or_(table.c.requested_at.is_not(None), false() if or_due is None else or_due)
    with writing(product.engine) as connection:
        return connection.execute(
            update(table)
            .where(due)
            .values(requested_at=None, started_at=real_now(), finished_at=None)
            .returning(table)
        ).one_or_none()


def keep(product: Product, table: Table, result: dict[str, Any]) -> None:
    """Keeps what came of it."""
    with writing(product.engine) as connection:
        connection.execute(update(table).values(finished_at=real_now(), result=result))
