"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import orjson
from sqlalchemy import BigInteger, DateTime, Integer, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

# SQLite numbers rows by itself only where the key is a plain INTEGER.
Key = BigInteger().with_variant(Integer(), "sqlite")
# A larger number is no key, and the driver would refuse it.
LARGEST_ID = 2**63 - 1
# Where a date must stand in an order and there is none: after all others.
NEVER = date.max


def in_byte_order(length: int) -> String:
    """Text in the order of its bytes whatever the database speaks, so that what begins alike is together."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class Instant(TypeDecorator[datetime]):
    """An instant in UTC. SQLite keeps no offset, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuses an instant without an offset: nobody could tell which it is."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its offset")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant with its offset."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Document(TypeDecorator[Any]):
    """A JSON document kept as text, so that its digest is that of the very characters stored."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Compact JSON; a string passes as it is (already written)."""
        if value is None or isinstance(value, str):
            return value
        return canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """The document, read."""
        return None if value is None else orjson.loads(value)


# Made once: ``json.dumps`` with options builds its encoder anew on every call.
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(value: Any) -> str:
    """The one way a document is written: keys in order, no blanks, characters as they are."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:
        # What only the slow way can write, to the same letter: half a surrogate pair, numbers over 64 bits.
        return _ENCODER.encode(value)
