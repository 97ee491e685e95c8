"""What has to be renewed when: said with its day and what happens otherwise, gone once it is done."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.journeys.city import COUNTY, City
from workflow.errors import Forbidden
from workflow.services import renewals


def due(city: City, place: str) -> list[dict[str, Any]]:
    """What is overdue or due soon of this kind."""
    found = renewals.read_renewals(city.product, actor=city.actors["admin"])["items"]
    return [item for item in found if item["place"] == place and item["urgency"]]


def test_next_years_notice_is_due_from_the_middle_of_november(city: City) -> None:
    city.at("2026-11-13")
    assert due(city, "calendar") == []
    (notice,) = due(city.at("2026-11-16"), "calendar")
    assert (notice["title"], notice["urgency"], notice["on"]) == ("2027年放假安排", "soon", "2026-11-15")
    assert "现有 0 个正在计时的期限" in notice["happens"]
    (notice, *_) = due(city.at("2027-01-04"), "calendar")
    assert (notice["title"], notice["urgency"]) == ("2027年放假安排", "overdue")


def test_clocks_that_run_into_a_year_without_notice_are_counted(city: City) -> None:
    city.to_hr_review()
    city.send("hr1", "approve", opinion="同意")
    city.at("2026-12-28 09:00").send("hr2", "approve", opinion="同意")
    (notice,) = due(city, "calendar")
    assert re.search(r"现有 [1-9] 个正在计时的期限因此暂定", notice["happens"])


def test_a_region_without_list_funds_or_policy_is_named_with_what_stops(city: City) -> None:
    # The pools of the city are filled until 2028, its list has no end.
    assert due(city.at("2028-06-01"), "year_list") == due(city, "funds") == []
    (funds, *_) = [item for item in due(city.at("2028-12-01"), "funds") if item["region"] == COUNTY]
    assert (funds["on"], funds["urgency"]) == ("2029-01-01", "soon")
    (funds, *_) = [item for item in due(city.at("2029-02-01"), "funds") if item["region"] == COUNTY]
    assert (funds["on"], funds["urgency"]) == ("2029-01-01", "overdue")
    assert "宝丰县财政部门负责人没有登记2029年的资金" in funds["happens"]
    found = due(city.at("2021-06-01"), "policy")
    assert {item["region"] for item in found} >= {COUNTY}
    assert "没有现行政策，不能提交新的申请" in found[0]["happens"]


def test_only_administrators_are_told(small_city: City) -> None:
    for login in ("hr_head", "office", "auditor", "institution"):
        with pytest.raises(Forbidden):
            renewals.read_renewals(small_city.product, actor=small_city.actors[login])
    settings = {item["place"] for item in due(small_city, "scanning") + due(small_city, "mail")}
    assert settings == {"scanning", "mail"}
