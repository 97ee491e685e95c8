"""A local closure: entered by one, confirmed by another, counted for one region alone, taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from calendars import ChinaWorkingDays
from tests.journeys.city import CITY, COUNTY, City
from workflow.errors import Conflict, Forbidden, Malformed, NotNow
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services import (
    alerts,
    audit,
    audit_verification,
    calendar,
    calendar_versions,
    closures,
    deadlines,
    holiday_notices,
)

FLOOD = {
    "authority": "平顶山市人民政府",
    "document_number": "平政办〔2026〕12号",
    "reason": "暴雨停工",
}
# A Tuesday and a Wednesday.
DAYS = [date(2026, 9, 1), date(2026, 9, 2)]


def _propose(city: City, login: str = "hr_head", region: str = CITY, **changes: Any) -> dict[str, Any]:
    wanted: dict[str, Any] = {"region": region, "days": DAYS, **FLOOD} | changes
    return closures.propose_closure(city.product, actor=city.actors[login], **wanted)


def _decide(city: City, login: str, closure_id: int, confirmed: bool = True) -> dict[str, Any]:
    return closures.decide_closure(
        city.product, actor=city.actors[login], closure_id=closure_id, confirmed=confirmed
    )


def _due(city: City) -> str:
    due_on: str = city.clock("opening_industry_review")["due_on"]
    return due_on


def test_a_confirmed_closure_moves_the_clocks_of_its_region_alone(city: City) -> None:
    city.at("2026-08-31").apply("institution_bf")
    city.send("institution_bf", "submit")
    county = city.application["id"]
    city.to_opening_review()
    # 1, 2, 3, 4 and 7 September.
    assert _due(city) == "2026-09-07"
    proposed = _propose(city)
    assert proposed["status"] == "proposed"
    assert [(move["due_before"], move["due_after"]) for move in proposed["clocks"]] == [
        ("2026-09-07", "2026-09-09")
    ]
    assert _due(city) == "2026-09-07"

    decided = _decide(city, "office", proposed["id"])
    assert (decided["status"], decided["moved_count"]) == ("in_force", 1)
    assert _due(city) == "2026-09-09"
    city.application["id"] = county
    assert _due(city) == "2026-09-07"
    city.look()
    assert audit_verification.verify_audit(city.product)["holds"]


def test_the_explanation_says_which_days_were_closed_and_by_whom(small_city: City) -> None:
    city = small_city.to_opening_review()
    _decide(city, "office", _propose(city)["id"])
    clock = city.clock("opening_industry_review")
    shown = deadlines.read_clock(city.product, actor=city.actors["institution"], clock_id=clock["id"])
    closed = [day for day in shown["explanation"]["days"] if day["kind"] == "closed"]
    assert [day["date"] for day in closed] == ["2026-09-01", "2026-09-02"]
    assert closed[0]["word"] == "本地停办：暴雨停工（平顶山市人民政府平政办〔2026〕12号），不计入"


def test_a_closure_taken_back_leads_to_the_calendar_from_before(city: City) -> None:
    city.to_opening_review()
    closure_id = _propose(city)["id"]
    _decide(city, "admin", closure_id)
    asked = closures.propose_withdrawal(
        city.product, actor=city.actors["admin"], closure_id=closure_id, reason="文件已撤回"
    )
    assert asked["status"] == "withdrawal_proposed"
    assert _due(city) == "2026-09-09"
    with pytest.raises(Forbidden, match="另一人"):
        _decide(city, "admin", closure_id)
    assert _decide(city, "hr_head", closure_id)["status"] == "withdrawn"
    assert _due(city) == "2026-09-07"
    with reading(city.product.engine) as connection:
        assert city.product.calendar(connection).version == ChinaWorkingDays.published().version
    # And again: the same closure may be needed once more.
    _decide(city, "admin", _propose(city)["id"])
    assert _due(city) == "2026-09-09"
    assert [item["ordinal"] for item in calendar_versions.list_versions(city.product)["items"]] == [
        4,
        3,
        2,
        1,
    ]
    compared = calendar_versions.compare_versions(city.product, before=1, after=4)
    assert [each["days"] for each in compared["closures_added"]] == [["2026-09-01", "2026-09-02"]]
    assert audit_verification.verify_audit(city.product)["holds"]


def _waiting(city: City, login: str) -> list[str]:
    items = alerts.list_alerts(city.product, actor=city.actors[login], unread=True, limit=100)["items"]
    return [each["rung"] for each in items if each["rung"].startswith("closure_")]


def test_everybody_else_who_may_confirm_is_told_until_somebody_has(city: City) -> None:
    closure_id = _propose(city, "office")["id"]
    assert _waiting(city, "hr_head") == _waiting(city, "admin") == [f"closure_{closure_id}"]
    assert not _waiting(city, "office")
    assert not _waiting(city, "hr_head_bf")
    assert not _waiting(city, "industry_head")
    (alert,) = alerts.list_alerts(city.product, actor=city.actors["admin"])["items"]
    assert "停办待确认" in alert["message"]
    assert "平政办〔2026〕12号" in alert["message"]
    _decide(city, "admin", closure_id)
    assert not _waiting(city, "hr_head")
    closures.propose_withdrawal(
        city.product, actor=city.actors["hr_head"], closure_id=closure_id, reason="文件已撤回"
    )
    assert _waiting(city, "office") == [f"closure_{closure_id}_withdrawal"]
    _decide(city, "office", closure_id, confirmed=False)
    assert not _waiting(city, "admin")


def test_who_confirms_by_an_outdated_list_of_moves_sees_the_new_version(small_city: City) -> None:
    city = small_city
    first, second = _propose(city)["id"], _propose(city, days=[date(2026, 9, 3)])["id"]
    shown = closures.read_closure(city.product, actor=city.actors["admin"], closure_id=second)
    _decide(city, "office", first)
    with pytest.raises(Conflict, match="现行的是第 2 版"):
        closures.decide_closure(
            city.product,
            actor=city.actors["admin"],
            closure_id=second,
            confirmed=True,
            seen=shown["ordinal"],
        )


def test_people_are_told_why_a_date_moved(city: City) -> None:
    city.to_opening_review()
    _decide(city, "office", _propose(city)["id"])
    (alert,) = alerts.list_alerts(city.product, actor=city.actors["institution"])["items"]
    why = "平顶山市停办：暴雨停工（平顶山市人民政府平政办〔2026〕12号）"
    assert alert["reason"] == why
    assert why in alert["message"]
    page = audit.read_history(
        city.product, actor=city.actors["auditor"], application_id=city.application["id"], limit=100
    )
    assert page["items"][-1]["detail"]["reason"] == why
    (version, _) = calendar_versions.list_versions(city.product)["items"]
    assert version["note"] == why


def test_a_withdrawal_that_is_declined_leaves_the_closure(small_city: City) -> None:
    city = small_city
    closure_id = _propose(city)["id"]
    _decide(city, "admin", closure_id)
    closures.propose_withdrawal(
        city.product, actor=city.actors["admin"], closure_id=closure_id, reason="文件已撤回"
    )
    assert _decide(city, "office", closure_id, confirmed=False)["status"] == "in_force"
    closures.propose_withdrawal(
        city.product, actor=city.actors["office"], closure_id=closure_id, reason="文件已撤回"
    )
    assert _decide(city, "admin", closure_id)["status"] == "withdrawn"


def test_who_enters_a_closure_does_not_confirm_it(city: City) -> None:
    closure_id = _propose(city, "admin")["id"]
    with pytest.raises(Forbidden, match="另一人"):
        _decide(city, "admin", closure_id)
    # The database would not have it either.
    table = tables.local_closure
    with pytest.raises(IntegrityError), writing(city.product.engine) as connection:
        connection.execute(
            update(table)
            .where(table.c.id == closure_id)
            .values(status="in_force", confirmed_by=table.c.entered_by)
        )
    declined = _decide(city, "office", closure_id, confirmed=False)
    assert declined["status"] == "declined"
    with pytest.raises(NotNow):
        _decide(city, "office", closure_id)
    with reading(city.product.engine) as connection:
        assert connection.execute(select(tables.calendar_version.c.id)).all() == [(1,)]


@pytest.mark.parametrize(
    "login", ["institution", "industry1", "industry_head", "hr1", "auditor", "hr_head_bf"]
)
def test_only_those_who_keep_the_calendar_enter_and_confirm(small_city: City, login: str) -> None:
    with pytest.raises(Forbidden):
        _propose(small_city, login)
    closure_id = _propose(small_city, "admin")["id"]
    with pytest.raises(Forbidden):
        _decide(small_city, login, closure_id)


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"region": "999999"}, "region", "999999"),
        ({"days": []}, "days", "现为 0 天"),
        ({"days": [date(2026, 10, 1)]}, "days", "国庆节假期"),
        ({"days": [date(2003, 12, 31)]}, "days", "2004年1月1日"),
        ({"days": [date(2040, 1, 2)]}, "days", "2036年12月31日"),
        ({"reason": " "}, "reason", "事由"),
        ({"authority": "市" * 201}, "authority", "现为 201 个字"),
        ({"document_number": ""}, "document_number", "文号"),
    ],
)
def test_a_closure_that_cannot_be_is_refused_by_its_field(
    small_city: City, changes: dict[str, Any], field: str, said: str
) -> None:
    with pytest.raises(Malformed) as refused:
        _propose(small_city, "admin", **changes)
    assert [error.field for error in refused.value.errors] == [field]
    assert said in refused.value.errors[0].message


def test_the_same_days_are_not_entered_twice(small_city: City) -> None:
    _propose(small_city)
    with pytest.raises(Malformed, match="正等待确认"):
        _propose(small_city, "admin", days=DAYS[1:])
    # Another region's are its own.
    _propose(small_city, "admin", region=COUNTY)


def test_a_notice_imported_meanwhile_keeps_the_closure(small_city: City) -> None:
    from tests.journeys.many import NOTICE

    city = small_city
    _decide(city, "office", _propose(city)["id"])
    holiday_notices.apply_notices(city.product, actor=city.actors["admin"], texts=[NOTICE], year=None)
    days = calendar.show_year(city.product, year=2026, region=CITY)["days"]
    assert [day["date"] for day in days if "本地停办" in day["reason"]] == ["2026-09-01", "2026-09-02"]
    days = calendar.show_year(city.product, year=2026, region=COUNTY)["days"]
    assert not [day for day in days if "本地停办" in day["reason"]]


def test_a_confirmation_on_an_outdated_calendar_is_told_the_new_version(
    small_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.journeys.many import NOTICE

    city = small_city
    closure_id = _propose(city)["id"]
    moves = closures.moves_answer

    def overtaken(*args: Any) -> dict[str, Any]:
        holiday_notices.apply_notices(city.product, actor=city.actors["admin"], texts=[NOTICE], year=None)
        return moves(*args)

    with monkeypatch.context() as patch:
        patch.setattr(closures, "moves_answer", overtaken)
        with pytest.raises(Conflict, match="第 2 版"):
            _decide(city, "office", closure_id)
    assert _decide(city, "office", closure_id)["status"] == "in_force"


def test_the_office_of_a_city_decides_for_its_counties_and_a_head_does_not(small_city: City) -> None:
    seated = replace(small_city.actors["office"], region=CITY)
    proposed = _propose(small_city, "hr_head_bf", COUNTY)
    with pytest.raises(Forbidden, match="只能办理本地区的停办"):
        _decide(small_city, "hr_head", proposed["id"])
    decided = closures.decide_closure(
        small_city.product, actor=seated, closure_id=proposed["id"], confirmed=True
    )
    assert decided["status"] == "in_force"
