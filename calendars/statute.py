"""The statutory festivals of 《全国年节及纪念日放假办法》, and a provisional year made of them alone."""

import tomllib
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from lunardate import LunarDate

from calendars.errors import CalendarRangeError
from calendars.year import CalendarYear, Named, is_weekend

FIRST_YEAR = 2004
# The lunar tables end with 2099, and so does the formula for 清明.
LAST_YEAR = 2099
ONE_DAY = timedelta(days=1)


@cache
def festival_days(year: int) -> dict[str, tuple[date, ...]]:
    """The days on which every citizen has a holiday (办法第二条), by festival, in the order of the law.

    CalendarRangeError outside 2004-2099.
    """
    return {
        festival["name"]: tuple(
            _anchor(year, festival) + (festival.get("first", 0) + offset) * ONE_DAY
            for offset in range(festival["days"])
        )
        for festival in _revision(year)["festivals"]
    }


@cache
def provisional_year(year: int) -> CalendarYear:
    """The year as long as no notice is out: weekends, statutory days, no make-up days.

    A statutory day on Saturday or Sunday is made up on the next working day (办法第六条).
    CalendarRangeError outside 2004-2099.
    """
    statutory = sorted((on, name) for name, days in festival_days(year).items() for on in days)
    days_off = dict(statutory)
    # Two festivals on one weekend day are made up one by one, as the notice of 2009 did.
    for on, name in statutory:
        if is_weekend(on):
            made_up = on
            while is_weekend(made_up) or made_up in days_off:
                made_up += ONE_DAY
            days_off[made_up] = name
    source = f"《全国年节及纪念日放假办法》（{_revision(year)['decree']}）推算，该年放假安排通知未发布，暂定"
    return CalendarYear(
        year, tuple(Named(*pair) for pair in days_off.items()), (), (source,), provisional=True
    )


def _revision(year: int) -> dict[str, Any]:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CalendarRangeError(f"{year}年超出可推算的范围（{FIRST_YEAR}年至{LAST_YEAR}年）")
    return next(revision for revision in reversed(_revisions()) if revision["since"] <= year)


@cache
def _revisions() -> list[dict[str, Any]]:
    text = files("calendars").joinpath("data", "statute.toml").read_text(encoding="utf-8")
    revisions: list[dict[str, Any]] = tomllib.loads(text)["revision"]
    return revisions


def _anchor(year: int, festival: dict[str, Any]) -> date:
    if "solar" in festival:
        return date(year, *festival["solar"])
    if "lunar" in festival:
        solar: date = LunarDate(year, *festival["lunar"]).to_solar_date()
        return solar
    return _qingming(year)


def _qingming(year: int) -> date:
    """清明, when the sun stands at 15°: the mean date drifts by the tropical year's fraction.

    Holds for 2001-2099 only; the tests compare every year with the sun's computed longitude.
    """
    past = year - 2000
    return date(year, 4, int(past * 0.2422 + 4.81) - past // 4)
