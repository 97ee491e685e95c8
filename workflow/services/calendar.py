"""The calendar: shown, counted with, and brought up to date from the text of a holiday notice."""

from __future__ import annotations

import copy
from datetime import date
from typing import Any

from sqlalchemy import insert, select

from calendars import CalendarRangeError, CalendarYear, ChinaWorkingDays, NoticeError
from calendars import apply_notices as read_notices
from workflow.access import SYSTEM, Actor
from workflow.errors import Conflict, FieldError, Forbidden, Malformed, NotNow
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services.audit import append_system_entry
from workflow.services.case import open_case
from workflow.services.clocks import keeper_of
from workflow.services.product import Product
from workflow.services.recompute import recompute_some
from workflow.services.setup import published_years
from workflow.vocabulary import Role

MOST_WORKING_DAYS = 2000
MOST_TEXT = 20_000
MOST_LISTED = 500


def show_year(product: Product, *, year: int) -> dict[str, Any]:
    """Every day of a year, with its reason; provisional while its notice is not out."""
    with reading(product.engine) as connection:
        calendar = product.calendar(connection)
    try:
        return year_view(calendar.year(year))
    except CalendarRangeError as error:
        raise Malformed(str(error), [FieldError("year", str(error))]) from error


def year_view(year: CalendarYear) -> dict[str, Any]:
    """A year in the shape of ``contract.md``."""
    return {
        "year": year.year,
        "provisional": year.provisional,
        "version": year.version,
        "source": year.source,
        "days": [
            {"date": day.date.isoformat(), "working": day.working, "reason": day.reason}
            for day in year.days()
        ],
    }


def count_due(product: Product, *, start: str, working_days: int) -> dict[str, Any]:
    """The last day of a period of working days, with every day counted and every day skipped."""
    try:
        # Python reads more of ISO 8601 than people write, such as week dates.
        start_on = date.fromisoformat(start if len(start) == 10 and "W" not in start else "")
    except ValueError:
        message = f"“start”应为日期，如 2026-09-29，现为“{start}”"
        raise Malformed(message, [FieldError("start", message)]) from None
    if not 0 <= working_days <= MOST_WORKING_DAYS:
        message = f"“working_days”应为 0 到 {MOST_WORKING_DAYS} 的整数，现为 {working_days}"
        raise Malformed(message, [FieldError("working_days", message)])
    with reading(product.engine) as connection:
        calendar = product.calendar(connection)
    try:
        due = calendar.due(start_on, working_days)
        explanation = calendar.explain(start_on, due.due_on)
    except CalendarRangeError as error:
        raise Malformed(str(error), [FieldError("start", str(error))]) from error
    return {
        "start": start_on.isoformat(),
        "working_days": working_days,
        "due_on": due.due_on.isoformat(),
        "provisional": due.provisional,
        "counted": [day.date.isoformat() for day in explanation.counted],
        "skipped": [{"date": day.date.isoformat(), "reason": day.reason} for day in explanation.skipped],
    }


def preview_notices(
    product: Product, *, actor: Actor | None, texts: list[str], year: int | None
) -> dict[str, Any]:
    """What the notices say, what differs from what was known, and every running clock that would move.

    ``actor`` None is the command line, where the machine's owner stands. Raises ``Malformed`` naming the
    first line that does not add up.
    """
    _require_admin(actor)
    with reading(product.engine) as connection:
        calendar = product.calendar(connection)
        changed, new = _read(calendar, texts, year)
        moves = _moves(product, connection, new) if new.version != calendar.version else []
        return _answer(calendar, new, changed, moves)


def apply_notices(
    product: Product, *, actor: Actor | None, texts: list[str], year: int | None
) -> dict[str, Any]:
    """Makes the notices a new calendar version, in force at once, and moves the running clocks."""
    _require_admin(actor)
    versions = tables.calendar_version
    with writing(product.engine) as connection:
        calendar = product.calendar(connection)
        changed, new = _read(calendar, texts, year)
        if new.version == calendar.version:
            raise NotNow("这些通知的内容已经在日历中，没有变化")
        moves = _moves(product, connection, new)
        if connection.execute(select(versions.c.id).where(versions.c.version == new.version)).one_or_none():
            raise Conflict("这个日历版本以前使用过，不能重复启用")
        now = product.now(connection)
        connection.execute(
            insert(versions).values(
                version=new.version,
                years=[each.as_dict() for each in published_years(new)],
                note="；".join(each.source for each in changed),
                created_by=actor.account_id if actor else None,
                created_at=now,
            )
        )
        append_system_entry(
            connection,
            actor or SYSTEM,
            "import_calendar",
            now,
            {"before": calendar.version, "after": new.version, "years": [each.year for each in changed]},
        )
    while recompute_some(product):
        pass
    return _answer(calendar, new, changed, moves)


def _require_admin(actor: Actor | None) -> None:
    if actor is not None and actor.role is not Role.ADMIN:
        raise Forbidden("只有系统管理员可以导入放假安排")


def _read(
    calendar: ChinaWorkingDays, texts: list[str], year: int | None
) -> tuple[list[CalendarYear], ChinaWorkingDays]:
    if not texts or not any(text.strip() for text in texts):
        raise Malformed("没有通知的正文", [FieldError("text", "没有通知的正文")])
    if any(len(text) > MOST_TEXT for text in texts):
        raise Malformed("通知的正文过长", [FieldError("text", f"通知的正文不能超过 {MOST_TEXT} 字")])
    try:
        changed = read_notices(calendar, texts, year)
    except (NoticeError, CalendarRangeError) as error:
        raise Malformed(str(error), [FieldError("text", str(error))]) from error
    return changed, calendar.with_years(changed)


def _moves(product: Product, connection: Any, new: ChinaWorkingDays) -> list[dict[str, Any]]:
    clock = tables.clock
    applications = connection.execute(
        select(clock.c.application_id).where(clock.c.ended.is_(None)).distinct()
    ).scalars()
    moves: list[dict[str, Any]] = []
    for application_id in applications.all():
        case = open_case(product, connection, SYSTEM, application_id, lock=False)
        case.calendar = new
        keeper = keeper_of(case)
        keeper.clocks = copy.deepcopy(case.clocks)
        moves += [
            {
                "clock_id": moved.id,
                "application_id": case.id,
                "application_number": case.row["number"],
                "kind": moved.kind.value,
                "label": moved.kind.label,
                "due_before": before.isoformat() if before else None,
                "due_after": moved.due_on.isoformat() if moved.due_on else None,
                "provisional": moved.provisional,
            }
            for moved, before in keeper.recompute()
        ]
    return moves


def _answer(
    old: ChinaWorkingDays, new: ChinaWorkingDays, changed: list[CalendarYear], moves: list[dict[str, Any]]
) -> dict[str, Any]:
    last = max(changed, key=lambda each: each.year, default=None)
    changes = [
        {
            "date": after.date.isoformat(),
            "before": before.reason,
            "after": after.reason,
            "working_before": before.working,
            "working_after": after.working,
        }
        for year in changed
        for before, after in zip(old.days_of(year.year), new.days_of(year.year), strict=True)
        if (before.working, before.reason) != (after.working, after.reason)
    ]
    return {
        **(year_view(last) if last else {"year": None, "provisional": False, "source": "", "days": []}),
        "version": last.version if last else new.version,
        "calendar_before": old.version,
        "calendar_version": new.version,
        "changes": changes,
        "moved_count": len(moves),
        "clocks": moves[:MOST_LISTED],
    }
