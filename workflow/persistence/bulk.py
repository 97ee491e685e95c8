"""Many rows written with one statement.

PostgreSQL takes them as one JSON document: a statement of one and the same text, whatever their number.
SQLite, which has no network to cross, takes them one by one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    Connection,
    FromClause,
    Table,
    Text,
    bindparam,
    cast,
    column,
    func,
    insert,
    select,
    update,
)

from workflow.persistence.engine import upsert
from workflow.persistence.types import Document, canonical

Rows = Sequence[Mapping[str, Any]]


def insert_rows(connection: Connection, table: Table, rows: Rows) -> None:
    """Inserts rows that all fill the same columns."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        columns = list(rows[0])
        given = _given(table, columns)
        connection.execute(insert(table).from_select(columns, select(*given.c)), _written(table, rows))
    else:
        connection.execute(insert(table), rows)


def insert_new_rows(connection: Connection, table: Table, rows: Rows, *returning: str) -> list[Any]:
    """Inserts those that no unique key forbids; answers ``returning`` of each, in no order."""
    if not rows:
        return []
    columns = list(rows[0])
    answer = [table.c[name] for name in returning]
    statement = upsert(connection, table)
    if connection.dialect.name == "postgresql":
        given = _given(table, columns)
        many = statement.from_select(columns, select(*given.c)).on_conflict_do_nothing()
        return list(connection.execute(many.returning(*answer), _written(table, rows)))
    return list(connection.execute(statement.on_conflict_do_nothing().returning(*answer), rows))


def update_rows(connection: Connection, table: Table, rows: Rows) -> None:
    """Writes columns of rows that are found by their ``id``; all rows write the same columns."""
    if not rows:
        return
    columns = [name for name in rows[0] if name != "id"]
    if connection.dialect.name == "postgresql":
        given = _given(table, list(rows[0]))
        values = {name: given.c[name] for name in columns}
        one = update(table).values(values).where(table.c.id == given.c.id)
        connection.execute(one, _written(table, rows))
    else:
        # The names of columns are taken by the values that an UPDATE sets.
        values = {name: bindparam(f"_{name}") for name in columns}
        statement = update(table).values(values).where(table.c.id == bindparam("_id"))
        connection.execute(statement, [{f"_{name}": row[name] for name in row} for row in rows])


def _given(table: Table, columns: Sequence[str]) -> FromClause:
    typed = (column(name, table.c[name].type) for name in columns)
    rows = func.json_to_recordset(cast(bindparam("rows", type_=Text), JSON))
    return rows.table_valued(*typed).render_derived(name="given", with_types=True)


def _written(table: Table, rows: Rows) -> dict[str, str]:
    documents = [name for name in rows[0] if isinstance(table.c[name].type, Document)]
    ready = [
        {
            **row,
            **{name: row[name] if isinstance(row[name], str) else canonical(row[name]) for name in documents},
        }
        for row in rows
    ]
    return {"rows": orjson.dumps(ready).decode()}
