"""How fast a due date is found: our table beside workalendar's own walk, on the same days in the same run.

Run: .venv/bin/python benchmarks/add_working_days.py
Interleaved rounds, medians. The rival is workalendar as one would plainly use it with make-up days.
"""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from sys import path
from time import perf_counter

path.insert(0, str(Path(__file__).resolve().parents[1]))

from workalendar.core import SAT, SUN, Calendar

from calendars import ChinaWorkingDays

ROUNDS = 15
STARTS = [date(2024, 1, 1) + timedelta(days=offset) for offset in range(0, 1000, 7)]
COUNTS = (5, 10, 15, 60)
OURS = ChinaWorkingDays.published()


class PlainChina(Calendar):  # type: ignore[misc]
    """The same days given to workalendar in the plain way: holidays by year, make-up days as an exception."""

    WEEKEND_DAYS = (SAT, SUN)
    include_new_years_day = False

    def __init__(self) -> None:
        super().__init__()
        self.make_up_days = {named.on for year in range(2004, 2037) for named in OURS.year(year).workdays}

    def get_calendar_holidays(self, year: int) -> list[tuple[date, str]]:
        return [(named.on, named.festival) for named in OURS.year(year).days_off]

    def is_working_day(self, day: date, *args: object, **options: object) -> bool:
        return day in self.make_up_days or bool(super().is_working_day(day, *args, **options))


Count = Callable[[date, int], object]


def microseconds(count: Count, days: int, repeat: int) -> float:
    """One call, averaged over all starts."""
    started = perf_counter()
    for _ in range(repeat):
        for start in STARTS:
            count(start, days)
    return (perf_counter() - started) / (repeat * len(STARTS)) * 1e6


def main() -> None:
    plain = PlainChina()
    rivals: dict[str, tuple[Count, int]] = {
        "workalendar's walk": (plain.add_working_days, 1),
        "add_working_days": (OURS.add_working_days, 40),
        "nth_working_day_after": (OURS.nth_working_day_after, 40),
        "due (with provisional)": (OURS.due, 40),
    }
    for days in COUNTS:
        for start in STARTS:
            assert plain.add_working_days(start, days) == OURS.add_working_days(start, days)
    print(f"{'working days':>12}  {'count':<24}{'median µs':>10}{'times faster':>14}")
    for days in COUNTS:
        figures: dict[str, list[float]] = {name: [] for name in rivals}
        for _ in range(ROUNDS):
            for name, (count, repeat) in rivals.items():
                figures[name].append(microseconds(count, days, repeat))
        walk = median(figures["workalendar's walk"])
        for name, values in figures.items():
            print(f"{days:>12}  {name:<24}{median(values):>10.3f}{walk / median(values):>13.0f}×")


if __name__ == "__main__":
    main()
