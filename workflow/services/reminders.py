"""The reminder to administrators that a year's holiday notice is missing, on every working day.

The State Council publishes the next year's holidays in October or November (``policy/notices``); from 15
November on somebody should look.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from calendars import ChinaWorkingDays
from workflow.clock import at_shanghai, shanghai_date
from workflow.notifications.outbox import post
from workflow.persistence import tables
from workflow.persistence.engine import reading, upsert, writing
from workflow.services.product import Product
from workflow.vocabulary import Role

REMIND_FROM = (11, 15)
REMIND_AT = (8, 30)
RUNG = "calendar_missing"


def missing_year(calendar: ChinaWorkingDays, today: date) -> int | None:
    """The year whose notice should be known by ``today`` and is not; None when all is there."""
    if calendar.year(today.year).provisional:
        return today.year
    due = (today.month, today.day) >= REMIND_FROM
    return today.year + 1 if due and calendar.year(today.year + 1).provisional else None


def remind_of_missing_notice(product: Product) -> bool:
    """Reminds every administrator, once on each working day; answers whether it did so now."""
    with reading(product.engine) as connection:
        calendar, now = product.calendar(connection), product.now(connection)
        year = _year_to_remind_of(calendar, now)
        if year is None or _is_reminded(connection, shanghai_date(now)):
            return False
    with writing(product.engine) as connection:
        return _remind(connection, year, now)


def _year_to_remind_of(calendar: ChinaWorkingDays, now: datetime) -> int | None:
    today = shanghai_date(now)
    if not calendar.first_day <= today < calendar.last_day.replace(month=1, day=1):
        return None
    if now < at_shanghai(today, *REMIND_AT) or not calendar.is_working_day(today):
        return None
    return missing_year(calendar, today)


def _is_reminded(connection: Connection, today: date) -> bool:
    alert = tables.alert
    found = connection.execute(
        select(alert.c.id).where(alert.c.clock_id.is_(None), alert.c.rung == RUNG, alert.c.due_on == today)
    )
    return found.first() is not None


def _remind(connection: Connection, year: int, now: datetime) -> bool:
    alert, account = tables.alert, tables.account
    today = shanghai_date(now)
    values: dict[str, Any] = {
        "rung": RUNG,
        "title": f"{year}年放假安排通知尚未导入，涉及{year}年的期限均为暂定",
        "due_on": today,
        "provisional": True,
        "scheduled_at": at_shanghai(today, *REMIND_AT),
        "raised_at": now,
    }
    # Another scheduler may have been faster; the unique key lets one of them through.
    alert_id = connection.execute(
        upsert(connection, alert).values(values).on_conflict_do_nothing().returning(alert.c.id)
    ).scalar_one_or_none()
    if alert_id is None:
        return False
    told = connection.execute(
        select(account.c.id).where(account.c.active, account.c.role == Role.ADMIN.value)
    ).scalars()
    recipients = [{"alert_id": alert_id, "account_id": each} for each in told]
    if recipients:
        connection.execute(insert(tables.alert_recipient), recipients)
    post(connection, "alert", None, {"alert_id": alert_id, "rung": RUNG}, now)
    return True
