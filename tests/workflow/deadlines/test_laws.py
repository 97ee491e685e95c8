"""Due dates under a calendar: recomputing changes nothing, one more holiday never brings one forward."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

from hypothesis import assume, given
from hypothesis import strategies as st

from calendars import CalendarYear, ChinaWorkingDays, apply_notices
from tests.calendars.texts import texts_of
from workflow.deadlines.ledger import Ledger, Limit, due_date, figures, used_days
from workflow.vocabulary import LimitUnit

CALENDAR = ChinaWorkingDays.published()
LIMITS = st.sampled_from(
    [Limit(15, LimitUnit.WORKING_DAY), Limit(1, LimitUnit.MONTH), Limit(30, LimitUnit.DAY)]
)


@st.composite
def ledgers(draw: st.DrawFn) -> Ledger:
    """A running clock with up to four rests behind it."""
    on = draw(st.dates(date(2019, 1, 1), date(2026, 6, 30)))
    ledger = Ledger.started(on, "begun")
    for run, rest in draw(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 20)), max_size=4)):
        on += timedelta(days=run)
        ledger = ledger.pause(on, "rest")
        on += timedelta(days=rest)
        ledger = ledger.resume(on, "again")
    return ledger


@cache
def read_anew(year: int) -> ChinaWorkingDays:
    """The calendar after the notices of a year that is already known were imported once more."""
    return CALENDAR.with_years(apply_notices(CALENDAR, texts_of(year), year))


@cache
def with_one_more_holiday(on: date) -> ChinaWorkingDays:
    """The calendar in which that day is off as well."""
    year = CALENDAR.year(on.year).as_dict()
    year["days_off"][on.isoformat()] = "元旦"
    year["workdays"].pop(on.isoformat(), None)
    return CALENDAR.with_years([CalendarYear.from_dict(year)])


@given(ledgers(), LIMITS, st.integers(2019, 2026), st.integers(0, 40))
def test_recomputing_changes_nothing(ledger: Ledger, limit: Limit, year: int, ahead: int) -> None:
    today = ledger.last.since_on + timedelta(days=ahead)
    shown = figures(ledger, limit, CALENDAR, today)
    stored = Ledger.from_list(ledger.as_list())
    assert figures(stored, limit, CALENDAR, today) == shown
    assert figures(stored, limit, read_anew(year), today) == shown


@given(ledgers(), LIMITS, st.integers(0, 60))
def test_one_more_holiday_never_makes_a_clock_due_earlier(ledger: Ledger, limit: Limit, offset: int) -> None:
    # With nothing left the end moves with the rest alone, and a rest over one more holiday is a shorter one.
    used = used_days(ledger, limit, CALENDAR, ledger.last.since_on)
    assume(limit.unit is not LimitUnit.WORKING_DAY or used < limit.count)
    holiday = ledger.started_on + timedelta(days=offset)
    before = due_date(ledger, limit, CALENDAR)
    after = due_date(ledger, limit, with_one_more_holiday(holiday))
    assert before is not None
    assert after is not None
    assert after >= before


@given(ledgers(), st.integers(1, 60))
def test_a_clock_in_working_days_is_due_on_a_working_day(ledger: Ledger, count: int) -> None:
    limit = Limit(count, LimitUnit.WORKING_DAY)
    due_on = due_date(ledger, limit, CALENDAR)
    assert due_on is not None
    assert CALENDAR.is_working_day(due_on)


@given(
    st.dates(date(2019, 1, 1), date(2026, 6, 30)), st.integers(1, 30), st.integers(0, 60), st.integers(0, 40)
)
def test_a_rest_of_some_working_days_moves_the_end_by_exactly_these(
    start: date, count: int, before: int, length: int
) -> None:
    limit = Limit(count, LimitUnit.WORKING_DAY)
    undisturbed = CALENDAR.nth_working_day_after(start, count)
    paused_on = min(start + timedelta(days=before), undisturbed)
    resumed_on = paused_on + timedelta(days=length)
    ledger = Ledger.started(start, "begun").pause(paused_on, "rest").resume(resumed_on, "again")
    rested = CALENDAR.working_days_between(paused_on, resumed_on)
    assert due_date(ledger, limit, CALENDAR) == CALENDAR.nth_working_day_after(undisturbed, rested)
