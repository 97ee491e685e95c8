"""Eight who claim at once for one certificate, one person, one enterprise: each head is held by one."""

from __future__ import annotations

import json
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from tests.faults.careless_claims import blind, keyless, unlocked
from tests.journeys.city import City
from tests.journeys.holders import TODAY, apply_with, hired, holder, put_list, submit
from workflow.errors import Refused, RuleBroken
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.persistence.types import canonical
from workflow.policy import Policy, load_policy
from workflow.services import audit_verification
from workflow.services.product import Product
from workflow.services.setup import prepare
from workflow.settings import read_settings

AT_ONCE = 8
BODIES = ("assessment_body", "assessment_body2")
Row = dict[str, Any]


def submit_all(city: City, claims: list[tuple[str, int, int, str]]) -> dict[int, Refused]:
    """Submits all of them at once (login, application, heads, amount); answers the refusals."""
    barrier = threading.Barrier(len(claims))

    def send(one: tuple[str, int, int, str]) -> tuple[int, Refused | None]:
        login, application_id, heads, amount = one
        barrier.wait()
        try:
            submit(city, login, application_id, heads, amount)
        except Refused as refusal:
            return application_id, refusal
        return application_id, None

    with ThreadPoolExecutor(len(claims)) as pool:
        return {number: refusal for number, refusal in pool.map(send, claims) if refusal}


