"""Reminders that are of no application: a year's notice is missing, a closure waits for a second person.

The State Council publishes the next year's holidays in October or November (``policy/notices``); from 15
November on administrators are reminded on every working day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, select, update

from calendars import ChinaWorkingDays
from workflow.clock import at_shanghai, shanghai_date
from workflow.notifications.outbox import post
from workflow.persistence import tables
from workflow.persistence.bulk import insert_new_rows, insert_rows
from workflow.persistence.engine import reading, writing
from workflow.services.product import Product
from workflow.vocabulary import AlertKind, Role

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
    account = tables.account
    return remind(
        connection,
        rung=RUNG,
        title=f"{year}年放假安排通知尚未导入，涉及{year}年的期限均为暂定",
        reason="请在国务院办公厅通知发布后到“工作日历—导入放假通知”导入",
        to=account.c.role == Role.ADMIN.value,
        scheduled_at=at_shanghai(shanghai_date(now), *REMIND_AT),
        now=now,
    )


def remind(
    connection: Connection,
    *,
    rung: str,
    title: str,
    reason: str,
    to: ColumnElement[bool],
    scheduled_at: datetime,
    now: datetime,
) -> bool:
    """An alert that is of no application, for the accounts ``to``; False where it was given today already."""
    account = tables.account
    row = {
        "rung": rung,
        "title": title,
        "reason": reason,
        "due_on": shanghai_date(now),
        "provisional": rung == RUNG,
        "scheduled_at": scheduled_at,
        "raised_at": now,
    }
    # Another process may have been faster; the unique key lets one of them through.
    written = insert_new_rows(connection, tables.alert, [row], "id")
    if not written:
        return False
    told = connection.execute(select(account.c.id).where(account.c.active, to)).scalars()
    alert = {"alert_id": written[0].id, "kind": AlertKind.SYSTEM.value}
    recipients = [alert | {"account_id": each} for each in told]
    insert_rows(connection, tables.alert_recipient, recipients)
    post(connection, "alert", None, {"alert_id": written[0].id, "rung": rung}, now)
    return True


def settle(connection: Connection, rungs: Sequence[str], now: datetime) -> None:
    """What such alerts asked for is done: for whoever has not read them yet, they count as read."""
    recipient, alert = tables.alert_recipient, tables.alert
    asked = select(alert.c.id).where(alert.c.clock_id.is_(None), alert.c.rung.in_(rungs))
    connection.execute(
        update(recipient)
        .where(recipient.c.alert_id.in_(asked), recipient.c.read_at.is_(None))
        .values(read_at=now)
    )


def settle_missing_notice(connection: Connection, calendar: ChinaWorkingDays, now: datetime) -> None:
    """The reminders of a missing notice are settled once ``calendar`` has it."""
    if missing_year(calendar, shanghai_date(now)) is None:
        settle(connection, [RUNG], now)
