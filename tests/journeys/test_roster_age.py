"""Trainees are old enough when their class begins, not when the roster is handed in."""

from __future__ import annotations

import io
import json
from datetime import date
from typing import Any

import openpyxl
import pytest
from stdnum.iso7064 import mod_11_2

from tests.journeys.city import DATA, City
from workflow.errors import Malformed
from workflow.form.roster import roster_template
from workflow.services import rosters


def _born(on: date) -> dict[str, Any]:
    row: dict[str, Any] = json.loads((DATA / "roster.json").read_text(encoding="utf-8"))[0]
    digits = f"410499{on:%Y%m%d}001"
    return row | {"id_number": digits + mod_11_2.calc_check_digit(digits)}


def _hand_in(city: City, row: dict[str, Any]) -> dict[str, Any]:
    return rosters.replace_roster(
        city.product,
        actor=city.actors["institution"],
        application_id=city.application["id"],
        rows=[row],
        expected_version=None,
    )


def test_who_turns_sixteen_on_the_first_day_of_the_class_may_be_on_the_roster(small_city: City) -> None:
    small_city.at("2026-08-31").apply(roster=False, starts_on="2026-09-07")
    assert len(_hand_in(small_city, _born(date(2010, 9, 7)))["items"]) == 1


@pytest.mark.parametrize("born_on", [date(2010, 9, 8), date(2026, 9, 1)])
def test_who_is_younger_is_refused_with_the_row(small_city: City, born_on: date) -> None:
    small_city.at("2026-08-31").apply(roster=False, starts_on="2026-09-07")
    with pytest.raises(Malformed) as refused:
        _hand_in(small_city, _born(born_on))
    assert [error.field for error in refused.value.errors] == ["rows.1.id_number"]
    assert "第1行" in refused.value.errors[0].message


def test_who_has_reached_the_age_of_retirement_is_refused_with_the_clause(small_city: City) -> None:
    small_city.at("2026-08-31").apply(roster=False, starts_on="2026-09-07")
    with pytest.raises(Malformed) as refused:
        _hand_in(small_city, _born(date(1966, 4, 30)))
    (error,) = refused.value.errors
    assert error.field == "rows.1.id_number"
    assert "已满60周岁4个月，达到法定退休年龄60周岁4个月" in error.message
    assert "国务院关于渐进式延迟法定退休年龄的办法 第一条" in error.message


def test_a_workbook_is_taken_whole_or_not_at_all_and_an_old_number_is_kept_as_the_new_one(
    small_city: City,
) -> None:
    small_city.at("2026-08-31").apply(roster=False, starts_on="2026-09-07")

    def hand_in(*numbers: str) -> dict[str, Any]:
        content = io.BytesIO()
        book = openpyxl.load_workbook(io.BytesIO(roster_template()))
        for number in numbers:
            book.worksheets[0].append(["1", "张三", None, number, None, "企业职工"])
        book.save(content)
        return rosters.replace_roster(
            small_city.product,
            actor=small_city.actors["institution"],
            application_id=small_city.application["id"],
            workbook=content.getvalue(),
            expected_version=None,
        )

    with pytest.raises(Malformed) as refused:
        hand_in("410499790902008", "410499197909020081")
    assert [error.field for error in refused.value.errors] == ["rows.3.id_number"]
    with pytest.raises(Malformed, match="1处错误"):
        hand_in()
    assert hand_in("410499790902008")["items"][0]["id_number"] == "410499********0081"
