"""Passwords, sessions, tokens and lockout, on the real clock."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import event, insert, select

from workflow.access import Actor
from workflow.errors import Conflict, Forbidden, Malformed, NotFound, NotSignedIn
from workflow.persistence.tables import access_token, account, organisation, sign_in_session
from workflow.services import account_keeping, accounts
from workflow.services.audit_verification import verify_audit
from workflow.services.product import Product, open_product
from workflow.services.setup import prepare
from workflow.settings import read_settings

PASSWORD = "long-enough-1"
START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.fixture
def product(database_url: str) -> Iterator[Product]:
    opened = open_product(read_settings({"DATABASE_URL": database_url, "SUBSIDY_DEMONSTRATION": "1"}))
    prepare(opened)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    with time_machine.travel(START, tick=False) as travelled:
        yield travelled


def set_active(product: Product, admin: Actor, account_id: int, active: bool) -> dict[str, Any]:
    """Closes or reopens an account, whatever would stop without it."""
    version = account_keeping.read_account(product, actor=admin, account_id=account_id)["version"]
    act = account_keeping.reopen_account if active else account_keeping.close_account
    body = {"version": version, "confirmed": True}
    return act(product, actor=admin, account_id=account_id, body=body)


def add(product: Product, login: str = "hr1", **changed: Any) -> dict[str, Any]:
    return accounts.add_account(
        product,
        **{
            "login": login,
            "name": "张三",
            "password": PASSWORD,
            "role": "reviewer",
            "department": "hr",
            "region": "410400",
            **changed,
        },
    )


def add_admin(product: Product) -> Actor:
    add(product, "admin", role="admin", department=None, region=None)
    actor = accounts.actor_of_token(product, token=accounts.issue_token(product, login="admin"))
    assert actor is not None
    return actor


def sign_in(product: Product, login: str = "hr1", password: str = PASSWORD) -> tuple[str, Actor]:
    return accounts.sign_in(product, login=login, password=password, address="127.0.0.1")


def test_who_signs_in_is_known_by_the_session_until_signing_out(product: Product) -> None:
    add(product)
    token, actor = sign_in(product, " HR1 ")
    assert (actor.login, actor.role, actor.department, actor.region) == ("hr1", "reviewer", "hr", "410400")
    assert accounts.actor_of_session(product, session_token=token) == actor
    accounts.sign_out(product, session_token=token)
    assert accounts.actor_of_session(product, session_token=token) is None
    accounts.sign_out(product, session_token=token)


def test_neither_password_nor_session_token_nor_bearer_token_stands_in_the_database(product: Product) -> None:
    add(product)
    session_token, _ = sign_in(product)
    bearer = accounts.issue_token(product, login="hr1")
    with product.engine.connect() as connection:
        stored = [
            str(tuple(row))
            for table in (account, sign_in_session, access_token)
            for row in connection.execute(select(table))
        ]
    for secret in (PASSWORD, session_token, bearer):
        assert not any(secret in row for row in stored)


@pytest.mark.parametrize(
    ("login", "password"), [("hr1", "wrong-password"), ("nobody", PASSWORD), ("hr1", "x" * 10**6)]
)
def test_a_wrong_login_and_a_wrong_password_are_answered_alike(
    product: Product, login: str, password: str
) -> None:
    add(product)
    with pytest.raises(NotSignedIn, match=r"^登录名或密码不正确$"):
        sign_in(product, login, password)


def test_five_failures_lock_for_fifteen_minutes_and_say_until_when(
    product: Product, clock: time_machine.Coordinates
) -> None:
    add(product)
    for _ in range(4):
        with pytest.raises(NotSignedIn):
            sign_in(product, password="wrong-password")
    with pytest.raises(Forbidden, match="锁定至 2026年11月20日 10:15（北京时间）"):
        sign_in(product, password="wrong-password")
    with pytest.raises(Forbidden, match="锁定至 2026年11月20日 10:15"):
        sign_in(product)
    clock.shift(timedelta(minutes=15))
    sign_in(product)


def test_signing_in_forgets_earlier_failures(product: Product) -> None:
    add(product)
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(NotSignedIn):
                sign_in(product, password="wrong-password")
        sign_in(product)


def test_after_a_lockout_the_count_starts_anew(product: Product, clock: time_machine.Coordinates) -> None:
    add(product)
    for _ in range(5):
        with pytest.raises((NotSignedIn, Forbidden)):
            sign_in(product, password="wrong-password")
    clock.shift(timedelta(minutes=16))
    with pytest.raises(NotSignedIn):
        sign_in(product, password="wrong-password")
    sign_in(product)


def test_no_more_than_five_of_many_parallel_guesses_are_tried(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(product)
    tried: list[str] = []
    monkeypatch.setattr(accounts, "_matches", lambda _hash, password: bool(tried.append(password)))

    def guess(number: int) -> str:
        with pytest.raises((NotSignedIn, Forbidden)) as refusal:
            sign_in(product, password=f"guess-number-{number}")
        return type(refusal.value).__name__

    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(guess, range(20)))
    assert len(tried) == 5
    assert outcomes.count("Forbidden") == 16


def test_a_session_ends_after_half_an_hour_without_a_request(
    product: Product, clock: time_machine.Coordinates
) -> None:
    add(product)
    token, _ = sign_in(product)
    for _ in range(3):
        clock.shift(timedelta(minutes=29))
        assert accounts.actor_of_session(product, session_token=token) is not None
    clock.shift(timedelta(minutes=30))
    assert accounts.actor_of_session(product, session_token=token) is None


def test_a_session_ends_after_twelve_hours_however_busy(
    product: Product, clock: time_machine.Coordinates
) -> None:
    add(product)
    token, _ = sign_in(product)
    for _ in range(35):
        clock.shift(timedelta(minutes=20))
        assert accounts.actor_of_session(product, session_token=token) is not None
    clock.shift(timedelta(minutes=20))
    assert accounts.actor_of_session(product, session_token=token) is None


def test_knowing_a_caller_costs_one_select_and_a_write_at_most_once_a_minute(
    product: Product, clock: time_machine.Coordinates
) -> None:
    add(product)
    session_token, _ = sign_in(product)
    bearer = accounts.issue_token(product, login="hr1")
    statements: list[str] = []

    def count(*arguments: Any) -> None:
        statements.append(arguments[2].split()[0])

    event.listen(product.engine, "before_cursor_execute", count)
    accounts.actor_of_session(product, session_token=session_token)
    accounts.actor_of_token(product, token=bearer)
    assert [word for word in statements if word != "BEGIN"] == ["SELECT", "SELECT"]
    statements.clear()
    clock.shift(timedelta(minutes=1))
    accounts.actor_of_session(product, session_token=session_token)
    accounts.actor_of_session(product, session_token=session_token)
    assert [word for word in statements if word != "BEGIN"] == ["SELECT", "UPDATE", "SELECT"]


def test_signing_in_clears_away_sessions_past_their_time(
    product: Product, clock: time_machine.Coordinates
) -> None:
    add(product)
    sign_in(product)
    clock.shift(timedelta(hours=13))
    sign_in(product)
    with product.engine.connect() as connection:
        assert len(connection.execute(select(sign_in_session.c.id)).all()) == 1


def test_a_bearer_token_works_until_it_expires(product: Product, clock: time_machine.Coordinates) -> None:
    add(product)
    token = accounts.issue_token(product, login="hr1", days=2)
    clock.shift(timedelta(days=2) - timedelta(seconds=1))
    assert accounts.actor_of_token(product, token=token) is not None
    clock.shift(timedelta(seconds=1))
    assert accounts.actor_of_token(product, token=token) is None
    assert accounts.actor_of_token(product, token="") is None


def test_revoked_tokens_stop_working_at_once(product: Product) -> None:
    add(product)
    tokens = [accounts.issue_token(product, login="hr1") for _ in range(2)]
    assert accounts.revoke_tokens(product, login="hr1") == 2
    assert [accounts.actor_of_token(product, token=token) for token in tokens] == [None, None]
    assert accounts.revoke_tokens(product, login="hr1") == 0


def test_people_see_and_revoke_only_their_own_tokens(product: Product) -> None:
    add(product, "hr1")
    add(product, "hr2")
    _, first = sign_in(product, "hr1")
    _, second = sign_in(product, "hr2")
    made = accounts.create_own_token(product, actor=first, days=1)
    (listed,) = accounts.list_tokens(product, actor=first)["items"]
    assert listed["state"] == "active"
    assert made["token"] not in str(listed)
    assert accounts.list_tokens(product, actor=second)["items"] == []
    with pytest.raises(NotFound):
        accounts.revoke_own_token(product, actor=second, token_id=listed["id"])
    accounts.revoke_own_token(product, actor=first, token_id=listed["id"])
    assert accounts.list_tokens(product, actor=first)["items"][0]["state"] == "revoked"
    with pytest.raises(NotFound):
        accounts.revoke_own_token(product, actor=first, token_id=listed["id"])


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_token_lasts_between_a_day_and_a_year(product: Product, days: int) -> None:
    add(product)
    with pytest.raises(Malformed, match="1 到 366 天"):
        accounts.issue_token(product, login="hr1", days=days)


def test_a_token_is_issued_only_for_an_account_that_exists_and_is_open(product: Product) -> None:
    with pytest.raises(NotFound, match="没有登录名为“nobody”的账号"):
        accounts.issue_token(product, login="nobody")
    admin = add_admin(product)
    account_id = add(product)["id"]
    set_active(product, admin, account_id, False)
    with pytest.raises(Forbidden, match="已停用"):
        accounts.issue_token(product, login="hr1")


def test_closing_an_account_ends_its_sessions_and_tokens(product: Product) -> None:
    admin = add_admin(product)
    account_id = add(product)["id"]
    session_token, _ = sign_in(product)
    token = accounts.issue_token(product, login="hr1")
    view = set_active(product, admin, account_id, False)
    assert view["active"] is False
    assert accounts.actor_of_session(product, session_token=session_token) is None
    assert accounts.actor_of_token(product, token=token) is None
    with pytest.raises(Forbidden, match="已停用"):
        sign_in(product)
    set_active(product, admin, account_id, True)
    assert accounts.actor_of_session(product, session_token=session_token) is None
    sign_in(product)


def test_an_administrator_does_not_close_the_own_account(product: Product) -> None:
    admin = add_admin(product)
    with pytest.raises(Forbidden, match="自己"):
        set_active(product, admin, admin.account_id, False)


def test_only_administrators_manage_accounts(product: Product) -> None:
    view = add(product)
    _, actor = sign_in(product)
    with pytest.raises(Forbidden):
        account_keeping.list_accounts(product, actor=actor)
    with pytest.raises(Forbidden):
        add(product, "hr2", actor=actor)
    with pytest.raises(Forbidden):
        set_active(product, actor, view["id"], False)
    with pytest.raises(Forbidden):
        accounts.reset_password(product, actor=actor, account_id=view["id"], password="another-password")
    add(product, "hr2")
    _, other = sign_in(product, "hr2")
    with pytest.raises(Forbidden):
        accounts.end_sessions(product, actor=other, account_id=view["id"])


def test_one_may_end_the_own_sessions_everywhere(product: Product) -> None:
    add(product)
    tokens = [sign_in(product)[0] for _ in range(2)]
    actor = accounts.actor_of_session(product, session_token=tokens[0])
    assert actor is not None
    assert accounts.end_sessions(product, actor=actor, account_id=actor.account_id) == 2
    assert [accounts.actor_of_session(product, session_token=token) for token in tokens] == [None, None]


def test_changing_the_password_needs_the_current_one_and_signs_out(product: Product) -> None:
    add(product)
    token, actor = sign_in(product)
    with pytest.raises(Malformed) as refusal:
        accounts.change_own_password(product, actor=actor, current="wrong-password", new="another-password")
    assert [error.field for error in refusal.value.errors] == ["current"]
    with pytest.raises(Malformed) as refusal:
        accounts.change_own_password(product, actor=actor, current=PASSWORD, new="short")
    assert [error.field for error in refusal.value.errors] == ["new"]
    accounts.change_own_password(product, actor=actor, current=PASSWORD, new="another-password")
    assert accounts.actor_of_session(product, session_token=token) is None
    with pytest.raises(NotSignedIn):
        sign_in(product)
    sign_in(product, password="another-password")


def test_resetting_a_password_lifts_the_lockout(product: Product) -> None:
    admin = add_admin(product)
    account_id = add(product)["id"]
    for _ in range(5):
        with pytest.raises((NotSignedIn, Forbidden)):
            sign_in(product, password="wrong-password")
    (listed,) = account_keeping.list_accounts(product, actor=admin, state="locked")["items"]
    assert listed["locked_until"] is not None
    accounts.reset_password(product, actor=admin, account_id=account_id, password="another-password")
    sign_in(product, password="another-password")
    with pytest.raises(NotFound):
        accounts.reset_password(product, actor=admin, account_id=10**6, password="another-password")


def test_what_happens_to_accounts_stands_in_the_audit_trail(product: Product) -> None:
    admin = add_admin(product)
    account_id = add(product)["id"]
    set_active(product, admin, account_id, False)
    verdict = verify_audit(product)
    assert verdict["holds"]
    assert verdict["entries"] == 3


def test_an_account_is_shown_with_its_words(product: Product) -> None:
    with product.engine.begin() as connection:
        organisation_id = connection.execute(
            insert(organisation)
            .values(name="示例学校", uscc="52410400MJY000001Q", kind="institution", region="410400")
            .returning(organisation.c.id)
        ).scalar_one()
    view = add(
        product,
        "institution",
        role="applicant",
        department=None,
        applicant_kind="institution",
        organisation_id=organisation_id,
        email="a@example.cn",
    )
    assert view["role_label"] == "申请人"
    assert view["region_label"] == "平顶山市"
    assert view["applicant_kind_label"] == "培训机构"
    assert view["organisation_name"] == "示例学校"
    assert view["locked_until"] is None


def test_a_login_is_given_once(product: Product) -> None:
    add(product)
    with pytest.raises(Conflict, match="登录名“hr1”已被使用"):
        add(product)


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"login": "1hr"}, ["login"]),
        ({"login": "人事"}, ["login"]),
        ({"login": "h"}, ["login"]),
        ({"name": " "}, ["name"]),
        ({"password": "short"}, ["password"]),
        ({"password": "x" * 129}, ["password"]),
        ({"password": "aaaaaaaaaaaa"}, ["password"]),
        ({"login": "same-as-login", "password": "Same-As-Login"}, ["password"]),
        ({"email": "nobody"}, ["email"]),
        ({"region": "999999"}, ["region"]),
        ({"region": None}, ["region"]),
        ({"department": None}, ["department"]),
        ({"department": "police"}, ["department"]),
        ({"role": "king"}, ["role"]),
        ({"role": "cashier"}, ["department"]),
        ({"role": "office"}, ["department"]),
        ({"role": "applicant", "department": None}, ["applicant_kind"]),
        ({"applicant_kind": "individual"}, ["applicant_kind"]),
        ({"role": "applicant", "department": None, "applicant_kind": "king"}, ["applicant_kind"]),
        ({"organisation_id": 999}, ["organisation_id"]),
        (
            {
                "role": "applicant",
                "department": None,
                "applicant_kind": "individual",
                "organisation_id": 1,
            },
            ["organisation_id"],
        ),
        ({"login": "", "name": "", "password": "", "role": ""}, ["login", "name", "password", "role"]),
    ],
)
def test_every_wrong_field_of_a_new_account_is_named(
    product: Product, changed: dict[str, Any], fields: list[str]
) -> None:
    with pytest.raises(Malformed) as refusal:
        add(product, **changed)
    assert [error.field for error in refusal.value.errors] == fields
    assert refusal.value.message
