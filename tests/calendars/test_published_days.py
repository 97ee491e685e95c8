"""The packaged days, compared with chinesecalendar day by day, and the shape of the yearly files."""

from datetime import date, timedelta

import chinese_calendar
import pytest

from calendars import CalendarRangeError, CalendarYear, ChinaWorkingDays, Named
from calendars.year import packaged_years

PUBLISHED = ChinaWorkingDays.published()
ALL_DAYS = [date(2004, 1, 1) + timedelta(days=offset) for offset in range(8401)]


def test_all_8401_days_of_2004_to_2026_agree_with_chinesecalendar() -> None:
    assert ALL_DAYS[-1] == date(2026, 12, 31)
    assert [
        day for day in ALL_DAYS if PUBLISHED.is_working_day(day) != chinese_calendar.is_workday(day)
    ] == []


def test_every_year_from_2004_to_2026_has_its_file_and_none_is_provisional() -> None:
    assert [year.year for year in packaged_years()] == list(range(2004, 2027))
    assert not any(year.provisional for year in packaged_years())
    assert PUBLISHED.last_published_year == 2026


def test_every_year_names_its_notice_or_says_that_the_number_is_unknown() -> None:
    for year in packaged_years():
        assert ("文号与日期未见" if year.year <= 2007 else "发明电〔") in year.source


@pytest.mark.parametrize(
    ("day", "working", "reason"),
    [
        ("2026-01-04", True, "元旦调休上班"),
        ("2026-02-14", True, "春节调休上班"),
        ("2026-02-21", False, "春节假期"),
        ("2026-03-07", False, "周末"),
        ("2026-03-09", True, "工作日"),
        ("2011-12-31", True, "元旦调休上班"),
        ("2018-12-29", True, "元旦调休上班"),
        ("2018-12-31", False, "元旦假期"),
        ("2022-12-31", False, "元旦假期"),
        ("2015-09-04", False, "抗战胜利纪念日假期"),
        ("2020-01-31", False, "春节假期"),
        ("2020-02-01", False, "春节假期"),
        ("2020-02-03", True, "工作日"),
        ("2025-10-06", False, "中秋节假期"),
    ],
)
def test_a_day_knows_whether_it_is_worked_and_why(day: str, working: bool, reason: str) -> None:
    on = date.fromisoformat(day)
    assert PUBLISHED.day(on) == (on, working, reason, False)


def test_a_december_changed_by_the_next_notice_stands_in_its_own_year_with_that_notice() -> None:
    source = PUBLISHED.year(2018).source
    assert "国办发明电〔2017〕12号（2017-11-30）" in source
    assert "岁末依次年通知：国办发明电〔2018〕15号（2018-12-04）" in source


def test_an_amended_year_names_both_notices() -> None:
    source = PUBLISHED.year(2020).source
    assert source == "国办发明电〔2019〕16号（2019-11-21）；国办发明电〔2020〕1号（2020-01-26）"


def test_a_year_survives_the_journey_through_plain_values() -> None:
    for year in (*packaged_years(), PUBLISHED.year(2027)):
        again = CalendarYear.from_dict(year.as_dict())
        assert again == year
        assert again.version == year.version


def test_the_version_changes_with_a_day_but_not_with_the_source() -> None:
    year = PUBLISHED.year(2026)
    renamed = CalendarYear(2026, year.days_off, year.workdays, ("另一来源",))
    shorter = CalendarYear(2026, year.days_off[:-1], year.workdays, year.sources)
    assert renamed.version == year.version
    assert shorter.version != year.version
    assert PUBLISHED.with_years([renamed]).version == PUBLISHED.version
    assert PUBLISHED.with_years([shorter]).version != PUBLISHED.version


@pytest.mark.parametrize(
    ("off", "work", "message"),
    [
        ([date(2027, 1, 1)], [], "不属于"),
        ([date(2026, 1, 3)], [date(2026, 1, 3)], "既放假又上班"),
        ([], [date(2026, 1, 5)], "不是周末"),
    ],
)
def test_a_year_that_contradicts_itself_is_refused(off: list[date], work: list[date], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        CalendarYear(
            2026, tuple(Named(on, "元旦") for on in off), tuple(Named(on, "元旦") for on in work), ("试",)
        )


def test_days_of_a_year_are_all_its_days_in_order() -> None:
    days = PUBLISHED.days_of(2024)
    assert [day.date for day in days] == ALL_DAYS[7305 : 7305 + 366]
    assert sum(day.working for day in days) == PUBLISHED.working_days_between(
        date(2023, 12, 31), date(2024, 12, 31)
    )


@pytest.mark.parametrize("year", [2003, 2037])
def test_a_year_outside_the_range_is_refused_with_the_limits(year: int) -> None:
    with pytest.raises(CalendarRangeError, match="2004年至2036年"):
        PUBLISHED.year(year)
