"""Lists in pages: a cursor that says where the last page ended, and nothing of how the list is stored."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Select, select, tuple_

from workflow.errors import FieldError, Malformed

Page = dict[str, Any]
_AT_ONCE = 500
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def page_of(
    connection: Connection,
    statement: Select[Any],
    key: ColumnElement[Any],
    cursor: str | None,
    limit: int,
    view: Callable[[Any], dict[str, Any]],
    *,
    descending: bool = False,
    by: Column[Any] | None = None,
) -> Page:
    """One page of ``statement`` in the order of the unique integer column ``key``: ``{"items", "next"}``.

    ``by`` is a column of the same row that never changes and goes first in the order. Raises ``Malformed``
    (400) for a cursor that this product did not give.
    """
    table = str(key.table.name) if isinstance(key, Column) else ""
    if cursor is not None:
        after: Any = read_cursor(cursor, table)
        place: Any = key
        if by is not None:
            place, after = tuple_(by, key), tuple_(*_found(connection, select(by, key).where(key == after)))
        statement = statement.where(place < after if descending else place > after)
    order = [each.desc() if descending else each for each in (by, key) if each is not None]
    ordered = statement.order_by(*order).limit(limit + 1)
    rows = connection.execute(ordered.add_columns(key.label("page_key"))).mappings().all()
    more = len(rows) > limit
    return {
        "items": [view(row) for row in rows[:limit]],
        "next": write_cursor(table, rows[limit - 1]["page_key"]) if more else None,
    }


def _found(connection: Connection, last: Select[Any]) -> Any:
    """The row at which the last page ended."""
    row = connection.execute(last).one_or_none()
    if row is None:
        raise _not_ours()
    return row


def _not_ours() -> Malformed:
    message = "翻页标记无效，请从第一页开始"
    return Malformed(message, [FieldError("cursor", message)], status=400)


def gather(read: Callable[..., Page], most: int, **wanted: Any) -> tuple[list[dict[str, Any]], bool]:
    """What ``read`` lists, page after page until ``most`` items are together; and whether more follow."""
    items: list[dict[str, Any]] = []
    cursor = None
    while len(items) < most:
        page = read(**wanted, cursor=cursor, limit=_AT_ONCE)
        items += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    return items, cursor is not None


def containing(text: str) -> str:
    """The pattern of a LIKE with ``\\`` as its escape: whatever holds this very text."""
    return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def is_key(value: Any) -> bool:
    """Whether ``value`` can be the number of a row."""
    return type(value) is int and 0 <= value < 2**63


def write_cursor(listed: str, at: object) -> str:
    """An opaque word for the place ``at`` in the list of ``listed``."""
    return base64.urlsafe_b64encode(json.dumps([listed, at]).encode()).decode().rstrip("=")


def read_cursor(cursor: str, listed: str) -> Any:
    """The place given to ``write_cursor`` for this list; raises ``Malformed`` (400) for anything else."""
    try:
        name, at = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, TypeError, UnicodeError, RecursionError):
        name = at = None
    keys = at if isinstance(at, list) else [at]
    if name != listed or write_cursor(listed, at) != cursor or not all(map(_is_place, keys)):
        raise _not_ours()
    return at


def _is_place(value: Any) -> bool:
    return is_key(value) or (isinstance(value, str) and _DAY.fullmatch(value) is not None)
