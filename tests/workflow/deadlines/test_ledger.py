"""The laws of the ledger, over real calendar days."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from calendars import ChinaWorkingDays
from workflow.deadlines.ledger import Ledger, Limit, due_date, figures, used_days
from workflow.vocabulary import ClockState, LimitUnit

CALENDAR = ChinaWorkingDays.published()
FIFTEEN = Limit(15, LimitUnit.WORKING_DAY)
MONTH = Limit(1, LimitUnit.MONTH)
days = st.dates(date(2019, 1, 1), date(2027, 12, 31))
stretches = st.integers(0, 40)


def due(ledger: Ledger, limit: Limit = FIFTEEN) -> date:
    found = due_date(ledger, limit, CALENDAR)
    assert found is not None
    return found


@given(days, st.integers(0, 14), stretches)
def test_a_pause_moves_the_due_date_by_exactly_its_working_days(start: date, after: int, rest: int) -> None:
    paused_on = CALENDAR.nth_working_day_after(start, after)
    resumed_on = paused_on + timedelta(days=rest)
    plain = due(Ledger.started(start, "a"))
    paused = due(Ledger.started(start, "a").pause(paused_on, "b").resume(resumed_on, "c"))
    moved = CALENDAR.working_days_between(paused_on, resumed_on)
    assert CALENDAR.working_days_between(plain, paused) == moved


@given(days, st.integers(0, 14), stretches, stretches)
def test_two_adjacent_pauses_equal_one(start: date, after: int, first: int, second: int) -> None:
    paused_on = CALENDAR.nth_working_day_after(start, after)
    middle, end = paused_on + timedelta(days=first), paused_on + timedelta(days=first + second)
    one = Ledger.started(start, "a").pause(paused_on, "b").resume(end, "c")
    two = (
        Ledger.started(start, "a")
        .pause(paused_on, "b")
        .resume(middle, "c")
        .pause(middle, "b")
        .resume(end, "c")
    )
    assert due(one) == due(two)


@given(days, st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=5), st.integers(0, 60))
def test_used_and_left_always_add_up_to_the_limit_while_it_runs(
    start: date, pauses: list[tuple[int, int]], ahead: int
) -> None:
    ledger, on = Ledger.started(start, "a"), start
    for run, rest in pauses:
        on += timedelta(days=run)
        ledger = ledger.pause(on, "b")
        on += timedelta(days=rest)
        ledger = ledger.resume(on, "c")
    today = on + timedelta(days=ahead)
    shown = figures(ledger, FIFTEEN, CALENDAR, today)
    assert shown.used_days == used_days(ledger, FIFTEEN, CALENDAR, today)
    if shown.state is ClockState.RUNNING:
        assert shown.used_days + shown.left_days == 15
        assert shown.left_days >= 0
    else:
        assert shown.state is ClockState.OVERDUE
        assert shown.left_days < 0


@given(days, st.integers(0, 20), stretches)
def test_a_ledger_survives_being_stored(start: date, run: int, rest: int) -> None:
    paused_on = start + timedelta(days=run)
    ledger = Ledger.started(start, "a").pause(paused_on, "b").resume(paused_on + timedelta(days=rest), "c")
    assert Ledger.from_list(ledger.as_list()) == ledger


@given(days)
def test_a_month_is_due_on_a_working_day_not_before_the_same_day_number(start: date) -> None:
    due_on = due(Ledger.started(start, "a"), MONTH)
    assert CALENDAR.is_working_day(due_on)
    assert due_on >= CALENDAR.add_months(start, 1, False)


def test_a_month_from_the_end_of_january_ends_with_february() -> None:
    assert due(Ledger.started(date(2025, 1, 31), "a"), MONTH) == date(2025, 2, 28)


def test_a_pause_of_three_days_makes_a_month_three_days_longer() -> None:
    ledger = (
        Ledger.started(date(2026, 3, 10), "a").pause(date(2026, 3, 16), "b").resume(date(2026, 3, 19), "c")
    )
    assert due(ledger, MONTH) == date(2026, 4, 13)


def test_a_minimum_is_over_and_never_late() -> None:
    limit = Limit(5, LimitUnit.WORKING_DAY, minimum=True)
    ledger = Ledger.started(date(2026, 10, 15), "publish")
    assert figures(ledger, limit, CALENDAR, date(2026, 10, 22)).state is ClockState.RUNNING
    over = figures(ledger, limit, CALENDAR, date(2026, 12, 1))
    assert (over.state, over.used_days, over.left_days) == (ClockState.MET, 5, 0)


def test_a_clock_resumed_after_its_limit_was_used_up_shows_when_it_was_due() -> None:
    started = Ledger.started(date(2026, 3, 2), "a")
    ledger = started.pause(date(2026, 3, 25), "b").resume(date(2026, 4, 8), "c")
    # The fifteenth working day was 23 March; 24 and 25 March were late already.
    shown = figures(ledger, FIFTEEN, CALENDAR, date(2026, 4, 8))
    assert (shown.state, shown.due_on, shown.used_days) == (ClockState.OVERDUE, date(2026, 3, 23), 17)


def test_a_clock_is_late_from_midnight_even_on_a_day_off() -> None:
    ledger = Ledger.started(date(2026, 3, 6), "a")
    assert due(ledger) == date(2026, 3, 27)
    friday = figures(ledger, FIFTEEN, CALENDAR, date(2026, 3, 27))
    saturday = figures(ledger, FIFTEEN, CALENDAR, date(2026, 3, 28))
    assert (friday.state, friday.left_days) == (ClockState.RUNNING, 0)
    assert (saturday.state, saturday.left_days) == (ClockState.OVERDUE, -1)
