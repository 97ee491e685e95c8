"""The table of the clocks that a notice moves: all of them, batch by batch, and nothing that is a formula."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.journeys.city import City
from tests.journeys.conftest import city
from tests.journeys.test_calendar_import import NOTICE, to_finance_in_january
from workflow.reports.moves import write_moves
from workflow.services import holiday_notices

__all__ = ["city"]


def test_every_moving_clock_stands_in_it_however_small_the_batches(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    to_finance_in_january(city)
    monkeypatch.setattr(holiday_notices, "MOST_LISTED", 1)
    asked: dict[str, Any] = {"actor": city.actors["admin"], "texts": [NOTICE], "year": 2027}
    moves = list(holiday_notices.stream_moves(city.product, **asked))
    assert moves == holiday_notices.preview_notices(city.product, **asked)["clocks"]
    assert len(moves) > 1
    file = io.StringIO()
    write_moves(moves, file)
    rows = list(csv.DictReader(io.StringIO(file.getvalue().removeprefix("\ufeff"))))
    assert [row["时限"] for row in rows] == [move["label"] for move in moves]


def test_a_name_that_looks_like_a_formula_is_text() -> None:
    move = {
        "application_number": "410400-2026-000001",
        "applicant_name": "=HYPERLINK(1)",
        "region": "410400",
        "label": "公示期",
        "due_before": None,
        "provisional_before": True,
        "due_after": "2027-02-18",
        "provisional": False,
    }
    file = io.StringIO()
    write_moves([move], file)
    (row,) = csv.DictReader(io.StringIO(file.getvalue().removeprefix("\ufeff")))
    assert row["申请人"] == "'=HYPERLINK(1)"
    assert (row["地区"], row["原到期日"], row["原为暂定"], row["新到期日"]) == (
        "平顶山市",
        "",
        "暂定",
        "2027-02-18",
    )
