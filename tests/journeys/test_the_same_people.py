"""The same people in several applications: who is in training, who is claimed for, and who comes first."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.journeys.city import DATA, City
from workflow.demonstration.trainees import identity_number
from workflow.errors import Conflict, Refused, RuleBroken
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services import applications, door, rosters
from workflow.services.persons import find_persons, register_persons
from workflow.vocabulary import IdentityType

RESIDENT = IdentityType.RESIDENT_ID
ONE = "410499197909020081"


def draft(city: City, login: str, *people: str, **changes: Any) -> int:
    """A draft of this applicant with these people, the rest of its class invented; its id."""
    body = json.loads((DATA / "application.json").read_text(encoding="utf-8"))
    body["opening"]["classes"][0] |= changes | {"planned_count": len(people)}
    actor = city.actors[login]
    made = applications.create_application(city.product, actor=actor, body=body)
    model = json.loads((DATA / "roster.json").read_text(encoding="utf-8"))[0]
    rows = [model | {"id_number": number} for number in people]
    rosters.replace_roster(
        city.product, actor=actor, application_id=made["id"], rows=rows, expected_version=None
    )
    number: int = made["id"]
    return number


def submit(city: City, login: str, application_id: int) -> dict[str, Any]:
    """The applicant submits it."""
    return door.send_event(
        city.product,
        actor=city.actors[login],
        application_id=application_id,
        event="submit",
        payload={},
        expected_version=None,
        command_id=uuid.uuid4().hex,
    )


def open_enrolments(city: City) -> int:
    """How many are in training."""
    with reading(city.product.engine) as connection:
        return connection.scalar(
            select(func.count()).select_from(tables.enrolment).where(tables.enrolment.c.ended.is_(None))
        )


@pytest.mark.parametrize(
    "disguised",
    [
        "４１０４９９１９７９０９０２００８１",
        " 410499 19790902 0081 ",
        "410499\u200b197909020081",
        "410499197909020081\u3000",
    ],
)
def test_a_disguised_number_is_the_same_person(small_city: City, disguised: str) -> None:
    city = small_city
    keys = city.product.settings.keys
    with writing(city.product.engine) as connection:
        known = register_persons(connection, {ONE: RESIDENT}, keys=keys)[ONE]
        assert register_persons(connection, {disguised: RESIDENT}, keys=keys)[disguised] == known
        assert find_persons(connection, [disguised], keys=keys)[disguised] == known
        assert connection.scalar(select(func.count()).select_from(tables.person)) == 1


def test_of_two_institutions_that_submit_for_one_person_at_once_one_wins(city: City) -> None:
    city.at("2026-08-31")
    for turn in range(6):
        person = identity_number(5_000 + turn)
        ids = {login: draft(city, login, person) for login in ("institution", "institution2")}
        start = Barrier(2)

        def race(login: str, application_id: int, start: Barrier = start) -> Refused | None:
            start.wait()
            try:
                submit(city, login, application_id)
            except Refused as refusal:
                return refusal
            return None

        with ThreadPoolExecutor(2) as pool:
            outcomes = list(pool.map(race, ids, ids.values()))
        refusals = [outcome for outcome in outcomes if outcome is not None]
        assert len(refusals) == 1, outcomes
        assert isinstance(refusals[0], RuleBroken | Conflict)
        assert open_enrolments(city) == turn + 1


def test_nobody_is_trained_twice_at_once_but_may_go_elsewhere_when_the_first_ends(city: City) -> None:
    city.at("2026-08-31")
    first = draft(city, "institution", ONE, identity_number(1))
    submit(city, "institution", first)
    second = draft(city, "institution2", ONE, identity_number(2))
    with pytest.raises(Refused):
        submit(city, "institution2", second)
    assert open_enrolments(city) == 2
    door.send_event(
        city.product,
        actor=city.actors["institution"],
        application_id=first,
        event="withdraw",
        payload={"reason": "改期举办"},
        expected_version=None,
        command_id=uuid.uuid4().hex,
    )
    assert open_enrolments(city) == 0
    assert submit(city, "institution2", second)["state"] == "opening_industry_first"


def test_a_corrected_roster_gives_free_whom_it_no_longer_names(city: City) -> None:
    city.at("2026-08-31").apply()
    city.send("institution", "submit")
    city.at("2026-09-01").send(
        "industry1", "return_for_correction", reason="名册有误", code="incorrect", sections=["opening"]
    )
    city.fill_roster(count=49)
    gone = json.loads((DATA / "roster.json").read_text(encoding="utf-8"))[49]["id_number"]
    city.send("institution", "submit")
    assert open_enrolments(city) == 49
    other = draft(city, "institution2", gone)
    assert submit(city, "institution2", other)["state"] == "opening_industry_first"


def test_a_claimed_head_is_held_until_the_application_ends_without_money(city: City) -> None:
    city.to_acceptance()

    def standing() -> int:
        with reading(city.product.engine) as connection:
            return connection.scalar(
                select(func.count()).select_from(tables.entitlement).where(~tables.entitlement.c.released)
            )

    # Without a list of certificates nobody can say which of the class got none: all of it is held.
    assert standing() == 50
    city.send("institution", "withdraw", reason="不再申领")
    assert standing() == 0
