"""A million random counts against two independent oracles, and what one count costs each way of counting.

Run: .venv/bin/python benchmarks/counting.py [--counts N]

Correctness: forwards and between, over the years that have a notice, by chinesecalendar's days and by numpy
(a seven-day week, every day off a holiday; left out where numpy is missing). Speed: the same random periods
for all, interleaved rounds, medians. Exits with 1 where anything differs.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import chinese_calendar
from workalendar.core import CoreCalendar

from calendars import ChinaWorkingDays
from tests.calendars.oracles import Case, ChineseCalendar, Numpy, cases

OURS = ChinaWorkingDays.published()
ROUNDS = 9
# A walk over months of days takes its time: it is given fewer of the same periods.
TIMED, WALKED = 5_000, 50

Counter = Callable[[Case], object]


def walk_chinesecalendar(case: Case) -> date:
    """The way one would plainly count with chinesecalendar."""
    day, left = case.start, case.days
    while left:
        day += timedelta(days=1)
        left -= chinese_calendar.is_workday(day)
    return day


def differences(drawn: list[Case], numpy: Numpy | None) -> Iterator[tuple[str, int]]:
    """For each oracle and each way of counting, how many of the counts are not ours."""
    starts, ends = [case.start for case in drawn], [case.end for case in drawn]
    due = [OURS.nth_working_day_after(case.start, case.days) for case in drawn]
    between = [OURS.working_days_between(case.start, case.end) for case in drawn]
    plain = ChineseCalendar()
    theirs = [plain.nth_working_day_after(case.start, case.days) for case in drawn]
    yield "chinesecalendar, n-th day after", sum(map(date.__ne__, due, theirs))
    counts = [plain.working_days_between(case.start, case.end) for case in drawn]
    yield "chinesecalendar, days between", sum(map(int.__ne__, between, counts))
    if numpy:
        theirs = numpy.nth_working_days_after(starts, [case.days for case in drawn])
        yield "numpy busday, n-th day after", sum(map(date.__ne__, due, theirs))
        counts = numpy.working_days_between(starts, ends)
        yield "numpy busday, days between", sum(map(int.__ne__, between, counts))


def microseconds(count: Counter, drawn: list[Case]) -> float:
    """One count, averaged over these periods."""
    started = perf_counter()
    for case in drawn:
        count(case)
    return (perf_counter() - started) / len(drawn) * 1e6


def in_bulk(numpy: Numpy, drawn: list[Case]) -> float:
    """One of numpy's counts when it is given all of them at once, arrays ready made."""
    starts = numpy.numpy.array([case.start for case in drawn], dtype="datetime64[D]")
    days = [case.days for case in drawn]
    started = perf_counter()
    numpy.numpy.busday_offset(starts, days, roll="preceding", busdaycal=numpy.calendar)
    return (perf_counter() - started) / len(drawn) * 1e6


def speeds(numpy: Numpy | None) -> dict[str, float]:
    """Microseconds for a count, by who counts: medians over interleaved rounds."""
    many, few = list(cases(TIMED, seed=3)), list(cases(WALKED, seed=3))
    rivals: dict[str, tuple[Counter, list[Case]]] = {
        "ours": (lambda case: OURS.nth_working_day_after(case.start, case.days), many),
        "workalendar core (walk)": (
            lambda case: CoreCalendar.add_working_days(OURS, case.start, case.days),
            few,
        ),
        "chinesecalendar (walk)": (walk_chinesecalendar, few),
    }
    if numpy:
        offset, calendar = numpy.numpy.busday_offset, numpy.calendar
        rivals["numpy, one by one"] = (
            lambda case: offset(case.start, case.days, roll="preceding", busdaycal=calendar),
            many,
        )
    figures: dict[str, list[float]] = {name: [] for name in rivals}
    bulk: list[float] = []
    for _ in range(ROUNDS):
        for name, (count, drawn) in rivals.items():
            figures[name].append(microseconds(count, drawn))
        if numpy:
            bulk.append(in_bulk(numpy, many))
    if bulk:
        figures["numpy, all at once"] = bulk
    return {name: median(values) for name, values in figures.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description="random counts against oracles")
    parser.add_argument("--counts", type=int, default=1_000_000)
    counts: int = parser.parse_args().counts
    try:
        numpy = Numpy()
    except ImportError:
        numpy = None
        print("numpy is not installed: its rows are left out")
    wrong = 0
    print(f"{'oracle':<34}{'counts':>10}{'differences':>13}")
    for name, differing in differences(list(cases(counts, seed=0)), numpy):
        wrong += differing
        print(f"{name:<34}{counts:>10}{differing:>13}")
    figures = speeds(numpy)
    print(f"\n{'n-th working day after':<34}{'median µs':>10}{'of ours':>13}")
    for name, value in figures.items():
        print(f"{name:<34}{value:>10.3f}{value / figures['ours']:>12.1f}×")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
