"""Years without a notice: statutory festivals, real lunar dates, weekends made up on the next working day."""

from datetime import date, timedelta

import holidays
import pytest
from pymeeus.Epoch import Epoch
from pymeeus.Sun import Sun

from calendars import CalendarRangeError, ChinaWorkingDays, provisional_year
from calendars.statute import festival_days

PUBLISHED = ChinaWorkingDays.published()


@pytest.mark.parametrize("year", range(2027, 2100))
def test_the_days_off_agree_with_the_holidays_package(year: int) -> None:
    expected = set(holidays.country_holidays("CN", years=year))
    assert {named.on for named in provisional_year(year).days_off} == expected


def test_2027_has_thirteen_statutory_days_and_six_made_up_and_no_make_up_working_days() -> None:
    year = provisional_year(2027)
    assert year.provisional
    assert year.workdays == ()
    assert len(year.days_off) == 19
    for made_up in ("2027-02-09", "2027-02-10", "2027-05-03", "2027-05-04", "2027-10-04", "2027-10-05"):
        assert not PUBLISHED.is_working_day(date.fromisoformat(made_up))
    assert PUBLISHED.is_working_day(date(2027, 2, 11))
    assert not PUBLISHED.is_working_day(date(2027, 2, 13))


@pytest.mark.parametrize(
    ("year", "festival", "days"),
    [
        (2007, "劳动节", ["2007-05-01", "2007-05-02", "2007-05-03"]),
        (2013, "春节", ["2013-02-09", "2013-02-10", "2013-02-11"]),
        (2014, "春节", ["2014-01-31", "2014-02-01", "2014-02-02"]),
        (2025, "春节", ["2025-01-28", "2025-01-29", "2025-01-30", "2025-01-31"]),
        (2025, "劳动节", ["2025-05-01", "2025-05-02"]),
        (2033, "中秋节", ["2033-09-08"]),
    ],
)
def test_each_year_follows_the_law_of_its_time(year: int, festival: str, days: list[str]) -> None:
    assert [day.isoformat() for day in festival_days(year)[festival]] == days


def test_qingming_is_the_day_on_which_the_sun_reaches_fifteen_degrees_in_every_year() -> None:
    def longitude_at_midnight_after(day: date) -> float:
        # 24:00 in Beijing is 16:00 universal time.
        longitude, *_ = Sun.apparent_geocentric_position(Epoch(day.year, day.month, day.day + 16 / 24))
        return float(longitude)

    for year in range(2008, 2100):
        (day,) = festival_days(year)["清明节"]
        assert longitude_at_midnight_after(day - timedelta(days=1)) < 15 <= longitude_at_midnight_after(day)


@pytest.mark.parametrize("year", [2003, 2100])
def test_a_year_without_lunar_tables_is_refused(year: int) -> None:
    with pytest.raises(CalendarRangeError, match="2004年至2099年"):
        provisional_year(year)


@pytest.mark.parametrize(
    ("start", "end", "provisional"),
    [
        ("2026-12-01", "2026-12-31", False),
        ("2026-12-31", "2026-12-31", False),
        ("2026-12-31", "2027-01-01", True),
        ("2027-03-01", "2027-03-01", False),
        ("2027-03-01", "2027-03-02", True),
        ("2026-11-01", "2040-01-01", True),
    ],
)
def test_a_period_is_provisional_when_a_day_of_it_lies_in_a_year_without_notice(
    start: str, end: str, provisional: bool
) -> None:
    assert PUBLISHED.runs_into_provisional(date.fromisoformat(start), date.fromisoformat(end)) is provisional


def test_a_due_date_says_whether_it_is_provisional() -> None:
    assert PUBLISHED.due(date(2026, 12, 28), 3) == (date(2026, 12, 31), False)
    assert PUBLISHED.due(date(2026, 12, 28), 4) == (date(2027, 1, 4), True)
    assert PUBLISHED.due(date(2027, 1, 4), 0) == (date(2027, 1, 4), False)


def test_a_gap_between_published_years_stays_provisional() -> None:
    year_2028 = provisional_year(2028)
    known = type(year_2028)(2028, year_2028.days_off, (), ("试",))
    calendar = PUBLISHED.with_years([known])
    assert calendar.last_published_year == 2028
    assert calendar.last_day == date(2038, 12, 31)
    assert calendar.runs_into_provisional(date(2026, 12, 31), date(2028, 1, 10))
    assert not calendar.runs_into_provisional(date(2027, 12, 31), date(2028, 1, 10))
