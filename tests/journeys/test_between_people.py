"""转办、委派、抄送、代办: between colleagues, never around four eyes, and the chart knows nothing of it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from tests.journeys.city import City
from workflow.errors import Forbidden, Malformed, NotFound, NotNow
from workflow.form.masking import cover_numbers
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.services import (
    absences,
    alerts,
    audit,
    audit_verification,
    collaboration,
    collaboration_view,
    worklist,
)
from workflow.services.approvals import approve_several
from workflow.services.readings import list_readings, read_in_clear
from workflow.services.urging import urge
from workflow.vocabulary import ReadingPurpose, ReadingSubject


def between(city: City, login: str, what: str, **body: Any) -> dict[str, Any]:
    """One act of ``collaboration`` by this person on the application at hand."""
    given = {"body": body} if body else {}
    return getattr(collaboration, what)(
        city.product,
        actor=city.actors[login],
        application_id=city.application["id"],
        command_id=None,
        **given,
    )


def hand_over(city: City, login: str, to: str, reason: str = "外出检查") -> dict[str, Any]:
    return between(city, login, "hand_over", to_id=city.actors[to].account_id, reason=reason)


def seen(city: City, login: str) -> dict[str, Any]:
    return collaboration_view.read_collaboration(
        city.product, actor=city.actors[login], application_id=city.application["id"]
    )


def away(city: City, who: str, substitute: str, by: str = "", **changes: Any) -> dict[str, Any]:
    """Absent from today on, for ten days."""
    entry = {
        "account_id": city.actors[who].account_id,
        "substitute_id": city.actors[substitute].account_id,
        "from_on": "2026-10-12",
        "until_on": "2026-10-31",
        "reason": "公出",
    }
    body = {name: value for name, value in (entry | changes).items() if value is not None}
    return absences.enter_absence(city.product, actor=city.actors[by or who], body=body)


def listed(city: City, login: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = worklist.read_worklist(city.product, actor=city.actors[login])["items"]
    return items


def heard(city: City, login: str) -> list[str]:
    page = alerts.list_alerts(city.product, actor=city.actors[login], limit=100)
    return [item["message"] for item in page["items"] if item["clock_id"] is None]


def trail(city: City, login: str = "auditor") -> list[dict[str, Any]]:
    page = audit.read_history(
        city.product, actor=city.actors[login], application_id=city.application["id"], limit=100
    )
    return list(page["items"])


def test_what_is_handed_over_is_in_one_persons_hands_until_the_state_is_left(city: City) -> None:
    city.to_industry_review().at("2026-10-12 09:00")
    before = city.look()
    stands = hand_over(city, "industry1", "industry2")
    assert stands["assigned_to"] == "示例industry2"
    assert [one["ended_label"] for one in stands["hand_overs"]] == ["正在办理"]
    assert city.look("industry1")["allowed_events"] == []
    assert listed(city, "industry1") == []
    (item,) = listed(city, "industry2")
    assert (item["marks"], "approve" in item["allowed_events"]) == (["转办"], True)
    with pytest.raises(Forbidden, match=r"已转办给示例industry2办理.*退回本部门.*负责人"):
        city.send("industry1", "approve", opinion="同意")
    result = approve_several(
        city.product,
        actor=city.actors["industry1"],
        body={
            "opinion": "同意",
            "applications": [{"id": city.application["id"], "version": city.application["version"]}],
        },
        command_id=None,
    )
    assert "示例industry2" in result["items"][0]["message"]
    assert heard(city, "industry2")[0].endswith("转办给您。示例industry1：外出检查")
    after = city.look()
    assert {name: after[name] for name in ("state", "version", "clocks")} == {
        name: before[name] for name in ("state", "version", "clocks")
    }
    # Whoever only waits may still do what is nobody's task.
    assert "suspend" in city.look("hr_head")["allowed_events"]
    city.send("industry2", "approve", opinion="同意")
    assert seen(city, "industry1")["assigned_to"] is None
    assert [one["ended_label"] for one in seen(city, "industry1")["hand_overs"]] == ["环节已办结"]
    city.send("industry1", "approve", opinion="同意")
    assert city.state == "claim_awaiting_publication"
    assert audit_verification.verify_audit(city.product)["holds"]


def test_it_goes_back_to_the_department_or_on_by_its_head_alone(city: City) -> None:
    city.to_industry_review().at("2026-10-12 09:00")
    hand_over(city, "industry1", "industry2")
    with pytest.raises(Forbidden, match="只有示例industry2本人或者部门负责人"):
        between(city, "industry1", "give_back")
    with pytest.raises(Forbidden, match="现在可以办理"):
        hand_over(city, "industry1", "industry1")
    with pytest.raises(NotNow, match="已经在示例industry2手中"):
        hand_over(city, "industry_head", "industry2")
    assert hand_over(city, "industry_head", "industry1")["assigned_to"] == "示例industry1"
    assert between(city, "industry1", "give_back")["assigned_to"] is None
    with pytest.raises(NotNow, match="没有转办给个人"):
        between(city, "industry_head", "give_back")
    labels = [one["ended_label"] for one in seen(city, "auditor")["hand_overs"]]
    assert labels == ["已另行转办", "已退回本部门"]
    events = [(one["event_label"], one["detail"].get("to")) for one in trail(city)[-3:]]
    assert events == [("转办", ["示例industry2"]), ("转办", ["示例industry1"]), ("退回本部门", None)]
    # The applicant sees that it moved, and not what was said about it.
    assert [one["detail"] for one in trail(city, "institution") if one["event"] == "hand_over"] == [{}, {}]
    with pytest.raises(Forbidden, match="不对申请人公开"):
        seen(city, "institution")


def test_only_a_colleague_who_could_act_takes_it(city: City) -> None:
    city.to_industry_review().at("2026-10-12 09:00").send("industry1", "approve", opinion="同意")
    for who in ("hr1", "industry1_bf", "institution", "office"):
        with pytest.raises(Malformed, match="本部门、本地区"):
            hand_over(city, "industry2", who)
    with pytest.raises(Malformed, match="不能选择自己"):
        hand_over(city, "industry2", "industry2")
    with pytest.raises(Forbidden, match="不能转办给示例industry1：复核人与初审人不能是同一人"):
        hand_over(city, "industry2", "industry1")
    with pytest.raises(Forbidden, match="不能转办给示例industry_head"):
        hand_over(city, "industry2", "industry_head")
    for who in ("hr1", "industry1", "office", "industry2_bf"):
        with pytest.raises(Forbidden):
            hand_over(city, who, "industry2")
    assert seen(city, "industry2")["takers"] == []
    assert [one["name"] for one in seen(city, "industry2")["colleagues"]] == [
        "示例industry1",
        "示例industry_head",
    ]
    assert seen(city, "hr1")["may_direct"] is False


def test_the_same_command_does_it_once(city: City) -> None:
    city.to_industry_review().at("2026-10-12 09:00")
    body = {"to_id": city.actors["industry2"].account_id, "reason": "外出"}
    for _ in range(2):
        stands = collaboration.hand_over(
            city.product,
            actor=city.actors["industry1"],
            application_id=city.application["id"],
            body=body,
            command_id="once",
        )
    assert len(stands["hand_overs"]) == 1
    assert len(heard(city, "industry2")) == 1


def test_who_is_asked_answers_and_decides_nothing(city: City) -> None:
    city.to_industry_review().at("2026-10-12 09:00")
    city.send("industry1", "approve", opinion="同意")
    with pytest.raises(NotNow, match="没有等待答复的委派"):
        between(city, "industry_head", "answer_delegation", answer="可以")
    asked = between(
        city,
        "industry2",
        "delegate",
        to_id=city.actors["industry_head"].account_id,
        question="请核实设备",
    )
    assert asked["delegations"][0]["may_take_back"] is True
    (item,) = listed(city, "industry_head")
    assert (item["marks"], item["allowed_events"]) == (["受示例industry2委派"], [])
    assert listed(city, "industry2")[0]["marks"] == ["已委派示例industry_head，待答复"]
    with pytest.raises(NotNow, match=r"已委派示例industry_head提出意见，尚未答复.*收回"):
        city.send("industry2", "approve", opinion="同意")
    with pytest.raises(NotNow, match="已委派示例industry_head"):
        between(city, "industry2", "delegate", to_id=city.actors["industry1"].account_id, question="再问")
    with pytest.raises(Forbidden, match="只能由其本人答复"):
        between(city, "industry1", "answer_delegation", answer="可以")
    assert seen(city, "industry_head")["delegations"][0]["may_answer"] is True
    answered = between(city, "industry_head", "answer_delegation", answer="设备属实")
    (one,) = answered["delegations"]
    assert (one["answer"], one["answered_by_name"], one["ended_label"]) == (
        "设备属实",
        "示例industry_head",
        "已答复",
    )
    assert heard(city, "industry2")[0].endswith("委派已答复。示例industry_head：设备属实")
    with reading(city.product.engine) as connection:
        signed = connection.scalars(select(tables.decision.c.account_id)).all()
    assert city.actors["industry_head"].account_id not in signed
    # Who signed first may be asked too: an opinion takes no seat.
    between(city, "industry2", "delegate", to_id=city.actors["industry1"].account_id, question="初审所见")
    with pytest.raises(Forbidden, match="只有委派的示例industry2或者部门负责人"):
        between(city, "industry1", "take_back_delegation")
    assert between(city, "industry2", "take_back_delegation")["delegations"][-1]["ended_label"] == "已收回"
    city.send("industry2", "approve", opinion="同意")
    assert seen(city, "hr1")["delegations"] == []
    assert audit_verification.verify_audit(city.product)["holds"]


def test_a_question_ends_with_the_state(city: City) -> None:
    city.to_industry_review().at("2026-10-12 09:00")
    between(city, "industry1", "delegate", to_id=city.actors["industry2"].account_id, question="请看")
    city.send("institution", "withdraw", reason="不再申请")
    assert seen(city, "auditor")["delegations"][0]["ended_label"] == "环节已办结"
    assert listed(city, "industry2") == []


def test_what_is_sent_for_information_is_heard_once_a_day_and_read_is_seen(city: City) -> None:
    city.to_industry_review().at("2026-10-12 09:00")
    people = [city.actors[login].account_id for login in ("industry2", "industry_head")]
    between(city, "industry1", "circulate", to_ids=people, note="请知悉")
    assert heard(city, "industry2")[0].endswith("抄送。示例industry1：请知悉")
    with pytest.raises(Malformed, match="示例industry2今天已经收到过"):
        between(city, "industry1", "circulate", to_ids=people[:1])
    with pytest.raises(Malformed, match="重复"):
        between(city, "industry1", "circulate", to_ids=[people[0], people[0]])
    (alert,) = alerts.list_alerts(city.product, actor=city.actors["industry2"])["items"]
    alerts.mark_alert_read(city.product, actor=city.actors["industry2"], alert_id=alert["id"])
    sent = seen(city, "industry1")["circulations"]
    assert [(one["to_name"], one["read_at"] is not None) for one in sent] == [
        ("示例industry2", True),
        ("示例industry_head", False),
    ]
    assert seen(city, "industry2")["circulations"] == seen(city, "hr1")["circulations"] == []
    assert len(seen(city, "industry_head")["circulations"]) == 2
    city.at("2026-10-13 09:00")
    assert len(between(city, "industry1", "circulate", to_ids=people[:1])["circulations"]) == 3
    city.send("industry1", "approve", opinion="同意")


def test_a_substitute_acts_in_the_absent_persons_place_and_it_says_so(city: City) -> None:
    city.to_training().at("2026-09-07 08:30")
    away(city, "inspector", "hr_head", by="hr_head", from_on="2026-09-07", until_on="2026-09-30")
    (item,) = listed(city, "hr_head")
    assert item["marks"] == ["代示例inspector"]
    view = city.look("hr_head")
    assert view["acting_for"]["record_opening_inspection"] == "示例inspector"
    city.send(
        "hr_head",
        "record_opening_inspection",
        class_no=1,
        inspected_at="2026-09-07T08:20:00+08:00",
        present_count=50,
        sign_in="签到50人",
        materials="齐全",
    )
    (check,) = city.look()["form"]["training"]["opening_inspections"]
    assert check["inspector"] == "示例hr_head（代示例inspector办理）"
    last = trail(city)[-1]
    assert (last["actor_name"], last["detail"]["on_behalf_of"]["name"]) == (
        "示例hr_head（代示例inspector办理）",
        "示例inspector",
    )
    read = read_in_clear(
        city.product,
        actor=city.actors["hr_head"],
        application_id=city.application["id"],
        subject=ReadingSubject.TRAINEE,
        purpose=ReadingPurpose.INSPECTION,
        row_nos=[1],
    )
    assert read["items"][0]["id_number"] != cover_numbers(read["items"][0]["id_number"])
    (record,) = list_readings(city.product, actor=city.actors["auditor"])["items"]
    assert record["account_name"] == "示例hr_head（代示例inspector办理）"
    city.at("2026-10-01")
    assert city.look("hr_head")["acting_for"] == {}
    with pytest.raises(Forbidden, match="检查人员"):
        city.send("hr_head", "record_inspection", class_no=1)
    assert audit_verification.verify_audit(city.product)["holds"]


def test_who_could_anyway_acts_as_themselves_and_as_the_other_only_where_it_was_handed_over(
    city: City,
) -> None:
    city.to_industry_review().at("2026-10-12 09:00")
    away(city, "industry1", "industry2")
    assert city.look("industry2")["acting_for"] == {}
    hand_over(city, "industry_head", "industry1")
    (item,) = listed(city, "industry2")
    assert item["marks"] == ["转办", "代示例industry1"]
    city.send("industry2", "approve", opinion="同意")
    (review,) = [one for one in city.look()["form"]["claim"]["reviews"] if one["step"] == "claim_industry"]
    assert review["name"] == "示例industry2（代示例industry1办理）"
    # Both persons have now seen it first, so neither sees it second.
    for login in ("industry1", "industry2"):
        assert city.look(login)["allowed_events"] == []
        with pytest.raises(Forbidden, match="不能是同一人"):
            city.send(login, "approve", opinion="同意")
        with pytest.raises(Forbidden, match="不能转办给"):
            hand_over(city, "industry_head", login)
    assert listed(city, "industry1") == listed(city, "industry2") == []


@pytest.mark.parametrize("first", ["industry1", "industry2"])
def test_nobody_sees_it_second_through_another(city: City, first: str) -> None:
    city.to_industry_review().at("2026-10-12 09:00")
    away(city, "industry1", "industry_head")
    second = {"industry1": "industry2", "industry2": "industry1"}[first]
    city.send(first, "approve", opinion="同意")
    allowed = "approve" in city.look("industry_head")["allowed_events"]
    assert allowed is (first == "industry2")
    if not allowed:
        with pytest.raises(Forbidden, match="代示例industry1办理：复核人与初审人不能是同一人"):
            city.send("industry_head", "approve", opinion="同意")
    else:
        city.send("industry_head", "approve", opinion="同意")
        assert city.state == "claim_awaiting_publication"
        return
    city.send(second, "approve", opinion="同意")


def test_a_notice_and_a_payment_are_held_for_both_persons(city: City) -> None:
    city.to_publication().at("2026-10-15 09:00")
    away(city, "hr1", "hr_head", until_on="2026-11-30", from_on="2026-10-15")
    city.send("hr_head", "publish", site="官网")
    (notice,) = city.look()["form"]["claim"]["notices"]
    assert notice["published_by_name"] == "示例hr_head（代示例hr1办理）"
    city.at("2026-10-23 09:00")
    assert "close_notice" not in city.look("hr1")["allowed_events"]
    for login in ("hr1", "hr_head"):
        with pytest.raises(Forbidden, match="发布公示的人员不能结束"):
            city.send(login, "close_notice")
    city.send("hr2", "close_notice")
    city.send("hr2", "approve", opinion="同意")
    city.send("hr_head", "approve", opinion="同意")
    away(city, "finance1", "finance_head", from_on="2026-10-23", until_on="2026-11-30")
    away(city, "cashier", "finance1", by="admin", from_on="2026-12-01", until_on=None)
    city.send("finance_head", "approve", opinion="同意")
    city.send("finance2", "approve", opinion="同意")
    # finance_head reviewed for finance1, so neither pays, not even in the cashier's place.
    city.at("2026-12-01")
    payment = {
        "amount": "54000.00",
        "paid_on": "2026-12-01",
        "source": "special_account",
        "voucher": "V-1",
    }
    with pytest.raises(Forbidden, match="代示例cashier办理：在财政部门审核过"):
        city.send("finance1", "pay", **payment)
    assert "pay" in city.look("cashier")["allowed_events"]


def test_reminders_reach_the_substitute_too_while_it_lasts(city: City) -> None:
    city.to_training().at("2026-09-07 08:30")
    away(city, "inspector", "hr2", from_on="2026-09-07", until_on="2026-09-09")
    assert [item["marks"] for item in listed(city, "hr2")] == [["代示例inspector"]]
    assert listed(city.at("2026-09-10"), "hr2") == []


def test_urging_tells_whom_it_was_handed_to_and_the_substitute(city: City) -> None:
    city.to_industry_review().at("2026-10-12 09:00")
    hand_over(city, "industry1", "industry2")
    away(city, "industry2", "industry_head")
    answer = urge(
        city.product, actor=city.actors["institution"], application_id=city.application["id"], body={}
    )
    assert answer["told_count"] == 2
    for login, count in (("industry1", 0), ("industry2", 1), ("industry_head", 1)):
        page = alerts.list_alerts(city.product, actor=city.actors[login])
        assert sum(item["rung_label"] == "催办" for item in page["items"]) == count
    between(city, "industry_head", "give_back")
    assert trail(city)[-1]["actor_name"] == "示例industry_head（代示例industry2办理）"


def test_absences_do_not_overlap_chain_or_leave_the_department(city: City) -> None:
    city.at("2026-10-12 09:00")
    away(city, "hr1", "hr2", until_on="2026-10-16")
    for who, substitute, changes, message in (
        ("hr1", "hr_head", {}, "2026年10月12日至2026年10月16日已经登记外出"),
        ("inspector", "hr1", {}, "示例hr1在2026年10月12日至2026年10月16日本人外出，不能代办"),
        ("hr2", "hr_head", {}, "正代示例hr1办理"),
        ("hr2", "finance1", {}, "同一地区、同一部门"),
        ("hr2", "hr1_bf", {}, "同一地区、同一部门"),
        ("hr2", "hr2", {}, "不能是外出人员本人"),
        ("hr2", "hr_head", {"from_on": "2026-10-11"}, "不能早于今天"),
        ("hr2", "hr_head", {"until_on": "2026-10-01"}, "不能早于“开始日期”"),
        ("hr2", "hr_head", {"until_on": None}, "只能由系统管理员"),
    ):
        with pytest.raises(Malformed, match=message):
            away(city, who, substitute, **changes)
    for by in ("hr2", "finance_head", "hr_head_bf", "office", "auditor", "institution"):
        with pytest.raises(Forbidden):
            away(city, "inspector", "hr2", by=by, from_on="2026-10-20")
    again = away(city, "hr1", "hr2", until_on="2026-10-16")
    assert again["state"] == "running"
    away(city, "hr1", "hr_head", from_on="2026-10-17")
    left = away(city, "inspector", "hr_head", by="admin", until_on=None, from_on="2026-10-19")
    assert (left["until_on"], left["state"]) == (None, "coming")


def test_an_absence_ends_today_and_stays_in_the_list(city: City) -> None:
    city.to_industry_review().at("2026-10-12 09:00")
    made = away(city, "industry1", "industry_head")
    assert "approve" in city.look("industry_head")["allowed_events"]

    def end(login: str) -> dict[str, Any]:
        return absences.end_absence(city.product, actor=city.actors[login], absence_id=made["id"])

    for login in ("industry2", "hr_head", "institution"):
        with pytest.raises(NotFound):
            end(login)
    with pytest.raises(NotNow):
        end("auditor")
    ended = end("industry1")
    assert (ended["ended_on"], ended["state_label"]) == ("2026-10-12", "已取消")
    assert end("industry1") == ended
    assert city.look("industry_head")["allowed_events"] == []
    page = absences.list_absences(city.product, actor=city.actors["industry_head"])
    assert [one["state"] for one in page["items"]] == ["ended"]
    assert absences.list_absences(city.product, actor=city.actors["hr_head"])["items"] == []
    away(city, "industry1", "industry2")
