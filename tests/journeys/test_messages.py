"""消息: applicants hear every step of theirs, and everybody keeps the own inbox, however full it is."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, insert, select

from tests.journeys.city import City
from workflow.clock import real_now, shanghai_date
from workflow.errors import Malformed
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services import alerts, audit_verification, mail_choices
from workflow.services.delivery import deliver
from workflow.vocabulary import AlertKind


def inbox(city: City, login: str, **filters: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = alerts.list_alerts(
        city.product, actor=city.actors[login], limit=100, **filters
    )["items"]
    return items


def told(city: City, login: str = "institution") -> list[str]:
    """What this applicant was told of steps, oldest first."""
    deliver(city.product)
    steps = [item for item in inbox(city, login) if item["kind"] in {"progress", "returned"}]
    return [item["rung_label"] for item in reversed(steps)]


def mark(city: City, login: str, **body: Any) -> dict[str, int]:
    return alerts.mark_alerts_read(city.product, actor=city.actors[login], body=body)


def fill(city: City, login: str, count: int, rung: str = "calendar_missing") -> None:
    """So many messages in somebody's inbox, with numbers in their titles."""
    row = {"due_on": shanghai_date(real_now()), "provisional": False}
    moments = {"scheduled_at": real_now(), "raised_at": real_now()}
    with writing(city.product.engine) as connection:
        first = (connection.scalar(select(func.max(tables.alert.c.id))) or 0) + 1
        ids = range(first, first + count)
        connection.execute(
            insert(tables.alert),
            [row | moments | {"id": each, "rung": f"{rung}_{each}", "title": f"第{each}条"} for each in ids],
        )
        kind = alerts.kind_of(rung).value
        to = {"account_id": city.actors[login].account_id, "kind": kind}
        connection.execute(insert(tables.alert_recipient), [to | {"alert_id": each} for each in ids])


def test_an_applicant_hears_every_step_that_others_take_and_none_of_the_own(city: City) -> None:
    city.to_payment()
    assert told(city) == [
        "“开班申请·行业主管部门初审”审核通过，现为“开班申请·行业主管部门复核”",
        "“开班申请·行业主管部门复核”审核通过，现为“开班申请·人社部门初审”",
        "“开班申请·人社部门初审”审核通过，现为“开班申请·人社部门复核”",
        "“开班申请·人社部门复核”审核通过，现为“待开班”",
        "开班当日检查已登记，现为“培训中”",
        "培训期间检查已登记",
        "培训期间检查已登记",
        "“过程监管·待人社部门检查意见”审核通过，现为“待提出考核时间”",
        "考核结果已登记，现为“结业考核·待人社部门意见”",
        "“结业考核·待人社部门意见”审核通过，现为“待申领补贴”",
        "已受理，现为“补贴申领·行业主管部门初审”",
        "“补贴申领·行业主管部门初审”审核通过，现为“补贴申领·行业主管部门复核”",
        "“补贴申领·行业主管部门复核”审核通过，现为“补贴申领·待公示”",
        "已发布公示，现为“补贴申领·公示中”",
        "公示结束，现为“补贴申领·人社部门初审”",
        "“补贴申领·人社部门初审”审核通过，现为“补贴申领·人社部门复核”",
        "“补贴申领·人社部门复核”审核通过，现为“补贴申领·财政部门初审”",
        "“补贴申领·财政部门初审”审核通过，现为“补贴申领·财政部门复核”",
        "“补贴申领·财政部门复核”审核通过，现为“待拨付”",
    ]
    city.at("2026-11-02 10:00").pay()
    city.at("2026-11-03 10:00").send("cashier", "payment_failed", reason="户名不符", voucher="V-1")
    assert told(city)[-2:] == ["补贴已登记拨付，现为“已拨付”", "支付失败，待重新拨付，现为“待拨付”"]
    newest = inbox(city, "institution")[0]
    assert newest["reason"] == "户名不符"
    assert newest["application_number"] == city.application["number"]
    assert "现由财政部门办理" in newest["advice"]
    # Once each, however often the outbox is emptied; and nobody else's.
    before = told(city)
    assert told(city) == before
    assert told(city, "institution2") == told(city, "hr1") == []


def test_what_was_returned_says_why_and_what_to_do(city: City) -> None:
    city.to_industry_review()
    city.send("industry1", "return_for_correction", reason="缺附件", code="incomplete", sections=["claim"])
    deliver(city.product)
    (item,) = inbox(city, "institution", kind=AlertKind.RETURNED, unread=True)
    assert (item["kind_label"], item["reason"]) == ("退回", "缺附件")
    assert item["advice"] == "请按退回的要求修改后重新提交。"
    city.send("institution", "submit", claim=city.claim())
    (item,) = inbox(city, "institution", kind=AlertKind.RETURNED)
    assert "行业主管部门办理，您无需操作" in item["advice"]
    city.send("industry1", "reject", reason="不符合条件")
    assert "已经办结" in inbox(city, "institution", kind=AlertKind.RETURNED)[0]["advice"]


