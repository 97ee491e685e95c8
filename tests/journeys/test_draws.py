"""双随机: what is drawn follows from the seed alone, nobody changes it, who is ill is replaced by lot."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from tests.journeys.city import CITY, City
from workflow.access import Actor
from workflow.clock import SHANGHAI
from workflow.errors import Conflict, Forbidden, Malformed, NotFound, NotNow
from workflow.form.draws import DrawFilter
from workflow.persistence import tables
from workflow.persistence.engine import writing
from workflow.services import alerts, audit_verification, draw_reading, draws, visits
from workflow.services.draw_pool import outcome_of
from workflow.vocabulary import ApplicationKind, Department, Role, VisitList

ENTRY: dict[str, Any] = {"class_count": 2, "inspector_count": 2, "due_on": "2026-09-18"}


@pytest.fixture
def drawing(city: City) -> City:
    """Three classes on their opening day, and four inspectors in the city."""
    for number in (2, 3, 4):
        login = f"inspector{number}"
        with writing(city.product.engine) as connection:
            account_id = connection.execute(
                insert(tables.account)
                .values(
                    login=login,
                    name=f"示例{login}",
                    password_hash="-",
                    role=Role.INSPECTOR.value,
                    department=Department.HR.value,
                    region=CITY,
                    created_at=datetime(2026, 1, 1, tzinfo=SHANGHAI),
                )
                .returning(tables.account.c.id)
            ).scalar_one()
        city.actors[login] = Actor(
            account_id, login, f"示例{login}", Role.INSPECTOR, Department.HR, CITY, None, None
        )
    for login in ("institution", "institution2", "institution"):
        city.at("2026-08-31").apply(login)
        city.send(login, "submit")
        for day, reviewer in enumerate(("industry1", "industry2", "hr1", "hr2"), start=1):
            city.at(f"2026-09-0{day} 10:00").send(reviewer, "approve", opinion="同意")
    return city.at("2026-09-07 08:00")


def draw(city: City, login: str = "hr_head", seed: str | None = "seed", **changes: Any) -> dict[str, Any]:
    more = {name: changes.pop(name) for name in ("command_id",) if name in changes}
    return draws.draw_visits(city.product, actor=city.actors[login], body=ENTRY | changes, seed=seed, **more)


def going(visit: dict[str, Any]) -> list[int]:
    return [seat["account_id"] for seat in visit["inspectors"] if seat["left_at"] is None]


def replace(city: City, drawn: dict[str, Any], visit: dict[str, Any], account_id: int) -> dict[str, Any]:
    return draws.substitute_inspector(
        city.product,
        actor=city.actors["hr_head"],
        draw_id=drawn["id"],
        visit_id=visit["id"],
        body={"account_id": account_id, "reason": "生病"},
    )


def verdict(city: City, drawn: dict[str, Any]) -> dict[str, Any]:
    return draw_reading.verify_draw(city.product, actor=city.actors["auditor"], draw_id=drawn["id"])


def of(city: City, account_id: int) -> Actor:
    return next(each for each in city.actors.values() if each.account_id == account_id)


def test_a_draw_follows_from_its_seed_and_can_be_made_again(drawing: City) -> None:
    first, second = draw(drawing), draw(drawing)
    assert [(each["application_id"], going(each)) for each in first["visits"]] == [
        (each["application_id"], going(each)) for each in second["visits"]
    ]
    assert (first["candidate_count"], first["left_out_count"], len(first["inspectors"])) == (3, 0, 4)
    assert all(len(set(going(each))) == 2 for each in first["visits"])
    assert verdict(drawing, first)["agrees"]
    found = verdict(drawing, first)["candidates"]
    assert [each["digest"] for each in found] == sorted(each["digest"] for each in found)
    # Without one it is the system's own, and a number made known in public changes what is drawn.
    assert draw(drawing, seed=None)["seed"] != draw(drawing, seed=None)["seed"]
    orders = {str([going(each) for each in draw(drawing, announced=str(n))["visits"]]) for n in range(6)}
    assert len(orders) > 1
    assert audit_verification.verify_audit(drawing.product)["holds"]


def test_who_was_drawn_is_told_and_finds_it_in_the_day(drawing: City) -> None:
    drawn = draw(drawing)
    visit = drawn["visits"][0]
    for account_id in going(visit):
        person = of(drawing, account_id)
        listed = visits.list_visits(drawing.product, actor=person, show=VisitList.DRAWN)["items"]
        assert visit["application_id"] in [each["application_id"] for each in listed]
        assert listed[0]["drawn"]["due_on"] == "2026-09-18"
        messages = alerts.list_alerts(drawing.product, actor=person)["items"]
        assert any("双随机抽中" in each["rung_label"] for each in messages)
    # Made by one of those drawn, it is done; by somebody else, it still waits.
    drawing.look()
    seen: dict[str, Any] = {"class_no": 1, "inspected_at": "2026-09-07T08:00:00+08:00", "present_count": 50}
    seen |= {"sign_in": "已签到", "materials": "齐全"}
    other = drawn["visits"][1]
    inspectors = [drawing.actors[login] for login in ("inspector", "inspector2", "inspector3", "inspector4")]
    stranger = next(each for each in inspectors if each.account_id not in going(other))
    for each, inspector in ((visit, of(drawing, going(visit)[0])), (other, stranger)):
        drawing.application = {"id": each["application_id"]}
        drawing.send(inspector.login, "record_opening_inspection", **seen)
    after = draw_reading.read_draw(drawing.product, actor=drawing.actors["hr1"], draw_id=drawn["id"])
    assert (after["done_count"], after["late_count"]) == (1, 0)
    assert after["visits"][0]["done_by"] == of(drawing, going(visit)[0]).name
    drawing.at("2026-09-19")
    after = draw_reading.read_draw(drawing.product, actor=drawing.actors["hr1"], draw_id=drawn["id"])
    assert (after["done_count"], after["late_count"]) == (1, 1)
    with pytest.raises(NotNow):
        replace(drawing, drawn, visit, going(visit)[0])
    assert verdict(drawing, drawn)["agrees"]


def test_who_cannot_go_is_replaced_by_the_next_of_the_same_order(drawing: City) -> None:
    drawn = draw(drawing)
    visit = drawn["visits"][0]
    ill, stays = going(visit)
    order = outcome_of({**drawn, "candidates": _candidates(drawing, drawn), "announced": None})[0][
        "inspectors"
    ]
    assert order[:2] == [ill, stays]
    # The third is away by now: passed over, and that is on record.
    with writing(drawing.product.engine) as connection:
        connection.execute(update(tables.account).where(tables.account.c.id == order[2]).values(active=False))
    after = replace(drawing, drawn, visit, ill)
    assert going(after["visits"][0]) == [stays, order[3]]
    assert after["visits"][0]["inspectors"][0]["left_reason"] == "生病"
    assert "顺延" in after["visits"][0]["inspectors"][2]["left_reason"]
    assert verdict(drawing, drawn)["agrees"]
    with pytest.raises(Conflict):
        replace(drawing, drawn, visit, ill)
    with pytest.raises(NotNow, match="没有可以替换"):
        replace(drawing, drawn, visit, stays)
    with pytest.raises(Malformed):
        replace(drawing, drawn, visit, drawing.actors["hr1"].account_id)
    with pytest.raises(NotFound):
        replace(drawing, drawn, {"id": 10**9}, stays)


def _candidates(city: City, drawn: dict[str, Any]) -> Any:
    with writing(city.product.engine) as connection:
        return connection.execute(
            select(tables.draw.c.candidates).where(tables.draw.c.id == drawn["id"])
        ).scalar_one()


def test_more_than_there_is_cannot_be_drawn_and_nothing_is_left_out_in_silence(drawing: City) -> None:
    with pytest.raises(Malformed) as refused:
        draw(drawing, class_count=4, inspector_count=5, due_on="2026-09-01")
    assert {error.field for error in refused.value.errors} == {"class_count", "inspector_count", "due_on"}
    with pytest.raises(Malformed, match="另有3个"):
        draw(drawing, class_count=1, kind="enterprise")
    pool = draws.read_pool(drawing.product, actor=drawing.actors["hr_head"])
    assert (pool["class_count"], len(pool["inspectors"]), pool["inspector_count"]) == (3, 4, 2)
    kinds = DrawFilter(kind=ApplicationKind.ENTERPRISE)
    pool = draws.read_pool(drawing.product, actor=drawing.actors["hr_head"], wanted=kinds)
    assert (pool["class_count"], pool["left_out_count"]) == (0, 3)
    # Of the organisation that runs a class nobody is drawn to inspect it.
    own = drawing.actors["institution"].organisation_id
    with writing(drawing.product.engine) as connection:
        connection.execute(
            update(tables.account)
            .where(tables.account.c.login.in_(["inspector2", "inspector3", "inspector4"]))
            .values(organisation_id=own)
        )
    with pytest.raises(Malformed, match="人员数1"):
        draw(drawing, class_count=1)


def test_only_the_head_draws_and_only_those_concerned_know(drawing: City) -> None:
    for login in ("hr1", "inspector", "industry_head", "office", "institution"):
        with pytest.raises(Forbidden):
            draw(drawing, login)
    drawn = draw(drawing)
    for login in ("hr1", "inspector", "office", "auditor"):
        seen = draw_reading.list_draws(drawing.product, actor=drawing.actors[login])["items"]
        assert [each["id"] for each in seen] == [drawn["id"]]
    assert draw_reading.list_draws(drawing.product, actor=drawing.actors["hr1_bf"])["items"] == []
    for login in ("hr1_bf", "institution", "industry1", "finance1", "admin"):
        with pytest.raises(Forbidden):
            draw_reading.read_draw(drawing.product, actor=drawing.actors[login], draw_id=drawn["id"])


def test_the_database_lets_nobody_change_a_draw_and_the_proof_finds_what_follows(drawing: City) -> None:
    drawn = draw(drawing)
    for change in (update(tables.draw).values(seed="another"), delete(tables.draw)):
        with pytest.raises(DBAPIError), writing(drawing.product.engine) as connection:
            connection.execute(change)
    seat = tables.drawn_inspector
    others = {actor.account_id for actor in drawing.actors.values() if actor.role is Role.INSPECTOR}
    visit = drawn["visits"][0]
    other = min(others - set(going(visit)))
    with writing(drawing.product.engine) as connection:
        connection.execute(
            update(seat)
            .where(seat.c.visit_id == visit["id"], seat.c.account_id == going(visit)[0])
            .values(account_id=other)
        )
    found = verdict(drawing, drawn)
    assert not found["agrees"]
    assert "不符" in found["faults"][0]


def test_the_same_command_draws_once_even_twice_at_once(drawing: City) -> None:
    barrier = threading.Barrier(2)

    def go(_n: int) -> dict[str, Any]:
        barrier.wait()
        return draw(drawing, seed=None, command_id="once")

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(go, range(2))
    assert first == second
    assert len(draw_reading.list_draws(drawing.product, actor=drawing.actors["hr1"])["items"]) == 1
