"""The calendar: shown, and counted with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from calendars import CalendarRangeError, CalendarYear, ChinaWorkingDays, Day
from workflow.clock import day_cn
from workflow.errors import FieldError, Malformed
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.policy import region_labels
from workflow.services.product import Product

MOST_WORKING_DAYS = 2000
LONGEST_DAYS = 3660
_WORKED = "调休上班"
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MARKS = {"holiday": "休", "make_up": "班", "closed": "停"}
LABELS = {"start": "起始日", "end": "结束日", "working_days": "工作日天数"}
"""The words by which people know what they typed; the same on pages, in the API and at the command line."""


def show_year(product: Product, *, year: int, region: str | None = None) -> dict[str, Any]:
    """Every day of a year, with its reason; provisional while its notice is not out.

    ``region`` adds what is closed there. Raises ``Malformed`` outside the calendar.
    """
    with reading(product.engine) as connection:
        calendar = calendar_in(product, connection, region)
    try:
        return year_view(calendar, year)
    except CalendarRangeError as error:
        raise Malformed(str(error), [FieldError("year", str(error))]) from error


def calendar_in(product: Product, connection: Connection, region: str | None) -> ChinaWorkingDays:
    """The calendar in force, as ``region`` counts by it; raises ``Malformed`` for a region nobody knows."""
    return counted_in(product.calendar(connection), region)


def counted_in(calendar: ChinaWorkingDays, region: str | None) -> ChinaWorkingDays:
    """Any calendar as ``region`` counts by it; raises ``Malformed`` for a region nobody knows."""
    if region is not None and region not in region_labels():
        message = f"没有代码为“{region[:20]}”的地区"
        raise Malformed(message, [FieldError("region", message)])
    return calendar.for_region(region)


def bounds(product: Product) -> tuple[int, int]:
    """The first and last year of the calendar in force."""
    with reading(product.engine) as connection:
        calendar = product.calendar(connection)
    return calendar.first_day.year, calendar.last_day.year


def ordinals_of(product: Product, versions: Iterable[str]) -> dict[str, int]:
    """The newest ordinal under which each of these versions was in force; none for one that is not kept."""
    table = tables.calendar_version
    with reading(product.engine) as connection:
        found = connection.execute(
            select(table.c.version, func.max(table.c.id).label("ordinal"))
            .where(table.c.version.in_(set(versions)))
            .group_by(table.c.version)
        )
        return {row.version: row.ordinal for row in found}


def year_view(calendar: ChinaWorkingDays, year: int) -> dict[str, Any]:
    """A year in the shape of ``contract.md``; ``version`` is that of the year's notice days."""
    content: CalendarYear = calendar.year(year)
    return {
        "year": content.year,
        "provisional": content.provisional,
        "version": content.version,
        "source": content.source,
        "days": [day_view(calendar, day) for day in calendar.days_of(year)],
    }


def day_view(calendar: ChinaWorkingDays, day: Day) -> dict[str, Any]:
    """A day as it is answered; a region's own closure is marked, with what the day is elsewhere."""
    shown = {"date": day.date.isoformat(), "working": day.working, "reason": day.reason}
    if not calendar.is_closed(day.date):
        return shown
    return shown | {"closed": True, "elsewhere": calendar.year(day.date.year).day(day.date).reason}


def kind_of(day: dict[str, Any]) -> str:
    """What sort of day ``day_view`` speaks of: work, make_up, weekend, holiday or closed."""
    if day.get("closed"):
        return "closed"
    if day["working"]:
        return "make_up" if festival_worked(day) else "work"
    return "weekend" if day["reason"] == "周末" else "holiday"


def festival_worked(day: dict[str, Any]) -> str:
    """The festival for which this weekend day is worked by the notice, even where it is closed locally."""
    reason = str(day.get("elsewhere", day["reason"]))
    return reason.removesuffix(_WORKED) if reason.endswith(_WORKED) else ""


def mark_of(day: dict[str, Any]) -> str:
    """The character by which such a day is known on a calendar; none for plain workdays and weekends."""
    return MARKS.get(kind_of(day), "")


