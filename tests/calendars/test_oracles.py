"""Random counts against chinesecalendar and against numpy: not one difference."""

import pytest

from calendars import ChinaWorkingDays
from tests.calendars.oracles import ChineseCalendar, Numpy, cases

PUBLISHED = ChinaWorkingDays.published()
FEW, MILLION = 50_000, 1_000_000


def differences_from_chinesecalendar(number: int) -> list[object]:
    oracle = ChineseCalendar()
    return [
        case
        for case in cases(number, seed=1)
        if PUBLISHED.nth_working_day_after(case.start, case.days)
        != oracle.nth_working_day_after(case.start, case.days)
        or PUBLISHED.working_days_between(case.start, case.end)
        != oracle.working_days_between(case.start, case.end)
    ]


def differences_from_numpy(number: int) -> list[object]:
    oracle = Numpy()
    drawn = list(cases(number, seed=2))
    starts = [case.start for case in drawn]
    due = oracle.nth_working_days_after(starts, [case.days for case in drawn])
    between = oracle.working_days_between(starts, [case.end for case in drawn])
    return [
        case
        for case, due_on, count in zip(drawn, due, between, strict=True)
        if PUBLISHED.nth_working_day_after(case.start, case.days) != due_on
        or PUBLISHED.working_days_between(case.start, case.end) != count
    ]


def test_fifty_thousand_counts_are_those_of_chinesecalendar() -> None:
    assert differences_from_chinesecalendar(FEW) == []


def test_fifty_thousand_counts_are_those_of_numpy() -> None:
    assert differences_from_numpy(FEW) == []


@pytest.mark.soak
def test_a_million_counts_are_those_of_chinesecalendar() -> None:
    assert differences_from_chinesecalendar(MILLION) == []


@pytest.mark.soak
def test_a_million_counts_are_those_of_numpy() -> None:
    assert differences_from_numpy(MILLION) == []
