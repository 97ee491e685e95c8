"""What the clocks of a claim show on the way: stays, pauses, returns, objections, suspensions.

All dates were counted by hand against the notice of 2026: 20 September and 10 October are working days,
25-27 September and 1-7 October are off.
"""

from __future__ import annotations

import pytest

from tests.journeys.city import City
from workflow.errors import Forbidden, NotNow

HR_SITE = "市人力资源和社会保障局官网"


def test_a_return_pauses_the_clock_and_the_correction_has_one_of_its_own(city: City) -> None:
    city.to_industry_review()
    assert city.figures("claim_industry_review") == ("running", "2026-10-19", 0, 10)
    # 30 September, 8 and 9 October have been used when it is returned on the 9th.
    city.at("2026-10-09 10:00").send(
        "industry1", "return_for_correction", reason="缺附件", code="incomplete", sections=["claim"]
    )
    assert city.state == "claim_correction"
    assert city.figures("claim_industry_review") == ("paused", None, 3, 7)
    assert city.figures("claim_correction") == ("running", "2026-10-22", 0, 10)
    city.at("2026-10-14 10:00").send("institution", "submit")
    assert city.state == "claim_industry_first"
    # Seven are left: 15, 16, 19, 20, 21, 22 and 23 October.
    assert city.figures("claim_industry_review") == ("running", "2026-10-23", 3, 7)
    assert city.figures("claim_correction") == ("met", "2026-10-22", 4, 6)
    city.at("2026-10-24 10:00")
    assert city.figures("claim_industry_review")[0] == "overdue"
    assert city.figures("claim_industry_review")[3] == -1
    city.at("2026-10-26 10:00")
    assert city.figures("claim_industry_review") == ("overdue", "2026-10-23", 11, -1)
    city.send("industry1", "approve", opinion="同意")
    city.send("industry2", "approve", opinion="同意")
    assert city.figures("claim_industry_review")[:3] == ("missed", "2026-10-23", 11)


def test_returning_to_the_first_reviewer_changes_no_clock_and_supersedes_the_signature(city: City) -> None:
    city.to_industry_review()
    city.at("2026-10-08 10:00").send("industry1", "approve", opinion="同意")
    city.at("2026-10-09 10:00").send("industry2", "return_to_first", reason="请核对人数")
    assert city.state == "claim_industry_first"
    assert city.figures("claim_industry_review") == ("running", "2026-10-19", 3, 7)
    # The seats are free again: the other way round is allowed now.
    city.at("2026-10-12 10:00").send("industry2", "approve", opinion="同意")
    with pytest.raises(Forbidden):
        city.send("industry2", "approve", opinion="同意")
    city.send("industry1", "approve", opinion="同意")
    assert city.state == "claim_awaiting_publication"
    reviews = city.application["form"]["claim"]["reviews"]
    assert [review["superseded"] for review in reviews] == [True, True, False, False]


def test_hr_rests_during_the_minimum_and_goes_on_by_itself(city: City) -> None:
    city.to_notice()
    assert city.figures("public_notice") == ("running", "2026-10-22", 0, 5)
    assert city.figures("hr_total") == ("paused", None, 1, 14)
    city.at("2026-10-22 23:59")
    assert city.figures("hr_total") == ("paused", None, 1, 14)
    assert city.figures("public_notice") == ("running", "2026-10-22", 5, 0)
    city.at("2026-10-23 00:01")
    assert city.figures("public_notice") == ("met", "2026-10-22", 5, 0)
    # 14 are left from the end of the 22nd: the last is 11 November.
    assert city.figures("hr_total") == ("running", "2026-11-11", 2, 13)
    city.at("2026-11-12 00:00")
    assert city.figures("hr_total") == ("overdue", "2026-11-11", 16, -1)


