"""A sabotaged server: it answers first and commits a moment later."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine

from web.wsgi import app
from workflow.services import door

__all__ = ["app"]


@contextmanager
def _writing_later(engine: Engine) -> Iterator[Connection]:
    connection: Any = engine.connect()
    transaction = connection.begin()
    try:
        yield connection
    except BaseException:
        transaction.rollback()
        connection.close()
        raise

    def commit() -> None:
        transaction.commit()
        connection.close()

    threading.Timer(0.05, commit).start()


door.writing = _writing_later  # type: ignore[attr-defined]
