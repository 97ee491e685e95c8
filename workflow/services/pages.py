"""Lists in pages: a cursor that says where the last page ended, and nothing of how the list is stored."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select

from workflow.errors import FieldError, Malformed

Page = dict[str, Any]
LARGEST_PAGE = 100


def page_of(
    connection: Connection,
    statement: Select[Any],
    key: ColumnElement[Any],
    cursor: str | None,
    limit: int,
    view: Callable[[Any], dict[str, Any]],
    *,
    descending: bool = False,
) -> Page:
    """One page of ``statement`` in the order of the unique integer column ``key``: ``{"items", "next"}``.

    Raises ``Malformed`` (400) for a cursor that this product did not give.
    """
    if cursor is not None:
        after = read_cursor(cursor, int)
        statement = statement.where(key < after if descending else key > after)
    ordered = statement.order_by(key.desc() if descending else key).limit(limit + 1)
    rows = connection.execute(ordered.add_columns(key.label("page_key"))).mappings().all()
    more = len(rows) > limit
    return {
        "items": [view(row) for row in rows[:limit]],
        "next": write_cursor(rows[limit - 1]["page_key"]) if more else None,
    }


def is_key(value: Any) -> bool:
    """Whether ``value`` can be the number of a row."""
    return type(value) is int and 0 <= value < 2**63


def write_cursor(value: object) -> str:
    """An opaque word for ``value``."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def read_cursor(cursor: str, kind: type) -> Any:
    """What ``write_cursor`` was given; raises ``Malformed`` for anything else."""
    try:
        value = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, UnicodeError, RecursionError):
        value = None
    if (
        type(value) is not kind
        or write_cursor(value) != cursor
        or (isinstance(value, int) and not 0 <= value < 2**63)
    ):
        raise Malformed(
            "翻页标记无效，请从第一页开始", [FieldError("cursor", "翻页标记无效，请从第一页开始")], status=400
        )
    return value
