"""The sheet on which the days of a clock are counted by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

from web.views.sheet import sheet_of


def _clock(days: list[tuple[str, str, str]], segments: list[tuple[str, str | None, bool]]) -> dict[str, Any]:
    return {
        "due_on": "2026-10-12",
        "ended_on": None,
        "limit": {"unit": "working_day"},
        "explanation": {
            "days": [
                {"date": on, "kind": kind, "word": word, "provisional": False, "ahead": on > "2026-10-10"}
                for on, kind, word in days
            ]
        },
        "segments": [{"from": since, "to": until, "counts": counts} for since, until, counts in segments],
    }


CLOCK = _clock(
    [
        ("2026-09-29", "start", "起算日，不计入"),
        ("2026-09-30", "counted", "第1个工作日"),
        ("2026-10-01", "holiday", "国庆节假期"),
        ("2026-10-02", "holiday", "国庆节假期"),
        # The days between are left out here, not by the product.
        ("2026-10-08", "closed", "本地停办：暴雨（平政办〔2026〕12号），不计入"),
        ("2026-10-09", "paused", "暂停，不计入"),
        ("2026-10-10", "make_up", "第2个工作日（国庆节调休上班）"),
        ("2026-10-11", "weekend", "周末"),
        ("2026-10-12", "counted", "第3个工作日"),
    ],
    [("2026-09-29", "2026-10-08", True), ("2026-10-08", "2026-10-09", False), ("2026-10-09", None, True)],
)


def test_every_day_stands_under_its_weekday_with_a_mark_in_words() -> None:
    september, october = sheet_of(CLOCK).months
    assert [[square and square.mark for square in week] for week in september.weeks] == [
        [None, "起算", "第1", None, None, None, None]
    ]
    assert [[square and square.mark for square in week] for week in october.weeks] == [
        [None, None, None, "国庆节", "国庆节", None, None],
        [None, None, None, "停办", "暂停", "班 第2", "周末"],
        ["第3", None, None, None, None, None, None],
    ]
    (due,) = [square for week in october.weeks for square in week if square and square.is_due]
    assert (due.on, due.ahead) == (date(2026, 10, 12), True)


def test_what_is_no_ordinary_week_is_said_in_full() -> None:
    assert [(each.first_on.day, each.last_on.day, each.word) for each in sheet_of(CLOCK).remarks] == [
        (1, 2, "国庆节假期"),
        (8, 8, "本地停办：暴雨（平政办〔2026〕12号），不计入"),
        (10, 10, "第2个工作日（国庆节调休上班）"),
    ]


def test_each_stay_has_its_sum() -> None:
    sheet = sheet_of(CLOCK)
    assert [stay.days for stay in sheet.stays] == [1, 1, 2]
    assert (sheet.counted, sheet.ahead) == (3, 1)


def test_a_limit_in_months_counts_every_day_of_a_stay() -> None:
    sheet = sheet_of(CLOCK | {"limit": {"unit": "month"}})
    assert [stay.days for stay in sheet.stays] == [4, 1, 3]


def test_days_after_the_end_lead_to_the_due_date_and_are_in_no_sum() -> None:
    ended = CLOCK | {"ended_on": "2026-09-30"}
    ended["segments"] = [{"from": "2026-09-29", "to": "2026-09-30", "counts": True}]
    sheet = sheet_of(ended)
    squares = [square for month in sheet.months for week in month.weeks for square in week if square]
    assert [square.mark for square in squares if square.beyond and square.is_due] == ["第3"]
    assert [square.on.day for square in squares if not square.beyond] == [29, 30]
    assert (sheet.counted, sheet.ahead, sheet.beyond) == (1, 0, True)
    assert [stay.days for stay in sheet.stays] == [1]
