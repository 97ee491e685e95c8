"""How a date is said, wherever it is named: as offices write it, and in words, if it may still move."""

from __future__ import annotations

from datetime import date, datetime

from workflow.clock import SHANGHAI


def said(on: object, provisional: object = False) -> str:
    """2027-01-15（暂定）: the count runs into a year whose holiday notice is not out. Else the date alone."""
    return f"{on}（暂定）" if on and provisional else str(on or "")


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
    """2026年10月19日: in sentences, on the printed form and in public notices."""
    found = as_date(value)
    return f"{found.year}年{found.month}月{found.day}日" if found else ""