def test_messages_are_found_by_kind_number_and_words(city: City) -> None:
    city.to_industry_review()
    deliver(city.product)
    number = city.application["number"]
    assert {item["application_number"] for item in inbox(city, "institution", text=number[-6:])} == {number}
    assert len(inbox(city, "institution", text="已受理")) == 1
    assert inbox(city, "institution", text="%") == inbox(city, "institution", text="没有的") == []
    city.at("2026-10-14 10:00").sweep()
    city.at("2026-10-28 10:00").sweep()
    kinds = {item["kind"] for item in inbox(city, "industry1")}
    assert kinds == {"due", "overdue"}
    for kind in kinds:
        found = inbox(city, "industry1", kind=AlertKind(kind))
        assert {item["kind"] for item in found} == {kind}
    assert inbox(city, "industry1", kind=AlertKind.COPIED) == []
    assert "轮到您办理" in inbox(city, "industry1")[0]["advice"]
    (watched, *_) = inbox(city, "industry_head")
    assert "请督促办理" in watched["advice"]


def test_words_are_looked_for_in_the_newest_messages_only(
    small_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "SEARCHED", 10)
    fill(small_city, "admin", 30)
    assert len(inbox(small_city, "admin", text="条")) == 10
    assert inbox(small_city, "admin", text="第1条") == []
    assert len(inbox(small_city, "admin")) == 30


def test_some_or_all_up_to_one_are_marked_and_what_came_later_stays(city: City) -> None:
    fill(city, "admin", 8)
    fill(city, "office", 2)
    ids = [item["id"] for item in inbox(city, "admin")]
    others = [item["id"] for item in inbox(city, "office")]
    assert mark(city, "admin", ids=[ids[0], ids[1], others[0]]) == {"marked": 2, "unread": 6}
    assert len(inbox(city, "office", unread=True)) == 2
    fill(city, "admin", 1, rung="calendar")
    assert mark(city, "admin", until=ids[3]) == {"marked": 5, "unread": 2}
    assert [item["id"] for item in inbox(city, "admin", unread=True)][1:] == [ids[2]]
    assert mark(city, "admin", until=10**12, kind="calendar") == {"marked": 1, "unread": 1}
    assert mark(city, "admin", ids=ids) == {"marked": 1, "unread": 0}
    for wrong in ({}, {"ids": ids, "until": 5}, {"ids": []}, {"ids": ids, "kind": "due"}, {"until": 0}):
        with pytest.raises(Malformed):
            mark(city, "admin", **wrong)


def test_a_full_inbox_is_counted_to_a_hundred_and_marked_in_parts(
    small_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "_MARKED_AT_ONCE", 50)
    fill(small_city, "admin", 230)
    admin = small_city.actors["admin"]
    assert alerts.count_unread(small_city.product, actor=admin) == alerts.MOST_COUNTED
    newest = inbox(small_city, "admin")[0]["id"]
    assert mark(small_city, "admin", until=newest) == {"marked": 230, "unread": 0}
    with reading(small_city.product.engine) as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN SELECT alert_id FROM alert_recipient"
            " WHERE account_id = 1 AND read_at IS NULL LIMIT 100"
        ).all()
    assert "ix_alert_recipient_unread" in str(plan)


def test_everybody_chooses_what_comes_by_mail(city: City) -> None:
    person = city.actors["institution"]
    assert mail_choices.read_mail_choice(city.product, actor=person)["kinds"] == list(AlertKind)
    body = {"email": "a@example.cn", "kinds": ["returned", "due", "due"]}
    chosen = mail_choices.choose_mail(city.product, actor=person, body=body)
    assert chosen == {"email": "a@example.cn", "kinds": ["due", "returned"]}
    assert mail_choices.read_mail_choice(city.product, actor=person) == chosen
    for wrong in ({"kinds": ["none"]}, {"email": "a@b", "kinds": []}, {"email": None}):
        with pytest.raises(Malformed):
            mail_choices.choose_mail(city.product, actor=person, body=wrong)
    assert mail_choices.choose_mail(city.product, actor=person, body={"email": " ", "kinds": []}) == {
        "email": None,
        "kinds": [],
    }
    assert audit_verification.verify_audit(city.product)["holds"]
