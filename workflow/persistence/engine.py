"""How a database is opened, and the one way to run a transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, ProgrammingError, TimeoutError
from sqlalchemy.pool import NullPool

from workflow.errors import Unavailable
from workflow.persistence.prepared import queueing

# Nobody waits longer for a lock that somebody else holds, for a statement, or for a client that went silent.
BUSY_SECONDS = 10
_SETTINGS = (
    "-c lock_timeout=10s -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s"
    # The data is in memory or on a disk without heads: looks here and there cost little.
    " -c random_page_cost=1.1"
)


def open_database(url: str) -> Engine:
    """An engine for ``url`` with the settings the product's promises rest on.

    SQLite: WAL, every commit on disk, foreign keys held, and every transaction opened with BEGIN IMMEDIATE,
    because the default BEGIN lets two writers start from the same state.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediate)
        return engine
    return create_engine(
        url,
        # What goes wrong is logged with its statement; names and numbers in the parameters stay out.
        hide_parameters=True,
        pool_size=10,
        max_overflow=30,
        pool_timeout=10,
        pool_recycle=1800,
        connect_args={"connect_timeout": 5, "prepare_threshold": 2, "options": _SETTINGS},
    )


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    # The driver's own BEGIN is switched off; ``_begin_immediate`` writes ours.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")
    cursor.close()


def _begin_immediate(connection: Connection) -> None:
    if connection.get_execution_options().get("reading"):
        connection.exec_driver_sql("BEGIN")
    else:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that may write: committed when the block ends, rolled back whole when it raises.

    Raises ``Unavailable`` when the database cannot be reached.
    """
    with _reachable(engine), engine.begin() as connection, queueing(connection):
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that only reads, and all of whose statements see the same moment."""
    options: dict[str, Any] = {"reading": True}
    if engine.dialect.name == "postgresql":
        options["isolation_level"] = "REPEATABLE READ"
    with _reachable(engine), engine.connect().execution_options(**options) as connection:
        yield connection


@contextmanager
def _reachable(engine: Engine) -> Iterator[None]:
    try:
        yield
    except (IntegrityError, ProgrammingError, DataError):
        raise
    except (DBAPIError, TimeoutError) as error:
        if engine.dialect.name == "sqlite":
            # An open file that was taken away or put back answers nothing good any more. That a server went
            # away SQLAlchemy sees itself, and a statement that took too long is no reason to drop the others.
            engine.dispose()
        raise Unavailable("数据库暂时无法连接，本次操作没有生效，请稍后重试") from error


def prefer_indexes(connection: Connection) -> None:
    """For the rest of the transaction PostgreSQL looks rows up rather than reading whole tables.

    It keeps the plans of its foreign keys, and one that was made while a table was empty reads the whole of
    it for every row that a bulk insert refers to. So plans are made anew too.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        connection.exec_driver_sql("DISCARD PLANS")


def prefer_order(connection: Connection) -> None:
    """For the rest of the transaction PostgreSQL reads in the order that is asked for, rather than sorting.

    For conditions that are met often, though it thinks them rare: it stops at the end of the page.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL enable_sort = off")
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")


def upsert(connection: Connection, table: Table) -> Any:
    """An INSERT of this database that can say what happens ``on_conflict``."""
    insert = insert_sqlite if connection.dialect.name == "sqlite" else insert_postgresql
    return insert(table)


def open_unpooled(url: str) -> Engine:
    """An engine that keeps no connection between uses; for migrations and short commands."""
    return create_engine(url, poolclass=NullPool)
