"""The days of a clock as a sheet to count by hand: weeks of months, days with their marks, sums. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from workflow.vocabulary import LimitUnit

_COUNTED = {"counted", "make_up"}
_MARKS = {"start": "起算", "weekend": "周末", "paused": "暂停", "closed": "停办"}


class Square(NamedTuple):
    """One day: ``mark`` is what stands in the square, ``word`` the same in full.

    ``beyond`` the end of the clock it only leads on to the due date, so that this can be counted by hand.
    """

    on: date
    kind: str
    mark: str
    word: str
    ahead: bool
    beyond: bool
    is_due: bool
    is_end: bool


class Month(NamedTuple):
    """The weeks of a month that the clock touches, Monday first; None outside its run."""

    year: int
    month: int
    provisional: bool
    weeks: list[list[Square | None]]


class Remark(NamedTuple):
    """Days off by notice or order, and weekends worked, in words."""

    first_on: date
    last_on: date
    word: str


class Stay(NamedTuple):
    """A segment of the ledger with the days in it that counted, or would have."""

    segment: dict[str, Any]
    days: int


class Sheet(NamedTuple):
    """What a page or a print shows of a clock's explanation; ``ahead`` of the counted days are to come.

    Days ``beyond`` the end are in no sum.
    """

    kinds: set[str]
    months: list[Month]
    remarks: list[Remark]
    stays: list[Stay]
    counted: int
    ahead: int
    beyond: bool


def sheet_of(clock: dict[str, Any]) -> Sheet:
    """The sheet of a clock that is answered with its explanation."""
    days = clock["explanation"]["days"]
    squares = list(_squares(clock, days))
    lived = [square for square in squares if not square.beyond]
    counted = [square for square in lived if square.kind in _COUNTED]
    return Sheet(
        kinds={square.kind for square in squares},
        months=_months(squares, {date.fromisoformat(day["date"]).year for day in days if day["provisional"]}),
        remarks=_remarks(squares),
        stays=_stays(clock, lived),
        counted=len(counted),
        ahead=sum(square.ahead for square in counted),
        beyond=len(lived) < len(squares),
    )


def _squares(clock: dict[str, Any], days: Iterable[dict[str, Any]]) -> Iterable[Square]:
    number = 0
    for day in days:
        kind = day["kind"]
        number += kind in _COUNTED
        mark = {
            "counted": f"第{number}",
            "make_up": f"班 第{number}",
            "holiday": day["word"].removesuffix("假期"),
        }.get(kind, _MARKS.get(kind, day["word"]))
        yield Square(
            on=date.fromisoformat(day["date"]),
            kind=kind,
            mark=mark,
            word=day["word"],
            ahead=day["ahead"],
            beyond=bool(clock["ended_on"]) and day["date"] > clock["ended_on"],
            is_due=day["date"] == clock["due_on"],
            is_end=day["date"] == clock["ended_on"],
        )


def _months(squares: list[Square], provisional: set[int]) -> list[Month]:
    months = []
    for (year, month), group in groupby(squares, lambda square: (square.on.year, square.on.month)):
        weeks: dict[date, list[Square | None]] = {}
        for square in group:
            monday = square.on - timedelta(days=square.on.weekday())
            weeks.setdefault(monday, [None] * 7)[square.on.weekday()] = square
        months.append(Month(year, month, year in provisional, list(weeks.values())))
    return months


def _remarks(squares: list[Square]) -> list[Remark]:
    remarks = []
    for (kind, word), group in groupby(squares, lambda square: (square.kind, square.word)):
        if kind in {"holiday", "make_up", "closed"}:
            stretch = list(group)
            remarks.append(Remark(stretch[0].on, stretch[-1].on, word))
    return remarks


def _stays(clock: dict[str, Any], squares: list[Square]) -> list[Stay]:
    stays = []
    for segment in clock["segments"]:
        after, until = date.fromisoformat(segment["from"]), segment["to"]
        inside = [
            square
            for square in squares
            if square.on > after and (until is None or square.on <= date.fromisoformat(until))
        ]
        if clock["limit"]["unit"] == LimitUnit.WORKING_DAY:
            kinds = _COUNTED if segment["counts"] else {"paused"}
            inside = [square for square in inside if square.kind in kinds]
        stays.append(Stay(segment, len(inside)))
    return stays
