"""No sequence of hand-overs, questions and absences puts one person on both seats, nor through another."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

import workflow.access
from tests.journeys.city import City
from tests.journeys.test_between_people import away, between, hand_over
from workflow.access import Actor, Holder, Matter, require_event
from workflow.errors import Conflict, Forbidden, Refused
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.services import absences
from workflow.vocabulary import Department, Event, Role, State

PEOPLE = ("industry1", "industry2", "industry_head")
_ACTS = ("hand_over", "give_back", "delegate", "answer_delegation", "take_back_delegation", "away", "back")
_steps = st.lists(
    st.tuples(
        # Decisions often enough that both seats are taken in many of the walks.
        st.sampled_from(_ACTS) | st.just("approve"),
        st.sampled_from(PEOPLE),
        st.sampled_from(PEOPLE),
    ),
    min_size=4,
    max_size=14,
)
_serial = count()


def seats(city: City) -> dict[str, list[frozenset[int]]]:
    """By step of the application at hand the persons of each standing signature."""
    decision, found = tables.decision, {}
    with reading(city.product.engine) as connection:
        rows = connection.execute(
            select(decision).where(
                decision.c.application_id == city.application["id"], ~decision.c.superseded
            )
        ).all()
    for row in rows:
        found.setdefault(row.step, []).append(frozenset({row.account_id, row.on_behalf_of_id} - {None}))
    return found


def take(city: City, act: str, who: str, whom: str) -> None:
    """One step of a walk, whether it is refused or not."""
    with suppress(Refused):
        match act:
            case "hand_over":
                hand_over(city, who, whom)
            case "delegate":
                between(city, who, act, to_id=city.actors[whom].account_id, question="请核实")
            case "answer_delegation":
                between(city, who, act, answer="属实")
            case "give_back" | "take_back_delegation":
                between(city, who, act)
            case "away":
                away(city, who, whom, from_on="2026-08-31", until_on=f"2026-09-{next(_serial) % 28 + 1:02}")
            case "back":
                for one in absences.list_absences(city.product, actor=city.actors[who])["items"]:
                    absences.end_absence(city.product, actor=city.actors[who], absence_id=one["id"])
            case _:
                city.send(who, "approve", opinion="同意")


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=_steps)
def test_no_walk_puts_one_person_on_both_seats(small_city: City, steps: list[tuple[str, str, str]]) -> None:
    city = small_city
    city.at("2026-08-31").apply(roster=False)
    city.fill_roster(count=20)
    city.send("institution", "submit")
    for step in steps:
        take(city, *step)
        if not city.state.startswith("opening_industry"):
            break
    for login in PEOPLE:
        take(city, "back", login, login)
    signed = seats(city).get("opening_industry", [])
    event(f"{len(signed)} signatures")
    for place, one in enumerate(signed):
        for other in signed[place + 1 :]:
            assert not one & other


def _person(number: int, role: Role = Role.REVIEWER) -> Actor:
    return Actor(number, f"p{number}", f"甲{number}", role, Department.HR, "410400", None, None)


@given(
    roles=st.lists(st.sampled_from([*[Role.REVIEWER] * 3, Role.HEAD]), min_size=4, max_size=4),
    first=st.tuples(st.integers(0, 3), st.lists(st.integers(0, 3), max_size=3)),
    second=st.tuples(st.integers(0, 3), st.lists(st.integers(0, 3), max_size=3)),
    assigned=st.none() | st.integers(0, 3),
)
def test_whoever_is_away_and_whoever_has_it_in_hand(
    roles: list[Role],
    first: tuple[int, list[int]],
    second: tuple[int, list[int]],
    assigned: int | None,
) -> None:
    people = [_person(number + 1, role) for number, role in enumerate(roles)]

    def acting(who: tuple[int, list[int]], matter: Matter) -> set[int] | None:
        actor = people[who[0]]
        absent = [people[each] for each in who[1] if each != who[0]]
        try:
            instead = require_event(actor, matter, Event.APPROVE, absent)
        except Forbidden:
            return None
        return {actor.account_id} | ({instead.account_id} if instead else set())

    def matter(state: State, signed: set[int]) -> Matter:
        holder = None if assigned is None else Holder(assigned + 1, "某")
        return Matter(state, "410400", 99, None, frozenset(signed), frozenset(), frozenset(), holder)

    one = acting(first, matter(State.CLAIM_HR_FIRST, set()))
    if one is None:
        return
    two = acting(second, matter(State.CLAIM_HR_SECOND, one))
    if two is not None:
        event("both seats are taken")
        assert not one & two
        assert assigned is None or assigned + 1 in two


def test_what_the_code_forgets_the_database_refuses(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same again with the check of the code taken out: nothing of it is written."""
    city.to_industry_review().at("2026-10-12 09:00")
    away(city, "industry1", "industry_head")
    city.send("industry1", "approve", opinion="同意")
    blind: Callable[..., Any] = lambda *_: None  # noqa: E731
    monkeypatch.setattr(workflow.access, "_seen_by_the_same", blind)
    before = seats(city)
    for login in ("industry_head", "industry1"):
        with pytest.raises(Conflict):
            city.send(login, "approve", opinion="同意")
    assert seats(city) == before
    assert city.state == "claim_industry_second"
    city.send("industry2", "approve", opinion="同意")
    assert city.state == "claim_awaiting_publication"
