"""Arithmetic in months and years, which needs no holidays."""

from calendar import monthrange
from datetime import MAXYEAR, MINYEAR, date

from calendars.errors import CalendarRangeError


def add_months(start: date, count: int) -> date:
    """The same day number `count` calendar months later (earlier when negative), else that month's last day.

    Civil Code arts. 201-202. Raises CalendarRangeError outside the years 1-9999.
    """
    year, month0 = divmod(start.year * 12 + start.month - 1 + count, 12)
    if not MINYEAR <= year <= MAXYEAR:
        raise CalendarRangeError(f"{start} 加 {count} 个月超出公历可表示的范围")
    return date(year, month0 + 1, min(start.day, monthrange(year, month0 + 1)[1]))


def add_years(start: date, count: int) -> date:
    """The same day `count` years later; 29 February becomes 28 February in a common year."""
    return add_months(start, 12 * count)
