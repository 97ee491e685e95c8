"""Several applications approved at once: each by its own right, each with its own result, none twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.journeys.city import City
from workflow.errors import Malformed
from workflow.services import audit
from workflow.services.approvals import approve_several


def submitted(city: City, count: int) -> list[dict[str, Any]]:
    """So many applications in the first review of their opening; their ids and versions."""
    made = []
    for _ in range(count):
        city.at("2026-08-31").apply()
        city.send("institution", "submit")
        made.append({"id": city.application["id"], "version": city.look()["version"]})
    return made


def approve(city: City, login: str, seen: list[dict[str, Any]], **changes: Any) -> dict[str, Any]:
    body = {"opinion": "材料齐全，同意。", "applications": seen} | changes.pop("body", {})
    given = {"command_id": None} | changes
    return approve_several(city.product, actor=city.actors[login], body=body, **given)


def state_of(city: City, one: dict[str, Any]) -> str:
    city.application = {"id": one["id"]}
    return str(city.state)


def test_each_is_approved_or_says_why_not(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    first = submitted(city, 1)[0]
    city.application = {"id": first["id"]}
    city.at("2026-09-01 10:00")
    result = approve(
        city,
        "industry1",
        [first, {"id": 999_999, "version": 1}],
    )
    done, unknown = result["items"]
    assert (result["done_count"], result["refused_count"]) == (1, 1)
    assert (done["done"], done["state_label"], done["message"]) == (True, city.look()["state_label"], "")
    assert done["number"] == city.look()["number"]
    assert (unknown["done"], unknown["number"]) == (False, None)
    assert "没有" in unknown["message"]
    # Who approved first does not approve second, and whoever saw an older version is told.
    now = {"id": first["id"], "version": city.look()["version"]}
    (twice,) = approve(city, "industry1", [now])["items"]
    assert (twice["done"], twice["number"]) == (False, city.look()["number"])
    (stale,) = approve(city, "industry2", [first])["items"]
    assert "已被更新" in stale["message"]
    assert state_of(city, first) == "opening_industry_second"
    assert approve(city, "industry2", [now])["done_count"] == 1
    trail = audit.read_history(
        city.product, actor=city.actors["auditor"], application_id=first["id"], limit=100
    )
    approvals = [one for one in trail["items"] if one["event"] == "approve" and one["outcome"] == "done"]
    assert [one["actor"] for one in approvals] == ["industry1", "industry2"]


def test_a_second_click_approves_nothing_twice(city: City) -> None:
    (one,) = submitted(city, 1)
    city.at("2026-09-01 10:00")
    first = approve(city, "industry1", [one], command_id="click")
    assert approve(city, "industry1", [one], command_id="click") == first
    city.application = {"id": one["id"]}
    assert city.look()["version"] == one["version"] + 1
    with ThreadPoolExecutor(4) as pool:
        again = list(pool.map(lambda _: approve(city, "industry1", [one], command_id="click"), range(4)))
    assert all(each == first for each in again)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"opinion": ""}, "opinion"),
        ({"opinion": "同意" * 1_001}, "opinion"),
        ({"applications": []}, "applications"),
        ({"applications": [{"id": 1, "version": 1}] * 2}, "applications.1"),
        ({"applications": [{"id": number, "version": 1} for number in range(1, 52)]}, "applications"),
        ({"applications": [{"id": "1", "version": 1}]}, "applications.0.id"),
        ({"applications": [{"id": 1, "version": None}]}, "applications.0.version"),
        ({"more": 1}, "more"),
    ],
)
def test_a_request_that_is_wrong_approves_nothing(small_city: City, body: dict[str, Any], field: str) -> None:
    (one,) = submitted(small_city, 1)
    with pytest.raises(Malformed) as refused:
        approve(small_city, "industry1", [one], body=body)
    assert any(error.field.startswith(field) for error in refused.value.errors)
    assert state_of(small_city, one) == "opening_industry_first"
