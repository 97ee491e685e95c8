"""The test clock: the present moment of the business as a row, set by an administrator."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from calendars import ChinaWorkingDays
from workflow.access import Actor
from workflow.clock import SHANGHAI
from workflow.errors import FieldError, Forbidden, Malformed, NotFound
from workflow.persistence import tables
from workflow.persistence.engine import reading, upsert, writing
from workflow.services.product import Product
from workflow.services.sweep import sweep
from workflow.vocabulary import Role

# Python reads more of ISO 8601 than people write, such as week dates.
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T", re.ASCII)


def set_test_clock(product: Product, *, actor: Actor, now: Any) -> dict[str, Any]:
    """Sets the present moment for all processes, forwards or backwards, and runs one sweep.

    Raises ``NotFound`` where the test clock is not switched on.
    """
    if not product.settings.test_clock:
        raise NotFound("测试时钟没有启用")
    if actor.role is not Role.ADMIN:
        raise Forbidden("只有系统管理员可以设置测试时钟")
    moment = _read_moment(now)
    with writing(product.engine) as connection:
        statement = upsert(connection, tables.test_clock).values(id=1, now_at=moment)
        connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_={"now_at": moment}))
    raised = sweep(product)["raised"]
    return {"now": moment.astimezone(SHANGHAI).isoformat(), "raised": raised}


def business_now(product: Product) -> datetime:
    """The present moment of the business, in Asia/Shanghai."""
    with reading(product.engine) as connection:
        return product.now(connection).astimezone(SHANGHAI)


def _read_moment(now: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(now) if _MOMENT.match(now) else None
    except (TypeError, ValueError):
        moment = None
    if moment is None or moment.tzinfo is None:
        message = "“now”应为带时区的时间，如 2026-09-18T09:00:00+08:00"
        raise Malformed(message, [FieldError("now", message)])
    calendar = ChinaWorkingDays.published()
    # A year at either end is left free, so that counts from there still find their days.
    first, last = calendar.first_day + timedelta(days=366), calendar.last_day - timedelta(days=366)
    try:
        on = moment.astimezone(SHANGHAI).date()
    except OverflowError:
        on = calendar.first_day
    if not first <= on <= last:
        message = f"“now”应在{first}至{last}之间"
        raise Malformed(message, [FieldError("now", message)])
    return moment.astimezone(UTC)
