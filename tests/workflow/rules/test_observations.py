"""What inspectors saw: attendance, make-up lessons, recordings, training online, fees, merged classes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflow.rules.situations import (
    PDS22,
    POLICY,
    assessed,
    changed_policy,
    claim,
    form_of,
    listing,
    result,
    told,
)
from workflow.errors import Finding
from workflow.policy import Policy
from workflow.rules import Facts, Occasion, attendance_by_class, check
from workflow.vocabulary import ApplicationKind, OnlineFault

NOW = datetime.fromisoformat("2026-09-10T11:00:00+08:00")
SEEN = {"class_no": 1, "present_count": 48, "inspected_at": "2026-09-10T09:30:00+08:00"}


def inspect(form: dict[str, Any] | None = None, **payload: Any) -> list[Finding]:
    facts = Facts(form=form or form_of(), payload=SEEN | payload, roster={1: 50}, now=NOW)
    return check(Occasion.INSPECTION, facts, POLICY)


def ended(form: dict[str, Any]) -> list[Finding]:
    facts = Facts(
        form=form, payload={"ended_on": "2026-09-18"}, roster={1: 50}, today=date(2026, 9, 18), now=NOW
    )
    return check(Occasion.TRAINING_END, facts, POLICY)


def claimed(form: dict[str, Any], policy: Policy = POLICY, number: int = 1) -> list[Finding]:
    facts = Facts(form=form, payload=claim((number, 1, "1.00")), roster={1: 50, 2: 50})
    return check(Occasion.CLAIM_SUBMIT, facts, policy)


def with_check(form: dict[str, Any], **observations: Any) -> dict[str, Any]:
    """The form after another inspection that noted these things."""
    form["training"]["inspections"].append(SEEN | observations)
    return form


# Attendance ------------------------------------------------------------------------------------------------


def test_on_site_the_limits_hold_for_those_present() -> None:
    form = form_of({"teacher_count": 4, "workstation_count": 4})

    def rules(present: int) -> list[str]:
        payload = SEEN | {"present_count": present}
        facts = Facts(form=form, payload=payload, roster={1: 80}, now=NOW)
        return [finding.rule for finding in check(Occasion.INSPECTION, facts, POLICY)]

    assert rules(80) == []
    assert rules(81) == ["class-size", "teacher-ratio", "workstation-ratio", "roster"]


def test_on_the_opening_day_fewer_than_enrolled_are_told_of() -> None:
    assert inspect(present_count=50, sign_in="签到50人") == []
    (finding,) = inspect(present_count=49, sign_in="签到49人")
    assert told([finding]) == [("attendance", "实到49人", "名册50人", "payload.present_count")]
    assert (finding.severity, finding.source) == ("warning", f"{PDS22} 二(四)21")


def test_later_only_more_than_there_were_then_are_told_of() -> None:
    form = form_of()
    form["training"] = {"opening_inspections": [{"class_no": 1, "present_count": 45, "sign_in": "签到"}]}
    assert inspect(form, present_count=20) == []
    assert inspect(form, present_count=45) == []
    assert told(inspect(form, present_count=46)) == [
        ("attendance", "出勤46人", "开班实到45人", "payload.present_count")
    ]
    assert [finding.rule for finding in inspect(form, present_count=51)] == ["roster", "attendance"]


# Notes of the inspector ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("noted", "rule", "measured", "limit"),
    [
        ({"recording_complete": False}, "recording", "未显示全部学员", "录像显示全部学员"),
        ({"practice_minutes": 14}, "recording", "每学时14分钟", "不少于15分钟"),
        (
            {"online_faults": ["fast_forward", "no_popup_check"]},
            "online-integrity",
            "快进播放、连续5分钟内无弹窗",
            "不得有任何一种情形",
        ),
        ({"fee_charged": True}, "no-fee", "有收费", "不得收费"),
        ({"classes_merged": True}, "no-merge", "擅自并班", "不得并班"),
        ({"hours_short": True}, "no-merge", "学时不足", "不得缩短课时"),
    ],
)
def test_what_was_noted_is_told_at_once_and_again_when_the_training_ends(
    noted: dict[str, Any], rule: str, measured: str, limit: str
) -> None:
    (name,) = noted
    (finding,) = inspect(**noted)
    assert told([finding]) == [(rule, measured, limit, f"payload.{name}")]
    assert (finding.severity, finding.source) == ("warning", POLICY.rules[rule].source)
    assert "班次1" in finding.message

    (again,) = ended(with_check(assessed(), **noted))
    assert told([again]) == [(rule, measured, limit, f"training.inspections.2.{name}")]
    assert again.severity == "warning"
    assert ended(with_check(assessed(), **noted, observations_struck=True)) == []


@pytest.mark.parametrize(
    "noted",
    [
        {},
        {"recording_complete": True, "practice_minutes": 15, "online_faults": []},
        {"fee_charged": False, "classes_merged": False, "hours_short": False},
    ],
)
def test_a_check_that_finds_everything_in_order_gives_no_finding(noted: dict[str, Any]) -> None:
    assert inspect(**noted) == []
    assert ended(with_check(assessed(), **noted)) == []
    assert claimed(with_check(assessed(), **noted)) == []


def test_several_things_may_be_noted_at_once() -> None:
    findings = inspect(
        present_count=81,
        recording_complete=False,
        practice_minutes=0,
        online_faults=[fault.value for fault in OnlineFault],
        fee_charged=True,
        classes_merged=True,
        hours_short=True,
    )
    assert [finding.rule for finding in findings] == [
        *("class-size", "teacher-ratio", "roster"),
        *("recording", "recording", "online-integrity", "no-fee", "no-merge", "no-merge"),
    ]
    assert {finding.severity for finding in findings} == {"warning"}


@pytest.mark.parametrize(
    ("noted", "rule", "because"),
    [
        ({"recording_complete": False}, "recording", "0人（录像不予认可）"),
        ({"online_faults": ["outside_common_platform"]}, "online-integrity", "0人（线上培训视同无效）"),
    ],
)
def test_a_void_training_earns_nothing_until_hr_strikes_the_observation(
    noted: dict[str, Any], rule: str, because: str
) -> None:
    # A later check that finds nothing mends nothing.
    findings = claimed(with_check(with_check(assessed(), **noted), recording_complete=True))
    assert [(finding.rule, finding.severity) for finding in findings] == [
        (rule, "blocking"),
        ("headcount", "blocking"),
    ]
    assert findings[0].where.startswith("training.inspections.2.")
    assert findings[1].limit == because
    assert claimed(with_check(assessed(), **noted, observations_struck=True)) == []

    # Another class is paid for; and where the policy only warns, so is this one.
    assert claimed(with_check(assessed({}, {}), **noted), number=2) == []
    mild = changed_policy({rule: {"severity": "warning"}})
    assert [(each.rule, each.severity) for each in claimed(with_check(assessed(), **noted), mild)] == [
        (rule, "warning")
    ]


def test_what_was_seen_on_the_opening_day_voids_a_class_too() -> None:
    form = assessed()
    form["training"]["opening_inspections"][0]["recording_complete"] = False
    assert [finding.where for finding in claimed(form)] == [
        "training.opening_inspections.0.recording_complete",
        "claim.lines.0.heads",
    ]


def test_fees_and_merged_classes_are_told_with_the_claim_as_severely_as_the_policy_says() -> None:
    form = with_check(assessed(), fee_charged=True, hours_short=True, practice_minutes=1)
    assert [(each.rule, each.severity) for each in claimed(form)] == [
        ("no-fee", "warning"),
        ("no-merge", "warning"),
    ]
    strict = changed_policy({"no-fee": {"severity": "blocking"}})
    assert [each.severity for each in claimed(form, strict)] == ["blocking", "warning"]


def test_a_purely_online_training_is_assessed_for_enterprises_and_persons_only() -> None:
    online = {"total_hours": 40, "online_theory_hours": 40, "practical_hours": 0}

    def asked(occasion: Occasion, kind: ApplicationKind | None, **changes: Any) -> list[tuple[str, ...]]:
        facts = Facts(
            form=form_of(online | changes),
            payload={"assess_on": "2026-09-24"},
            roster={1: 50},
            today=date(2026, 9, 21),
            applicant_kind=kind,
            year_list=listing(),
        )
        findings = check(occasion, facts, POLICY)
        return [told([each])[0] for each in findings if each.rule == "online-integrity"]

    for occasion in (Occasion.OPENING_SUBMIT, Occasion.ASSESSMENT_PROPOSAL):
        assert asked(occasion, ApplicationKind.INSTITUTION) == [
            (
                "online-integrity",
                "线上40课时，共40课时",
                "纯线上培训只接受企业、劳动者个人申请考核",
                "opening.classes.0.online_theory_hours",
            )
        ]
        assert asked(occasion, ApplicationKind.ENTERPRISE) == []
        assert asked(occasion, None) == []
        assert asked(occasion, ApplicationKind.INSTITUTION, online_theory_hours=39) == []


# Make-up lessons -------------------------------------------------------------------------------------------

LESSON = {
    "class_no": 1,
    "inspection_no": 2,
    "count": 3,
    "made_up_on": "2026-09-23",
    "consented_by": "人社甲",
    "consented_on": "2026-09-22",
}


def made_up(*lessons: dict[str, Any], assess_on: str | None = "2026-09-24") -> dict[str, Any]:
    """The example with 48 and 44 present, and these lessons."""
    form = assessed()
    form["training"]["inspections"][1]["present_count"] = 44
    form["training"]["make_ups"] = [LESSON | lesson for lesson in lessons]
    if assess_on:
        form["assessment"]["assess_on"] = assess_on
    return form


def recorded(form: dict[str, Any]) -> list[Finding]:
    facts = Facts(form=form, payload={"results": [result()]}, roster={1: 50})
    return check(Occasion.RESULTS, facts, POLICY)


@pytest.mark.parametrize(
    ("lessons", "average"),
    [
        ((), 46),
        (({},), 47),
        (({"count": 4},), 48),
        (({"count": 4}, {"inspection_no": 1, "count": 2}), 49),
        # Never more than are enrolled, and never more for one check because of another.
        (({"count": 6}, {"count": 6}), 49),
        (({"count": 99},), 49),
        (({"inspection_no": 3, "count": 50},), 46),
        (({"class_no": 2, "count": 50},), 46),
    ],
)
def test_absence_made_up_counts_as_attended(lessons: tuple[dict[str, Any], ...], average: int) -> None:
    assert attendance_by_class(made_up(*lessons), POLICY, {1: 50}) == {1: average}
    assert attendance_by_class(made_up(*lessons), POLICY) == {1: average}


@pytest.mark.parametrize(
    ("lesson", "assess_on", "measured", "limit"),
    [
        ({"consented_on": None}, "2026-09-24", "未经同意", "经人社部门同意"),
        ({"made_up_on": "2026-09-24"}, "2026-09-24", "2026年9月24日补课", "在结业考核前补课"),
        ({"made_up_on": None}, None, "未载明日期补课", "在结业考核前补课"),
        ({"inspection_no": 3}, "2026-09-24", "第3次检查", "已登记的检查（共2次）"),
    ],
)
def test_a_lesson_that_does_not_count_is_told_of(
    lesson: dict[str, Any], assess_on: str | None, measured: str, limit: str
) -> None:
    form = made_up(lesson, assess_on=assess_on)
    assert attendance_by_class(form, POLICY) == {1: 46}
    (finding,) = recorded(form)
    assert told([finding]) == [("make-up", measured, limit, "training.make_ups.0")]
    assert finding.severity == "warning"


def test_more_made_up_than_were_absent_is_told_of() -> None:
    assert recorded(made_up({"count": 6})) == []
    (finding,) = recorded(made_up({"count": 7}))
    assert told([finding]) == [("make-up", "补课7人", "不超过缺勤6人", "training.make_ups.0")]


def test_heads_may_be_claimed_that_were_made_up() -> None:
    def limits(form: dict[str, Any]) -> list[str]:
        form["assessment"]["results"] = [result(certified_count=48, examined_count=48)]
        facts = Facts(form=form, payload=claim((1, 48, "1.00")), roster={1: 50})
        return [finding.limit for finding in check(Occasion.CLAIM_SUBMIT, facts, POLICY)]

    assert limits(made_up()) == ["46人（平均出勤人数）"]
    assert limits(made_up({"count": 4})) == []


@given(
    present=st.lists(st.integers(0, 60), min_size=1, max_size=5),
    lessons=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 70)), max_size=5),
    rows=st.integers(0, 60),
)
def test_make_up_lessons_only_raise_the_average_and_never_above_the_roster(
    present: list[int], lessons: list[tuple[int, int]], rows: int
) -> None:
    form: dict[str, Any] = {
        "training": {"inspections": [{"class_no": 1, "present_count": count} for count in present]}
    }
    before = attendance_by_class(form, POLICY, {1: rows})[1]
    form["training"]["make_ups"] = [
        LESSON | {"inspection_no": place, "count": count} for place, count in lessons
    ]
    after = attendance_by_class(form, POLICY, {1: rows})[1]
    assert before == sum(present) // len(present)
    assert before <= after <= max(before, *(max(count, rows) for count in present))
