"""Accounts as administrators keep them: what a change means is said before it is made."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import update

from tests.journeys.city import COUNTY, City
from tests.journeys.test_between_people import hand_over
from workflow.access import Actor
from workflow.clock import real_now
from workflow.errors import Conflict, Forbidden, Malformed, NotFound, Refused
from workflow.persistence import tables
from workflow.persistence.engine import writing
from workflow.services import absences, account_keeping, accounts, audit_verification, seats

NEW = {"login": "cashier2", "name": "新拨付", "role": "cashier", "department": "finance", "region": "410400"}


def look(city: City, login: str) -> dict[str, Any]:
    account_id = city.actors[login].account_id
    return account_keeping.read_account(city.product, actor=city.actors["admin"], account_id=account_id)


def done(city: City, act: account_keeping.Act, login: str, by: str = "admin", **body: Any) -> dict[str, Any]:
    seen = look(city, login)
    return act(
        city.product,
        actor=city.actors[by],
        account_id=seen["id"],
        body={"version": seen["version"]} | body,
    )


def added(city: City, **changed: Any) -> tuple[dict[str, Any], str]:
    body = {name: value for name, value in (NEW | changed).items() if value}
    made = account_keeping.add_account(city.product, actor=city.actors["admin"], body=body)
    return made, made["one_time_password"]


def signed_in(city: City, login: str, password: str) -> tuple[str, Actor]:
    token, _ = accounts.sign_in(city.product, login=login, password=password, address="")
    actor = accounts.actor_of_session(city.product, session_token=token)
    assert actor is not None
    return token, actor


def test_a_one_time_password_lets_its_owner_in_to_set_another(city: City) -> None:
    made, password = added(city)
    assert made["one_time_until"] is not None
    _, person = signed_in(city, "cashier2", password)
    assert person.must_change_password
    accounts.change_own_password(city.product, actor=person, current=password, new="my-own-password-1")
    token, person = signed_in(city, "cashier2", "my-own-password-1")
    assert not person.must_change_password
    city.actors["cashier2"] = person
    done(city, account_keeping.require_new_password, "cashier2")
    again = accounts.actor_of_session(city.product, session_token=token)
    assert again is not None
    assert again.must_change_password
    other = done(city, account_keeping.set_one_time_password, "cashier2")["one_time_password"]
    assert other != password
    assert accounts.actor_of_session(city.product, session_token=token) is None
    with (
        time_machine.travel(real_now() + account_keeping.ONE_TIME_FOR),
        pytest.raises(Forbidden, match="已过期"),
    ):
        signed_in(city, "cashier2", other)
    assert audit_verification.verify_audit(city.product)["holds"]


def test_closing_ends_sessions_and_says_first_what_would_stop(city: City) -> None:
    city.to_payment()
    other = done(city, account_keeping.set_one_time_password, "cashier")["one_time_password"]
    token, _ = signed_in(city, "cashier", other)
    (lost, waiting) = look(city, "cashier")["lost_without"]
    assert lost == "平顶山市将没有财政部门拨付经办人，审核通过的补贴无法拨付"
    assert "1 件，将无人可办" in waiting
    with pytest.raises(Malformed, match="审核通过的补贴无法拨付") as refusal:
        done(city, account_keeping.close_account, "cashier")
    assert [error.field for error in refusal.value.errors] == ["confirmed"]
    assert accounts.actor_of_session(city.product, session_token=token) is not None
    added(city)
    closed = done(city, account_keeping.close_account, "cashier", reason="退休")
    assert not closed["active"]
    assert accounts.actor_of_session(city.product, session_token=token) is None
    with pytest.raises(Conflict, match=r"已经停用（示例admin，\d{4}-"):
        done(city, account_keeping.close_account, "cashier")
    assert done(city, account_keeping.reopen_account, "cashier")["active"]


def test_who_alone_can_sign_second_is_not_taken_away_unseen(city: City) -> None:
    city.to_industry_review()
    city.send("industry1", "approve", opinion="同意")
    words = "；".join(look(city, "industry2")["lost_without"])
    assert "将只有 1 名行业主管部门审核人员，初审、复核不能由同一人完成" in words
    assert "1 件已由另一名审核人员初审，只有该人员可以复核" in words
    assert "只有该人员" not in "；".join(look(city, "industry1")["lost_without"])
    change = {"name": "示例", "role": "inspector", "department": "hr", "region": "410400"}
    with pytest.raises(Malformed, match="初审、复核不能由同一人完成"):
        done(city, account_keeping.change_account, "industry2", **change)
    moved = done(city, account_keeping.change_account, "industry2", confirmed=True, **change)
    assert (moved["role"], moved["department"]) == ("inspector", "hr")
    # Another name alone moves nobody.
    renamed = {"name": "改名", "role": "reviewer", "department": "industry", "region": "410400"}
    assert done(city, account_keeping.change_account, "industry1", **renamed)["name"] == "改名"


def test_the_last_administrator_stays_and_nobody_changes_the_own_seat(city: City) -> None:
    with pytest.raises(Forbidden, match="自己的账号"):
        done(city, account_keeping.close_account, "admin", confirmed=True)
    own = {"name": "我", "role": "reviewer", "department": "hr", "region": "410400"}
    with pytest.raises(Forbidden, match="自己的账号"):
        done(city, account_keeping.change_account, "admin", **own)
    made, _ = added(city, login="admin2", role="admin", department="", region="")
    second = Actor(made["id"], "admin2", "乙", city.actors["admin"].role, None, None, None, None)
    city.actors["admin2"] = second

    def close(pair: tuple[str, str]) -> bool:
        by, whom = pair
        try:
            done(city, account_keeping.close_account, whom, by, confirmed=True)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        closed = list(pool.map(close, [("admin", "admin2"), ("admin2", "admin")]))
    assert sum(closed) == 1
    assert audit_verification.verify_audit(city.product)["holds"]


def test_somebody_who_was_faster_is_named(city: City) -> None:
    seen = look(city, "hr1")["version"]
    done(city, account_keeping.sign_out_everywhere, "hr1")
    with pytest.raises(Conflict, match="刚刚被修改（示例admin，") as refusal:
        account_keeping.unlock_account(
            city.product,
            actor=city.actors["admin"],
            account_id=city.actors["hr1"].account_id,
            body={"version": seen},
        )
    assert refusal.value.current_version == seen + 1


def test_accounts_are_found_by_words_seat_and_state(city: City) -> None:
    def found(**filters: Any) -> set[str]:
        page = account_keeping.list_accounts(city.product, actor=city.actors["admin"], limit=100, **filters)
        return {item["login"] for item in page["items"]}

    assert found(role="cashier") == {"cashier", "cashier_bf", "cashier_zm"}
    assert found(role="cashier", region=COUNTY) == {"cashier_bf"}
    assert found(text="cashier_") == {"cashier_bf", "cashier_zm"}
    assert found(text="%") == set()
    done(city, account_keeping.close_account, "hr1", confirmed=True)
    assert found(state="closed") == {"hr1"}
    with writing(city.product.engine) as connection:
        until = real_now() + timedelta(minutes=5)
        connection.execute(
            update(tables.account).where(tables.account.c.login == "hr2").values(locked_until_at=until)
        )
    assert found(state="locked") == {"hr2"}
    done(city, account_keeping.unlock_account, "hr2")
    assert found(state="locked") == set()
    added(city)
    assert found(state="one_time") == {"cashier2"}


def test_what_does_not_fit_is_named_and_others_may_nothing(city: City) -> None:
    for changed, fields in (
        ({"role": "none"}, {"role"}),
        ({"region": "999999", "department": ""}, {"department", "region"}),
        ({"login": "X", "email": "x"}, {"login", "email"}),
        ({"uscc": "52000"}, {"uscc"}),
        ({"more": "x"}, {"more"}),
    ):
        with pytest.raises(Malformed) as refusal:
            added(city, **changed)
        assert {error.field for error in refusal.value.errors} == fields
    with pytest.raises(Conflict, match="已被使用"):
        added(city, login="hr1")
    with pytest.raises(NotFound):
        account_keeping.read_account(city.product, actor=city.actors["admin"], account_id=10**6)
    for login in ("hr_head", "auditor", "institution"):
        with pytest.raises(Forbidden):
            account_keeping.list_accounts(city.product, actor=city.actors[login])
        with pytest.raises(Forbidden):
            done(city, account_keeping.close_account, "hr1", login)
        with pytest.raises(Forbidden):
            seats.read_seats(city.product, actor=city.actors[login])


def test_who_leaves_with_work_in_hand_is_asked_for_a_substitute(city: City) -> None:
    city.to_industry_review()
    hand_over(city, "industry1", "industry2")
    assert "手中有1 件转办的申请，请先登记离岗代办" in "；".join(look(city, "industry2")["lost_without"])
    with pytest.raises(Malformed, match="离岗代办"):
        done(city, account_keeping.close_account, "industry2")
    absences.enter_absence(
        city.product,
        actor=city.actors["admin"],
        body={
            "account_id": city.actors["industry2"].account_id,
            "substitute_id": city.actors["industry1"].account_id,
            "from_on": "2026-09-29",
            "reason": "调离",
        },
    )
    assert "离岗代办" not in "；".join(look(city, "industry2")["lost_without"])


def test_missing_seats_are_named_with_what_stops(city: City) -> None:
    admin = city.actors["admin"]
    found = seats.read_seats(city.product, actor=admin)
    assert [each["message"] for each in found["missing"]] == [
        "全系统只有 1 名系统管理员，唯一的系统管理员不在时，没有人管理账号和日历"
    ]
    done(city, account_keeping.close_account, "finance2_bf", confirmed=True)
    done(city, account_keeping.close_account, "inspector_bf", confirmed=True)
    words = [each["message"] for each in seats.read_seats(city.product, actor=admin)["missing"]]
    assert "宝丰县没有人力资源社会保障部门检查人员，开班检查、过程检查和考核结果无人登记" in words
    assert (
        "宝丰县只有 1 名财政部门审核人员，初审、复核不能由同一人完成，补贴申领无法通过财政部门审核" in words
    )
