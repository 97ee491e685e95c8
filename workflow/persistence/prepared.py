"""Statements of the hot path: compiled by SQLAlchemy once, then handed to the driver as they are.

Executed by SQLAlchemy a statement costs 30 to 60 µs of bookkeeping, which a transition pays nine times
(``benchmarks/transitions.py``). What is sent and how values are written and read stays SQLAlchemy's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import UpdateBase
from sqlalchemy.sql.selectable import Select
from sqlalchemy.types import TypeEngine

Processor = Callable[[Any], Any]
Processors = tuple[tuple[Any, Processor], ...]
_QUEUE = "queued"


@dataclass(frozen=True, slots=True)
class _Form:
    """The statement as one kind of database takes it."""

    sql: str
    constants: dict[str, Any]
    writers: Processors
    # The order of the values where the driver takes them by place, not by name.
    order: tuple[str, ...] | None
    columns: tuple[str, ...]
    readers: Processors

    def written(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver takes them."""
        ready = {**self.constants, **values}
        for name, write in self.writers:
            value = ready[name]
            if value is not None:
                ready[name] = write(value)
        return ready if self.order is None else [ready[name] for name in self.order]

    def read(self, row: Any) -> dict[str, Any]:
        """A row by the names of its columns."""
        found = dict(zip(self.columns, row, strict=True))
        for name, read in self.readers:
            value = found[name]
            if value is not None:
                found[name] = read(value)
        return found


class Prepared:
    """One statement. Its values are its bound parameters; those of an INSERT are the columns ``filled``."""

    def __init__(self, statement: Select[Any] | UpdateBase, filled: Iterable[str] | None = None) -> None:
        self._statement = statement
        self._filled = None if filled is None else list(filled)
        self._forms: dict[str, _Form] = {}

    def queue(self, connection: Connection, values: Mapping[str, Any]) -> None:
        """Has the statement, which answers nothing, sent when the block of ``queueing`` ends, in order.

        What is read in between does not see it yet. Outside such a block it is sent at once.
        """
        queued = connection.info.get(_QUEUE)
        if queued is None:
            self.send(connection, values)
        else:
            queued.append((self, values))

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Sends the statement; answers its rows."""
        read = self._form(connection.dialect).read
        return [read(row) for row in self.send(connection, values).fetchall()]

    def send(self, connection: Connection, values: Mapping[str, Any]) -> Any:
        """Sends the statement; answers the driver's cursor, which is the same for all."""
        form = self._form(connection.dialect)
        written = form.written(values)
        if not connection.in_transaction():
            # SQLAlchemy begins at the first statement it sees; SQLite's BEGIN hangs on that.
            connection.begin()
        # One cursor for each connection to the database: psycopg's remembers how to write and read values.
        cursor = connection.info.get("prepared")
        if cursor is None:
            cursor = connection.info["prepared"] = connection.connection.cursor()
        # Whoever watches the engine's statements sees these too.
        for watch in connection.dispatch.before_cursor_execute:
            watch(connection, cursor, form.sql, written, None, False)
        try:
            cursor.execute(form.sql, written)
        except connection.dialect.loaded_dbapi.Error as error:
            raise _wrapped(connection, form.sql, error) from error
        return cursor

    def _form(self, dialect: Dialect) -> _Form:
        form = self._forms.get(dialect.name)
        if form is None:
            form = self._forms[dialect.name] = self._compiled(dialect)
        return form

    def _compiled(self, dialect: Dialect) -> _Form:
        compiled: Any = self._statement.compile(dialect=dialect, column_keys=self._filled)
        writers = {
            compiled.bind_names[bind]: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for bind in compiled.bind_names
        }
        columns = {
            str(column.key): _reader(column.type, dialect) for column in self._statement.exported_columns
        }
        return _Form(
            sql=compiled.string,
            constants={name: value for name, value in compiled.params.items() if value is not None},
            writers=tuple((name, write) for name, write in writers.items() if write is not None),
            order=tuple(compiled.positiontup) if compiled.positional else None,
            columns=tuple(columns),
            readers=tuple((name, read) for name, read in columns.items() if read is not None),
        )


def _reader(kind: TypeEngine[Any], dialect: Dialect) -> Processor | None:
    return kind.dialect_impl(dialect).result_processor(dialect, None)


_Queued = tuple[Prepared, Mapping[str, Any]]


@contextmanager
def queueing(connection: Connection) -> Iterator[None]:
    """What is queued inside the block is sent at its end, or never when the block raises."""
    kept = connection.info
    outer = kept.get(_QUEUE)
    if outer:
        _send_all(connection, outer)
        outer.clear()
    queued: list[_Queued] = []
    kept[_QUEUE] = queued
    try:
        yield
        _send_all(connection, queued)
    finally:
        kept[_QUEUE] = outer


def _send_all(connection: Connection, queued: list[_Queued]) -> None:
    """Sends them in order. PostgreSQL gets all of them without being waited for in between."""
    if len(queued) < 2 or connection.dialect.driver != "psycopg":
        for statement, values in queued:
            statement.send(connection, values)
        return
    # In a pipeline an error may show only at its end; the server has skipped all that came after it.
    driver: Any = connection.connection.driver_connection
    try:
        with driver.pipeline():
            for statement, values in queued:
                statement.send(connection, values)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _wrapped(connection, "queued statements", error) from error


def _wrapped(connection: Connection, sql: str, error: Any) -> BaseException:
    """The error as SQLAlchemy would raise it, so that callers catch one kind."""
    dialect = connection.dialect
    lost = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
    if lost:
        connection.invalidate(error)
    wrapped: BaseException = DBAPIError.instance(
        sql,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=lost,
        dialect=dialect,
    )
    return wrapped
