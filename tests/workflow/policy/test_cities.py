"""The packaged policies of the cities: what each document says, and that nobody rests on another's."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import pytest

from workflow.policy import (
    Group,
    Policy,
    available_policies,
    check_files,
    load_policy,
    policy_in_force,
    region_labels,
)
from workflow.vocabulary import CertificateKind, ClockKind

XX23A, XX23R = "新技领办〔2023〕4号", "新人社办〔2023〕35号"
ZM22 = "中牟县工作方案（征求意见稿）"
PACKAGED = available_policies()
NUMBER = re.compile(r"[^\s、，；（]*〔\d{4}〕\d+号")


def shown(policy: Policy) -> dict[str, tuple[str, str]]:
    return {parameter.path: (parameter.value, parameter.source) for parameter in policy.parameters}


# --- every policy ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", PACKAGED)
def test_every_value_has_a_clause_of_the_policys_own_documents_or_is_local(key: str) -> None:
    policy = load_policy(key)
    for parameter in policy.parameters:
        assert parameter.title
        assert parameter.value
        if parameter.local:
            assert re.fullmatch(r"本地(（参照.+）)?", parameter.source), parameter
            assert parameter.note, parameter
        else:
            assert parameter.source.startswith(policy.documents), parameter
            assert set(NUMBER.findall(parameter.source)) <= set(policy.documents), parameter


@pytest.mark.parametrize("key", PACKAGED)
def test_what_the_own_documents_say_is_not_called_local(key: str) -> None:
    policy = load_policy(key)
    # When and whom the ladder tells is local even where the ground of the rung is the city's own.
    follows_itself = {
        parameter.path
        for parameter in policy.parameters
        if parameter.local and any(document in parameter.source for document in policy.documents)
    }
    assert follows_itself <= {"ladder.arrears_1_month"}


def test_no_two_cities_rest_on_the_same_document() -> None:
    named = [document for key in PACKAGED for document in load_policy(key).documents]
    assert len(named) == len(set(named))


@pytest.mark.parametrize("key", PACKAGED)
def test_every_value_of_the_data_is_shown_in_its_group(key: str) -> None:
    policy = load_policy(key)
    data: dict[str, Any] = json.loads(policy.content)
    leaves = {f"{table}.{name}" for table, rows in data.items() if table != "documents" for name in rows}
    tables = {path for path in leaves if path.partition(".")[0] not in {"title", "valid_from", "key"}}
    paths = [parameter.path for parameter in policy.parameters]
    assert set(paths) == tables | {"documents", "title", "valid_from"}
    assert len(paths) == len(set(paths))
    groups = [parameter.group for parameter in policy.parameters]
    assert groups == sorted(groups, key=list(Group).index)
    assert set(groups) == set(Group)


def test_the_comments_stage_is_said_wherever_the_draft_is_cited() -> None:
    for key in PACKAGED:
        policy = load_policy(key)
        for parameter in policy.parameters:
            assert parameter.draft is ("中牟县" in parameter.source)
        assert policy.draft is (key == "zhongmu-2022")


def test_the_packaged_policies_hold_and_do_not_contradict_each_other() -> None:
    checked, found = check_files()
    assert checked == tuple(f"{key}.toml" for key in PACKAGED)
    assert found == []


@pytest.mark.parametrize(
    ("region", "on", "key"),
    [
        ("410700", date(2023, 5, 23), None),
        ("410700", date(2023, 5, 24), "xinxiang-2023"),
        ("410783", date(2026, 9, 1), "xinxiang-2023"),
        ("410122", date(2021, 12, 31), None),
        ("410122", date(2022, 1, 1), "zhongmu-2022"),
        ("410400", date(2026, 9, 1), "pingdingshan-2022"),
    ],
)
def test_each_region_has_its_own_policy(region: str, on: date, key: str | None) -> None:
    found = policy_in_force(region, on)
    assert (found.key if found else None) == key


def test_the_regions_are_those_that_the_documents_name() -> None:
    assert len(load_policy("xinxiang-2023").regions) == 13
    assert load_policy("zhongmu-2022").regions == {"410122": "中牟县"}
    assert len(region_labels()) == 2 + 13 + 1


# --- one by one --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value", "source"),
    [
        ("valid_from", "2023-05-24", f"{XX23A} 第十一条"),
        ("settings.certificates_required", "是", f"{XX23A} 附件4 二2、{XX23R} 附件1 五5"),
        ("settings.minor_certificates", "专项职业能力证书", f"{XX23A} 附件3 二3"),
        ("rules.minor-certificate-share", "10%", f"{XX23A} 附件3 二3"),
        ("clocks.finance_month", "1个月", f"{XX23A} 附件3 三(三)(四)"),
        ("rules.listed-institution", "启用", f"{XX23R} 附件1 五1"),
        ("rules.roster", "1人", f"{XX23R} 附件1 五5"),
        ("rules.no-fee", "启用", f"{XX23R} 附件1 五6"),
        ("rules.no-merge", "启用", f"{XX23R} 附件1 五7"),
        ("rules.teachers", "2人", f"{XX23R} 附件1 二1"),
        ("rules.premises", "300平方米", f"{XX23R} 附件1 三1、2"),
        ("rules.staff", "3人", f"{XX23R} 附件1 四1、2"),
        ("settings.finance_staff_minimum", "2人", f"{XX23R} 附件1 四2"),
        ("clocks.hr_total", "15个工作日", "本地（参照平技领办〔2022〕5号 二(四)21）"),
        ("rules.class-size", "80人", "本地（参照平技领办〔2022〕5号 二(四)20(1)）"),
        ("settings.platform_ban_years", "2年", "本地（参照平技领办〔2022〕5号 二(四)20(3)）"),
        ("rules.no-duplicate", "启用", f"本地（参照{ZM22} 三(二)4）"),
        ("evaluation_rates.level_1", "380.00元", f"本地（参照{ZM22} 三(二)4）"),
        ("employment_subsidies.hiring", "不启用", "本地"),
        ("rates.level_5", "1,000.00元", "本地"),
    ],
)
def test_xinxiang_says_what_its_two_documents_say(path: str, value: str, source: str) -> None:
    assert shown(load_policy("xinxiang-2023"))[path] == (value, source)


@pytest.mark.parametrize(
    ("path", "value", "source"),
    [
        ("valid_from", "2022-01-01", "本地"),
        ("evaluation_rates.special_ability", "100.00元", f"{ZM22} 三(二)4"),
        ("evaluation_rates.level_5", "200.00元", f"{ZM22} 三(二)4"),
        ("evaluation_rates.level_4", "240.00元", f"{ZM22} 三(二)4"),
        ("evaluation_rates.level_3", "280.00元", f"{ZM22} 三(二)4"),
        ("evaluation_rates.level_2", "350.00元", f"{ZM22} 三(二)4"),
        ("evaluation_rates.level_1", "380.00元", f"{ZM22} 三(二)4"),
        ("employment_subsidies.hiring", "每人1,000.00元", f"{ZM22} 三(三)7"),
        ("employment_subsidies.placement", "每人300.00元", f"{ZM22} 三(三)7"),
        ("rules.no-duplicate", "启用", f"{ZM22} 三(二)4"),
        ("rules.teachers", "2人", f"本地（参照{XX23R} 附件1 二）"),
        ("settings.certificates_required", "否", "本地"),
        ("settings.fund_first", "职业技能提升行动专账资金", "本地（参照平技领办〔2022〕5号 二(四)21）"),
    ],
)
def test_zhongmu_says_what_its_draft_says(path: str, value: str, source: str) -> None:
    assert shown(load_policy("zhongmu-2022"))[path] == (value, source)


def test_what_employment_pays_is_known_with_its_conditions() -> None:
    subsidies = load_policy("zhongmu-2022").employment_subsidies
    hiring, placement = subsidies["hiring"], subsidies["placement"]
    assert (hiring.fen, hiring.cap_fen, hiring.months) == (100_000, 200_000_000, 12)
    assert (placement.fen, placement.cap_fen, placement.months) == (30_000, None, 6)
    assert load_policy("pingdingshan-2022").employment_subsidies == {}


def test_pingdingshan_counts_two_certificates_as_minor_and_stops_for_a_month() -> None:
    policy = load_policy("pingdingshan-2022")
    assert policy.minor_certificates == (CertificateKind.SPECIAL_ABILITY, CertificateKind.COMPLETION)
    assert (policy.satisfaction_stop_months, policy.platform_ban_years) == (1, 2)
    assert load_policy("xinxiang-2023").minor_certificates == (CertificateKind.SPECIAL_ABILITY,)
    assert shown(policy)["settings.satisfaction_stop_months"] == ("1个月", "平技领办〔2022〕5号 二(四)19")
    assert shown(policy)["settings.platform_ban_years"] == ("2年", "平技领办〔2022〕5号 二(四)20(3)")
    assert policy.evaluation_rates["special_ability"].fen == 10_000


def test_a_version_stored_before_a_parameter_was_known_is_still_read() -> None:
    data = json.loads(load_policy("pingdingshan-2022").content)
    for name in ("documents", "evaluation_rates", "employment_subsidies", "retirement"):
        del data[name]
    for name in (
        *("minor_certificates", "satisfaction_stop_months", "platform_ban_years"),
        "finance_staff_minimum",
        "inspectors_drawn",
    ):
        del data["settings"][name]
    del data["rules"]["registered-body"]
    # These three only warned then.
    for name in ("recording", "online-integrity", "satisfaction"):
        data["rules"][name]["severity"] = "warning"
    stored = Policy.from_content(json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")))
    # The version under which applications were accepted before these parameters were added.
    assert stored.version == "962a681d3be5"
    assert (stored.documents, stored.minor_certificates, stored.satisfaction_stop_months) == ((), (), None)
    assert stored.evaluation_rates == stored.employment_subsidies == stored.retirement == {}
    assert "registered-body" not in stored.rules
    assert stored.clocks[ClockKind.HR_TOTAL].count == 15


@pytest.mark.parametrize("key", PACKAGED)
@pytest.mark.parametrize(
    ("sex", "born", "years", "months"),
    # The tables behind the decision of 2024-09-13, row by row where it turns.
    [
        ("men", "1964-12", 60, 0),
        ("men", "1965-01", 60, 1),
        ("men", "1965-04", 60, 1),
        ("men", "1965-05", 60, 2),
        ("men", "1968-12", 61, 0),
        ("men", "1969-01", 61, 1),
        ("men", "1972-12", 62, 0),
        ("men", "1976-08", 62, 11),
        ("men", "1976-09", 63, 0),
        ("men", "2005-01", 63, 0),
        ("women", "1969-12", 55, 0),
        ("women", "1970-01", 55, 1),
        ("women", "1973-12", 56, 0),
        ("women", "1981-08", 57, 11),
        ("women", "1981-09", 58, 0),
        ("women", "1999-01", 58, 0),
    ],
)
def test_the_age_of_retirement_follows_the_table(
    key: str, sex: str, born: str, years: int, months: int
) -> None:
    retirement = load_policy(key).retirement[sex]
    assert retirement.months(date.fromisoformat(f"{born}-28")) == 12 * years + months
    assert retirement.source == "本地（参照国务院关于渐进式延迟法定退休年龄的办法 第一条）"


def test_the_age_of_retirement_is_shown_in_words() -> None:
    (men,) = (one for one in load_policy("zhongmu-2022").parameters if one.path == "retirement.men")
    assert (men.title, men.value) == ("男学员法定退休年龄", "60周岁")
    assert men.details == "1965年1月及以后出生的，每4个月延迟1个月，至63周岁"
