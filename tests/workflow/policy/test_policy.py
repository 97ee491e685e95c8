"""Policies: what they say, on what ground, and that nothing unsourced, missing or contradictory gets in."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date, time
from importlib import resources
from typing import Any

import pytest

from workflow.policy import (
    Audience,
    Policy,
    PolicyError,
    Severity,
    UnknownPolicy,
    available_policies,
    load_policy,
    parse_policy,
    policy_in_force,
)
from workflow.vocabulary import CertificateKind, ClockKind, Department, FundSource, LimitUnit

PDS22 = "平技领办〔2022〕5号"


@pytest.fixture
def policy() -> Policy:
    return load_policy("pingdingshan-2022")


def raw() -> dict[str, Any]:
    data = resources.files("workflow.policy") / "data" / "pingdingshan-2022.toml"
    return tomllib.loads(data.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("kind", "count", "unit", "minimum", "department", "local"),
    [
        ("opening_industry_review", 5, "working_day", False, "industry", True),
        ("opening_hr_review", 5, "working_day", False, "hr", True),
        ("training_hr_opinion", 5, "working_day", False, "hr", True),
        ("assessment_hr_opinion", 5, "working_day", False, "hr", True),
        ("claim_acceptance", 5, "working_day", False, "industry", True),
        ("objection", 5, "working_day", False, "hr", True),
        ("opening_correction", 10, "working_day", False, None, True),
        ("claim_correction", 10, "working_day", False, None, True),
        ("payment_order", 5, "working_day", False, "finance", True),
        ("claim_industry_review", 10, "working_day", False, "industry", False),
        ("public_notice", 5, "working_day", True, "hr", False),
        ("hr_total", 15, "working_day", False, "hr", False),
        ("finance_total", 15, "working_day", False, "finance", False),
        ("finance_month", 1, "month", False, "finance", True),
    ],
)
def test_every_clock_has_the_rulebooks_limit_and_its_ground(
    policy: Policy, kind: str, count: int, unit: str, minimum: bool, department: str | None, local: bool
) -> None:
    limit = policy.clock(ClockKind(kind))
    assert limit is not None
    assert (limit.count, limit.unit, limit.minimum) == (count, LimitUnit(unit), minimum)
    assert limit.department == (Department(department) if department else None)
    assert limit.local is local
    assert limit.source.startswith("本地" if local else f"{PDS22} 二(四)21")


def test_every_clock_kind_is_limited(policy: Policy) -> None:
    assert set(policy.clocks) == set(ClockKind)


def test_the_month_of_finance_cites_the_document_it_follows(policy: Policy) -> None:
    limit = policy.clock(ClockKind.FINANCE_MONTH)
    assert limit is not None
    assert limit.source == "本地（参照新技领办〔2023〕4号 附件3 三(三)(四)）"
    assert limit.text == "1个月"


def test_a_limit_reads_as_people_say_it(policy: Policy) -> None:
    assert policy.clocks[ClockKind.PUBLIC_NOTICE].text == "不少于5个工作日"
    assert policy.clocks[ClockKind.HR_TOTAL].text == "15个工作日"


@pytest.mark.parametrize(
    ("rule", "limit", "source"),
    [
        ("class-size", 80, f"{PDS22} 二(四)20(1)"),
        ("teacher-ratio", 20, f"{PDS22} 二(四)20(1)"),
        ("workstation-ratio", 20, f"{PDS22} 二(四)20(1)"),
        ("lesson-length", 40, f"{PDS22} 二(四)20(1)"),
        ("practical-share", 60, f"{PDS22} 二(四)20(1)"),
        ("online-theory-share", 40, f"{PDS22} 二(四)21"),
        ("certificate-only-hours", 40, f"{PDS22} 二(四)19"),
        ("apprentice-quota", 20, f"{PDS22} 二(四)20(1)"),
        ("one-month-gap", 1, f"{PDS22} 二(四)20(3)"),
        ("assessment-notice", 3, f"{PDS22} 附件2 结业考核"),
        ("minor-certificate-share", 10, f"{PDS22} 二(四)19"),
        ("satisfaction", 85, f"{PDS22} 二(四)19"),
        ("headcount", None, f"{PDS22} 二(四)21、附件2"),
        ("amount", None, "本地"),
    ],
)
def test_rules_carry_the_rulebooks_limit_and_clause(
    policy: Policy, rule: str, limit: int | None, source: str
) -> None:
    setting = policy.rules[rule]
    assert (setting.limit, setting.source) == (limit, source)


def test_a_rule_known_only_from_another_city_is_local(policy: Policy) -> None:
    for rule in ("no-duplicate", "no-fee", "no-merge", "teachers", "premises", "staff"):
        assert policy.rules[rule].local
    assert "征求意见稿" in policy.rules["no-duplicate"].source


def test_a_rule_without_a_number_says_so_when_asked_for_one(policy: Policy) -> None:
    with pytest.raises(PolicyError, match="headcount"):
        _ = policy.rules["headcount"].number


@pytest.mark.parametrize(
    ("kind", "level", "yuan"),
    [
        ("skill_level", 5, 1000),
        ("skill_level", 4, 1200),
        ("national_qualification", 3, 1500),
        ("skill_level", 2, 1800),
        ("skill_level", 1, 2000),
        ("special_ability", None, 500),
        ("special_operation", 4, 600),
        ("completion", None, 400),
    ],
)
def test_rates_are_in_fen(policy: Policy, kind: str, level: int | None, yuan: int) -> None:
    assert policy.rates(CertificateKind(kind), level) == yuan * 100
    assert policy.rate(CertificateKind(kind), level).source == "本地"


@pytest.mark.parametrize("level", [None, 0, 6])
def test_a_levelled_certificate_without_its_level_has_no_rate(policy: Policy, level: int | None) -> None:
    with pytest.raises(PolicyError, match="没有“职业技能等级评定”"):
        policy.rates(CertificateKind.SKILL_LEVEL, level)


def test_the_ladder_climbs_in_time(policy: Policy) -> None:
    assert [(rung.name, rung.offset) for rung in policy.ladder] == [
        ("due_in_3", -3),
        ("due_in_1", -1),
        ("arrears_1_month", 1),
        ("overdue", 1),
        ("overdue_3", 3),
        ("overdue_10", 10),
    ]
    assert {rung.at for rung in policy.ladder} == {time(8, 30)}


def test_the_ladder_tells_whom_the_rulebook_names(policy: Policy) -> None:
    audience = {rung.name: set(rung.audience) for rung in policy.ladder}
    assert audience["due_in_3"] == audience["due_in_1"] == {Audience.ACTORS}
    assert audience["overdue"] == {Audience.ACTORS, Audience.DEPARTMENT_HEAD, Audience.FINANCE}
    assert audience["overdue_3"] == audience["overdue_10"] == {Audience.OFFICE}
    assert audience["arrears_1_month"] == {Audience.DEPARTMENT_HEAD, Audience.OFFICE}


def test_a_public_notice_climbs_nothing_and_only_the_month_has_arrears(policy: Policy) -> None:
    assert policy.rungs(ClockKind.PUBLIC_NOTICE) == ()
    arrears = [kind for kind in ClockKind if "arrears_1_month" in {rung.name for rung in policy.rungs(kind)}]
    assert arrears == [ClockKind.FINANCE_MONTH]
    assert "overdue" in {rung.name for rung in policy.rungs(ClockKind.CLAIM_CORRECTION)}


def test_switches_stand_at_their_defaults(policy: Policy) -> None:
    assert not policy.notice_auto_close
    assert not policy.notice_minimum_counts_for_hr
    assert not policy.opening_day_counts_in_average
    assert not policy.certificates_required
    assert policy.closing_time == "24:00"
    assert (policy.inspections_required, policy.inspections_source) == (2, f"{PDS22} 附件2 过程监管")


def test_the_special_account_is_used_first(policy: Policy) -> None:
    assert policy.fund_first is FundSource.SPECIAL_ACCOUNT
    assert policy.fund_order == tuple(FundSource)


def test_the_policy_covers_the_city_and_the_county(policy: Policy) -> None:
    assert dict(policy.regions) == {"410400": "平顶山市", "410421": "宝丰县"}


def test_every_parameter_can_be_shown_with_title_and_ground(policy: Policy) -> None:
    assert len(policy.parameters) > 60
    for parameter in policy.parameters:
        assert parameter.title
        assert parameter.value
        assert parameter.source
        assert parameter.local is parameter.source.startswith("本地")
        assert not parameter.local or parameter.note
    shown = {parameter.path: parameter.value for parameter in policy.parameters}
    assert shown["clocks.public_notice"] == "不少于5个工作日"
    assert shown["rules.class-size"] == "80人"
    assert shown["rates.level_4"] == "1,200.00元"
    assert shown["settings.fund_first"] == "职业技能提升行动专账资金"


def test_a_stored_policy_is_rebuilt_from_its_content(policy: Policy) -> None:
    rebuilt = Policy.from_content(policy.content)
    assert rebuilt == policy
    assert hash(rebuilt) == hash(policy)
    assert rebuilt.version == policy.version
    assert rebuilt.ladder == policy.ladder
    assert rebuilt.parameters == policy.parameters


def test_the_version_changes_with_any_value(policy: Policy) -> None:
    data = raw()
    data["clocks"]["hr_total"]["value"] = 14
    changed = parse_policy(data)
    assert changed.version != policy.version
    assert changed != policy
    assert changed.clocks[ClockKind.HR_TOTAL].count == 14


def test_a_city_replaces_a_default_together_with_its_ground() -> None:
    data = raw()
    data["clocks"]["objection"] = {
        "value": 7,
        "unit": "working_day",
        "department": "hr",
        "source": f"{PDS22} 一(一)",
    }
    limit = parse_policy(data).clocks[ClockKind.OBJECTION]
    assert (limit.count, limit.source, limit.local, limit.note) == (
        7,
        f"{PDS22} 一(一)",
        False,
        "",
    )


def test_the_month_of_finance_can_be_switched_off() -> None:
    data = raw()
    data["clocks"]["finance_month"] = {"value": False, "unit": "month", "local": True, "note": "不启用"}
    policy = parse_policy(data)
    assert policy.clock(ClockKind.FINANCE_MONTH) is None
    assert policy.rungs(ClockKind.FINANCE_MONTH) == ()


def test_a_rule_can_be_switched_off_or_made_a_warning() -> None:
    data = raw()
    data["rules"]["class-size"]["severity"] = "warning"
    data["rules"]["satisfaction"]["value"] = False
    policy = parse_policy(data)
    assert policy.rules["class-size"].severity is Severity.WARNING
    assert "satisfaction" not in policy.rules


def test_an_occupation_can_state_its_own_hours() -> None:
    data = raw()
    data["stated_hours"] = {"4-10-01-06": {"value": 24, "local": True, "note": "职业标准另有规定"}}
    assert parse_policy(data).stated_hours == {"4-10-01-06": 24}


def test_an_unknown_key_is_named_with_those_that_exist() -> None:
    with pytest.raises(UnknownPolicy, match="没有政策“nowhere-1999”，可用的有：pingdingshan-2022"):
        load_policy("nowhere-1999")
    with pytest.raises(UnknownPolicy):
        load_policy("../model")
    with pytest.raises(UnknownPolicy):
        load_policy("default")


def test_available_policies_can_all_be_loaded() -> None:
    assert available_policies() == ("pingdingshan-2022", "xinxiang-2023", "zhongmu-2022")
    for key in available_policies():
        assert load_policy(key).key == key


@pytest.mark.parametrize(
    ("region", "on", "key"),
    [
        ("410400", date(2022, 3, 16), None),
        ("410400", date(2022, 3, 17), "pingdingshan-2022"),
        ("410421", date(2026, 8, 31), "pingdingshan-2022"),
        ("110000", date(2026, 8, 31), None),
    ],
)
def test_a_policy_is_in_force_until_it_is_replaced(region: str, on: date, key: str | None) -> None:
    found = policy_in_force(region, on)
    assert (found.key if found else None) == key


def drop(*path: str) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        for name in path[:-1]:
            data = data[name]
        del data[path[-1]]

    return change


def put(value: Any, *path: str) -> Callable[[dict[str, Any]], None]:
    def change(data: dict[str, Any]) -> None:
        for name in path[:-1]:
            data = data.setdefault(name, {})
        data[path[-1]] = value

    return change


LOCAL = {"local": True, "note": "试"}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (drop("clocks", "hr_total"), "clocks.hr_total：缺少"),
        (drop("clocks", "hr_total", "source"), "clocks.hr_total：没有出处"),
        (put("  ", "clocks", "hr_total", "source"), "clocks.hr_total：没有出处"),
        (drop("clocks", "hr_total", "value"), "clocks.hr_total：缺少 value"),
        (put(True, "clocks", "hr_total", "value"), "clocks.hr_total：须为1至400的整数"),
        (put(0, "clocks", "hr_total", "value"), "clocks.hr_total：须为1至400的整数"),
        (put("15", "clocks", "hr_total", "value"), "clocks.hr_total：须为1至400的整数"),
        (put("week", "clocks", "hr_total", "unit"), "clocks.hr_total：'week' 不是可用的值"),
        (put("police", "clocks", "hr_total", "department"), "clocks.hr_total：'police' 不是可用的值"),
        (put(True, "clocks", "hr_total", "minimum"), "clocks.hr_total：只有公示期是最短期限"),
        (drop("clocks", "public_notice", "minimum"), "clocks.public_notice：只有公示期是最短期限"),
        (put("day", "clocks", "public_notice", "unit"), "clocks.public_notice：最短期限须以工作日计"),
        (put(False, "clocks", "hr_total", "value"), "clocks.hr_total：须为1至400的整数"),
        (put(1, "clocks", "hr_total", "colour"), "clocks.hr_total：不认识的键 colour"),
        (put({"value": 1} | LOCAL, "clocks", "lunch"), "clocks.lunch：没有这个参数"),
        (drop("rules", "roster"), "rules.roster：缺少"),
        (put({"value": 1} | LOCAL, "rules", "rooster"), "rules.rooster：没有这个参数"),
        (put("fatal", "rules", "roster", "severity"), "rules.roster：'fatal' 不是可用的值"),
        (put(101, "rules", "practical-share", "value"), "rules.practical-share：须为1至100的整数"),
        (drop("rules", "class-size", "unit"), "rules.class-size：缺少 unit"),
        (drop("rules", "class-size", "title"), "rules.class-size：缺少 title"),
        (put(3, "rules", "headcount", "value"), "rules.headcount：须为 true 或 false"),
        (put({"value": True, "title": "试", "local": True}, "settings", "notice_auto_close"), "没有说明"),
        (put({"value": "yes"} | LOCAL, "settings", "notice_auto_close"), "须为 true 或 false"),
        (put({"value": "25:00"} | LOCAL, "settings", "closing_time"), "settings.closing_time：文本格式不对"),
        (put(81, "rules", "roster", "value"), "rules.roster：与 class-size 矛盾：至少81人，每班不超过80人"),
        (
            put({"value": 60, "title": "试"} | LOCAL, "settings", "trainee_minimum_age"),
            "settings.trainee_minimum_age：与 retirement.men 矛盾：最低60周岁，60周岁起不再列入",
        ),
        (
            put({"value": 55, "title": "试"} | LOCAL, "settings", "trainee_minimum_age"),
            "与 retirement.women 矛盾",
        ),
        (
            lambda data: (
                put({"value": True, "title": "试"} | LOCAL, "settings", "certificates_required")(data),
                put(False, "rules", "no-certificate-no-money", "value")(data),
            )[0],
            "settings.certificates_required：与 rules.no-certificate-no-money 矛盾",
        ),
        (put({"value": 30} | LOCAL, "stated_hours", "车工"), "stated_hours.车工：须为职业编码"),
        (put({"value": 30} | LOCAL, "stated_hours", "06-18-01-01"), "stated_hours.06-18-01-01：须为职业编码"),
        (put({"value": ["talent_fund"]} | LOCAL, "settings", "fund_order"), "须列出全部资金来源"),
        (
            put({"value": [*map(str, FundSource)][::-1]} | LOCAL, "settings", "fund_order"),
            "settings.fund_order：与 fund_first 矛盾",
        ),
        (put({"value": ["talent_fund"] * 6} | LOCAL, "settings", "fund_order"), "列表中有重复"),
        (put({"value": []} | LOCAL, "settings", "fund_order"), "须为非空列表"),
        (put({"value": 1} | LOCAL, "settings", "mood"), "settings.mood：没有这个参数"),
        (put({"value": "1200", "title": "试"} | LOCAL, "rates", "level_4"), "rates.level_4：文本格式不对"),
        (put({"value": "0.00", "title": "试"} | LOCAL, "rates", "level_4"), "rates.level_4：文本格式不对"),
        (put({"value": 0} | LOCAL, "ladder", "now"), "ladder.now：不能为 0"),
        (put({"value": 2, "time": "8:30"} | LOCAL, "ladder", "late"), "ladder.late：time 须为 HH:MM"),
        (
            put(
                {"value": 2, "time": "08:30", "title": "试", "audience": ["office"]}
                | {"clocks": ["public_notice"]}
                | LOCAL,
                "ladder",
                "late",
            ),
            "ladder.late：公示期是最短期限",
        ),
        (
            put(
                {"value": 2, "time": "08:30", "title": "试", "audience": ["mayor"]} | LOCAL, "ladder", "late"
            ),
            "ladder.late：'mayor' 不是可用的值",
        ),
        (put({}, "regions"), "regions：缺少适用地区"),
        (put({"value": "某地"} | LOCAL, "regions", "41"), "regions.41：地区代码须为6位数字"),
        (drop("title"), "title：缺少 value"),
        (put("Pingdingshan 2022", "key"), "key：缺少"),
        (put({"value": "2022-13-01"} | LOCAL, "valid_from"), "valid_from：不是有效日期"),
        (put(date(2022, 3, 17), "valid_from"), "valid_from：缺少 value"),
        (put(1, "clocks"), "clocks：须为一组参数"),
        (put({}, "extras"), "extras：没有这个参数"),
        (put("nowhere", "inherits"), "没有政策文件 nowhere.toml"),
        (put("../secrets", "inherits"), "inherits 须为政策文件名"),
        (put("yes", "rules", "roster", "local"), "rules.roster：source、note 须为文本"),
    ],
)
def test_what_is_missing_unsourced_or_contradictory_is_refused_by_name(
    change: Callable[[dict[str, Any]], None], named: str
) -> None:
    data = raw()
    change(data)
    with pytest.raises(PolicyError) as refusal:
        parse_policy(data)
    assert named in str(refusal.value)


def test_the_defaults_alone_are_no_policy() -> None:
    with pytest.raises(PolicyError, match="key"):
        parse_policy({"inherits": "default"})


@pytest.mark.parametrize("content", ["", "[]", "null", "{", '{"key": "a"}'])
def test_content_that_is_no_policy_is_refused(content: str) -> None:
    with pytest.raises(PolicyError):
        Policy.from_content(content)
