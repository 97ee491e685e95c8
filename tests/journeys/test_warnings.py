"""Warnings of the rules: nobody ends a review well before they are answered in writing, by whatever way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.journeys.city import DATA, City
from workflow.errors import Conflict, Malformed, RuleBroken
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.rules import Occasion
from workflow.services import applications, audit, audit_verification, door, rosters, training_records
from workflow.services.warnings import SECTION_OF_OCCASION

PLACE = "opening.classes.0.planned_count"


def _submitted(city: City, rows: int = 49) -> City:
    """An opening for 50 with a shorter roster, which the rules only warn of."""
    city.at("2026-08-31").apply(roster=False)
    city.fill_roster(count=rows)
    city.send("institution", "submit")
    return city


def _inspected(city: City, *present: int) -> City:
    """A class with one check after the other, the first on the opening day."""
    city.to_training()
    city.at("2026-09-07 09:00").send(
        "inspector",
        "record_opening_inspection",
        class_no=1,
        inspected_at="2026-09-07T08:40:00+08:00",
        present_count=present[0],
        sign_in="已签到",
        materials="齐全",
    )
    for number, count in enumerate(present[1:]):
        day = f"2026-09-{10 + number}"
        city.at(f"{day} 16:00").inspect(day, count)
    return city


def _finished(city: City) -> City:
    city.at("2026-09-18 17:00").send("institution", "finish_training", ended_on="2026-09-18")
    return city.at("2026-09-21")


def _told(city: City) -> list[tuple[str, str]]:
    return [(finding["rule"], finding["where"]) for finding in city.look()["findings"]]


def _refused(city: City, login: str, **answers: Any) -> list[str]:
    """The places of the warnings for want of whose answer an approval is refused; nothing has changed."""
    before = city.look()
    with pytest.raises(RuleBroken, match="须书面答复") as refusal:
        city.send(login, "approve", opinion="同意", **({"answers": []} | answers))
    assert city.look() == before
    assert {finding.severity for finding in refusal.value.findings} == {"warning"}
    return [finding.where for finding in refusal.value.findings]


def _last_entry(city: City) -> dict[str, Any]:
    page = audit.read_history(
        city.product, actor=city.actors["auditor"], application_id=city.application["id"], limit=100
    )
    last: dict[str, Any] = page["items"][-1]
    return last


def test_the_first_reviewer_after_the_check_answers_in_writing_and_the_answer_is_kept(city: City) -> None:
    _submitted(city)
    (finding,) = city.application["findings"]
    assert (finding["rule"], finding["where"]) == ("roster", PLACE)
    assert (finding["occasion"], finding["answer"]) == ("opening_submit", None)
    assert _refused(city, "industry1") == [PLACE]
    assert _last_entry(city)["outcome"] == "refused"

    answer = {"rule": "roster", "where": PLACE, "answer": "一人退出，已核实"}
    city.at("2026-09-01 10:00").send("industry1", "approve", opinion="同意", answers=[answer])
    (finding,) = city.look()["findings"]
    assert finding["answer"] == {
        "text": "一人退出，已核实",
        "by": "示例industry1",
        "at": "2026-09-01T02:00:00+00:00",
    }
    assert _last_entry(city)["detail"]["answers"] == [answer]
    # Those who come after see it and need not repeat it; they may add to it.
    city.send("industry2", "approve", opinion="同意", answers=[])
    city.send("hr1", "approve", opinion="同意", answers=[answer | {"answer": "人社部门另已电话核实"}])
    city.send("hr2", "approve", opinion="同意", answers=[])
    assert city.state == "training_awaiting_start"
    kept = city.application["form"]["opening"]["answers"]
    assert [(one["step"], one["seat"], one["answer"]) for one in kept] == [
        ("opening_industry", "first", "一人退出，已核实"),
        ("opening_hr", "first", "人社部门另已电话核实"),
    ]
    assert all(
        (one["measured"], one["limit"], one["message"])
        == (finding["measured"], finding["limit"], finding["message"])
        for one in kept
    )
    assert city.application["findings"][0]["answer"]["text"] == "人社部门另已电话核实"
    assert audit_verification.verify_audit(city.product)["holds"]


@pytest.mark.parametrize(
    ("answers", "field", "words"),
    [
        ([{"rule": "class-size", "where": PLACE, "answer": "好"}], "0.rule", "class-size"),
        ([{"rule": "roster", "where": "opening.classes.1", "answer": "好"}], "0.rule", "opening.classes.1"),
        ([{"rule": "roster", "where": PLACE, "answer": "好"}] * 2, "1.rule", "不能重复"),
        ([{"rule": "roster", "where": PLACE, "answer": " "}], "0.answer", "不能为空"),
        ([{"rule": "roster", "where": PLACE}], "0.answer", "未填写"),
        ([{"rule": "roster", "where": PLACE, "answer": "好" * 2001}], "0.answer", "最多2000个字"),
        ([{"rule": "roster", "where": PLACE, "answer": "好", "by": "我"}], "0.by", "没有这一项"),
    ],
)
def test_an_answer_that_is_none_is_refused_by_its_name(
    small_city: City, answers: list[dict[str, str]], field: str, words: str
) -> None:
    city = _submitted(small_city)
    with pytest.raises(Malformed) as refusal:
        city.send("industry1", "approve", opinion="同意", answers=answers)
    (error,) = refusal.value.errors
    assert error.field == f"payload.answers.{field}"
    assert words in error.message
    assert "answers" not in city.look()["form"]["opening"]


def test_nothing_is_asked_of_a_reviewer_where_no_rule_warns(city: City) -> None:
    city.to_opening_review()
    assert city.application["findings"] == []
    city.send("industry1", "approve", opinion="同意")
    with pytest.raises(Malformed, match="不在待答复的提示之中"):
        city.send(
            "industry2",
            "approve",
            opinion="同意",
            answers=[{"rule": "roster", "where": PLACE, "answer": "好"}],
        )
    city.send("industry2", "approve", opinion="同意")
    assert "answers" not in city.look()["form"]["opening"]


def test_what_inspections_found_adds_up_until_hr_has_given_its_opinion(city: City) -> None:
    _inspected(city, 51, 61, 48, 51)
    found = [
        ("roster", "training.opening_inspections.0.present_count"),
        ("teacher-ratio", "training.inspections.0.present_count"),
        ("roster", "training.inspections.0.present_count"),
        ("attendance", "training.inspections.0.present_count"),
        ("roster", "training.inspections.2.present_count"),
    ]
    assert _told(city) == found
    assert {finding["occasion"] for finding in city.application["findings"]} == {"inspection"}
    _finished(city)
    # Each is measured once more, in the order of the rules, and none is told twice.
    assert sorted(_told(city)) == sorted(found)
    answers = city.answers()
    # The same rule and measure of two inspections are two warnings: one left out is asked for.
    assert _refused(city, "hr1", answers=answers[:-1]) == [answers[-1]["where"]]
    city.send("hr1", "approve", opinion="过程规范", answers=answers)
    assert len(city.look()["form"]["training"]["answers"]) == 5
    city.at("2026-09-21 10:05").send("institution", "propose_assessment", assess_on="2026-09-24")
    assert city.look()["findings"] == []


def test_what_the_results_lead_to_is_answered_before_the_opinion_on_the_assessment(city: City) -> None:
    _finished(_inspected(city, 50, 48, 48))
    city.send("hr1", "approve", opinion="过程规范")
    city.send("institution", "propose_assessment", assess_on="2026-09-24")
    result = {"class_no": 1, "kind": "completion", "examined_count": 47, "certified_count": 45}
    city.at("2026-09-24 17:00").send("inspector", "record_results", results=[result])
    assert _told(city) == [
        ("best-certificate", "assessment.results.0.kind"),
        # 45 of 45 certificates of the region are of the lesser kind.
        ("minor-certificate-share", "assessment.results.0.certified_count"),
    ]
    assert _refused(city, "hr2") == ["assessment.results.0.kind", "assessment.results.0.certified_count"]
    city.send("hr2", "approve", opinion="考核属实")
    assert city.state == "claim_draft"
    for kept in city.application["form"]["assessment"]["answers"]:
        assert (kept["step"], kept["seat"], kept["answered_by"]) == ("assessment_hr", "only", "示例hr2")


def test_a_review_that_is_sent_back_answers_anew(city: City) -> None:
    _submitted(city)
    city.send("industry1", "approve", opinion="同意")
    city.send("industry2", "return_to_first", reason="答复不清楚")
    (kept,) = city.application["form"]["opening"]["answers"]
    assert kept["superseded"] is True
    assert city.application["findings"][0]["answer"] is None
    assert _refused(city, "industry1") == [PLACE]
    assert _refused(city, "industry2") == [PLACE]
    city.send("industry2", "approve", opinion="同意")
    # HR's answers fall with HR's review; those of industry stand.
    city.send("industry1", "approve", opinion="同意")
    city.send("hr1", "approve", opinion="同意", answers=[kept_answer("另已核实")])
    city.send("hr2", "return_to_first", reason="再核实")
    assert city.application["findings"][0]["answer"]["by"] == "示例industry2"
    city.send("hr2", "approve", opinion="同意", answers=[])
    assert city.state == "opening_hr_second"


def kept_answer(text: str) -> dict[str, str]:
    return {"rule": "roster", "where": PLACE, "answer": text}


def test_a_suspension_answers_nothing(city: City) -> None:
    _submitted(city)
    city.send("hr_head", "suspend", reason="核查")
    city.at("2026-09-02").send("hr_head", "resume", reason="核查完毕")
    assert _refused(city, "industry1") == [PLACE]
    city.send("industry1", "approve", opinion="同意")
    city.send("hr_head", "suspend", reason="核查")
    city.send("hr_head", "resume", reason="核查完毕")
    city.send("industry2", "approve", opinion="同意", answers=[])
    assert city.state == "opening_hr_first"


def test_an_answer_to_an_application_that_has_changed_meanwhile_is_a_conflict(city: City) -> None:
    _inspected(city, 50, 51, 48)
    city.at("2026-09-14").send(
        "inspector",
        "record_inspection",
        class_no=1,
        inspected_at="2026-09-14T08:00:00+08:00",
        place="实训楼",
        teachers="到岗",
        present_count=48,
        fee_charged=True,
    )
    _finished(city)
    seen, answers = city.look()["version"], city.answers()
    training_records.strike_observations(
        city.product,
        actor=city.actors["hr_head"],
        application_id=city.application["id"],
        strike=strike(1, 3),
        expected_version=seen,
    )
    with pytest.raises(Conflict):
        door.send_event(
            city.product,
            actor=city.actors["hr1"],
            application_id=city.application["id"],
            event="approve",
            payload={"opinion": "同意", "answers": answers},
            expected_version=seen,
            command_id="stale",
        )
    assert "answers" not in city.look()["form"]["training"]
    assert city.state == "training_hr_opinion"


def strike(class_no: int, inspection_no: int) -> Any:
    return training_records.ObservationStrike(
        class_no=class_no, inspection_no=inspection_no, reason="登记有误"
    )


def test_a_warning_that_was_kept_before_occasions_were_is_answered_too(small_city: City) -> None:
    city = _submitted(small_city)
    (finding,) = city.application["findings"]
    old = {name: value for name, value in finding.items() if name not in {"occasion", "answer"}}
    with writing(city.product.engine) as connection:
        connection.execute(update(tables.application).values(findings=[old]))
    assert city.look()["findings"] == [old | {"occasion": None, "answer": None}]
    assert _refused(city, "industry1") == [PLACE]
    city.send("industry1", "approve", opinion="同意")
    assert city.look()["findings"][0]["answer"]["by"] == "示例industry1"


def _returned(city: City, login: str) -> None:
    city.send(login, "return_for_correction", reason="请核对", code="incorrect", sections=["opening"])


def test_after_a_correction_only_an_identical_warning_stays_answered(city: City) -> None:
    _submitted(city)
    city.send("industry1", "approve", opinion="同意")
    _returned(city, "industry2")
    body = {"opening": {"mode": "self_run"}}
    applications.edit_application(
        city.product,
        actor=city.actors["institution"],
        application_id=city.application["id"],
        body=body,
        expected_version=None,
        merge=True,
    )
    city.send("institution", "submit")
    assert city.application["findings"][0]["answer"]["by"] == "示例industry1"
    city.send("industry1", "approve", opinion="同意", answers=[])
    _returned(city, "industry2")
    rows = json.loads((DATA / "roster.json").read_text(encoding="utf-8"))[:48]
    rosters.replace_roster(
        city.product,
        actor=city.actors["institution"],
        application_id=city.application["id"],
        rows=rows,
        expected_version=None,
    )
    city.send("institution", "submit")
    assert city.application["findings"][0]["measured"] == "名册48人"
    assert _refused(city, "industry1") == [PLACE]
    city.send("industry1", "approve", opinion="同意")
    assert len(city.look()["form"]["opening"]["answers"]) == 2


def test_what_was_answered_at_the_opening_need_not_be_answered_again_at_the_claim(small_city: City) -> None:
    city = _submitted(small_city)
    for login in ("industry1", "industry2", "hr1", "hr2"):
        city.send(login, "approve", opinion="同意")
    city.at("2026-09-07 09:00").send(
        "inspector",
        "record_opening_inspection",
        class_no=1,
        inspected_at="2026-09-07T08:40:00+08:00",
        present_count=49,
        sign_in="已签到",
        materials="齐全",
    )
    for day in ("2026-09-10", "2026-09-16"):
        city.at(f"{day} 16:00").inspect(day, 48)
    _finished(city).send("hr1", "approve", opinion="过程规范", answers=[])
    city.send("institution", "propose_assessment", assess_on="2026-09-24")
    result = {"class_no": 1, "kind": "skill_level", "level": 4, "examined_count": 47, "certified_count": 45}
    city.at("2026-09-24 17:00").send("inspector", "record_results", results=[result])
    city.at("2026-09-28").send("hr1", "approve", opinion="考核属实", answers=[])
    city.send("institution", "submit", claim=city.claim())
    (finding,) = city.application["findings"]
    assert (finding["occasion"], finding["answer"]["by"]) == ("claim_submit", "示例industry1")
    city.send("industry1", "accept")
    city.send("industry1", "approve", opinion="同意", answers=[])
    assert city.state == "claim_industry_second"


def test_every_occasion_of_the_rules_belongs_to_a_section() -> None:
    assert set(SECTION_OF_OCCASION) == set(Occasion)


def test_the_trail_of_a_refused_approval_names_the_warnings_and_no_answer_is_kept(small_city: City) -> None:
    city = _submitted(small_city)
    assert _refused(city, "industry1") == [PLACE]
    assert [one["where"] for one in _last_entry(city)["detail"]["findings"]] == [PLACE]
    with reading(city.product.engine) as connection:
        count = len(connection.execute(select(tables.decision)).all())
    assert count == 0
