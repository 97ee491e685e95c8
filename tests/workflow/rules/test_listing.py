"""The year's list: who is on it on the first day, until when and from when; stops, platforms, staff."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflow.form.filled import example
from tests.workflow.rules.situations import (
    NEW_YEAR,
    POLICY,
    STARTS_ON,
    assessed,
    changed_policy,
    claim,
    form_of,
    institution,
    listing,
    occupation,
    people,
    platform,
    sanction,
    told,
)
from workflow.errors import Finding
from workflow.form import read_new_application
from workflow.rules import Facts, Occasion, check
from workflow.rules.facts import YearList
from workflow.vocabulary import CertificateKind, SanctionKind

FIRST = "opening.classes.0"
LIMIT = "开班日（2026年9月7日）在年度目录清单内"


def opening(year_list: YearList | None, *changes: dict[str, Any], **facts: Any) -> list[Finding]:
    form = form_of(*changes)
    roster = {entry["class_no"]: entry["planned_count"] for entry in form["opening"]["classes"]}
    return check(
        Occasion.OPENING_SUBMIT, Facts(form=form, roster=roster, year_list=year_list, **facts), POLICY
    )


def test_who_is_listed_opens_without_a_finding_and_of_a_list_not_looked_up_nothing_is_said() -> None:
    assert opening(listing()) == []
    assert opening(None) == []


BLACKLISTED = sanction(SanctionKind.BLACKLIST, date(2026, 8, 1), date(2027, 7, 31), "套取补贴")
REMOVED = sanction(SanctionKind.REMOVAL, STARTS_ON, None)


@pytest.mark.parametrize(
    ("year_list", "measured", "limit", "where"),
    [
        (listing(entries=()), "未列入", LIMIT, "starts_on"),
        (
            listing(entries=(institution(listed_from_on=date(2026, 9, 8)),)),
            "自2026年9月8日起列入",
            LIMIT,
            "starts_on",
        ),
        (
            listing(entries=(institution(listed_until_on=date(2026, 9, 6)),)),
            "列入至2026年9月6日",
            LIMIT,
            "starts_on",
        ),
        (
            listing(sanctions=(BLACKLISTED,)),
            "2026年8月1日起列入黑名单，至2027年7月31日止",
            "开班日（2026年9月7日）未被移出目录或者列入黑名单",
            "starts_on",
        ),
        (
            listing(sanctions=(REMOVED,)),
            "2026年9月7日起移出目录，没有期限",
            "开班日（2026年9月7日）未被移出目录或者列入黑名单",
            "starts_on",
        ),
        (
            listing(entries=(institution(occupation(occupation_code="6-18-01-02")),)),
            "未列入",
            "开班日（2026年9月7日）职业（工种）在年度目录清单内",
            "occupation_code",
        ),
        (
            listing(entries=(institution(occupation(listed_from_on=date(2026, 9, 8))),)),
            "自2026年9月8日起列入",
            "开班日（2026年9月7日）职业（工种）在年度目录清单内",
            "occupation_code",
        ),
        (
            listing(entries=(institution(occupation(levels=(5, 3))),)),
            "4级",
            "5级、3级",
            "level",
        ),
        (
            listing(entries=(institution(occupation(levels=())),)),
            "4级",
            "目录清单没有列出级别",
            "level",
        ),
    ],
)
def test_who_is_not_listed_on_the_first_day_is_told_since_when_and_from_when(
    year_list: YearList, measured: str, limit: str, where: str
) -> None:
    (finding,) = opening(year_list)
    assert told([finding]) == [("listed-institution", measured, limit, f"{FIRST}.{where}")]
    assert finding.severity == "blocking"
    assert finding.source == POLICY.rules["listed-institution"].source
    for part in (measured, limit, "班次1"):
        assert part in finding.message


@pytest.mark.parametrize(
    "year_list",
    [
        listing(entries=(institution(listed_from_on=STARTS_ON, listed_until_on=STARTS_ON),)),
        listing(entries=(institution(occupation(listed_from_on=STARTS_ON, listed_until_on=STARTS_ON)),)),
        listing(entries=(institution(occupation(occupation_code="06-18-01-01")),)),
        listing(entries=(institution(occupation(occupation_code="6-18-02-04")), institution())),
        listing(
            sanctions=(
                sanction(SanctionKind.BLACKLIST, NEW_YEAR, date(2026, 9, 6)),
                sanction(SanctionKind.REMOVAL, date(2026, 9, 8), None),
            )
        ),
    ],
)
def test_the_first_and_the_last_listed_day_count(year_list: YearList) -> None:
    assert opening(year_list) == []


def test_a_change_of_occupation_counts_from_the_day_it_is_approved_class_by_class() -> None:
    changed = listing(entries=(institution(occupation(listed_from_on=date(2026, 9, 10))),))
    findings = opening(changed, {}, {"starts_on": "2026-09-10"})
    assert [finding.where for finding in findings] == [f"{FIRST}.occupation_code"]


def test_as_long_as_no_first_day_is_filled_in_today_is_asked() -> None:
    form = form_of({"starts_on": None})
    facts = Facts(form=form, roster={1: 50}, year_list=listing(), today=date(2025, 12, 31))
    assert {finding.rule for finding in check(Occasion.OPENING_SUBMIT, facts, POLICY)} == {
        "listed-institution",
        "online-theory-share",
    }


def test_a_class_without_a_level_needs_none_on_the_list() -> None:
    year_list = listing(entries=(institution(occupation(levels=(), certificate_kind=None)),))
    assert opening(year_list, {"certificate_kind": "special_ability", "level": 4}) == []


def individual(year_list: YearList, **certificate: Any) -> list[Finding]:
    form = read_new_application(example("application-individual")).sections()
    form["certificate"].update(certificate)
    facts = Facts(form=form, payload=claim((1, 1, "1.00")), year_list=year_list)
    return check(Occasion.CLAIM_SUBMIT, facts, POLICY)


def test_an_individuals_institution_is_asked_for_the_day_of_the_certificate() -> None:
    until = listing(entries=(institution(listed_until_on=date(2026, 9, 24)),))
    assert individual(until) == []
    (finding,) = individual(until, issued_on="2026-09-25")
    assert (finding.rule, finding.where) == ("listed-institution", "provider.institution")
    (finding,) = individual(listing(entries=(institution(occupation(occupation_code="4-10-01-05")),)))
    assert finding.where == "provider.occupation_code"
    (finding,) = individual(listing(), level=2)
    assert (finding.measured, finding.where) == ("2级", "certificate.level")


def test_an_individual_with_a_bare_completion_is_told_of_the_better_certificate() -> None:
    (finding,) = individual(listing(), kind="completion", level=None)
    assert (finding.rule, finding.severity, finding.where) == (
        "best-certificate",
        "warning",
        "certificate.kind",
    )
    assert (finding.measured, finding.limit) == ("结业考核", "职业技能等级评定")
    unstated = listing(entries=(institution(occupation(certificate_kind=None)),))
    assert individual(unstated, kind="completion", level=None) == []
    only = listing(entries=(institution(occupation(certificate_kind=CertificateKind.COMPLETION)),))
    assert individual(only, kind="completion", level=None) == []


def test_at_the_claim_only_the_claimed_classes_are_measured_again() -> None:
    year_list = listing(entries=(institution(occupation(listed_until_on=STARTS_ON)),))
    form = assessed({}, {"starts_on": "2026-09-08"})
    roster = {1: 50, 2: 50}

    def rules(number: int) -> list[str]:
        facts = Facts(form=form, payload=claim((number, 1, "1.00")), roster=roster, year_list=year_list)
        return [finding.rule for finding in check(Occasion.CLAIM_SUBMIT, facts, POLICY)]

    assert rules(1) == []
    assert rules(2) == ["listed-institution"]


def test_of_several_sanctions_the_longest_is_told() -> None:
    both = [BLACKLISTED, sanction(SanctionKind.REMOVAL, date(2026, 8, 15), None)]
    for order in (both, both[::-1]):
        (finding,) = opening(listing(sanctions=tuple(order)))
        assert finding.measured == "2026年8月15日起移出目录，没有期限"


# Stops -----------------------------------------------------------------------------------------------------

STOP = sanction(SanctionKind.STOP, date(2026, 8, 7), date(2026, 9, 7), "满意度82%")


def test_no_class_begins_while_the_institution_is_stopped() -> None:
    (finding,) = opening(listing(sanctions=(STOP,)))
    assert told([finding]) == [
        (
            "satisfaction",
            "2026年8月7日起停止开班，至2026年9月7日止（满意度82%）",
            "满意度不低于85%，停止开班期内不开班",
            f"{FIRST}.starts_on",
        )
    ]
    assert finding.severity == "blocking"
    assert opening(listing(sanctions=(STOP,)), {"starts_on": "2026-09-08"}) == []


@given(st.integers(-40, 40), st.integers(0, 40), st.integers(-60, 60))
def test_a_stop_holds_from_its_first_to_its_last_day(begin: int, length: int, first: int) -> None:
    begins_on, starts_on = STARTS_ON + timedelta(begin), STARTS_ON + timedelta(first)
    stop = sanction(SanctionKind.STOP, begins_on, begins_on + timedelta(length))
    findings = opening(listing(sanctions=(stop,)), {"starts_on": starts_on.isoformat(), "ends_on": None})
    assert bool(findings) is (begin <= first <= begin + length)


def test_a_class_that_was_seen_to_begin_in_a_stop_is_told_of() -> None:
    payload = {
        "class_no": 1,
        "inspected_at": "2026-09-06T23:00:00+00:00",
        "present_count": 50,
        "sign_in": "签到50人",
    }

    def rules(year_list: YearList, payload: dict[str, Any]) -> list[tuple[str, str]]:
        facts = Facts(form=form_of(), payload=payload, roster={1: 50}, year_list=year_list)
        return [(each.rule, each.severity) for each in check(Occasion.INSPECTION, facts, POLICY)]

    stopped = listing(sanctions=(STOP,))
    assert rules(stopped, payload) == [("satisfaction", "warning")]
    assert rules(listing(), payload) == []
    # Later checks are of a class that has begun.
    del payload["sign_in"]
    assert rules(stopped, payload) == []


@pytest.mark.parametrize(
    ("year_list", "measured"),
    [
        (
            listing(sanctions=(sanction(SanctionKind.REMOVAL, STARTS_ON, None),)),
            "2026年9月7日起移出目录，没有期限",
        ),
        (listing(sanctions=(sanction(SanctionKind.REMOVAL, date(2026, 9, 8), None),)), None),
        (listing(sanctions=(BLACKLISTED,)), "2026年8月1日起列入黑名单，至2027年7月31日止"),
        (listing(entries=()), "未列入"),
        (listing(entries=(institution(occupation(listed_until_on=date(2026, 9, 6))),)), "列入至2026年9月6日"),
        (listing(entries=(institution(occupation(levels=(5, 3))),)), "4级"),
        (listing(), None),
    ],
)
def test_who_was_removed_before_the_class_was_seen_to_begin_is_told_of(
    year_list: YearList, measured: str | None
) -> None:
    payload = {
        "class_no": 1,
        "inspected_at": "2026-09-06T23:00:00+00:00",
        "present_count": 50,
        "sign_in": "签到50人",
    }
    for occasion, seen, where in (
        (Occasion.INSPECTION, {}, "payload.inspected_at"),
        (
            Occasion.TRAINING_END,
            {"opening_inspections": [payload]},
            "training.opening_inspections.0.inspected_at",
        ),
    ):
        facts = Facts(
            form=form_of() | {"training": seen},
            payload=payload if occasion is Occasion.INSPECTION else {"ended_on": "2026-09-18"},
            roster={1: 50},
            year_list=year_list,
        )
        found = [
            (each.rule, each.severity, each.measured, each.where) for each in check(occasion, facts, POLICY)
        ]
        told_of = [("listed-institution", "warning", measured, where)] if measured else []
        assert found == told_of


# Platforms -------------------------------------------------------------------------------------------------

BANNED = sanction(SanctionKind.BAN, date(2025, 1, 10), date(2027, 1, 9), "无人脸核验")


@pytest.mark.parametrize(
    ("platforms", "measured", "limit"),
    [
        ((), "未列入", "开班日（2026年9月7日）在目录清单内的平台"),
        ((platform(name="另一平台"),), "未列入", "开班日（2026年9月7日）在目录清单内的平台"),
        (
            (platform(listed_from_on=date(2026, 9, 8)),),
            "自2026年9月8日起列入",
            "开班日（2026年9月7日）在目录清单内的平台",
        ),
        (
            (platform(sanctions=(BANNED,)),),
            "2025年1月10日起不得参与补贴培训，至2027年1月9日止",
            "违规之日起2年内不得参与补贴培训",
        ),
    ],
)
def test_theory_moves_only_to_listed_platforms(platforms: Any, measured: str, limit: str) -> None:
    year_list = listing(platforms=platforms)
    (finding,) = opening(year_list)
    assert told([finding]) == [("online-theory-share", measured, limit, f"{FIRST}.online_platform")]
    assert "示例培训平台" in finding.message
    assert opening(year_list, {"online_theory_hours": 0}) == []


def test_share_and_platform_may_be_broken_at_once() -> None:
    findings = opening(listing(platforms=()), {"online_theory_hours": 33, "practical_hours": 47})
    assert [(finding.rule, finding.where) for finding in findings] == [
        ("practical-share", f"{FIRST}.practical_hours"),
        ("online-theory-share", f"{FIRST}.online_theory_hours"),
        ("online-theory-share", f"{FIRST}.online_platform"),
    ]


def test_a_platform_is_known_however_its_name_is_typed() -> None:
    assert opening(listing(platforms=(platform(name="示例 培训平台"),))) == []
    assert opening(listing(platforms=(platform(sanctions=(BANNED,)),)), {"starts_on": "2027-01-10"}) == []


# Certificates, teachers, premises, staff -------------------------------------------------------------------

COMPLETION = {"certificate_kind": "completion", "level": None}


def test_who_can_have_a_better_certificate_is_not_trained_for_a_bare_one() -> None:
    (finding,) = opening(listing(), COMPLETION)
    assert told([finding]) == [
        ("best-certificate", "结业考核", "职业技能等级评定", f"{FIRST}.certificate_kind")
    ]
    for kind in (None, CertificateKind.COMPLETION):
        only = listing(entries=(institution(occupation(certificate_kind=kind)),))
        assert opening(only, COMPLETION) == []
    # An occupation that is not listed that day names no certificate.
    later = listing(entries=(institution(occupation(listed_from_on=date(2026, 9, 8))),))
    assert [finding.rule for finding in opening(later, COMPLETION)] == ["listed-institution"]


def test_a_bare_certificate_is_told_of_again_with_the_results() -> None:
    one = {"class_no": 1, "kind": "completion", "examined_count": 40, "certified_count": 40}
    better = {"class_no": 1, "kind": "skill_level", "level": 4, "examined_count": 9, "certified_count": 9}

    def warned(*results: dict[str, Any], **changes: Any) -> list[tuple[str, str, str]]:
        form = form_of(COMPLETION | changes)
        facts = Facts(form=form, payload={"results": list(results)}, roster={1: 50}, year_list=listing())
        return [(each.rule, each.severity, each.limit) for each in check(Occasion.RESULTS, facts, POLICY)]

    assert warned(one) == [("best-certificate", "warning", "职业技能等级评定")]
    assert warned(better, certificate_kind="skill_level", level=4) == []
    # With the better examination held beside it, only that it was not planned is told.
    assert warned(one, better) == [("best-certificate", "warning", "结业考核")]


def test_each_occupation_has_two_teachers_listed_or_named() -> None:
    alone = {"planned_count": 20, "teacher_count": 1}
    few = listing(entries=(institution(occupation(full_time_teacher_count=1)),))
    (finding,) = opening(few, alone)
    assert told([finding]) == [("teachers", "1人", "至少2人", f"{FIRST}.teacher_count")]
    assert finding.severity == "warning"
    assert opening(listing(), alone) == []
    assert opening(None, alone, alone) == []
    # The teachers of an entry that is over do not count.
    over = occupation(full_time_teacher_count=9, listed_until_on=date(2026, 6, 30))
    now = occupation(full_time_teacher_count=None)
    assert [each.rule for each in opening(listing(entries=(institution(over, now),)), alone)] == ["teachers"]
    unstated = listing(entries=(institution(occupation(full_time_teacher_count=None)),))
    assert opening(unstated, {"planned_count": 20, "teacher_count": 2}) == []
    assert [finding.rule for finding in opening(unstated, {"teacher_count": 0})] == [
        "teacher-ratio",
        "teachers",
    ]


@pytest.mark.parametrize(
    ("changes", "rule", "measured", "limit"),
    [
        ({"theory_area": 299}, "premises", "299平方米", "不少于300平方米"),
        ({"residential": True}, "premises", "在居民楼院内", "不得在居民楼院内"),
        ({"full_time_head": False}, "staff", "没有专职校长", "配备专职校长"),
        ({"administrator_count": 2}, "staff", "2人", "至少3人"),
        ({"finance_staff_count": 1}, "staff", "1人", "至少2人"),
        ({"own_account": False}, "staff", "没有独立财务账户", "有独立财务账户"),
    ],
)
def test_the_institution_has_premises_and_staff(
    changes: dict[str, Any], rule: str, measured: str, limit: str
) -> None:
    (finding,) = opening(listing(entries=(institution(**changes),)))
    assert told([finding]) == [(rule, measured, limit, "applicant.name")]
    assert finding.severity == "warning"
    unstated = dict.fromkeys(changes)
    assert opening(listing(entries=(institution(**unstated),))) == []


def test_everything_that_lacks_is_told_at_once() -> None:
    bare = institution(
        theory_area=0,
        residential=True,
        full_time_head=False,
        administrator_count=0,
        finance_staff_count=0,
        own_account=False,
    )
    findings = opening(listing(entries=(bare,)))
    assert [finding.rule for finding in findings] == ["premises"] * 2 + ["staff"] * 4


def test_the_number_of_finance_staff_is_the_policys() -> None:
    form = form_of()
    entry = institution(finance_staff_count=2)
    facts = Facts(form=form, roster={1: 50}, year_list=listing(entries=(entry,)), people=people())
    assert check(Occasion.OPENING_SUBMIT, facts, POLICY) == []
    (finding,) = check(Occasion.OPENING_SUBMIT, facts, changed_policy(finance_staff_minimum=3))
    assert (finding.measured, finding.limit) == ("2人", "至少3人")
