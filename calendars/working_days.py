"""Counting in Chinese working days, by table look-up, behind the interface of workalendar.

A calendar is immutable and has a version; another version (an imported notice) is another object beside it.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from itertools import accumulate
from typing import NamedTuple

from workalendar.core import SAT, SUN, Calendar, cleaned_date

from calendars import counting
from calendars.closure import Closure
from calendars.errors import CalendarRangeError
from calendars.statute import FIRST_YEAR, LAST_YEAR, provisional_year
from calendars.year import SATURDAY, CalendarYear, Day, content_hash, packaged_years

# How far a count may run past the last year that has a notice.
YEARS_AHEAD = 10


class Due(NamedTuple):
    """The last day of a period, and whether a year without notice was needed to find it."""

    due_on: date
    provisional: bool


class Explanation(NamedTuple):
    """How a period in working days was counted: every day after `start` up to and with `end`, once."""

    start: date
    end: date
    counted: tuple[Day, ...]
    skipped: tuple[Day, ...]


class ChinaWorkingDays(Calendar):  # type: ignore[misc]
    """中国工作日

    Days on which state organs work, 调休 included. Years without a given year are provisional.
    Counts from 2004-01-01 to the end of the tenth year after the last notice; beyond: CalendarRangeError.
    The start day of a period is never counted (Civil Code art. 201).

    The calendar of the country; `for_region` gives that of a region, with its closures. `version` is of both.
    """

    WEEKEND_DAYS = (SAT, SUN)
    include_new_years_day = False

    version: str
    last_published_year: int
    closures: tuple[Closure, ...]

    def __init__(
        self, years: Iterable[CalendarYear], closures: Iterable[Closure] = (), region: str | None = None
    ) -> None:
        super().__init__()
        self._years = {year.year: year for year in sorted(years, key=lambda year: year.year)}
        self.closures = tuple(sorted(closures))
        self._regions: dict[str, ChinaWorkingDays] = {}
        self.last_published_year = max(year.year for year in self._years.values() if not year.provisional)
        content = [year.version for year in self._years.values()]
        # Without closures the version is that of the notices alone.
        self.version = content_hash(
            [*content, *(closure.as_dict() for closure in self.closures)] if self.closures else content
        )
        self._closed = {
            on: closure.label for closure in self.closures if closure.region == region for on in closure.days
        }
        self.first_day = date(FIRST_YEAR, 1, 1)
        self.last_day = date(min(self.last_published_year + YEARS_AHEAD, LAST_YEAR), 12, 31)
        self._build_table()

    @classmethod
    @cache
    def published(cls) -> "ChinaWorkingDays":
        """The calendar of the notices that come with the product; always the same object."""
        return cls(packaged_years())

    def with_years(self, years: Iterable[CalendarYear]) -> "ChinaWorkingDays":
        """A new calendar in which these years replace or join the ones known here."""
        return ChinaWorkingDays((self._years | {year.year: year for year in years}).values(), self.closures)

    def with_closures(self, closures: Iterable[Closure]) -> "ChinaWorkingDays":
        """A new calendar of the same years with these closures instead of those known here."""
        return ChinaWorkingDays(self._years.values(), closures)

    def for_region(self, region: str | None) -> "ChinaWorkingDays":
        """This calendar as that region counts by it; of the same version, and always the same object."""
        if not any(closure.region == region for closure in self.closures):
            return self
        known = self._regions.get(str(region))
        if known is None:
            known = ChinaWorkingDays(self._years.values(), self.closures, region)
            self._regions[str(region)] = known
        return known

    def closed_regions(self) -> frozenset[str]:
        """The regions that count by a calendar of their own."""
        return frozenset(closure.region for closure in self.closures)

    def span_of_change(self, other: "ChinaWorkingDays") -> tuple[date, date] | None:
        """The first and last day on which the two count differently or know more; None where none does.

        What began after the last of them or ended before the first is the same under both.
        """
        length = min(len(self._flags), len(other._flags))
        changed = [place for place in range(length) if self._flags[place] != other._flags[place]]
        days = [date.fromordinal(self._first + place) for place in (changed[:1] + changed[-1:])]
        for year in self._provisional ^ other._provisional:
            if year <= min(self.last_day.year, other.last_day.year):
                days += [date(year, 1, 1), date(year, 12, 31)]
        return (min(days), max(days)) if days else None

    def _build_table(self) -> None:
        # Index 0 is 2004-01-01. _flags: 1 = working; _worked: working days up to and with that day;
        # _working: the working days themselves. One look-up each way answers every count.
        self._first = self.first_day.toordinal()
        ordinals = range(self._first, self.last_day.toordinal() + 1)
        flags = bytearray((ordinal - 1) % 7 < SATURDAY for ordinal in ordinals)
        self._provisional = set()
        for number in range(self.first_day.year, self.last_day.year + 1):
            year = self.year(number)
            if year.provisional:
                self._provisional.add(number)
            for on, _ in year.days_off:
                flags[on.toordinal() - self._first] = 0
            for on, _ in year.workdays:
                flags[on.toordinal() - self._first] = 1
        for on in self._closed:
            if self.first_day <= on <= self.last_day:
                flags[on.toordinal() - self._first] = 0
        self._flags = bytes(flags)
        self._worked = tuple(accumulate(flags))
        self._working = tuple(
            date.fromordinal(ordinal) for ordinal, flag in zip(ordinals, flags, strict=True) if flag
        )
        self._first_provisional = date(min(self._provisional, default=self.last_day.year + 1), 1, 1)

    # The calendar itself

    @property
    def years(self) -> tuple[CalendarYear, ...]:
        """The years it was made of, in order; all others follow from the statute."""
        return tuple(self._years.values())

    def year(self, year: int) -> CalendarYear:
        """That year's days: by notice where there is one, else provisional. CalendarRangeError outside."""
        if not self.first_day.year <= year <= self.last_day.year:
            raise CalendarRangeError(
                f"{year}年超出日历范围（{self.first_day.year}年至{self.last_day.year}年）"
            )
        return self._years.get(year) or provisional_year(year)

    def days_of(self, year: int) -> list[Day]:
        """Every day of that year, in order."""
        days = self.year(year).days()
        return [self._or_closed(day) for day in days] if self._closed else days

    def day(self, day: date) -> Day:
        """That day, with its reason and whether it is provisional."""
        self._index(day)
        return self._or_closed(self.year(day.year).day(cleaned_date(day)))

    def _or_closed(self, day: Day) -> Day:
        closed = self._closed.get(day.date)
        if closed is None or not day.working:
            return day
        return day._replace(working=False, reason=closed)

    def is_closed(self, day: date) -> bool:
        """Whether the region's offices stood still on what would have been a working day."""
        return day in self._closed and self.year(day.year).day(day).working

    def runs_into_provisional(self, start: date, end: date) -> bool:
        """Whether any day after `start` up to and with `end` lies in a year without notice (rulebook 2)."""
        if end < self._first_provisional or end <= start:
            return False
        years = range((start + timedelta(days=1)).year, end.year + 1)
        return any(year in self._provisional or year > self.last_day.year for year in years)

    def is_provisional(self, day: date) -> bool:
        """Whether the day lies in a year whose notice is not out (rulebook 2)."""
        return self.runs_into_provisional(day - timedelta(days=1), day)

    # Counts in working days

    def nth_working_day_after(self, start: date, n: int) -> date:
        """The last day of a period of `n` working days; `start` is not counted, n=0 is `start` itself."""
        index = start.toordinal() - self._first
        if n > 0 and index >= 0:
            try:
                return self._working[self._worked[index] + n - 1]
            except IndexError:
                raise self._beyond(start, n) from None
        if n < 0:
            raise ValueError(f"工作日数不能为负：{n}")
        self._index(start)
        return start

    def nth_working_day_before(self, day: date, n: int) -> date:
        """The `n`-th working day before `day`, which is not counted; n=0 is `day` itself."""
        if n < 0:
            raise ValueError(f"工作日数不能为负：{n}")
        index = self._index(day)
        if n == 0:
            return day
        place = self._worked[index] - self._flags[index] - n
        if place < 0:
            raise self._beyond(day, -n)
        return self._working[place]

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and with `end`; 0 when `end` is not later."""
        if end <= start:
            return 0
        return self._worked[self._index(end)] - self._worked[self._index(start)]

    def next_working_day(self, day: date) -> date:
        """The first working day strictly after `day`."""
        return self.nth_working_day_after(day, 1)

    def first_working_day_from(self, day: date) -> date:
        """`day` itself when it is a working day, else the next one (Civil Code art. 203)."""
        return day if self._flags[self._index(day)] else self.nth_working_day_after(day, 1)

    def due(self, start: date, n: int) -> Due:
        """The last day of `n` working days from `start`, and whether it is provisional."""
        due_on = self.nth_working_day_after(start, n)
        return Due(due_on, due_on >= self._first_provisional and self.runs_into_provisional(start, due_on))

    def explain(self, start: date, end: date, paused: Iterable[tuple[date, date]] = ()) -> Explanation:
        """Which days after `start` up to and with `end` count, and why the others do not.

        Of each pause (from, to) the days after `from` up to and with `to` do not count (rulebook 2).
        """
        pauses = tuple(paused)
        counted: list[Day] = []
        skipped: list[Day] = []
        for ordinal in range(start.toordinal() + 1, end.toordinal() + 1):
            day = self.day(date.fromordinal(ordinal))
            if day.working and any(begin < day.date <= stop for begin, stop in pauses):
                skipped.append(day._replace(reason="暂停"))
            else:
                (counted if day.working else skipped).append(day)
        return Explanation(start, end, tuple(counted), tuple(skipped))

    # Periods in days, months and years: limits roll to a working day, minimums and bans do not (art. 203)

    def add_days(self, start: date, n: int, roll: bool) -> date:
        """`n` natural days later; with `roll`, moved to a working day."""
        return self._rolled(start + timedelta(days=n), roll)

    def add_months(self, start: date, n: int, roll: bool) -> date:
        """`n` calendar months later, end-of-month rule; with `roll`, moved to a working day."""
        return self._rolled(counting.add_months(start, n), roll)

    def add_years(self, start: date, n: int, roll: bool) -> date:
        """`n` years later; with `roll`, moved to a working day."""
        return self._rolled(counting.add_years(start, n), roll)

    def _rolled(self, day: date, roll: bool) -> date:
        return self.first_working_day_from(day) if roll else day

    # workalendar's interface. Its own versions take every weekend day for a day off and walk day by day.

    def is_working_day(
        self,
        day: date,
        extra_working_days: Iterable[date] | None = None,
        extra_holidays: Iterable[date] | None = None,
    ) -> bool:
        """Whether state organs work that day; the two lists override, working days first."""
        if extra_working_days and cleaned_date(day) in map(cleaned_date, extra_working_days):
            return True
        if extra_holidays and cleaned_date(day) in map(cleaned_date, extra_holidays):
            return False
        return self._flags[self._index(day)] == 1

    def add_working_days(
        self,
        day: date,
        delta: int,
        extra_working_days: Iterable[date] | None = None,
        extra_holidays: Iterable[date] | None = None,
        keep_datetime: bool = False,
    ) -> date:
        """`delta` working days after `day`, or before it when negative."""
        if extra_working_days or extra_holidays or keep_datetime:
            walked: date = super().add_working_days(
                day, delta, extra_working_days, extra_holidays, keep_datetime
            )
            return walked
        if type(day) is not date:
            day = cleaned_date(day)
        return (
            self.nth_working_day_after(day, delta) if delta >= 0 else self.nth_working_day_before(day, -delta)
        )

    def get_working_days_delta(
        self,
        start: date,
        end: date,
        include_start: bool = False,
        extra_working_days: Iterable[date] | None = None,
        extra_holidays: Iterable[date] | None = None,
    ) -> int:
        """Working days between two dates in either order, the earlier one counted only on request."""
        if extra_working_days or extra_holidays:
            walked: int = super().get_working_days_delta(
                start, end, include_start, extra_working_days, extra_holidays
            )
            return walked
        earlier, later = sorted((cleaned_date(start), cleaned_date(end)))
        if earlier == later:
            return 0
        own = self._flags[self._index(earlier)] if include_start else 0
        return own + self.working_days_between(earlier, later)

    def find_following_working_day(self, day: date) -> date:
        """`day` itself when it is a working day, else the next one."""
        return self.first_working_day_from(cleaned_date(day))

    def holidays(self, year: int | None = None) -> list[tuple[date, str]]:
        """The days of that year's holidays with their festival. The year must be said: no clock here."""
        if year is None:
            raise ValueError("须指明年份")
        known: list[tuple[date, str]] = super().holidays(year)
        return known

    def get_calendar_holidays(self, year: int) -> list[tuple[date, str]]:
        """What `holidays` sorts and keeps."""
        closed = [(on, label) for on, label in self._closed.items() if on.year == year]
        return [(on, festival) for on, festival in self.year(year).days_off] + closed

    # Limits

    def _index(self, day: date) -> int:
        index = day.toordinal() - self._first
        if 0 <= index < len(self._flags):
            return index
        raise CalendarRangeError(f"{day} 超出日历范围（{self.first_day} 至 {self.last_day}）")

    def _beyond(self, day: date, n: int) -> CalendarRangeError:
        side = "后" if n > 0 else "前"
        return CalendarRangeError(
            f"{day} {side}第 {abs(n)} 个工作日超出日历范围（{self.first_day} 至 {self.last_day}）"
        )
