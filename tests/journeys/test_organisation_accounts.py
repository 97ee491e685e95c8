"""The accounts of an organisation: kept by one owner, no matter how many act at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from tests.journeys.city import City
from workflow.access import Actor
from workflow.errors import Conflict, Forbidden, Malformed, NotFound, NotNow, Refused
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services import account_keeping, accounts
from workflow.services import organisation_accounts as kept

PASSWORD = "kuai-le-2026"


def own(city: City, login: str = "institution") -> Actor:
    """The city's applicant, made owner of its organisation."""
    actor = city.actors[login]
    with writing(city.product.engine) as connection:
        account = tables.account
        connection.execute(update(account).where(account.c.id == actor.account_id).values(owner=True))
    return actor


def add(city: City, actor: Actor, login: str = "colleague", **changes: Any) -> dict[str, Any]:
    body = {"login": login, "name": "同事", "password": PASSWORD} | changes
    return kept.add_colleague(city.product, actor=actor, body=body)


def sign_in(city: City, password: str) -> Actor:
    """The colleague as every request finds them."""
    session, _ = accounts.sign_in(city.product, login="colleague", password=password, address="")
    found = accounts.actor_of_session(city.product, session_token=session)
    assert found is not None
    return found


def owners(city: City, actor: Actor) -> list[str]:
    found = kept.read_organisation(city.product, actor=actor)["items"]
    return [each["login"] for each in found if each["owner"]]


def test_a_colleague_is_added_once_and_changes_the_password_first(city: City) -> None:
    owner = own(city)
    added = add(city, owner)
    assert (added["owner"], added["must_change_password"]) == (False, True)
    # A second click.
    assert add(city, owner)["id"] == added["id"]
    colleague = sign_in(city, PASSWORD)
    assert colleague.must_change_password
    assert (colleague.organisation_id, colleague.region) == (owner.organisation_id, owner.region)
    accounts.change_own_password(city.product, actor=colleague, current=PASSWORD, new="another-one-2")
    colleague = sign_in(city, "another-one-2")
    assert not colleague.must_change_password
    with pytest.raises(Conflict):
        add(city, owner)
    with pytest.raises(Malformed) as refused:
        add(city, owner, "B", password="kurz", email="nowhere")
    assert {error.field for error in refused.value.errors} == {"login", "password", "email"}


def test_only_the_owner_keeps_accounts_and_only_those_of_the_organisation(city: City) -> None:
    owner = own(city)
    add(city, owner)
    _, colleague = accounts.sign_in(city.product, login="colleague", password=PASSWORD, address="")
    stranger = own(city, "institution2")
    assert not kept.read_organisation(city.product, actor=colleague)["may_keep"]
    with pytest.raises(Forbidden):
        add(city, colleague, "third")
    with pytest.raises(Forbidden):
        kept.hand_over(city.product, actor=colleague, account_id=colleague.account_id)
    for act in (
        lambda: kept.set_colleague_active(
            city.product, actor=stranger, account_id=colleague.account_id, active=False
        ),
        lambda: kept.hand_over(city.product, actor=stranger, account_id=colleague.account_id),
    ):
        with pytest.raises(NotFound):
            act()
    for login in ("individual", "hr1", "admin"):
        with pytest.raises(Forbidden):
            kept.read_organisation(city.product, actor=city.actors[login])


def test_a_closed_account_is_out_at_once_and_may_come_back(city: City) -> None:
    owner = own(city)
    added = add(city, owner)
    session, _ = accounts.sign_in(city.product, login="colleague", password=PASSWORD, address="")
    token = accounts.issue_token(city.product, login="colleague")
    kept.set_colleague_active(city.product, actor=owner, account_id=added["id"], active=False)
    assert accounts.actor_of_session(city.product, session_token=session) is None
    assert accounts.actor_of_token(city.product, token=token) is None
    with pytest.raises(NotNow, match="已停用"):
        kept.hand_over(city.product, actor=owner, account_id=added["id"])
    with pytest.raises(NotNow, match="移交"):
        kept.set_colleague_active(city.product, actor=owner, account_id=owner.account_id, active=False)
    kept.set_colleague_active(city.product, actor=owner, account_id=added["id"], active=True)
    accounts.sign_in(city.product, login="colleague", password=PASSWORD, address="")


def test_there_is_one_owner_however_many_hand_over_at_once(city: City) -> None:
    owner = own(city)
    first, second = (add(city, owner, login)["id"] for login in ("second", "third"))

    def attempt(taker: int) -> bool:
        try:
            kept.hand_over(city.product, actor=owner, account_id=taker)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(2) as both:
        done = list(both.map(attempt, (first, second)))
    assert sorted(done) == [False, True]
    assert len(owners(city, owner)) == 1
    assert owner.login not in owners(city, owner)
    with pytest.raises(Forbidden):
        add(city, owner, "fourth")


def test_the_database_holds_no_two_owners_of_one_organisation(city: City) -> None:
    owner = own(city)
    added = add(city, owner)
    account = tables.account
    with pytest.raises(IntegrityError), writing(city.product.engine) as connection:
        connection.execute(update(account).where(account.c.id == added["id"]).values(owner=True))


def test_an_owner_whom_the_administrator_closes_is_followed_by_the_oldest_colleague(city: City) -> None:
    owner = own(city)
    add(city, owner, "second")
    add(city, owner, "third")
    account_keeping.close_account(
        city.product,
        actor=city.actors["admin"],
        account_id=owner.account_id,
        body={"version": 0, "confirmed": True},
    )
    assert owners(city, replace(owner)) == ["second"]


def test_the_first_account_of_an_organisation_owns_it_and_the_next_does_not(small_city: City) -> None:
    with writing(small_city.product.engine) as connection:
        organisation = connection.execute(
            insert(tables.organisation)
            .values(name="示例", uscc="52410400MJY000001Q", kind="institution", region="410400")
            .returning(tables.organisation.c.id)
        ).scalar_one()
    for login in ("eins", "zwei"):
        accounts.add_account(
            small_city.product,
            login=login,
            name=login,
            password=PASSWORD,
            role="applicant",
            department=None,
            region="410400",
            organisation_id=organisation,
            applicant_kind="institution",
        )
    account = tables.account
    with reading(small_city.product.engine) as connection:
        found = connection.execute(
            select(account.c.login, account.c.owner)
            .where(account.c.organisation_id == organisation)
            .order_by(account.c.id)
        ).all()
        assert [tuple(row) for row in found] == [("eins", True), ("zwei", False)]
        staff = (
            select(func.count()).select_from(account).where(account.c.owner, account.c.role != "applicant")
        )
        assert connection.scalar(staff) == 0
