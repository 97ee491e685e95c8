"""A year as it is drawn: twelve months of squares, and its days off in sentences with their sources. Pure."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from calendars.year import NEW_YEAR, YEAR_END
from web.views.wording import weekday
from workflow.services.calendar import festival_worked, kind_of, mark_of, runs_of

_WEEKS = Calendar(firstweekday=0)

Months = list[list[list["Square | None"]]]


class Square(NamedTuple):
    """One day of a month: ``was`` is what it was before, where it changed."""

    number: int
    kind: str
    mark: str
    reason: str
    was: str


class Festival(NamedTuple):
    """The days of one festival in a sentence, and what says so."""

    name: str
    words: str
    source: str


def months_of(found: Mapping[str, Any], changes: Iterable[Mapping[str, Any]] = ()) -> Months:
    """The weeks of each month, Monday first; ``changes`` are the days to be marked."""
    was = {change["date"]: change["before"] for change in changes}
    days = {day["date"]: day for day in found["days"]}
    return [
        [
            [_square(days[on.isoformat()], was) if on.month == month else None for on in week]
            for week in _WEEKS.monthdatescalendar(found["year"], month)
        ]
        for month in range(1, 13)
    ]


def _square(day: dict[str, Any], was: Mapping[str, str]) -> Square:
    return Square(int(day["date"][8:]), kind_of(day), mark_of(day), day["reason"], was.get(day["date"], ""))


def festivals_of(found: Mapping[str, Any]) -> list[Festival]:
    """Each festival with its days off and its make-up days, then what is closed locally."""
    sources = found["source"].split("；")
    own = [source for source in sources if not source.startswith(YEAR_END)]
    years_end = [source.removeprefix(YEAR_END) for source in sources if source.startswith(YEAR_END)]
    off: dict[str, list[date]] = {}
    work: dict[str, list[date]] = {}
    closed: dict[str, list[date]] = {}
    shut: set[date] = set()
    for day in found["days"]:
        on, kind = date.fromisoformat(day["date"]), kind_of(day)
        if kind == "closed":
            closed.setdefault(day["reason"], []).append(on)
            shut.add(on)
        elif kind == "holiday":
            off.setdefault(_festival(on, day["reason"].removesuffix("假期")), []).append(on)
        # What the notice says is said whole, also of a day on which one region stands still.
        if festival := festival_worked(day):
            work.setdefault(_festival(on, festival), []).append(on)
    names = sorted({*off, *work}, key=lambda name: min(off.get(name) or work[name]))
    shown = [
        Festival(
            name,
            _sentence(off.get(name, []), work.get(name, []), shut),
            _cited(found["year"] + 1, years_end) if name == _NEXT_NEW_YEAR else _cited(found["year"], own),
        )
        for name in names
    ]
    # The reason says who ordered it, and by which document.
    return shown + [
        Festival("本地停办", _sentence(days, [], shut), reason) for reason, days in closed.items()
    ]


_NEXT_NEW_YEAR = f"次年{NEW_YEAR}"


def _festival(on: date, name: str) -> str:
    return _NEXT_NEW_YEAR if name == NEW_YEAR and on.month == 12 else name


def _cited(year: int, sources: list[str]) -> str:
    """The notices by title and number; what was not read from a notice says so itself."""
    words = []
    for place, source in enumerate(sources):
        title = f"国务院办公厅关于{year}年部分节假日安排的通知，" if place == 0 else "其后的调整："
        words.append(title + source if source.startswith(("国办发", "国发")) else source)
    return "；".join(words)


def _sentence(off: list[date], work: list[date], shut: set[date]) -> str:
    parts = []
    if off:
        parts.append(f"{_listed(runs_of(off))}，共{len(off)}天")
    for stands_still, remark in ((False, ""), (True, "（本地停办）")):
        days = [(on, on) for on in work if (on in shut) is stands_still]
        if days:
            parts.append(f"{_listed(days)}上班{remark}")
    return "；".join(parts)


def _listed(runs: list[tuple[date, date]]) -> str:
    month, words = 0, []
    for first, last in runs:
        spoken = _spoken(first, month)
        month = first.month
        if last != first:
            spoken += f"至{_spoken(last, month)}"
            month = last.month
        words.append(spoken)
    return "、".join(words)


def _spoken(on: date, month: int) -> str:
    """2月15日（周日）; without the month where that has just been said."""
    return f"{'' if on.month == month else f'{on.month}月'}{on.day}日（{weekday(on)}）"
