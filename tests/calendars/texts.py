"""The notices' texts, and the calendar as it stood when each came out."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from calendars import CalendarYear, ChinaWorkingDays, Named, apply_notices
from calendars.year import YEAR_END, packaged_years

TEXTS = Path(__file__).parent / "notices"


class Issued(NamedTuple):
    """One notice or amendment and the calendar it is laid upon."""

    name: str
    year: int
    text: str
    base: ChinaWorkingDays


def texts_of(year: int) -> list[str]:
    """The notice of that year and its amendment, where there was one."""
    names = (f"{year}.txt", f"{year}-amend.txt")
    return [(TEXTS / name).read_text(encoding="utf-8") for name in names if (TEXTS / name).exists()]


def upto(last: int) -> ChinaWorkingDays:
    """The calendar as it stood before the notices after `last`, its last December still untouched."""
    *before, final = (year for year in packaged_years() if year.year <= last)

    def own(days: tuple[Named, ...]) -> tuple[Named, ...]:
        return tuple(named for named in days if named.on.month < 12)

    sources = tuple(source for source in final.sources if not source.startswith(YEAR_END))
    return ChinaWorkingDays([*before, CalendarYear(last, own(final.days_off), own(final.workdays), sources)])


def issued() -> Iterator[Issued]:
    """Every text of 2008-2026 in the order in which it came out."""
    calendar = upto(2007)
    for year in range(2008, 2027):
        for place, text in enumerate(texts_of(year)):
            yield Issued(f"{year}-amend" if place else str(year), year, text, calendar)
            calendar = calendar.with_years(apply_notices(calendar, [text], year))
