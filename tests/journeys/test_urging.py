"""催办: whoever waits reminds whoever is to act, once in a working day, and nothing else changes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.journeys.city import City
from workflow.errors import Forbidden, Malformed, NotFound, NotNow, Refused
from workflow.services import alerts, audit, audit_verification
from workflow.services.urging import urge


def urged(city: City, login: str = "institution", **body: Any) -> dict[str, Any]:
    return urge(city.product, actor=city.actors[login], application_id=city.application["id"], body=body)


def heard(city: City, login: str) -> list[dict[str, Any]]:
    """The urgings in somebody's inbox."""
    page = alerts.list_alerts(city.product, actor=city.actors[login], limit=100)
    return [item for item in page["items"] if item["rung_label"] == "催办"]


def test_those_in_whose_hands_it_is_are_reminded_with_who_and_why(city: City) -> None:
    city.to_industry_review()
    before = city.look("institution")
    assert before["may_urge"] is True
    assert city.look("industry1")["may_urge"] is False
    answer = urged(city, reason="学员急等用款")
    assert answer == {"told_count": 2, "again_on": "2026-09-30"}
    for login in ("industry1", "industry2"):
        (item,) = heard(city, login)
        assert item["reason"] == "示例institution：学员急等用款"
        assert item["application_number"] == before["number"]
        assert item["due_on"] == city.clock("claim_industry_review")["due_on"]
        assert "催办" in item["message"]
    assert heard(city, "hr1") == heard(city, "institution") == []
    after = city.look("institution")
    assert {name: after[name] for name in ("state", "version", "clocks")} == {
        name: before[name] for name in ("state", "version", "clocks")
    }
    trail = audit.read_history(
        city.product, actor=city.actors["auditor"], application_id=city.application["id"], limit=100
    )
    last = trail["items"][-1]
    assert (last["event"], last["event_label"], last["actor"]) == ("urge", "催办", "institution")
    assert audit_verification.verify_audit(city.product)["holds"]


def test_once_in_a_working_day_and_a_day_off_belongs_to_the_one_before(city: City) -> None:
    city.to_industry_review()
    urged(city)
    # 30 September is a Wednesday, the holiday lasts from the 1st to the 7th of October.
    for moment in ("2026-09-29 17:00", "2026-09-29 23:59"):
        city.at(moment)
        with pytest.raises(NotNow, match=r"2026年9月29日这个工作日已经催办过.*2026年9月30日起"):
            urged(city)
        with pytest.raises(NotNow):
            urged(city, "office")
    assert urged(city.at("2026-09-30 09:00"))["again_on"] == "2026-10-08"
    for moment in ("2026-10-01 10:00", "2026-10-07 23:00"):
        city.at(moment)
        with pytest.raises(NotNow, match="2026年9月30日"):
            urged(city)
    urged(city.at("2026-10-08 08:00"))
    assert len(heard(city, "industry1")) == 3


def test_of_many_at_once_one_is_heard(city: City) -> None:
    city.to_industry_review()

    def attempt(_: int) -> bool:
        try:
            urged(city)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(attempt, range(6))) == 1
    assert len(heard(city, "industry1")) == 1


def test_who_cannot_act_is_not_reminded(city: City) -> None:
    city.to_industry_review()
    city.at("2026-10-12 10:00").send("industry1", "approve", opinion="同意")
    assert urged(city)["told_count"] == 1
    assert heard(city, "industry1") == []
    assert len(heard(city, "industry2")) == 1


def test_only_who_waits_may_urge(city: City) -> None:
    city.to_industry_review()
    for login in ("industry1", "industry2", "auditor"):
        with pytest.raises(Forbidden):
            urged(city, login)
    with pytest.raises(Forbidden):
        urged(city, "institution2")
    assert urged(city, "office")["told_count"] == 2
    # A returned application waits for its applicant, and the departments may say so.
    city.send("industry1", "return_for_correction", reason="缺附件", code="incomplete", sections=["claim"])
    with pytest.raises(Forbidden):
        urged(city)
    assert urged(city, "industry1")["told_count"] >= 1
    assert len(heard(city, "institution")) == 1


def test_nothing_is_urged_where_no_clock_counts(small_city: City) -> None:
    city = small_city.to_notice()
    assert city.look("institution")["may_urge"] is False
    with pytest.raises(NotNow, match="没有正在计时的时限"):
        urged(city)
    with pytest.raises(Malformed, match="催办事由"):
        urged(city, reason="急" * 101)
    with pytest.raises(Malformed):
        urged(city, more="x")
    with pytest.raises(Malformed, match=r"手机号码|证件号码"):
        urged(city, reason="请回电13800001234")
    city.application = {"id": 999_999}
    with pytest.raises(NotFound):
        urged(city)