def test_an_objection_keeps_hr_waiting_and_the_notice_open(city: City) -> None:
    city.to_notice()
    city.at("2026-10-20 09:00").send(None, "file_objection", name="王某", contact="邮箱", content="人数不实")
    assert city.figures("objection") == ("running", "2026-10-27", 0, 5)
    city.at("2026-10-23 09:00")
    assert city.figures("hr_total") == ("paused", None, 1, 14)
    with pytest.raises(NotNow):
        city.send("hr2", "close_notice")
    objection_id = city.look()["form"]["claim"]["objections"][0]["id"]
    with pytest.raises(Forbidden):
        city.send(
            "hr1", "resolve_objection", objection_id=objection_id, outcome="dismissed", reply="经查属实"
        )
    city.at("2026-10-26 09:00").send(
        "hr2", "resolve_objection", objection_id=objection_id, outcome="dismissed", reply="经查属实"
    )
    assert city.figures("objection") == ("met", "2026-10-27", 4, 1)
    # From the day the last objection is resolved: 14 left from 26 October on.
    assert city.figures("hr_total") == ("running", "2026-11-13", 1, 14)
    city.at("2026-10-27 09:00").send("hr2", "close_notice")
    assert city.state == "claim_hr_first"
    assert city.figures("hr_total") == ("running", "2026-11-13", 2, 13)


def test_an_objection_settled_within_the_minimum_does_not_move_the_end_of_the_rest(city: City) -> None:
    city.to_notice()
    city.at("2026-10-16 09:00").send(None, "file_objection", name="王某", contact="邮箱", content="疑问")
    objection_id = city.look()["form"]["claim"]["objections"][0]["id"]
    city.at("2026-10-19 09:00").send(
        "hr2", "resolve_objection", objection_id=objection_id, outcome="dismissed", reply="已答复"
    )
    assert city.figures("hr_total") == ("paused", None, 1, 14)
    city.at("2026-10-23 09:00")
    assert city.figures("hr_total") == ("running", "2026-11-11", 2, 13)


def test_an_objection_after_the_minimum_takes_back_what_hr_had_begun(city: City) -> None:
    city.to_notice()
    city.at("2026-10-26 09:00")
    assert city.figures("hr_total") == ("running", "2026-11-11", 3, 12)
    city.send(None, "file_objection", name="王某", contact="邮箱", content="疑问")
    assert city.figures("hr_total") == ("paused", None, 1, 14)
    objection_id = city.look()["form"]["claim"]["objections"][0]["id"]
    city.at("2026-10-28 09:00").send(
        "hr2", "resolve_objection", objection_id=objection_id, outcome="dismissed", reply="已答复"
    )
    assert city.figures("hr_total") == ("running", "2026-11-17", 1, 14)


def test_an_upheld_objection_leads_to_a_correction_and_a_new_notice(city: City) -> None:
    city.to_notice()
    with pytest.raises(NotNow):
        city.send("hr2", "return_for_correction", reason="改", code="incorrect", sections=["claim"])
    city.at("2026-10-16 09:00").send(None, "file_objection", name="王某", contact="邮箱", content="人数不实")
    objection_id = city.look()["form"]["claim"]["objections"][0]["id"]
    city.at("2026-10-19 09:00").send(
        "hr2", "resolve_objection", objection_id=objection_id, outcome="upheld", reply="属实"
    )
    city.at("2026-10-23 09:00")
    with pytest.raises(NotNow):
        city.send("hr2", "close_notice")
    city.send("hr2", "return_for_correction", reason="更正人数", code="incorrect", sections=["claim"])
    assert city.state == "claim_correction"
    # The 23rd counts: HR held the matter from the end of the minimum.
    assert city.figures("hr_total") == ("paused", None, 2, 13)
    city.at("2026-10-27 09:00").send("institution", "submit", claim=city.claim(40, "48000.00"))
    assert city.state == "claim_awaiting_publication"
    assert city.figures("hr_total") == ("running", "2026-11-13", 2, 13)
    city.at("2026-10-28 09:00").send("hr2", "publish", site=HR_SITE)
    assert city.figures("public_notice") == ("running", "2026-11-04", 0, 5)
    # The upheld objection belonged to the first notice and does not hold up the second.
    city.at("2026-11-05 09:00").send("hr1", "close_notice")
    assert city.state == "claim_hr_first"
    notices = city.application["form"]["claim"]["notices"]
    assert [notice["ended_because"] for notice in notices] == ["returned", "closed"]