class Drafts:
    """Eight drafts of two assessment bodies, ready to be filled and submitted again and again."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.serial = 0
        self.ids = [self._new(place) for place in range(AT_ONCE)]

    def _new(self, place: int) -> int:
        return apply_with(self.city, BODIES[place % 2], [holder(self.next())])

    def next(self) -> int:
        """A serial that nobody has had."""
        self.serial += 1
        return self.serial

    def fault_of_round(self, lists: list[list[Row]]) -> str:
        """Fills and submits them; what is wrong with who was accepted, if anything."""
        city = self.city
        for place, rows in enumerate(lists):
            city.application = {"id": self.ids[place]}
            put_list(city, BODIES[place % 2], rows)
        claims = [
            (BODIES[place % 2], self.ids[place], len(rows), f"{240 * len(rows)}.00")
            for place, rows in enumerate(lists)
        ]
        refusals = submit_all(city, claims)
        accepted = [place for place in range(AT_ONCE) if self.ids[place] not in refusals]
        held = [marks(lists[place]) for place in accepted]
        fault = ""
        if sum(map(len, held)) != len(set().union(*held)):
            fault = f"{len(accepted)} of {AT_ONCE} were accepted, and some for the same"
        for place in set(range(AT_ONCE)) - set(accepted):
            refusal = refusals[self.ids[place]]
            if not isinstance(refusal, RuleBroken) or not marks(lists[place]) & set().union(*held):
                fault = f"refused without a reason: {refusal!r}"
        for place in accepted:
            city.application = {"id": self.ids[place]}
            city.send(BODIES[place % 2], "withdraw", reason="下一轮")
            self.ids[place] = self._new(place)
        return fault


def marks(rows: list[Row]) -> set[object]:
    """What of a list may be paid for once only."""
    people = {(row["id_number"], row["occupation_code"], row["level"]) for row in rows}
    return people | {row["certificate_number"] for row in rows}


def lists_of_round(drafts: Drafts, chance: random.Random) -> list[list[Row]]:
    """Eight lists that are after the same: one certificate, one person, both, or parts of each other."""
    one = holder(drafts.next())
    match chance.randrange(4):
        case 0:
            return [[dict(one)] for _ in range(AT_ONCE)]
        case 1:
            return [
                [holder(drafts.next(), certificate_number=one["certificate_number"])] for _ in range(AT_ONCE)
            ]
        case 2:
            return [[holder(drafts.next(), id_number=one["id_number"])] for _ in range(AT_ONCE)]
        case _:
            several = [holder(drafts.next()) for _ in range(5)]
            return [chance.sample(several, 3) for _ in range(AT_ONCE)]


def faults_of_rounds(city: City, rounds: int, *, until_first: bool = False) -> list[str]:
    """As many rounds, and whether everything is as it should be afterwards."""
    city.at(TODAY)
    drafts, chance = Drafts(city), random.Random(rounds)
    faults = []
    for number in range(rounds):
        fault = drafts.fault_of_round(lists_of_round(drafts, chance))
        if fault:
            faults.append(f"round {number}: {fault}")
            if until_first:
                return faults
    entitlement = tables.entitlement
    with reading(city.product.engine) as connection:
        left = connection.execute(
            select(func.count()).select_from(entitlement).where(~entitlement.c.released)
        ).scalar_one()
    if left:
        faults.append(f"{left} heads are held although everything was withdrawn")
    return faults + [str(fault) for fault in audit_verification.verify_audit(city.product)["faults"]]


def test_of_eight_who_claim_for_the_same_at_once_one_is_accepted(city: City) -> None:
    assert faults_of_rounds(city, 8) == []


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_of_eight_who_claim_for_the_same_a_thousand_times_one_is_accepted(city: City) -> None:
    assert faults_of_rounds(city, 1_000) == []


@pytest.fixture
def busy_city(postgresql_engine: Engine, postgresql_url: str) -> City:
    """A city on PostgreSQL, where many write at once; SQLite has one writer at a time."""
    settings = read_settings({"DATABASE_URL": postgresql_url, "SUBSIDY_TEST_CLOCK": "1"})
    product = Product(engine=postgresql_engine, settings=settings)
    prepare(product)
    return City(product)


def test_the_same_rounds_find_a_product_without_locks_and_keys(busy_city: City) -> None:
    with keyless(busy_city.product.engine):
        assert faults_of_rounds(busy_city, 40, until_first=True) != []


def test_the_same_rounds_find_a_product_that_does_not_look(small_city: City) -> None:
    with blind(small_city.product.engine):
        assert faults_of_rounds(small_city, 2, until_first=True) != []


# --- the cap -----------------------------------------------------------------------------------------------


CAP_HEADS = 3


def faults_of_the_cap(
    city: City, monkeypatch: pytest.MonkeyPatch, rounds: int, *, until_first: bool = False
) -> list[str]:
    """Eight applications of one enterprise at once, of which three reach its cap."""
    content = json.loads(load_policy("zhongmu-2022").content)
    content["employment_subsidies"]["hiring"]["cap"] = f"{CAP_HEADS * 1000}.00"
    changed = Policy.from_content(canonical(content))
    monkeypatch.setattr(Product, "policy_of_the_day", lambda _product, _key: changed)
    city.at(TODAY)
    faults = []
    for number in range(rounds):
        first = number * AT_ONCE + 1
        claims = [
            ("enterprise_zm", apply_with(city, "enterprise_zm", [hired(serial)]), 1, "1000.00")
            for serial in range(first, first + AT_ONCE)
        ]
        refusals = submit_all(city, claims)
        if AT_ONCE - len(refusals) != CAP_HEADS or not all(
            isinstance(refusal, RuleBroken) for refusal in refusals.values()
        ):
            faults.append(f"round {number}: {AT_ONCE - len(refusals)} accepted, {list(refusals.values())}")
            if until_first:
                return faults
        for login, application_id, _, _ in claims:
            city.application = {"id": application_id}
            city.send(login, "withdraw", reason="下一轮")
    return faults


def test_of_eight_applications_of_one_enterprise_at_once_as_many_are_accepted_as_its_cap_allows(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert faults_of_the_cap(city, monkeypatch, 3) == []


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_the_cap_holds_a_thousand_times(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    assert faults_of_the_cap(city, monkeypatch, 1_000) == []


def test_the_same_applications_find_a_product_that_does_not_lock_the_enterprise(
    busy_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    with unlocked(busy_city.product.engine):
        assert faults_of_the_cap(busy_city, monkeypatch, 40, until_first=True) != []
