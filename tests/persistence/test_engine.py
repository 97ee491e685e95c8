"""What a failing database does to those who come after: one failure is told once, and nobody else is hurt."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from sqlalchemy import Engine, text

from workflow.errors import Unavailable
from workflow.persistence.engine import open_database, reading, writing


def test_a_statement_that_takes_too_long_leaves_the_other_connections(postgresql_engine: Engine) -> None:
    pool = postgresql_engine.pool
    with reading(postgresql_engine) as other:
        slow = text("SELECT set_config('statement_timeout', '20', true), pg_sleep(0); SELECT pg_sleep(5)")
        with pytest.raises(Unavailable), writing(postgresql_engine) as connection:
            connection.execute(slow)
        assert other.scalar(text("SELECT 1")) == 1
    assert postgresql_engine.pool is pool


def test_a_server_that_went_away_is_told_once(postgresql_engine: Engine) -> None:
    with ExitStack() as stack:
        mine, *_others = (stack.enter_context(reading(postgresql_engine)) for _ in range(3))
        number = mine.scalar(text("SELECT pg_backend_pid()"))
    ended = text(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    keeper = open_database(postgresql_engine.url.render_as_string(hide_password=False))
    with keeper.connect() as connection:
        assert connection.scalar(ended) == 3
    keeper.dispose()
    with pytest.raises(Unavailable), reading(postgresql_engine) as connection:
        connection.scalar(text("SELECT 1"))
    for _ in range(3):
        with reading(postgresql_engine) as connection:
            assert connection.scalar(text("SELECT pg_backend_pid()")) != number