def test_finance_returns_unchanged_heads_to_finance_and_changed_ones_to_a_new_notice(city: City) -> None:
    city.to_finance()
    assert city.figures("finance_total") == ("running", "2026-11-17", 0, 15)
    city.at("2026-10-29 10:00").send(
        "finance1", "return_for_correction", reason="账号", code="incorrect", sections=["applicant", "claim"]
    )
    assert city.figures("finance_total") == ("paused", None, 2, 13)
    city.at("2026-11-02 10:00").send("institution", "submit")
    assert city.state == "claim_finance_first"
    assert city.figures("finance_total") == ("running", "2026-11-19", 2, 13)
    city.at("2026-11-03 10:00").send(
        "finance1", "return_for_correction", reason="金额", code="incorrect", sections=["claim"]
    )
    assert city.figures("hr_total")[:2] == ("paused", None)
    city.at("2026-11-04 10:00").send("institution", "submit", claim=city.claim(44, "52800.00"))
    assert city.state == "claim_awaiting_publication"
    # HR had used four days; finance rests between its stays.
    assert city.figures("hr_total") == ("running", "2026-11-19", 4, 11)
    assert city.figures("finance_total") == ("paused", None, 3, 12)
    assert [
        review["step"] for review in city.application["form"]["claim"]["reviews"] if not review["superseded"]
    ] == [
        "claim_industry",
        "claim_industry",
    ]


def test_a_correction_asked_for_by_finance_cannot_be_withdrawn(city: City) -> None:
    city.to_finance()
    city.at("2026-10-29").send(
        "finance1", "return_for_correction", reason="账号", code="incorrect", sections=["claim"]
    )
    with pytest.raises(NotNow):
        city.send("institution", "withdraw", reason="不要了")


def test_a_correction_asked_for_before_the_notice_can_be_withdrawn_and_cancels_the_clocks(city: City) -> None:
    city.to_industry_review()
    city.at("2026-10-09").send(
        "industry1", "return_for_correction", reason="缺", code="incomplete", sections=["claim"]
    )
    city.send("institution", "withdraw", reason="不要了")
    assert city.state == "withdrawn"
    assert city.clock("claim_industry_review")["state"] == "cancelled"
    assert city.clock("claim_correction")["state"] == "cancelled"
    assert city.clock("opening_industry_review")["state"] == "met"


def test_a_suspension_pauses_what_runs_and_a_suspended_notice_is_published_anew(city: City) -> None:
    city.to_notice()
    city.at("2026-10-19 09:00").send("hr_head", "suspend", reason="核查")
    assert city.state == "suspended"
    assert city.clock("public_notice")["state"] == "cancelled"
    assert city.figures("hr_total") == ("paused", None, 1, 14)
    city.at("2026-11-02 09:00").send("office", "resume", reason="核查完毕")
    assert city.state == "claim_awaiting_publication"
    assert city.figures("hr_total") == ("running", "2026-11-20", 1, 14)
    city.at("2026-11-03 09:00").send("hr2", "publish", site=HR_SITE)
    assert city.figures("public_notice") == ("running", "2026-11-10", 0, 5)
    assert len(city.application["form"]["claim"]["notices"]) == 2


def test_a_suspended_correction_resumes_as_the_same_correction(city: City) -> None:
    city.to_industry_review()
    city.at("2026-10-09").send(
        "industry1", "return_for_correction", reason="缺", code="incomplete", sections=["claim"]
    )
    city.at("2026-10-12").send("hr_head", "suspend", reason="核查")
    assert city.figures("claim_correction") == ("paused", None, 2, 8)
    city.at("2026-10-19").send("hr_head", "resume", reason="完毕")
    assert city.state == "claim_correction"
    assert city.figures("claim_correction") == ("running", "2026-10-29", 2, 8)
    city.at("2026-10-20").send("institution", "submit")
    assert city.state == "claim_industry_first"
    assert city.figures("claim_industry_review") == ("running", "2026-10-29", 3, 7)


