"""Counting: tables of readable dates, workalendar's own walk as a rival, laws that hold for all dates."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workalendar.core import CoreCalendar

from calendars import CalendarRangeError, CalendarYear, ChinaWorkingDays, Named, add_months, add_years

PUBLISHED = ChinaWorkingDays.published()
DAYS = st.dates(date(2004, 2, 1), date(2034, 12, 31))
COUNTS = st.integers(0, 250)


def iso(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "days", "due_on"),
    [
        ("2026-09-29", 10, "2026-10-19"),  # 国庆 1-7, and Saturday 10 October worked
        ("2026-10-15", 5, "2026-10-22"),
        ("2026-10-27", 15, "2026-11-17"),
        ("2026-02-13", 1, "2026-02-14"),  # a Saturday worked
        ("2026-02-14", 1, "2026-02-24"),
        ("2026-02-16", 1, "2026-02-24"),  # begun within the holiday
        ("2026-12-31", 1, "2027-01-04"),
        ("2018-12-28", 1, "2018-12-29"),
        ("2018-12-29", 1, "2019-01-02"),
        ("2020-01-23", 1, "2020-02-03"),
        ("2026-06-01", 0, "2026-06-01"),
        ("2026-06-06", 0, "2026-06-06"),
    ],
)
def test_the_nth_working_day_after(start: str, days: int, due_on: str) -> None:
    assert PUBLISHED.nth_working_day_after(iso(start), days) == iso(due_on)
    assert PUBLISHED.add_working_days(iso(start), days) == iso(due_on)
    assert PUBLISHED.due(iso(start), days).due_on == iso(due_on)


@pytest.mark.parametrize(
    ("day", "days", "rung"),
    [
        ("2026-10-19", 1, "2026-10-16"),
        ("2026-10-12", 3, "2026-10-08"),
        ("2026-10-08", 1, "2026-09-30"),
        ("2026-10-11", 1, "2026-10-10"),
        ("2026-10-11", 0, "2026-10-11"),
    ],
)
def test_the_nth_working_day_before(day: str, days: int, rung: str) -> None:
    assert PUBLISHED.nth_working_day_before(iso(day), days) == iso(rung)
    assert PUBLISHED.add_working_days(iso(day), -days) == iso(rung)
    assert PUBLISHED.sub_working_days(iso(day), days) == iso(rung)


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        ("2026-09-29", "2026-10-19", 10),
        ("2026-09-30", "2026-10-07", 0),
        ("2026-10-09", "2026-10-10", 1),
        ("2026-10-10", "2026-10-10", 0),
        ("2026-10-10", "2026-10-09", 0),
    ],
)
def test_working_days_between_leaves_out_the_first_day_and_takes_the_last(
    start: str, end: str, days: int
) -> None:
    assert PUBLISHED.working_days_between(iso(start), iso(end)) == days


def test_the_next_working_day_is_strictly_later_and_the_first_from_a_day_may_be_that_day() -> None:
    assert PUBLISHED.next_working_day(iso("2026-10-10")) == iso("2026-10-12")
    assert PUBLISHED.first_working_day_from(iso("2026-10-10")) == iso("2026-10-10")
    assert PUBLISHED.first_working_day_from(iso("2026-10-01")) == iso("2026-10-08")
    assert PUBLISHED.find_following_working_day(iso("2026-10-01")) == iso("2026-10-08")


@pytest.mark.parametrize(
    ("start", "months", "end", "rolled"),
    [
        ("2026-01-31", 1, "2026-02-28", "2026-02-28"),  # a Saturday worked
        ("2026-03-31", 1, "2026-04-30", "2026-04-30"),
        ("2026-08-07", 1, "2026-09-07", "2026-09-07"),
        ("2026-09-02", 1, "2026-10-02", "2026-10-08"),
        ("2026-10-31", 1, "2026-11-30", "2026-11-30"),
        ("2026-07-15", 1, "2026-08-15", "2026-08-17"),
        ("2027-12-31", 2, "2028-02-29", "2028-02-29"),
        ("2026-03-31", -1, "2026-02-28", "2026-02-28"),
        ("2026-11-30", 14, "2028-01-30", "2028-01-31"),
    ],
)
def test_a_month_ends_on_the_same_day_number_or_on_its_last_day(
    start: str, months: int, end: str, rolled: str
) -> None:
    assert add_months(iso(start), months) == iso(end)
    assert PUBLISHED.add_months(iso(start), months, roll=False) == iso(end)
    assert PUBLISHED.add_months(iso(start), months, roll=True) == iso(rolled)


def test_days_and_years_roll_only_on_request() -> None:
    assert PUBLISHED.add_days(iso("2026-09-28"), 3, roll=False) == iso("2026-10-01")
    assert PUBLISHED.add_days(iso("2026-09-28"), 3, roll=True) == iso("2026-10-08")
    assert add_years(iso("2028-02-29"), 1) == iso("2029-02-28")
    assert PUBLISHED.add_years(iso("2024-10-01"), 2, roll=False) == iso("2026-10-01")
    assert PUBLISHED.add_years(iso("2024-10-01"), 2, roll=True) == iso("2026-10-08")


def test_an_explanation_names_every_day_after_the_start_once_with_its_reason() -> None:
    told = PUBLISHED.explain(iso("2026-09-29"), iso("2026-10-19"))
    assert [day.date.isoformat()[5:] for day in told.counted] == [
        "09-30", "10-08", "10-09", "10-10", "10-12", "10-13", "10-14", "10-15", "10-16", "10-19",
    ]  # fmt: skip
    assert [(day.date.day, day.reason) for day in told.skipped] == [
        *((number, "国庆节假期") for number in range(1, 8)),
        (11, "周末"),
        (17, "周末"),
        (18, "周末"),
    ]
    assert told.counted[3].reason == "国庆节调休上班"


def test_an_explanation_leaves_out_the_working_days_of_a_pause() -> None:
    told = PUBLISHED.explain(
        iso("2026-11-02"), iso("2026-11-12"), paused=[(iso("2026-11-04"), iso("2026-11-09"))]
    )
    assert [day.date.day for day in told.counted] == [3, 4, 10, 11, 12]
    assert [(day.date.day, day.reason) for day in told.skipped] == [
        (5, "暂停"), (6, "暂停"), (7, "周末"), (8, "周末"), (9, "暂停"),
    ]  # fmt: skip


@pytest.mark.parametrize("day", ["2003-12-31", "2037-01-01"])
def test_a_date_outside_the_table_is_refused_by_every_count(day: str) -> None:
    on = iso(day)
    for count in (
        lambda: PUBLISHED.is_working_day(on),
        lambda: PUBLISHED.day(on),
        lambda: PUBLISHED.nth_working_day_after(on, 0),
        lambda: PUBLISHED.nth_working_day_after(on, 5),
        lambda: PUBLISHED.nth_working_day_before(on, 5),
        lambda: PUBLISHED.working_days_between(on, on + timedelta(days=400)),
        lambda: PUBLISHED.first_working_day_from(on),
        lambda: PUBLISHED.next_working_day(on),
    ):
        with pytest.raises(CalendarRangeError, match="2004-01-01 至 2036-12-31"):
            count()


def test_a_count_that_leaves_the_table_is_refused_with_its_limits() -> None:
    with pytest.raises(CalendarRangeError, match=r"2036-12-01 后第 30 个工作日.*2036-12-31"):
        PUBLISHED.nth_working_day_after(iso("2036-12-01"), 30)
    with pytest.raises(CalendarRangeError, match="2004-01-05 前第 30 个工作日"):
        PUBLISHED.nth_working_day_before(iso("2004-01-05"), 30)
    with pytest.raises(CalendarRangeError, match="超出公历"):
        add_months(date.max, 1)


def test_a_negative_count_of_working_days_is_refused() -> None:
    with pytest.raises(ValueError, match="不能为负"):
        PUBLISHED.nth_working_day_after(iso("2026-06-01"), -1)
    with pytest.raises(ValueError, match="不能为负"):
        PUBLISHED.nth_working_day_before(iso("2026-06-01"), -1)


# workalendar's interface


@settings(max_examples=60, deadline=None)
@given(DAYS, st.integers(-40, 40))
def test_the_table_and_the_walk_of_workalendar_agree(day: date, delta: int) -> None:
    assert PUBLISHED.add_working_days(day, delta) == CoreCalendar.add_working_days(PUBLISHED, day, delta)
    other = day + timedelta(days=delta)
    for include in (False, True):
        assert PUBLISHED.get_working_days_delta(day, other, include) == CoreCalendar.get_working_days_delta(
            PUBLISHED, day, other, include
        )


def test_extra_days_override_the_table_as_workalendar_promises() -> None:
    saturday, monday = iso("2026-06-06"), iso("2026-06-08")
    assert PUBLISHED.is_working_day(saturday, extra_working_days=[saturday])
    assert not PUBLISHED.is_working_day(monday, extra_holidays=[monday])
    assert PUBLISHED.add_working_days(iso("2026-06-05"), 1, extra_working_days=[saturday]) == saturday
    assert PUBLISHED.add_working_days(iso("2026-06-05"), 1, extra_holidays=[monday]) == iso("2026-06-09")
    assert PUBLISHED.get_working_days_delta(iso("2026-06-05"), monday, extra_working_days=[saturday]) == 2


def test_moments_are_taken_for_their_date_unless_they_are_to_be_kept() -> None:
    noon = datetime(2026, 10, 9, 12)  # noqa: DTZ001 - workalendar takes naive moments
    assert PUBLISHED.add_working_days(noon, 1) == iso("2026-10-10")
    assert type(PUBLISHED.add_working_days(noon, 0)) is date
    assert PUBLISHED.add_working_days(noon, 1, keep_datetime=True) == noon + timedelta(days=1)


def test_the_holidays_of_a_year_are_named_and_never_those_of_an_unsaid_year() -> None:
    assert (iso("2026-10-01"), "国庆节") in PUBLISHED.holidays(2026)
    assert PUBLISHED.is_holiday(iso("2026-10-01"))
    assert PUBLISHED.get_holiday_label(iso("2026-02-16")) == "春节"
    assert not PUBLISHED.is_holiday(iso("2026-10-10"))
    with pytest.raises(ValueError, match="年份"):
        PUBLISHED.holidays()


def test_the_published_calendar_is_one_object_and_another_version_leaves_it_alone() -> None:
    assert ChinaWorkingDays.published() is PUBLISHED
    before = PUBLISHED.version
    year = PUBLISHED.year(2026)
    longer = CalendarYear(2026, (*year.days_off, Named(iso("2026-10-08"), "国庆节")), year.workdays, ("试",))
    other = PUBLISHED.with_years([longer])
    assert not other.is_working_day(iso("2026-10-08"))
    assert PUBLISHED.is_working_day(iso("2026-10-08"))
    assert other.version != PUBLISHED.version == before


# Laws


@given(DAYS, COUNTS, COUNTS)
def test_counting_in_two_steps_is_counting_in_one(start: date, first: int, second: int) -> None:
    middle = PUBLISHED.nth_working_day_after(start, first)
    assert PUBLISHED.nth_working_day_after(middle, second) == PUBLISHED.nth_working_day_after(
        start, first + second
    )


@given(DAYS, DAYS, COUNTS)
def test_a_later_start_is_never_due_earlier(one: date, other: date, count: int) -> None:
    earlier, later = sorted((one, other))
    assert PUBLISHED.nth_working_day_after(earlier, count) <= PUBLISHED.nth_working_day_after(later, count)


@given(DAYS, st.integers(1, 250))
def test_nothing_is_ever_due_on_a_day_off_and_the_days_counted_are_the_days_given(
    start: date, count: int
) -> None:
    due_on = PUBLISHED.nth_working_day_after(start, count)
    assert PUBLISHED.is_working_day(due_on)
    assert PUBLISHED.working_days_between(start, due_on) == count
    assert PUBLISHED.nth_working_day_before(due_on, count) <= start
    assert PUBLISHED.nth_working_day_after(PUBLISHED.nth_working_day_before(due_on, count), count) == due_on


@given(DAYS, st.integers(0, 60))
def test_an_explanation_adds_up(start: date, count: int) -> None:
    due_on = PUBLISHED.nth_working_day_after(start, count)
    told = PUBLISHED.explain(start, due_on)
    assert len(told.counted) == count
    assert len(told.counted) + len(told.skipped) == (due_on - start).days
    assert all(day.working for day in told.counted)


@settings(max_examples=25, deadline=None)
@given(
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.dates(date(2025, 12, 1), date(2026, 12, 31)),
    st.integers(0, 30),
)
def test_one_more_holiday_never_brings_a_due_date_forward(holiday: date, start: date, count: int) -> None:
    year = PUBLISHED.year(2026)
    longer = CalendarYear(
        2026,
        tuple({**dict(year.days_off), holiday: "元旦"}.items()),  # type: ignore[arg-type]
        tuple(named for named in year.workdays if named.on != holiday),
        ("试",),
    )
    other = PUBLISHED.with_years([longer])
    assert other.nth_working_day_after(start, count) >= PUBLISHED.nth_working_day_after(start, count)


@given(DAYS, st.integers(-30, 30))
def test_a_month_never_runs_past_the_month_it_names(start: date, count: int) -> None:
    end = add_months(start, count)
    assert (end.year * 12 + end.month) - (start.year * 12 + start.month) == count
    assert end.day <= start.day
