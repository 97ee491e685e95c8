"""The year's list: who keeps it, from when a change counts, what stops an institution or a platform."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, update

from calendars import add_months, add_years
from tests.journeys.city import CITY, COUNTY, City
from tests.year_list import EXAMPLE_USCC, PLATFORM
from workflow.errors import Conflict, Forbidden, Malformed, NotFound, NotNow
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.policy import load_policy
from workflow.rules.facts import ListedInstitution, ListedOccupation, YearList
from workflow.services import audit_verification, sanctions, year_list, year_list_keeping
from workflow.vocabulary import CertificateKind, SanctionKind

USCC = "52410400MJY000002U"
SCHOOL: dict[str, Any] = {
    "region": CITY,
    "year": 2026,
    "uscc": USCC,
    "name": "湛河示例学校",
    "kind": "training_institution",
    "listed_from_on": "2026-01-01",
    "document": "平人社〔2026〕1号",
}
LATHE: dict[str, Any] = {
    "occupation_code": "6-18-01-01",
    "occupation": "车工",
    "levels": [5, 4],
    "certificate_kind": "skill_level",
    "full_time_teacher_count": 4,
    "listed_from_on": "2026-01-01",
    "document": "平人社〔2026〕1号",
}
POLICY = load_policy("pingdingshan-2022")
DAYS = st.dates(date(2022, 4, 1), date(2030, 12, 31))


def add_school(city: City, login: str = "hr1", **changes: Any) -> dict[str, Any]:
    return year_list_keeping.add_institution(city.product, actor=city.actors[login], body=SCHOOL | changes)


def add_lathe(city: City, school: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return year_list_keeping.add_occupation(
        city.product, actor=city.actors["hr1"], institution_id=school["id"], body=LATHE | changes
    )


def change_school(city: City, school: dict[str, Any], login: str = "hr1", **changes: Any) -> dict[str, Any]:
    return year_list_keeping.change_institution(
        city.product,
        actor=city.actors[login],
        institution_id=school["id"],
        body=changes,
        expected_version=school["version"],
    )


def survey(city: City, satisfied: int, asked: int = 50, on: str = "2026-08-07") -> dict[str, Any]:
    return sanctions.record_survey(
        city.product,
        actor=city.actors["hr1"],
        body={
            "region": CITY,
            "uscc": USCC,
            "surveyed_on": on,
            "asked_count": asked,
            "satisfied_count": satisfied,
        },
    )


def impose(city: City, login: str = "hr1", **changes: Any) -> dict[str, Any]:
    body = {
        "region": CITY,
        "uscc": USCC,
        "kind": "removal",
        "from_on": "2026-08-07",
        "reason": "弄虚作假",
        "document": "平人社〔2026〕9号",
    }
    body |= changes
    return sanctions.impose_sanction(
        city.product,
        actor=city.actors[login],
        body={name: value for name, value in body.items() if value is not None},
    )


def lift(city: City, sanction_id: int, login: str = "hr2") -> dict[str, Any]:
    return sanctions.lift_sanction(
        city.product, actor=city.actors[login], sanction_id=sanction_id, body={"reason": "整改合格"}
    )


def facts(city: City, uscc: str | None = USCC, region: str = CITY) -> YearList:
    with reading(city.product.engine) as connection:
        return year_list.year_list_facts(connection, region=region, uscc=uscc)


# --- what the rules are told -------------------------------------------------------------------------------


def test_the_rules_are_told_what_was_entered_and_of_nobody_else(city: City) -> None:
    school = add_school(city.at("2026-03-02"), theory_area=320, residential=False, administrator_count=3)
    add_lathe(city, school)
    add_lathe(city, school, occupation_code="6-18-02-04", occupation="焊工", levels=[5])
    found = facts(city)
    occupation = ListedOccupation(
        "6-18-01-01",
        "车工",
        (5, 4),
        CertificateKind.SKILL_LEVEL,
        4,
        date(2026, 1, 1),
        None,
        "平人社〔2026〕1号",
    )
    welding = replace(occupation, occupation_code="6-18-02-04", occupation="焊工", levels=(5,))
    assert found.entries == (
        ListedInstitution(
            "湛河示例学校",
            date(2026, 1, 1),
            None,
            "平人社〔2026〕1号",
            (occupation, welding),
            theory_area=320,
            residential=False,
            administrator_count=3,
        ),
    )
    assert found.sanctions == ()
    assert [platform.name for platform in found.platforms] == [PLATFORM]
    assert facts(city, region=COUNTY).entries == ()
    assert facts(city, uscc=None).entries == ()
    assert facts(city, uscc=None).platforms == found.platforms


def test_the_rules_are_told_every_year_in_which_it_is_listed(small_city: City) -> None:
    add_school(small_city.at("2026-03-02"), listed_until_on="2026-12-31")
    add_school(small_city, year=2027, listed_from_on="2027-01-01")
    listed = [entry.holds(date(2027, 1, 1)) for entry in facts(small_city).entries]
    assert listed == [False, True]


# --- occupations -------------------------------------------------------------------------------------------


def test_a_change_of_levels_counts_from_the_day_of_its_approval(city: City) -> None:
    school = add_school(city.at("2026-05-20"))
    add_lathe(city, school)
    changed = add_lathe(city, school, levels=[3, 5, 4], listed_from_on="2026-05-15", document="批复3号")
    assert [
        (each["levels"], each["listed_from_on"], each["listed_until_on"], each["standing"])
        for each in changed["occupations"]
    ] == [
        ([5, 4], "2026-01-01", "2026-05-14", "over"),
        ([5, 4, 3], "2026-05-15", None, "listed"),
    ]
    occupations = facts(city).entries[0].occupations
    for on, levels in ((date(2026, 5, 14), (5, 4)), (date(2026, 5, 15), (5, 4, 3))):
        assert [each.levels for each in occupations if each.holds(on)] == [levels]


@pytest.mark.parametrize(
    ("on", "message"),
    [
        ("2025-12-31", "须在2026年1月1日（机构列入之日）至2026年12月31日之间"),
        ("2027-01-01", "须在2026年1月1日（机构列入之日）至2026年12月31日之间"),
        ("2026-05-01", "同一职业已有自2026年5月1日起，没有截止日期的一条"),
        ("2026-04-01", "期间不能重叠"),
    ],
)
def test_an_approval_lies_in_the_year_and_never_under_another(
    small_city: City, on: str, message: str
) -> None:
    school = add_school(small_city.at("2026-05-20"))
    before = add_lathe(small_city, school, listed_from_on="2026-05-01")
    with pytest.raises(Malformed, match=message) as refusal:
        add_lathe(small_city, school, listed_from_on=on)
    assert [error.field for error in refusal.value.errors] == ["listed_from_on"]
    assert facts(small_city).entries[0].occupations[0].listed_until_on is None
    after = year_list.read_institution(
        small_city.product, actor=small_city.actors["hr1"], institution_id=school["id"]
    )
    assert after == before


def test_an_occupation_is_corrected_and_ended_but_never_laid_over_another(small_city: City) -> None:
    city = small_city.at("2026-05-20")
    school = add_lathe(city, add_school(city))
    school = add_lathe(city, school, levels=[5, 4, 3], listed_from_on="2026-05-15")
    first, second = school["occupations"]

    def change(one: dict[str, Any], **changes: Any) -> dict[str, Any]:
        return year_list_keeping.change_occupation(
            city.product,
            actor=city.actors["hr2"],
            occupation_id=one["id"],
            body=changes,
            expected_version=None,
        )

    with pytest.raises(Malformed, match="期间不能重叠"):
        change(first, listed_until_on=None)
    with pytest.raises(Malformed, match="级别"):
        change(second, levels=[])
    changed = change(second, full_time_teacher_count=None, listed_until_on="2026-10-31")
    assert changed["version"] == school["version"] + 1
    assert changed["occupations"][1] == second | {
        "full_time_teacher_count": None,
        "listed_until_on": "2026-10-31",
    }
    # What changes nothing is no version.
    assert change(second, occupation="车工")["version"] == changed["version"]


# --- sanctions ---------------------------------------------------------------------------------------------


def test_a_survey_below_the_limit_stops_for_a_month_whatever_day_that_ends_on(city: City) -> None:
    add_school(city.at("2026-08-07 15:00"))
    stop = survey(city, satisfied=42)["stop"]
    # 6 September is a Sunday: a minimum does not move for it.
    assert (stop["kind"], stop["from_on"], stop["until_on"], stop["state"]) == (
        "stop",
        "2026-08-07",
        "2026-09-06",
        "in_force",
    )
    assert "50人" in stop["reason"]
    assert "42人" in stop["reason"]
    assert "85%" in stop["reason"]
    assert stop["document"] == "平技领办〔2022〕5号 二(四)19"
    (told,) = facts(city).sanctions
    assert told.kind is SanctionKind.STOP
    assert told.holds(date(2026, 9, 6))
    assert not told.holds(date(2026, 9, 7))
    city.at("2026-09-07")
    assert sanctions.list_sanctions(city.product, actor=city.actors["hr1"], in_force=True)["items"] == []
    (over,) = sanctions.list_sanctions(city.product, actor=city.actors["hr1"], in_force=False)["items"]
    assert over["state"] == "over"


@given(found_on=DAYS)
def test_a_stop_or_ban_ends_the_day_before_the_same_day_of_the_month_or_year_it_leads_to(
    found_on: date,
) -> None:
    until = sanctions.stop_until(POLICY, found_on)
    assert until is not None
    assert until + timedelta(days=1) == add_months(found_on, 1)
    banned = sanctions.ban_until(POLICY, found_on)
    assert banned is not None
    assert banned + timedelta(days=1) == add_years(found_on, 2)


@pytest.mark.parametrize(
    ("satisfied", "asked", "stopped"),
    [(85, 100, False), (84, 100, True), (17, 20, False), (16, 19, True), (849, 1000, True), (0, 1, True)],
)
def test_exactly_the_limit_is_enough_and_a_hair_below_is_not(
    small_city: City, satisfied: int, asked: int, stopped: bool
) -> None:
    add_school(small_city.at("2026-08-07"))
    assert (survey(small_city, satisfied, asked)["stop"] is not None) is stopped
    assert bool(facts(small_city).sanctions) is stopped


def correct(city: City, survey_id: int, satisfied: int, login: str = "hr2", **more: Any) -> dict[str, Any]:
    body = {
        "surveyed_on": "2026-08-07",
        "asked_count": 50,
        "satisfied_count": satisfied,
        "reason": "登记有误",
    }
    return sanctions.correct_survey(
        city.product, actor=city.actors[login], survey_id=survey_id, body=body | more
    )


def test_a_survey_is_corrected_with_a_reason_and_the_stop_follows(city: City) -> None:
    school = add_school(city.at("2026-08-07 15:00"))
    first = survey(city, 42)
    number, stop_id = first["id"], first["stop"]["id"]
    city.at("2026-08-10")
    # Good enough: the stop ends today. Below the limit after all: it holds again, and says why.
    better = correct(city, number, 48)
    assert (better["satisfied_count"], better["satisfaction"]) == (48, "96.0%")
    assert (better["stop"]["id"], better["stop"]["lifted_on"]) == (stop_id, "2026-08-10")
    assert better["stop"]["lifted_reason"] == "满意度调查更正：登记有误"
    worse = correct(city, number, 40, surveyed_on="2026-08-06")["stop"]
    assert (worse["id"], worse["state"], worse["from_on"], worse["until_on"]) == (
        stop_id,
        "in_force",
        "2026-08-06",
        "2026-09-05",
    )
    assert "满意40人" in worse["reason"]
    with pytest.raises(NotNow, match="没有需要更正的"):
        correct(city, number, 40, surveyed_on="2026-08-06")
    # What HR lifted for another reason stays lifted.
    lift(city, stop_id)
    assert correct(city, number, 41)["stop"]["lifted_reason"] == "整改合格"
    # A survey that was good enough may turn out not to be.
    second = survey(city, 50, on="2026-08-08")
    assert second["stop"] is None
    assert correct(city, second["id"], 30, surveyed_on="2026-08-08")["stop"]["from_on"] == "2026-08-08"
    with pytest.raises(Conflict, match="2026年8月7日的满意度调查已经登记"):
        correct(city, second["id"], 30)

    history = year_list.read_institution(
        city.product, actor=city.actors["auditor"], institution_id=school["id"]
    )["history"]
    corrected = [entry for entry in history if entry["event"] == "correct_satisfaction_survey"]
    assert {entry["event_label"] for entry in corrected} == {"更正满意度调查"}
    told = corrected[-1]["changes"]
    assert [(one["part"], one["key"]) for one in told] == [
        ("survey", "2026-08-07"),
        ("sanction", "停止开班（2026年8月7日起）"),
    ]
    assert {one["label"]: (one["before"], one["after"]) for one in told[0]["fields"]} == {
        "满意人数": ("42", "48"),
        "更正的事由": ("", "登记有误"),
    }


def test_a_stop_that_is_over_is_not_lifted_by_a_correction(small_city: City) -> None:
    add_school(small_city.at("2026-08-07"))
    number = survey(small_city, 42)["id"]
    stop = correct(small_city.at("2026-10-08"), number, 50)["stop"]
    assert (stop["state"], stop["lifted_on"]) == ("over", None)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"satisfied_count": 51}, "不能超过调查人数50人"),
        ({"asked_count": 0}, "调查人数"),
        ({"surveyed_on": "2026-08-11"}, "不能在今天"),
        ({"reason": " "}, "“更正的事由”未填写"),
        ({"uscc": USCC}, "uscc"),
    ],
)
def test_a_correction_is_checked_like_a_survey(small_city: City, more: dict[str, Any], words: str) -> None:
    add_school(small_city.at("2026-08-07"))
    number = survey(small_city, 42)["id"]
    small_city.at("2026-08-10")
    with pytest.raises(Malformed, match=words):
        correct(small_city, number, 45, **more)
    assert len(facts(small_city).sanctions) == 1


def test_a_correction_is_of_hr_of_the_region_alone(small_city: City) -> None:
    add_school(small_city.at("2026-08-07"))
    number = survey(small_city, 42)["id"]
    for login in ("hr1_bf", "industry1", "inspector", "institution", "admin"):
        with pytest.raises(Forbidden):
            correct(small_city, number, 45, login=login)
    for unknown in (0, 99, 2**63):
        with pytest.raises(NotFound, match="没有编号为"):
            correct(small_city, unknown, 45)


def test_a_survey_is_of_a_listed_institution_of_the_past_and_recorded_once(small_city: City) -> None:
    city = small_city.at("2026-08-07")
    with pytest.raises(Malformed, match="目录清单中没有"):
        survey(city, 40)
    add_school(city)
    with pytest.raises(Malformed, match="不能在今天"):
        survey(city, 40, on="2026-08-08")
    with pytest.raises(Malformed, match="不能超过调查人数50人"):
        survey(city, 51)
    survey(city, 40)
    with pytest.raises(Conflict, match="已经登记"):
        survey(city, 50)
    assert len(facts(city).sanctions) == 1


def test_a_platform_in_violation_is_banned_for_two_years_and_no_day_less(city: City) -> None:
    city.at("2026-08-10")
    violation = {"uscc": None, "platform": PLATFORM, "kind": "ban", "from_on": "2026-08-07"}
    with pytest.raises(Malformed, match="不能早于2028年8月6日"):
        impose(city, **violation, until_on="2028-08-05")
    with pytest.raises(Malformed, match="只用于机构"):
        impose(city, **violation | {"kind": "stop"})
    with pytest.raises(Malformed, match="没有名为“别的平台”的平台"):
        impose(city, **violation | {"platform": "别的平台"})
    with pytest.raises(Malformed, match="须填写其一"):
        impose(city, **violation | {"platform": None})
    ban = impose(city, **violation)
    assert (ban["until_on"], ban["subject_name"]) == ("2028-08-06", PLATFORM)
    (platform,) = facts(city, uscc=None).platforms
    (told,) = platform.sanctions
    assert told.holds(date(2028, 8, 6))
    assert not told.holds(date(2028, 8, 7))
    assert facts(city, uscc=None, region=COUNTY).platforms[0].sanctions == ()
    assert facts(city).sanctions == ()


def test_a_sanction_holds_until_the_day_on_which_it_is_lifted_and_is_lifted_once(city: City) -> None:
    add_school(city.at("2026-08-07"))
    removal = impose(city)
    assert removal["until_on"] is None
    with pytest.raises(Conflict, match="已经登记"):
        impose(city, "hr2")
    city.at("2026-08-20")
    lifted = lift(city, removal["id"])
    assert (lifted["state"], lifted["lifted_on"], lifted["lifted_by_name"]) == (
        "lifted",
        "2026-08-20",
        "示例hr2",
    )
    (told,) = facts(city).sanctions
    assert told.holds(date(2026, 8, 19))
    assert not told.holds(date(2026, 8, 20))
    with pytest.raises(NotNow, match="已于2026年8月20日由示例hr2解除"):
        lift(city, removal["id"], "hr1")
    # The same may be needed again, from the same day on.
    again = impose(city)
    city.at("2026-08-07")
    assert lift(city, again["id"])["state"] == "lifted"
    # Lifted on its first day: it never held.
    assert len(facts(city).sanctions) == 1
    assert audit_verification.verify_audit(city.product)["holds"]


def test_what_is_over_is_not_lifted_and_what_lies_far_ahead_is_not_imposed(small_city: City) -> None:
    city = small_city.at("2026-08-07")
    add_school(city)
    stop = survey(city, 10)["stop"]
    with pytest.raises(NotNow, match="已于2026年9月6日到期"):
        lift(city.at("2026-09-07"), stop["id"])
    with pytest.raises(Malformed, match="至多在一年之后"):
        impose(city, from_on="2027-09-08")
    with pytest.raises(Malformed, match="须填写机构名称"):
        impose(city, uscc="91410400MAEX00001Y")
    named = impose(city, uscc="91410400MAEX00001Y", subject_name="冒牌公司", kind="blacklist")
    assert named["subject_name"] == "冒牌公司"


# --- who may -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "login", ["admin", "office", "auditor", "inspector", "industry1", "finance_head", "institution", "hr1_bf"]
)
def test_nobody_but_hr_of_the_region_changes_its_list(small_city: City, login: str) -> None:
    city = small_city.at("2026-08-07")
    school = add_lathe(city, add_school(city))
    removal = impose(city)
    before = _counted(city)
    actor = city.actors[login]
    own_region = {"region": CITY}
    listing = {"year": 2026, "listed_from_on": "2026-01-01", "document": "文"}
    for act in (
        lambda: add_school(city, login, uscc="91410400MAEX00001Y"),
        lambda: change_school(city, school, login, name="别的名字"),
        lambda: year_list_keeping.add_occupation(
            city.product, actor=actor, institution_id=school["id"], body=LATHE
        ),
        lambda: year_list_keeping.change_occupation(
            city.product,
            actor=actor,
            occupation_id=school["occupations"][0]["id"],
            body={"levels": [5]},
            expected_version=None,
        ),
        lambda: year_list_keeping.add_platform(
            city.product, actor=actor, body=own_region | listing | {"name": "新平台"}
        ),
        lambda: year_list_keeping.change_platform(
            city.product, actor=actor, platform_id=1, body={"document": "文"}, expected_version=None
        ),
        lambda: impose(city, login, kind="blacklist"),
        lambda: lift(city, removal["id"], login),
        lambda: sanctions.record_survey(
            city.product,
            actor=actor,
            body=own_region
            | {"uscc": USCC, "surveyed_on": "2026-08-07", "asked_count": 1, "satisfied_count": 1},
        ),
    ):
        with pytest.raises(Forbidden):
            act()
    assert _counted(city) == before


def _counted(city: City) -> list[int]:
    changed = (
        tables.listed_institution,
        tables.listed_occupation,
        tables.listed_platform,
        tables.sanction,
        tables.satisfaction_survey,
        tables.audit_entry,
    )
    with reading(city.product.engine) as connection:
        return [connection.scalar(select(func.count()).select_from(table)) or 0 for table in changed]


def test_everybody_reads_what_is_theirs(small_city: City) -> None:
    city = small_city.at("2026-08-07")
    add_school(city)
    removal = impose(city)

    def seen(login: str) -> set[str]:
        page = year_list.list_institutions(city.product, actor=city.actors[login], limit=100)
        return {item["uscc"] for item in page["items"]}

    own = {login: f"52{login:>16}"[:18] for login in ("institution", "institution_bf")}
    for login in ("hr1", "industry1", "inspector", "finance1", "office", "auditor", "admin"):
        assert {USCC, EXAMPLE_USCC, own["institution"]} <= seen(login)
    for login in ("office", "auditor", "admin"):
        assert own["institution_bf"] in seen(login)
    assert own["institution_bf"] not in seen("hr1")
    assert USCC not in seen("hr1_bf")
    assert seen("institution") == {own["institution"]}
    assert seen("individual") == set()
    listed = sanctions.list_sanctions(city.product, actor=city.actors["institution"])
    assert listed["items"] == []
    for login in ("institution", "hr1_bf", "individual"):
        with pytest.raises(Forbidden):
            sanctions.read_sanction(city.product, actor=city.actors[login], sanction_id=removal["id"])


def test_an_institution_reads_its_own_entry_without_the_names_behind_it(small_city: City) -> None:
    city = small_city.at("2026-08-07")
    with writing(city.product.engine) as connection:
        organisation = tables.organisation
        connection.execute(update(organisation).where(organisation.c.name == "institution").values(uscc=USCC))
    school = add_school(city)
    survey(city, 10)
    own = year_list.read_institution(
        city.product, actor=city.actors["institution"], institution_id=school["id"]
    )
    assert own["stopped"]
    assert [one["kind_label"] for one in own["sanctions"]] == ["停止开班"]
    assert own["surveys"][0]["satisfaction"] == "20.0%"
    assert own["history"] == []
    with pytest.raises(Forbidden):
        year_list.read_institution(
            city.product, actor=city.actors["institution2"], institution_id=school["id"]
        )


def test_nobody_of_hr_keeps_the_entry_of_an_organisation_one_belongs_to(small_city: City) -> None:
    city = small_city.at("2026-08-07")
    with writing(city.product.engine) as connection:
        organisation_id = connection.execute(
            insert(tables.organisation)
            .values(name="湛河示例学校", uscc=USCC, kind="institution", region=CITY)
            .returning(tables.organisation.c.id)
        ).scalar_one()
    city.actors["hr1"] = replace(city.actors["hr1"], organisation_id=organisation_id)
    with pytest.raises(Forbidden, match="回避"):
        add_school(city)
    school = add_school(city, "hr2")
    with pytest.raises(Forbidden, match="回避"):
        change_school(city, school, theory_area=500)
    with pytest.raises(Forbidden, match="回避"):
        survey(city, 50)
    assert add_school(city, uscc="91410400MAEX00001Y")["version"] == 1


# --- two at once, and what is remembered -------------------------------------------------------------------


def test_of_two_who_change_an_entry_at_once_the_second_is_told(city: City) -> None:
    school = add_school(city.at("2026-08-07"))
    change_school(city, school, theory_area=500)
    with pytest.raises(Conflict) as refusal:
        change_school(city, school, "hr2", theory_area=600)
    assert refusal.value.current_version == school["version"] + 1
    assert facts(city).entries[0].theory_area == 500


def test_of_many_who_list_the_same_institution_at_once_one_does(city: City) -> None:
    city.at("2026-08-07")

    def add(number: int) -> bool:
        try:
            add_school(city, f"hr{number % 2 + 1}", name=f"第{number}次")
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(add, range(8))) == [False] * 7 + [True]
    assert len(facts(city).entries) == 1
    assert audit_verification.verify_audit(city.product)["holds"]


def test_the_history_says_who_changed_what_from_what_to_what(city: City) -> None:
    school = add_school(city.at("2026-08-07"))
    add_lathe(city, school)
    survey(city, 10)
    with pytest.raises(Malformed, match="不能修改"):
        change_school(city, school | {"version": None}, uscc="91410400MAEX00001Y")
    changed = change_school(city, school | {"version": None}, theory_area=310, residential=True)
    newest, *older = changed["history"]
    assert (newest["actor_name"], newest["event_label"]) == ("示例hr1", "修改机构")
    (part,) = newest["changes"]
    assert (part["part"], part["key"], part["new"]) == ("institution", "2026年度", False)
    assert [(one["label"], one["before"], one["after"]) for one in part["fields"]] == [
        ("理论教学场地面积（平方米）", "", "310"),
        ("场地在居民楼内", "", "是"),
    ]
    assert [entry["event"] for entry in older] == [
        "record_satisfaction_survey",
        "list_occupation",
        "list_institution",
    ]
    assert [change["part"] for change in older[0]["changes"]] == ["survey", "sanction"]
    assert audit_verification.verify_audit(city.product)["holds"]


def test_a_platform_is_listed_changed_and_known_by_its_name(city: City) -> None:
    city.at("2026-08-07")
    actor = city.actors["hr_head"]
    body = {
        "region": CITY,
        "year": 2026,
        "name": "云课堂",
        "listed_from_on": "2026-02-01",
        "document": "文",
    }
    platform = year_list_keeping.add_platform(city.product, actor=actor, body=body)
    with pytest.raises(Conflict, match="已在2026年度目录清单中"):
        year_list_keeping.add_platform(city.product, actor=actor, body=body)
    with pytest.raises(Malformed, match="不在2026年度内"):
        year_list_keeping.add_platform(
            city.product, actor=actor, body=body | {"name": "别的", "listed_from_on": "2025-12-31"}
        )
    ended = year_list_keeping.change_platform(
        city.product,
        actor=actor,
        platform_id=platform["id"],
        body={"listed_until_on": "2026-06-30"},
        expected_version=platform["version"],
    )
    assert (ended["standing"], ended["history"][0]["event"]) == ("over", "change_listed_platform")
    with pytest.raises(Conflict):
        year_list_keeping.change_platform(
            city.product,
            actor=actor,
            platform_id=platform["id"],
            body={"document": "别的文"},
            expected_version=platform["version"],
        )
    with pytest.raises(Malformed, match="不能修改"):
        year_list_keeping.change_platform(
            city.product,
            actor=actor,
            platform_id=platform["id"],
            body={"name": "改名"},
            expected_version=None,
        )