def test_finance_total_runs_until_paid_in_full_and_again_after_a_failure(city: City) -> None:
    city.to_payment()
    assert city.figures("payment_order") == ("running", "2026-11-06", 0, 5)
    city.at("2026-11-02").pay("20000.00", "V-1")
    assert city.state == "disbursement_awaiting_payment"
    city.at("2026-11-03").pay("34000.00", "V-2")
    assert city.state == "disbursed"
    assert city.figures("finance_total") == ("met", "2026-11-17", 5, 10)
    assert city.figures("payment_order")[0] == "met"
    city.at("2026-11-05").send("cashier", "payment_failed", voucher="V-2", reason="账号有误")
    assert city.state == "disbursement_awaiting_payment"
    # Ten are left after 5 November.
    assert city.figures("finance_total") == ("running", "2026-11-19", 5, 10)
    assert city.figures("payment_order") == ("running", "2026-11-12", 0, 5)
    city.at("2026-11-06").pay("34000.00", "V-3")
    assert city.state == "disbursed"
    assert city.figures("finance_total") == ("met", "2026-11-19", 6, 9)


def test_finance_month_ends_on_the_same_day_number_and_moves_off_a_day_off(city: City) -> None:
    city.to_finance()
    # 27 November 2026 is a Friday.
    assert city.clock("finance_month")["due_on"] == "2026-11-27"
    assert city.clock("finance_month")["left_days"] == 31
    city.at("2026-10-28").send("hr_head", "suspend", reason="核查")
    assert city.clock("finance_month")["state"] == "paused"
    city.at("2026-10-29").send("hr_head", "resume", reason="完毕")
    # One day of pause leads to Saturday the 28th; the limit ends on Monday.
    assert city.clock("finance_month")["due_on"] == "2026-11-30"


def test_a_rejection_judges_every_clock_and_a_termination_cancels_them(city: City) -> None:
    city.to_hr_review()
    city.at("2026-11-20").send("hr1", "reject", reason="不符合条件")
    assert city.state == "rejected"
    assert city.figures("hr_total")[0] == "missed"
    assert city.look()["allowed_events"] == []


def test_a_termination_cancels_the_clocks(city: City) -> None:
    city.to_finance()
    city.at("2026-10-28").send("hr_head", "suspend", reason="核查")
    city.send("hr_head", "terminate", reason="查实造假")
    assert city.state == "terminated"
    assert {clock["state"] for clock in city.application["clocks"] if clock["kind"] == "finance_total"} == {
        "cancelled"
    }


def test_a_clock_that_runs_into_a_year_without_its_notice_is_provisional(city: City) -> None:
    city.to_hr_review()
    city.at("2026-12-18").send("hr1", "approve", opinion="同意")
    city.at("2026-12-21").send("hr2", "approve", opinion="同意")
    clock = city.clock("finance_total")
    # 22-25, 28-31 December and 4-8 January make 13; 1 January is off; 11 and 12 January follow.
    assert (clock["due_on"], clock["provisional"]) == ("2027-01-12", True)
    assert city.clock("hr_total")["provisional"] is False


def test_money_is_recovered_until_all_is_back(city: City) -> None:
    city.to_payment()
    city.at("2026-11-03").pay()
    city.at("2026-12-01").send("finance_head", "recover", reason="审计查实", amount="1200.00")
    assert city.state == "recovering"
    city.at("2026-12-02").send(
        "cashier", "record_recovery", amount="200.00", received_on="2026-12-02", voucher="R-1"
    )
    assert city.state == "recovering"
    city.send("cashier", "record_recovery", amount="1000.00", received_on="2026-12-02", voucher="R-2")
    assert city.state == "recovered"
    assert city.application["money"]["recovered"] == "1200.00"


def test_an_individual_claims_at_once(city: City) -> None:
    city.at("2026-09-28").apply_as_individual()
    line = {"class_no": 1, "heads": 1, "amount": "1200.00"}
    claim = {"lines": [line], "commitment": {"accepted": True, "signatory": "个人申请人甲"}}
    city.send("individual", "submit", claim=claim)
    assert city.state == "claim_awaiting_acceptance"
    assert city.figures("claim_acceptance") == ("running", "2026-10-10", 0, 5)
    assert city.application["average_attendance"] is None


def test_a_total_that_ends_between_its_stays_keeps_the_date_of_the_last_of_them(city: City) -> None:
    city.to_payment()
    assert city.figures("hr_total") == ("paused", None, 4, 11)
    city.at("2026-11-03").pay()
    # On 27 October eleven days were left after the four that HR had used.
    assert city.figures("hr_total") == ("met", "2026-11-11", 4, 11)
