"""Two counters that share nothing with ours: chinesecalendar's own days, and numpy told every day off."""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import Any, NamedTuple

import chinese_calendar

FIRST, LAST = date(2004, 1, 1), date(2026, 12, 31)
ALL_DAYS = [FIRST + timedelta(days=offset) for offset in range((LAST - FIRST).days + 1)]
LONGEST = 250


class Case(NamedTuple):
    """A period to be counted both ways: `days` working days from `start`, and from `start` to `end`."""

    start: date
    days: int
    end: date


class ChineseCalendar:
    """Counts over the days chinesecalendar calls working days."""

    def __init__(self) -> None:
        flags = [chinese_calendar.is_workday(day) for day in ALL_DAYS]
        self.working = [day for day, flag in zip(ALL_DAYS, flags, strict=True) if flag]
        self.worked = list(accumulate(flags))

    def nth_working_day_after(self, start: date, days: int) -> date:
        return self.working[bisect_right(self.working, start) + days - 1]

    def working_days_between(self, start: date, end: date) -> int:
        return max(self.worked[(end - FIRST).days] - self.worked[(start - FIRST).days], 0)


class Numpy:
    """numpy's business days on a seven-day week in which every day off is a holiday."""

    def __init__(self) -> None:
        import numpy

        self.numpy: Any = numpy
        off = [day for day in ALL_DAYS if not chinese_calendar.is_workday(day)]
        self.calendar = numpy.busdaycalendar(weekmask="1111111", holidays=off)

    def nth_working_days_after(self, starts: list[date], days: list[int]) -> list[date]:
        begins = self.numpy.array(starts, dtype="datetime64[D]")
        ends: list[date] = self.numpy.busday_offset(
            begins, days, roll="preceding", busdaycal=self.calendar
        ).tolist()
        return ends

    def working_days_between(self, starts: list[date], ends: list[date]) -> list[int]:
        # numpy counts the first day and not the last; ours counts the last and not the first.
        begins, stops = (self.numpy.array(days, dtype="datetime64[D]") + 1 for days in (starts, ends))
        counts: list[int] = self.numpy.busday_count(begins, stops, busdaycal=self.calendar).tolist()
        return [max(count, 0) for count in counts]


def cases(number: int, seed: int) -> Iterator[Case]:
    """Random periods whose every day has a notice."""
    random = Random(seed)
    last_start = len(ALL_DAYS) - 2 * LONGEST
    for _ in range(number):
        start = ALL_DAYS[random.randrange(last_start)]
        end = start + timedelta(days=random.randrange(-30, LONGEST))
        yield Case(start, random.randint(1, LONGEST), max(end, FIRST))
