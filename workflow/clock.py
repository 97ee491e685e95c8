"""The only place that asks what time it is, and the only zone in which a date is a date (Asia/Shanghai)."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def real_now() -> datetime:
    """The present instant of the machine, in UTC; for sessions, tokens and lockouts, and for the business
    unless the test clock is on (``workflow.services.moment``)."""
    return datetime.now(UTC)


def monotonic() -> float:
    """Seconds that only ever grow, for measuring how long something took."""
    return time.monotonic()


def shanghai_date(instant: datetime) -> date:
    """The date on the wall in China at ``instant`` (which must carry its offset)."""
    return instant.astimezone(SHANGHAI).date()


def at_shanghai(day: date, hour: int, minute: int = 0) -> datetime:
    """The instant of a wall-clock time in China, in UTC."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


def as_date(value: object) -> date | None:
    """A date out of what services return: a date or instant, as an object or in ISO, or nothing."""
    # Or what a template did not find, whose text is empty.
    if value is None or str(value) == "":
        return None
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).date()
    if isinstance(value, date):
        return value
    text = str(value)
    return (
        date.fromisoformat(text)
        if len(text) == 10
        else datetime.fromisoformat(text).astimezone(SHANGHAI).date()
    )


def day_cn(value: object) -> str:
    """2026年10月19日, as offices write a date (GB/T 9704); of a date, an instant, or either in ISO."""
    found = as_date(value)
    return f"{found.year}年{found.month}月{found.day}日" if found else ""
