"""The statements that the door sends, captured as the driver gets them, and sent again by plain psycopg."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import Engine, event


@dataclass(frozen=True, slots=True)
class Statement:
    """What was given to the cursor, and whether it answers rows."""

    sql: Any
    values: Any
    answers: bool


Transaction = list[Statement]
"""What was sent between BEGIN and COMMIT."""


@contextmanager
def captured(engine: Engine) -> Iterator[list[Transaction]]:
    """Everything that is committed on this engine meanwhile, transaction by transaction."""
    transactions: list[Transaction] = []
    current: Transaction = []

    class Recording(psycopg.Cursor[Any]):
        """psycopg's own cursor, with a note of what it is given."""

        def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
            values = dict(params) if isinstance(params, dict) else params
            super().execute(query, params, **options)
            current.append(Statement(query, values, answers=self.description is not None))
            return self

    def connected(connection: psycopg.Connection, _record: Any) -> None:
        connection.cursor_factory = Recording
        current.clear()

    def finish(_connection: Any) -> None:
        transactions.append(current.copy())
        current.clear()

    event.listen(engine, "connect", connected)
    event.listen(engine, "commit", finish)
    try:
        yield transactions
    finally:
        event.remove(engine, "connect", connected)
        event.remove(engine, "commit", finish)


def replay(connection: psycopg.Connection, transactions: Sequence[Transaction]) -> None:
    """Sends them again: one cursor, prepared by psycopg itself, every row fetched, each committed."""
    cursor = connection.cursor()
    for transaction in transactions:
        # psycopg sends BEGIN before the first statement, for the door as for us.
        for statement in transaction:
            cursor.execute(statement.sql, statement.values)
            if statement.answers:
                cursor.fetchall()
        connection.commit()
