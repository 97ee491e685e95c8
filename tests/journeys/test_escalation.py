"""The ladder of reminders: who hears which rung when, once, and after downtime."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from tests.journeys.city import City
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.persistence.types import canonical
from workflow.policy import Policy, load_policy
from workflow.services import alerts, audit_verification
from workflow.services.product import Product


def heard(city: City, login: str) -> list[tuple[str, str]]:
    """Rung and clock of everything this person was told, oldest first."""
    page = alerts.list_alerts(city.product, actor=city.actors[login], limit=100)
    return [(item["rung"], item["clock_kind"]) for item in reversed(page["items"])]


def test_each_rung_is_given_at_half_past_eight_to_those_it_concerns_and_only_once(city: City) -> None:
    city.to_industry_review()
    # Due on Monday 19 October; three working days before is Wednesday the 14th.
    city.at("2026-10-14 08:29")
    assert city.sweep() == 0
    city.at("2026-10-14 08:30")
    assert city.sweep() == 1
    assert city.sweep() == 0
    assert heard(city, "industry1") == [("due_in_3", "claim_industry_review")]
    assert heard(city, "industry1_bf") == []
    assert heard(city, "finance1") == heard(city, "industry_head") == heard(city, "office") == []
    city.at("2026-10-16 08:30").sweep()
    assert heard(city, "industry2")[-1] == ("due_in_1", "claim_industry_review")
    city.at("2026-10-19 23:59")
    assert city.sweep() == 0
    city.at("2026-10-20 08:30")
    assert city.sweep() == 1
    for login in ("industry1", "industry2", "industry_head", "finance1", "finance_head", "cashier"):
        assert heard(city, login)[-1] == ("overdue", "claim_industry_review"), login
    assert heard(city, "office") == []
    city.at("2026-10-22 08:30").sweep()
    city.at("2026-11-02 08:30").sweep()
    assert heard(city, "office") == [
        ("overdue_3", "claim_industry_review"),
        ("overdue_10", "claim_industry_review"),
    ]


def test_after_downtime_overdue_rungs_come_late_and_reminders_lapse(city: City) -> None:
    city.to_industry_review()
    city.at("2026-10-23 10:00")
    assert city.sweep() == 2
    assert heard(city, "industry1") == [("overdue", "claim_industry_review")]
    page = alerts.list_alerts(city.product, actor=city.actors["industry1"])
    assert page["items"][0]["scheduled_at"] == "2026-10-20T08:30:00+08:00"
    assert page["items"][0]["raised_at"] == "2026-10-23T10:00:00+08:00"
    assert heard(city, "office") == [("overdue_3", "claim_industry_review")]


def test_who_signed_first_is_not_reminded_of_the_second_signature(city: City) -> None:
    city.to_industry_review()
    city.at("2026-10-12 10:00").send("industry1", "approve", opinion="同意")
    city.at("2026-10-14 08:30").sweep()
    assert heard(city, "industry1") == []
    assert heard(city, "industry2") == [("due_in_3", "claim_industry_review")]


def test_a_paused_clock_climbs_nothing_and_is_armed_again_for_its_new_due_date(city: City) -> None:
    city.to_industry_review()
    city.at("2026-10-14 08:30").sweep()
    city.send("industry1", "return_for_correction", reason="缺", code="incomplete", sections=["claim"])
    city.at("2026-10-20 09:00").sweep()
    assert heard(city, "industry1") == [("due_in_3", "claim_industry_review")]
    # The correction, due on 28 October, is the applicant's.
    city.at("2026-10-23 08:30").sweep()
    assert heard(city, "institution") == [("due_in_3", "claim_correction")]
    city.send("institution", "submit")
    # Seven were used (10 October among them), three are left: due on the 28th, three days from now.
    assert city.figures("claim_industry_review") == ("running", "2026-10-28", 7, 3)
    city.sweep()
    assert heard(city, "industry1") == [("due_in_3", "claim_industry_review")] * 2


def test_finance_is_not_told_of_what_is_no_claim(city: City) -> None:
    city.to_opening_review()
    city.at("2026-09-08 08:30").sweep()
    assert heard(city, "industry_head") == [("overdue", "opening_industry_review")]
    assert heard(city, "finance1") == []


def test_a_month_of_arrears_is_told_to_the_head_of_finance_and_the_office(city: City) -> None:
    city.to_payment()
    city.at("2026-11-30 08:30").sweep()
    assert ("arrears_1_month", "finance_month") in heard(city, "finance_head")
    assert ("arrears_1_month", "finance_month") in heard(city, "office")
    assert ("arrears_1_month", "finance_month") not in heard(city, "cashier")


def test_an_ended_clock_climbs_nothing(city: City) -> None:
    city.to_hr_review()
    city.at("2026-10-26").send("hr1", "reject", reason="不符合")
    city.at("2026-12-31").sweep()
    with reading(city.product.engine) as connection:
        alert, clock = tables.alert, tables.clock
        kinds = connection.execute(
            select(clock.c.kind, alert.c.rung).join(clock, clock.c.id == alert.c.clock_id)
        ).all()
    assert kinds == []


@pytest.mark.parametrize("moment", ["2026-10-10 08:30", "2026-10-17 08:30"])
def test_a_rung_never_falls_on_a_day_off(city: City, moment: str) -> None:
    # Saturday 10 October is a working day and Saturday 17 October is not; neither is a rung's day here.
    city.to_industry_review()
    city.at(moment)
    assert city.sweep() == 0


def test_the_system_closes_a_notice_only_where_the_policy_says_so(
    small_city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    city = small_city
    city.to_notice()
    city.at("2026-10-23 09:00").sweep()
    assert city.state == "claim_public_notice"
    content = json.loads(load_policy("pingdingshan-2022").content)
    content["settings"]["notice_auto_close"]["value"] = True
    automatic = Policy.from_content(canonical(content))
    monkeypatch.setattr(Product, "policy_of_the_day", lambda _product, _key: automatic)
    city.to_notice()
    city.at("2026-10-22 23:00").sweep()
    assert city.state == "claim_public_notice"
    city.at("2026-10-23 09:00").sweep()
    assert city.state == "claim_hr_first"
    notice = city.application["form"]["claim"]["notices"][0]
    assert (notice["ended_because"], notice["closed_by_name"]) == ("closed", "系统")
    assert audit_verification.verify_audit(city.product)["holds"]


def test_rungs_after_the_due_date_wait_for_the_pause_to_end(city: City) -> None:
    city.to_finance()
    city.at("2026-11-18 08:30").sweep()
    assert heard(city, "finance1")[-1][0] == "overdue"
    city.at("2026-11-18 10:00").send("hr_head", "suspend", reason="核查")
    city.at("2026-12-08 10:00").sweep()
    city.send("hr_head", "resume", reason="完毕")
    city.at("2026-12-08 12:00").sweep()
    assert heard(city, "office") == []
    # One day late before the pause; the second and third are 9 and 10 December.
    city.at("2026-12-09 08:30").sweep()
    assert heard(city, "office") == []
    city.at("2026-12-10 08:30").sweep()
    assert ("overdue_3", "finance_total") in heard(city, "office")


def test_who_published_is_not_told_of_an_objection_that_somebody_else_must_answer(city: City) -> None:
    city.to_notice()
    city.at("2026-10-16 09:00").send(None, "file_objection", name="王某", contact="邮箱", content="疑问")
    city.at("2026-10-20 08:30").sweep()
    assert heard(city, "hr2") == [("due_in_3", "objection")]
    assert heard(city, "hr1") == []
