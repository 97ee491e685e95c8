"""A person's due dates at a private address: whose clocks, which dates, and who can read them how long."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from tests.journeys.city import City
from workflow.errors import NotFound
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.services import account_keeping, accounts, feeds
from workflow.services.feeds import DueDate

REASONS = {"reason": "材料不全", "code": "incomplete", "sections": ["applicant", "claim"]}


def make(city: City, login: str) -> str:
    return feeds.create_feed(city.product, actor=city.actors[login])["token"]


def due_dates(city: City, login: str) -> tuple[DueDate, ...]:
    return feeds.read_feed(city.product, token=make(city, login)).due_dates


def listed(city: City, login: str) -> list[tuple[str, str]]:
    return [(due.kind.value, due.due_on.isoformat()) for due in due_dates(city, login)]


def shown(city: City, login: str) -> dict[str, Any]:
    return feeds.show_feed(city.product, actor=city.actors[login])


def test_an_applicant_sees_the_departments_dates_and_what_the_applicant_must_do(city: City) -> None:
    city.to_industry_review()
    # From 29 September; 1 to 7 October are off, Saturday 10 October is worked.
    (review,) = due_dates(city, "institution")
    assert (review.kind.value, review.due_on) == ("claim_industry_review", date(2026, 10, 19))
    assert (review.department, review.limit.count, review.source) == (
        "industry",
        10,
        "平技领办〔2022〕5号 二(四)21",
    )
    assert (review.yours, review.overdue, review.provisional) == (False, False, False)
    assert (review.application_id, review.number) == (city.application["id"], city.application["number"])
    assert (review.state, review.applicant_name) == (
        "claim_industry_first",
        city.application["applicant_name"],
    )
    assert due_dates(city, "institution2") == due_dates(city, "institution_bf") == ()

    # The department's clock rests while the applicant corrects.
    city.at("2026-10-12").send("industry1", "return_for_correction", **REASONS)
    (correction,) = due_dates(city, "institution")
    assert (correction.kind.value, correction.yours) == ("claim_correction", True)
    assert correction.due_on.isoformat() == city.clock("claim_correction")["due_on"]
    assert due_dates(city, "industry1") == ()


def test_departments_see_their_own_clocks_in_their_own_region(city: City) -> None:
    def check(department: str, *expected: tuple[str, str]) -> None:
        for login, actor in city.actors.items():
            if actor.department is not None:
                here = actor.department == department and not login.endswith(("_bf", "_zm"))
                assert listed(city, login) == (list(expected) if here else []), login
        assert (
            due_dates(city, "auditor") == due_dates(city, "admin") == due_dates(city, "institution_bf") == ()
        )

    city.to_industry_review()
    check("industry", ("claim_industry_review", "2026-10-19"))
    city.at("2026-10-12").send("industry1", "approve", opinion="同意")
    city.at("2026-10-14").send("industry2", "approve", opinion="同意")
    check("hr", ("hr_total", "2026-11-04"))
    # HR's own clock now rests until the end of the notice's minimum, and shows no date.
    city.at("2026-10-15").send("hr1", "publish", site="官网")
    check("hr", ("public_notice", "2026-10-22"))
    city.at("2026-10-23").send("hr2", "close_notice")
    city.at("2026-10-26").send("hr1", "approve", opinion="同意")
    city.at("2026-10-27").send("hr2", "approve", opinion="同意")
    check("finance", ("finance_total", "2026-11-17"), ("finance_month", "2026-11-27"))


def test_a_minimum_that_is_over_gives_way_to_the_clock_after_it(city: City) -> None:
    city.to_notice().at("2026-10-22 23:59")
    assert [kind for kind, _ in listed(city, "hr1")] == ["public_notice"]
    city.at("2026-10-23 00:00")
    (total,) = due_dates(city, "hr1")
    assert total.kind.value == "hr_total"
    assert total.due_on.isoformat() == city.clock("hr_total")["due_on"]
    assert total.yours


def test_the_office_sees_what_is_late_and_what_is_due_within_ten_working_days(city: City) -> None:
    city.to_finance()
    due = date.fromisoformat(city.clock("finance_total")["due_on"])
    assert due == date(2026, 11, 17)
    assert "finance_total" not in dict(listed(city, "office"))
    city.at("2026-11-02")
    assert "finance_total" not in dict(listed(city, "office"))
    city.at("2026-11-03")
    (total,) = (each for each in due_dates(city, "office") if each.kind == "finance_total")
    assert (total.due_on, total.yours, total.overdue) == (due, False, False)
    city.at("2026-12-01")
    assert [each.overdue for each in due_dates(city, "office")] == [True, True]


def test_a_date_in_a_year_without_its_notice_is_provisional(city: City) -> None:
    city.to_hr_review()
    city.at("2026-10-26").send("hr1", "approve", opinion="同意")
    city.at("2027-01-25").send("hr2", "approve", opinion="同意")
    seen = {due.kind.value: (due.due_on, due.provisional) for due in due_dates(city, "cashier")}
    assert seen["finance_total"] == (date(2027, 2, 19), True)


def test_what_is_ended_or_suspended_is_not_in_it(city: City) -> None:
    city.to_industry_review()
    city.send("hr_head", "suspend", reason="核查")
    assert due_dates(city, "industry1") == due_dates(city, "institution") == ()
    city.send("hr_head", "resume", reason="核查完毕")
    assert len(due_dates(city, "institution")) == 1
    city.send("institution", "withdraw", reason="不办了")
    assert due_dates(city, "industry1") == due_dates(city, "institution") == ()


def test_what_is_due_first_comes_first_and_there_is_an_end(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    city.to_finance()
    every = due_dates(city, "cashier")
    assert [due.due_on for due in every] == sorted(due.due_on for due in every)
    assert len(every) == 2
    monkeypatch.setattr(feeds, "MOST_DUE_DATES", 1)
    assert due_dates(city, "cashier") == every[:1]


def test_the_name_of_a_person_who_applies_is_masked(city: City) -> None:
    city.at("2026-10-09").apply_as_individual()
    name = city.application["applicant_name"]
    heads = {"lines": [{"class_no": 1, "heads": 1, "amount": "1200.00"}]}
    city.send("individual", "submit", claim=city.claim(heads=1) | heads)
    for login in ("individual", "industry1"):
        (due,) = due_dates(city, login)
        assert due.applicant_name == name[0] + "*" * (len(name) - 1)


def test_a_new_address_ends_the_old_one_and_a_revoked_one_is_unknown_at_once(city: City) -> None:
    assert shown(city, "hr1") == {"active": False, "created_at": None, "last_read_at": None}
    first, second = make(city, "hr1"), make(city, "hr1")
    other = make(city, "hr2")
    assert first != second
    with reading(city.product.engine) as connection:
        stored = str(connection.execute(select(tables.calendar_feed)).all())
    assert second not in stored
    with pytest.raises(NotFound) as superseded:
        feeds.read_feed(city.product, token=first)
    feeds.read_feed(city.product, token=second)
    feeds.revoke_feed(city.product, actor=city.actors["hr1"])
    feeds.revoke_feed(city.product, actor=city.actors["hr1"])
    with pytest.raises(NotFound) as revoked:
        feeds.read_feed(city.product, token=second)
    with pytest.raises(NotFound) as unknown:
        feeds.read_feed(city.product, token="没有这样的地址")
    assert superseded.value.message == revoked.value.message == unknown.value.message
    assert not shown(city, "hr1")["active"]
    feeds.read_feed(city.product, token=other)


def test_of_two_made_at_once_one_lives(city: City) -> None:
    with ThreadPoolExecutor(4) as pool:
        tokens = list(pool.map(lambda _: make(city, "hr1"), range(8)))
    with reading(city.product.engine) as connection:
        live = select(func.count()).where(tables.calendar_feed.c.revoked_at.is_(None))
        assert connection.scalar(live) == 1
    read = 0
    for token in tokens:
        try:
            feeds.read_feed(city.product, token=token)
            read += 1
        except NotFound:
            pass
    assert read == 1


def test_the_address_of_a_closed_account_is_unknown_and_stays_so(city: City) -> None:
    token = make(city, "hr1")
    hr1, admin = city.actors["hr1"].account_id, city.actors["admin"]
    body = {"version": 0, "confirmed": True}
    account_keeping.close_account(city.product, actor=admin, account_id=hr1, body=body)
    with pytest.raises(NotFound):
        feeds.read_feed(city.product, token=token)
    account_keeping.reopen_account(city.product, actor=admin, account_id=hr1, body={"version": 1})
    with pytest.raises(NotFound):
        feeds.read_feed(city.product, token=token)


def test_a_new_password_ends_the_address_as_it_ends_the_tokens(city: City) -> None:
    token = make(city, "hr1")
    hr1, admin = city.actors["hr1"].account_id, city.actors["admin"]
    accounts.reset_password(city.product, actor=admin, account_id=hr1, password="another-long-one-1")
    with pytest.raises(NotFound):
        feeds.read_feed(city.product, token=token)


def test_reading_is_remembered_once_an_hour(city: City) -> None:
    start = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    with time_machine.travel(start, tick=False):
        token = make(city, "hr1")
        assert shown(city, "hr1") == {
            "active": True,
            "created_at": "2026-11-20T10:00:00+08:00",
            "last_read_at": None,
        }
    for minutes, remembered in ((1, 1), (30, 1), (60, 1), (61, 61), (100, 61)):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            feeds.read_feed(city.product, token=token)
        last_read_at = datetime.fromisoformat(shown(city, "hr1")["last_read_at"])
        assert last_read_at == start + timedelta(minutes=remembered), minutes
