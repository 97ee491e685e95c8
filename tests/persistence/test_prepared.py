"""Statements handed to the driver mean what SQLAlchemy would have made of them, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, Engine, bindparam, event, insert, select
from sqlalchemy.exc import IntegrityError

from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.persistence.prepared import Prepared

_OUTBOX = tables.outbox
_INSERT = Prepared(insert(_OUTBOX).inline(), filled=("topic", "content", "created_at", "attempts"))
_READ = Prepared(select(_OUTBOX).where(_OUTBOX.c.topic == bindparam("topic")).limit(1))
_CHAIN = Prepared(insert(tables.system_chain), filled=("id", "audit_count", "audit_head"))
_ROW = {
    "topic": "moved",
    "content": {"状态": 1},
    "created_at": datetime(2026, 9, 1, 8, tzinfo=UTC),
    "attempts": 0,
}


def test_a_prepared_statement_writes_and_reads_as_sqlalchemy_does(engine: Engine) -> None:
    with writing(engine) as connection:
        _INSERT.queue(connection, _ROW)
    with reading(engine) as connection:
        plain = connection.execute(select(_OUTBOX)).mappings().one()
        assert _READ.rows(connection, {"topic": "moved"}) == [dict(plain)]
        assert _READ.rows(connection, {"topic": "other"}) == []
    assert {name: plain[name] for name in _ROW} == _ROW


def test_a_refusal_of_the_database_is_the_error_that_sqlalchemy_raises(engine: Engine) -> None:
    first = {"id": 0, "audit_count": 0, "audit_head": ""}
    with writing(engine) as connection:
        connection.execute(tables.system_chain.delete())
        _CHAIN.queue(connection, first)
    with pytest.raises(IntegrityError), writing(engine) as connection:
        _CHAIN.queue(connection, first)
    with writing(engine) as connection:
        _INSERT.queue(connection, _ROW)


def test_a_first_statement_begins_the_transaction(engine: Engine) -> None:
    with reading(engine) as connection:
        _READ.rows(connection, {"topic": "moved"})
        assert connection.in_transaction()


def test_whoever_watches_the_engine_sees_prepared_statements_too(engine: Engine) -> None:
    seen: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: seen.append(given[2]))
    with writing(engine) as connection:
        _INSERT.queue(connection, _ROW)
    assert any(sql.startswith("INSERT INTO outbox") for sql in seen)


_TRY = Prepared(
    _OUTBOX.update().where(_OUTBOX.c.topic == bindparam("_topic")).values(attempts=bindparam("_attempts"))
)


def _try(connection: Connection, attempts: int) -> None:
    _TRY.queue(connection, {"_topic": "moved", "_attempts": attempts})


def _attempts(engine: Engine) -> int:
    with reading(engine) as connection:
        attempts: int = _READ.rows(connection, {"topic": "moved"})[0]["attempts"]
        return attempts


def test_queued_statements_are_sent_at_the_end_and_in_order(engine: Engine) -> None:
    with writing(engine) as connection:
        _INSERT.queue(connection, _ROW)
        _try(connection, 1)
        _try(connection, 2)
        assert _READ.rows(connection, {"topic": "moved"}) == []
    assert _attempts(engine) == 2


def test_queued_statements_are_carried_out_all_or_none(engine: Engine) -> None:
    def fail(faulty: dict[str, object]) -> None:
        with writing(engine) as connection:
            _try(connection, 3)
            _INSERT.queue(connection, faulty)
            _try(connection, 4)

    with writing(engine) as connection:
        _INSERT.queue(connection, _ROW)
    with pytest.raises(IntegrityError):
        fail(_ROW | {"topic": None})
    assert _attempts(engine) == 0


def test_what_was_queued_before_an_exception_is_never_sent(engine: Engine) -> None:
    def fail() -> None:
        with writing(engine) as connection:
            _try(connection, 5)
            raise ZeroDivisionError

    with writing(engine) as connection:
        _INSERT.queue(connection, _ROW)
    with pytest.raises(ZeroDivisionError):
        fail()
    with writing(engine) as connection:
        _INSERT.queue(connection, _ROW | {"topic": "other"})
    assert _attempts(engine) == 0
