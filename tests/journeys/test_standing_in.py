"""A substitute does the whole work of who is absent: on the days entered, at home, and never both eyes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from tests.journeys.bank import answer, paid
from tests.journeys.city import CITY, COUNTY, City
from tests.journeys.test_between_people import away
from tests.journeys.test_closures import _decide, _propose
from workflow.errors import Forbidden, Malformed, NotFound, Refused
from workflow.form.funds import FundEntry
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.services import (
    audit_search,
    bank_results,
    dashboard,
    draws,
    finance_desk,
    funds,
    overdue,
    payment_batches,
    sanctions,
    urging,
    visits,
    worklist,
    year_list_keeping,
)
from workflow.services.payment_batch_reading import read_batch
from workflow.services.payment_files import FileFormat, fetch_file
from workflow.vocabulary import State

PLATFORM = {
    "region": CITY,
    "year": 2026,
    "name": "示例线上平台",
    "listed_from_on": "2026-01-15",
    "document": "平人社〔2026〕1号",
}
MONEY = FundEntry(
    year=2026,
    source="special_account",
    amount="1000.00",
    happened_on=date(2026, 11, 3),
    document="平财〔2026〕9号",
)


def make(city: City, login: str) -> dict[str, Any]:
    body = {
        "source": "special_account",
        "applications": [{"application_id": city.application["id"]}],
    }
    return payment_batches.make_batch(city.product, actor=city.actors[login], body=body)


def last_entry(city: City, event: str) -> dict[str, Any]:
    items = audit_search.search_audit(city.product, actor=city.actors["auditor"], event=event)["items"]
    found: dict[str, Any] = items[0]
    return found


def test_the_cashier_is_away_and_the_batch_is_made_sent_and_settled_by_the_head(city: City) -> None:
    city.to_payment().at("2026-11-03")
    head = {"actor": city.actors["finance_head"]}
    with pytest.raises(Forbidden):
        make(city, "finance_head")
    away(city, "cashier", "finance_head", from_on="2026-11-03", until_on="2026-11-04")

    assert [each["id"] for each in finance_desk.list_payable(city.product, **head)] == [
        city.application["id"]
    ]
    batch = make(city, "finance_head")
    signed = "示例finance_head（代示例cashier办理）"
    assert (batch["created_by_name"], batch["may_keep"], batch["may_fetch"]) == (signed, True, True)
    assert last_entry(city, "make_payment_batch")["actor_name"] == signed
    shape = FileFormat.XLSX
    content = fetch_file(city.product, **head, batch_id=batch["id"], shape=shape).content
    result = bank_results.upload_result(
        city.product,
        **head,
        batch_id=batch["id"],
        file_name="结果.xlsx",
        content=answer(content, {1: paid(1, "V-1")}),
    )
    bank_results.apply_result(city.product, **head, batch_id=batch["id"], result_id=result["id"])
    with reading(city.product.engine) as connection:
        payment = connection.execute(select(tables.payment)).mappings().one()
    ids = {name: city.actors[name].account_id for name in ("finance_head", "cashier")}
    assert (payment["paid_by"], payment["paid_on_behalf_of_id"]) == (ids["finance_head"], ids["cashier"])
    assert city.state == "disbursed"
    shown = read_batch(city.product, actor=city.actors["cashier"], batch_id=batch["id"])
    assert shown["results"][0]["uploaded_by_name"] == signed
    # The file a head of finance fetches as such.
    assert shown["files"][0]["fetched_by_name"] == "示例finance_head"


def test_whoever_reviewed_for_finance_pays_for_nobody_and_nobody_reviews_through_another(city: City) -> None:
    city.to_payment().at("2026-11-03")
    away(city, "cashier", "finance2", from_on="2026-11-03", until_on="2026-11-04")
    assert finance_desk.list_payable(city.product, actor=city.actors["finance2"]) == []
    with pytest.raises(Malformed, match="在财政部门审核过"):
        make(city, "finance2")


@pytest.mark.parametrize("on", ["2026-11-03", "2026-11-06"])
def test_the_day_before_and_the_day_after_the_substitute_may_nothing(city: City, on: str) -> None:
    city.to_payment().at("2026-11-02")
    for who in ("cashier", "finance_head"):
        away(city, who, "finance1", from_on="2026-11-04", until_on="2026-11-05")
    for who, whom in (("hr_head", "hr1"), ("inspector", "hr2")):
        away(city, who, whom, from_on="2026-11-04", until_on="2026-11-05")
    city.at(on)
    finance1, hr1, hr2 = ({"actor": city.actors[name]} for name in ("finance1", "hr1", "hr2"))
    refused: list[Callable[[], Any]] = [
        lambda: make(city, "finance1"),
        lambda: finance_desk.list_payable(city.product, **finance1),
        lambda: funds.appropriate(city.product, **finance1, entry=MONEY),
        lambda: visits.list_visits(city.product, **hr2),
        lambda: draws.read_pool(city.product, **hr1),
        lambda: _propose(city, "hr1", days=[date(2026, 11, 17)]),
        lambda: dashboard.read_dashboard(city.product, **hr1),
        lambda: overdue.list_overdue(city.product, **hr1),
    ]
    for act in refused:
        with pytest.raises(Forbidden):
            act()
    # On the days in between it is theirs.
    city.at("2026-11-05")
    assert visits.list_visits(city.product, **hr2)["items"] == []
    assert draws.read_pool(city.product, **hr1)["class_count"] == 0
    assert dashboard.read_dashboard(city.product, **hr1)["department"] == "hr"
    assert overdue.list_overdue(city.product, **hr1)["items"] == []
    pool = funds.appropriate(city.product, **finance1, entry=MONEY)
    assert pool["source"] == "special_account"
    assert last_entry(city, "move_funds")["actor_name"] == "示例finance1（代示例finance_head办理）"


def test_a_substitute_does_nothing_in_another_region(city: City) -> None:
    city.to_payment().at("2026-11-03")
    batch = make(city, "cashier")
    for who, whom in (("cashier_bf", "finance1_bf"), ("hr_head_bf", "hr1_bf")):
        away(city, who, whom, from_on="2026-11-03", until_on="2026-11-04")
    with pytest.raises(Malformed):
        make(city, "finance1_bf")
    with pytest.raises(NotFound):
        payment_batches.take_out(
            city.product, actor=city.actors["finance1_bf"], batch_id=batch["id"], line_no=1
        )
    with pytest.raises(Forbidden, match="本地区"):
        _propose(city, "hr1_bf", region=CITY, days=[date(2026, 11, 17)])
    assert _propose(city, "hr1_bf", region=COUNTY, days=[date(2026, 11, 17)])["region"] == COUNTY


def test_the_inspectors_day_is_the_substitutes(city: City) -> None:
    city.to_training().at("2026-09-07 09:00")
    actor = city.actors["hr1"]
    away(city, "inspector", "hr1", from_on="2026-09-07", until_on="2026-09-07")
    (item,) = visits.list_visits(city.product, actor=actor)["items"]
    assert item["may_record"]
    visit = visits.read_visit(city.product, actor=actor, application_id=city.application["id"], class_no=1)
    assert visit["event"] == "record_opening_inspection"
    assert State.TRAINING_IN_PROGRESS in worklist.states_awaited(actor, [city.actors["inspector"]])
    assert State.TRAINING_IN_PROGRESS not in worklist.states_awaited(city.actors["industry1"])
    city.send(
        "hr1",
        "record_opening_inspection",
        class_no=1,
        inspected_at="2026-09-07T08:40:00+08:00",
        present_count=50,
        sign_in="已签到",
        materials="齐全",
    )
    (entry,) = city.look()["form"]["training"]["opening_inspections"]
    assert entry["inspector"] == "示例hr1（代示例inspector办理）"


def test_closures_have_four_eyes_whoever_acts_for_whom(city: City) -> None:
    city.at("2026-08-31")
    away(city, "hr_head", "hr1", from_on="2026-08-31", until_on="2026-09-02")
    through_another = _propose(city, "hr1", days=[date(2026, 9, 8)])
    assert through_another["entered_by_name"] == "示例hr1（代示例hr_head办理）"
    own = _propose(city, "hr_head", days=[date(2026, 9, 15)])
    for closure, login in ((through_another, "hr_head"), (through_another, "hr1"), (own, "hr1")):
        with pytest.raises(Forbidden, match="另一人确认"):
            _decide(city, login, closure["id"])
    entered = _propose(city, "office", days=[date(2026, 9, 22)])
    confirmed = _decide(city, "hr1", entered["id"])
    assert (confirmed["status"], confirmed["confirmed_by_name"]) == (
        "in_force",
        "示例hr1（代示例hr_head办理）",
    )


def test_the_list_and_the_reminders_are_kept_for_who_is_away(city: City) -> None:
    city.to_opening_review().at("2026-08-31")
    body = {**PLATFORM}
    with pytest.raises(Refused):
        year_list_keeping.add_platform(city.product, actor=city.actors["inspector"], body=body)
    away(city, "hr2", "inspector", from_on="2026-08-31", until_on="2026-08-31")
    actor = city.actors["inspector"]
    made = year_list_keeping.add_platform(city.product, actor=actor, body=body)
    signed = "示例inspector（代示例hr2办理）"
    assert (made["entered_by_name"], made["history"][0]["actor_name"]) == (signed, signed)
    stop = {
        "region": CITY,
        "platform": PLATFORM["name"],
        "kind": "ban",
        "from_on": "2026-08-31",
        "reason": "核查",
        "document": "平人社〔2026〕8号",
    }
    assert sanctions.impose_sanction(city.product, actor=actor, body=stop)["entered_by_name"] == signed
    # Industry has the application: HR's reviewer may urge it, and so may who acts for one.
    told = urging.urge(city.product, actor=actor, application_id=city.application["id"], body={})
    assert told["told_count"] > 0