def count_due(
    product: Product, *, start: str, working_days: int, backwards: bool = False, region: str | None = None
) -> dict[str, Any]:
    """The last day of a period of working days, with every day counted and every day skipped.

    ``start`` is not counted. ``backwards``: the day from which so many working days lead to ``start``.
    Raises ``Malformed`` naming the field.
    """
    start_on = _read_date("start", start)
    if not 0 <= working_days <= MOST_WORKING_DAYS:
        message = f"“{LABELS['working_days']}”应为 0 到 {MOST_WORKING_DAYS} 的整数，现为 {working_days}"
        raise Malformed(message, [FieldError("working_days", message)])
    with reading(product.engine) as connection:
        calendar = calendar_in(product, connection, region)
    try:
        if backwards:
            due_on = calendar.nth_working_day_before(start_on, working_days)
            # The days before ``start`` down to and with the one that is found.
            days = _days(calendar, due_on - timedelta(days=1), start_on - timedelta(days=1))
            days = days if working_days else []
        else:
            due_on = calendar.nth_working_day_after(start_on, working_days)
            days = _days(calendar, start_on, due_on)
    except CalendarRangeError as error:
        raise Malformed(str(error), [FieldError("start", str(error))]) from error
    return {
        "start": start_on.isoformat(),
        "working_days": working_days,
        **({"backwards": True} if backwards else {}),
        "due_on": due_on.isoformat(),
        **_counted(calendar, days),
    }


def count_between(product: Product, *, start: str, end: str, region: str | None = None) -> dict[str, Any]:
    """How many working days lie after ``start`` up to and with ``end``, and which; or ``Malformed``."""
    start_on, end_on = _read_date("start", start), _read_date("end", end)
    if end_on < start_on:
        message = f"“{LABELS['end']}”（{day_cn(end_on)}）不能早于“{LABELS['start']}”（{day_cn(start_on)}）"
        raise Malformed(message, [FieldError("end", message)])
    if (end_on - start_on).days > LONGEST_DAYS:
        message = f"两个日期相隔不能超过 {LONGEST_DAYS} 天，现为 {(end_on - start_on).days} 天"
        raise Malformed(message, [FieldError("end", message)])
    with reading(product.engine) as connection:
        calendar = calendar_in(product, connection, region)
    try:
        calendar.day(start_on)
        days = _days(calendar, start_on, end_on)
    except CalendarRangeError as error:
        field = "end" if calendar.first_day <= start_on <= calendar.last_day else "start"
        raise Malformed(str(error), [FieldError(field, str(error))]) from error
    return {
        "start": start_on.isoformat(),
        "end": end_on.isoformat(),
        "working_days": sum(day.working for day in days),
        **_counted(calendar, days),
    }


def runs_of(days: Iterable[date]) -> list[tuple[date, date]]:
    """Days in order, as stretches without a gap: the first and the last of each."""
    runs: list[tuple[date, date]] = []
    for on in days:
        if runs and runs[-1][1] + timedelta(days=1) == on:
            runs[-1] = (runs[-1][0], on)
        else:
            runs.append((on, on))
    return runs


def days_in_words(days: Iterable[str]) -> str:
    """2026年7月20日至9月17日，共60天: what was just said of year and month is not said again."""
    in_order = sorted(map(date.fromisoformat, days))
    said: date | None = None
    words = []
    for first, last in runs_of(in_order):
        spoken = _spoken(first, said)
        if last != first:
            spoken += f"至{_spoken(last, first)}"
        said = last
        words.append(spoken)
    total = f"，共{len(in_order)}天" if len(in_order) > 1 else ""
    return "、".join(words) + total


def _spoken(on: date, said: date | None) -> str:
    year = "" if said and said.year == on.year else f"{on.year}年"
    month = "" if said and (said.year, said.month) == (on.year, on.month) else f"{on.month}月"
    return f"{year}{month}{on.day}日"


def _days(calendar: ChinaWorkingDays, after: date, until: date) -> list[Day]:
    return [
        calendar.day(date.fromordinal(ordinal))
        for ordinal in range(after.toordinal() + 1, until.toordinal() + 1)
    ]


def _counted(calendar: ChinaWorkingDays, days: Sequence[Day]) -> dict[str, Any]:
    return {
        "provisional": any(day.provisional for day in days),
        "counted": [day.date.isoformat() for day in days if day.working],
        "skipped": [
            {"date": day.date.isoformat(), "reason": day.reason}
            | ({"closed": True} if calendar.is_closed(day.date) else {})
            for day in days
            if not day.working
        ],
    }


def _read_date(field: str, text: str) -> date:
    try:
        # Python reads more of ISO 8601 than people write, such as week dates.
        return date.fromisoformat(text if _ISO_DAY.fullmatch(text) else "")
    except ValueError:
        message = f"“{LABELS[field]}”应为日期，如 2026-09-29，现为“{text[:40]}”"
        raise Malformed(message, [FieldError(field, message)]) from None
