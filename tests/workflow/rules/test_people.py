"""The trainees: two trainings of one person, one award twice, posts, majors, apprentices."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calendars.counting import add_months
from tests.workflow.rules.situations import (
    ENDS_ON,
    PDS22,
    POLICY,
    STARTS_ON,
    changed_policy,
    form_of,
    institution,
    listing,
    occupation,
    paid,
    past,
    people,
    told,
)
from workflow.errors import Finding
from workflow.policy import Policy
from workflow.rules import Facts, Occasion, check
from workflow.rules.facts import PastTraining, TraineeFacts
from workflow.vocabulary import Subsidy, TraineeCategory


def opening(
    trainees: tuple[TraineeFacts, ...],
    *changes: dict[str, Any],
    policy: Policy = POLICY,
    **facts: Any,
) -> list[Finding]:
    form = form_of(*changes)
    roster: dict[int, int] = {}
    for entry in form["opening"]["classes"]:
        roster[entry["class_no"]] = entry["planned_count"] = (
            sum(trainee.class_no == entry["class_no"] for trainee in trainees) or 1
        )
    given_facts = Facts(form=form, roster=roster, people=trainees, **facts)
    return check(Occasion.OPENING_SUBMIT, given_facts, policy)


def test_the_trainees_of_the_example_give_no_finding() -> None:
    assert opening(people()) == []


# One month -------------------------------------------------------------------------------------------------

AUGUST = (date(2026, 8, 3), date(2026, 8, 6))


def gap(other: PastTraining, policy: Policy = POLICY, **changes: Any) -> list[Finding]:
    trainees = people(3)
    return opening(trainees, changes, policy=policy, past={trainees[1].person: (other,)})


@pytest.mark.parametrize(
    ("other", "measured", "limit"),
    [
        # The last day of one is the first of the other; and the other lies inside, around, after.
        (
            past(date(2026, 8, 24), STARTS_ON, None),
            "本班2026年9月7日至2026年9月18日",
            "不与2026年8月24日至2026年9月7日的另一培训重叠",
        ),
        (
            past(ENDS_ON, date(2026, 9, 30), None),
            "本班2026年9月7日至2026年9月18日",
            "不与2026年9月18日至2026年9月30日的另一培训重叠",
        ),
        (
            past(date(2026, 9, 10), date(2026, 9, 11), date(2026, 9, 12)),
            "本班2026年9月7日至2026年9月18日",
            "不与2026年9月10日至2026年9月11日的另一培训重叠",
        ),
        (past(*AUGUST, None), "2026年8月3日至2026年8月6日的培训尚未考核", "上一培训考核结束满1个月"),
        (
            past(*AUGUST, date(2026, 8, 8)),
            "上次考核2026年8月8日，本班2026年9月7日开班",
            "满1个月，2026年9月8日起",
        ),
        (
            past(date(2026, 10, 17), date(2026, 10, 30), None),
            "本班2026年9月18日结束，另一培训2026年10月17日开班",
            "满1个月，2026年10月18日起",
        ),
    ],
)
def test_nobody_trains_twice_at_once_or_within_a_month(
    other: PastTraining, measured: str, limit: str
) -> None:
    (finding,) = gap(other)
    assert told([finding]) == [("one-month-gap", measured, limit, "roster.2")]
    assert (finding.severity, finding.source) == ("blocking", f"{PDS22} 二(四)20(3)")
    assert "学员学**（410499********0081）" in finding.message
    # Another institution's application is nobody's business.
    assert "GSECRET" not in str(finding.as_dict())


@pytest.mark.parametrize(
    "other",
    [
        past(*AUGUST, date(2026, 8, 7)),
        past(date(2026, 10, 18), date(2026, 10, 30), date(2026, 11, 6)),
    ],
)
def test_at_the_limit_the_month_is_over(other: PastTraining) -> None:
    assert gap(other) == []


@pytest.mark.parametrize(
    ("assessed_on", "allowed_on"),
    [
        # 7 August permits 7 September (contract.md); where a month has no such day, its last day does.
        (date(2026, 8, 7), date(2026, 9, 7)),
        (date(2026, 1, 31), date(2026, 2, 28)),
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2026, 8, 31), date(2026, 9, 30)),
        # Neither a Saturday nor the National Day moves it.
        (date(2026, 9, 1), date(2026, 10, 1)),
        (date(2026, 12, 31), date(2027, 1, 31)),
    ],
)
def test_a_month_runs_to_the_same_day_and_is_not_moved(assessed_on: date, allowed_on: date) -> None:
    other = past(assessed_on - timedelta(9), assessed_on - timedelta(3), assessed_on)

    def refused(starts_on: date) -> bool:
        return bool(gap(other, starts_on=starts_on.isoformat(), ends_on=starts_on.isoformat()))

    assert not refused(allowed_on)
    assert refused(allowed_on - timedelta(1))


@given(
    begin=st.integers(-90, 90),
    length=st.integers(0, 30),
    wait=st.none() | st.integers(0, 60),
    months=st.integers(1, 3),
)
def test_two_trainings_stand_together_exactly_where_the_earlier_is_over_for_long_enough(
    begin: int, length: int, wait: int | None, months: int
) -> None:
    begins_on = STARTS_ON + timedelta(begin)
    over_on = begins_on + timedelta(length)
    assessed_on = None if wait is None else over_on + timedelta(wait)
    policy = changed_policy({"one-month-gap": {"value": months}})
    if begins_on > ENDS_ON:
        # Nobody stands on two open rosters.
        good = begins_on >= add_months(ENDS_ON, months) and assessed_on is not None
    else:
        good = (
            over_on < STARTS_ON and assessed_on is not None and add_months(assessed_on, months) <= STARTS_ON
        )
    assert (gap(past(begins_on, over_on, assessed_on), policy) == []) is good


def test_as_long_as_the_days_are_not_filled_in_nothing_is_said() -> None:
    assert gap(past(*AUGUST, None), starts_on=None) == []


def test_of_many_trainees_fifty_are_named_and_the_others_counted() -> None:
    trainees = people(75)
    trainings = {trainee.person: (past(*AUGUST, None),) for trainee in trainees}
    findings = opening(trainees, {"teacher_count": 9}, past=trainings)
    assert [finding.where for finding in findings] == [f"roster.{row}" for row in range(1, 51)] + ["roster"]
    assert (findings[-1].measured, findings[-1].severity) == ("另有25人", "blocking")
    exactly = dict(list(trainings.items())[:50])
    assert len(opening(trainees, {"teacher_count": 9}, past=exactly)) == 50


# Duplicates ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (paid(), True),
        (paid(occupation_code="06-18-01-01"), True),
        (paid(certificate_number=None), True),
        (paid(level=3), False),
        (paid(occupation_code="6-18-01-02"), False),
        (paid(subsidy="evaluation"), False),
    ],
)
def test_one_person_is_paid_once_for_an_occupation_and_level(head: Any, found: bool) -> None:
    trainees = people(3)
    findings = opening(trainees, paid={trainees[2].person: (head,)})
    expected = [("no-duplicate", "车工4级已申领补贴", "同一人员、同一职业、同一等级只补贴一次", "roster.3")]
    assert told(findings) == (expected if found else [])
    assert "GSECRET" not in str([finding.as_dict() for finding in findings])


def test_a_duplicate_is_of_the_same_subsidy() -> None:
    trainees = people(1)
    heads = {trainees[0].person: (paid(subsidy="evaluation"),)}
    assert opening(trainees, paid=heads) == []
    assert len(opening(trainees, paid=heads, subsidy=Subsidy.EVALUATION)) == 1


def test_a_certificate_without_levels_is_a_duplicate_whatever_level_was_typed() -> None:
    trainees = people(1)
    heads = {trainees[0].person: (paid(level=None, certificate_number=None),)}
    ability = {"certificate_kind": "special_ability", "level": 4}
    assert [finding.rule for finding in opening(trainees, ability, paid=heads)] == ["no-duplicate"]
    assert opening(trainees, paid=heads) == []


def test_gap_and_duplicate_of_one_trainee_are_both_told() -> None:
    trainees = people(2)
    person = trainees[0].person
    findings = opening(trainees, past={person: (past(*AUGUST, None),)}, paid={person: (paid(),)})
    assert [(finding.rule, finding.where) for finding in findings] == [
        ("one-month-gap", "roster.1"),
        ("no-duplicate", "roster.1"),
    ]


# Posts and majors ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "measured"),
    [
        ({"post": "车工"}, None),
        ({"post": "数控车床"}, None),
        ({"post": "数控车床操作"}, None),
        ({"post": "铣工", "post_code": "6-18-01-02"}, None),
        ({"post": None, "post_code": "6-18-01-99"}, None),
        ({"post": "焊工"}, "岗位焊工"),
        ({"post": "焊工", "post_code": "6-18-02-04"}, "岗位焊工"),
        ({"post": "工"}, "岗位工"),
        ({"post": None, "post_code": "4-10-01-05"}, "岗位4-10-01-05"),
        ({"post": "焊工", "category": TraineeCategory.APPRENTICE}, "岗位焊工"),
        ({"post": "焊工", "category": TraineeCategory.MIGRANT_WORKER}, None),
        ({"post": "焊工", "changing_post": True}, None),
        ({"post": "铣工", "post_code": "6-18-02-04", "changing_post": True}, None),
        # Another class by its code is another class, whatever it is called.
        ({"post": "车工", "post_code": "4-10-01-05", "changing_post": True}, None),
        ({"post": "车工", "changing_post": True}, "原岗位车工"),
        ({"post": "铣工", "post_code": "6-18-01-02", "changing_post": True}, "原岗位铣工"),
    ],
)
def test_staff_train_for_their_own_post_or_for_one_of_another_class(
    changes: dict[str, Any], measured: str | None
) -> None:
    findings = opening((*people(2), replace(people(3)[2], **changes)))
    if measured is None:
        assert findings == []
    else:
        (finding,) = findings
        assert (finding.rule, finding.measured, finding.where) == ("own-post", measured, "roster.3")
        assert (finding.severity, finding.source) == ("warning", f"{PDS22} 二(四)19")


def test_how_many_did_not_state_their_post_is_told_once_for_each_class() -> None:
    trainees = (*people(2, post=None), *people(1), *people(3, class_no=2, post=None))
    findings = opening(trainees, {}, {})
    assert told(findings) == [
        ("own-post", "2人未填写岗位", "企业职工逐人填写岗位", "opening.classes.0.occupation"),
        ("own-post", "3人未填写岗位", "企业职工逐人填写岗位", "opening.classes.1.occupation"),
    ]


@pytest.mark.parametrize(
    ("changes", "measured"),
    [
        ({"major": "数控车床"}, "在读专业数控车床"),
        ({"major": "数控技术", "major_code": "6-18-01-01"}, "在读专业数控技术"),
        ({"major": None, "major_code": "6-18-01-02"}, "在读专业6-18-01-02"),
        ({"major": "会计"}, None),
        ({"major": "会计", "major_code": "2-06-03-00"}, None),
        ({"major": "车工", "category": TraineeCategory.GRADUATE}, "在读专业车工"),
        ({"category": TraineeCategory.GRADUATE}, None),
        ({"major": "车工", "category": TraineeCategory.OTHER}, None),
    ],
)
def test_students_are_not_subsidised_for_their_own_major(
    changes: dict[str, Any], measured: str | None
) -> None:
    one = replace(people(1)[0], **{"category": TraineeCategory.STUDENT, "post": None} | changes)
    findings = opening((one,))
    if measured is None:
        assert findings == []
    else:
        assert [(each.rule, each.measured, each.where) for each in findings] == [
            ("no-own-major", measured, "roster.1")
        ]


def test_students_who_did_not_state_a_major_are_counted() -> None:
    (finding,) = opening(people(4, category=TraineeCategory.STUDENT, post=None))
    assert (finding.rule, finding.measured) == ("no-own-major", "4人未填写在读专业")


# Apprentices -----------------------------------------------------------------------------------------------


def apprentices(count: int, elsewhere: int = 0, listed: int | None = 4) -> list[Finding]:
    year_list = listing(entries=(institution(occupation(full_time_teacher_count=listed)),))
    return opening(
        people(count, category=TraineeCategory.APPRENTICE),
        {"teacher_count": 3, "workstation_count": 25},
        year_list=year_list,
        apprentices={"06-18-01-01": elsewhere, "4-10-01-05": 500},
    )


def test_apprentices_of_an_occupation_are_at_most_twenty_for_each_full_time_teacher() -> None:
    assert apprentices(40, 40) == []
    (finding,) = apprentices(40, 41)
    assert told([finding]) == [
        (
            "apprentice-quota",
            "81人（其中其他在训41人）",
            "不超过80人（专职教师4人×20）",
            "opening.classes.0.teacher_count",
        )
    ]
    assert finding.severity == "warning"


def test_where_the_list_does_not_say_the_teachers_of_the_classes_count() -> None:
    assert apprentices(60, 0, None) == []
    (finding,) = apprentices(60, 1, None)
    assert finding.limit == "不超过60人（专职教师3人×20）"


def test_without_an_apprentice_here_the_quota_is_not_asked() -> None:
    assert opening(people(5), apprentices={"6-18-01-01": 500}) == []


def test_two_classes_of_one_occupation_share_their_teachers() -> None:
    trainees = (
        *people(50, category=TraineeCategory.APPRENTICE),
        *people(60, class_no=2, category=TraineeCategory.APPRENTICE),
    )
    few = {"teacher_count": 3}
    assert [finding.rule for finding in opening(trainees, few, few)] == []
    listed = listing(entries=(institution(occupation(full_time_teacher_count=5)),))
    (finding,) = opening(trainees, few, few, year_list=listed)
    assert (finding.measured, finding.limit) == ("110人", "不超过100人（专职教师5人×20）")
