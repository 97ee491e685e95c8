"""What a report covers: a period, some regions, and the day and calendar it is made by."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from sqlalchemy import ColumnElement, and_

from calendars import ChinaWorkingDays
from workflow.clock import at_shanghai


class Span(Enum):
    """How many months a report covers; ``NOW`` covers what is open on the day it is made."""

    NOW = 0
    MONTH = 1
    QUARTER = 3
    HALF_YEAR = 6
    YEAR = 12


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in China, both ends included, and what people call them."""

    title: str
    first_on: date
    last_on: date


@dataclass(frozen=True, slots=True)
class Scope:
    """What a report is made over; ``today`` is the business date it is made on.

    Of a list of matters at most ``most`` are wanted; None is all.
    """

    period: Period
    regions: tuple[str, ...]
    today: date
    calendar: ChinaWorkingDays
    most: int | None = None

    def on(self, column: ColumnElement[date]) -> ColumnElement[bool]:
        """The date lies in the period."""
        return column.between(self.period.first_on, self.period.last_on)

    def at(self, column: ColumnElement[datetime]) -> ColumnElement[bool]:
        """The instant lies in the period as the calendar in China has it."""
        begin = at_shanghai(self.period.first_on, 0)
        return and_(column >= begin, column < at_shanghai(self.period.last_on + timedelta(days=1), 0))


def period_of(span: Span, year: int, month: int, today: date) -> Period:
    """The period of that length in which the month lies."""
    if span is Span.NOW:
        return Period(f"截至{today.year}年{today.month}月{today.day}日", today, today)
    months = span.value
    place = (month - 1) // months
    last = (place + 1) * months
    name = {
        Span.MONTH: f"{month}月",
        Span.QUARTER: f"第{'一二三四'[place % 4]}季度",
        Span.HALF_YEAR: f"{'上下'[place % 2]}半年",
        Span.YEAR: "",
    }[span]
    return Period(
        f"{year}年{name}", date(year, last - months + 1, 1), date(year, last, monthrange(year, last)[1])
    )
