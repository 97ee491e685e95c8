"""Every way to spoil a policy file, value by value: none loads, and each is refused by name."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from workflow.policy import PolicyError, available_policies, load_policy, parse_policy

Data = dict[str, Any]
PACKAGED = available_policies()
# May be missing: a clock that a city does not have, and single regions as long as one is left.
OPTIONAL_LEAVES = {"clocks.finance_month"}
# Local, though its ground is in the city's own document; without the mark it would be that document's.
OWN_BUT_LOCAL = {("ladder.arrears_1_month", "local")}
WRONG: tuple[Any, ...] = (True, 3.5, -7, "不对", [], [1], {})


def whole(key: str) -> Data:
    """The policy with everything it inherits."""
    data: Data = json.loads(load_policy(key).content)
    return data


def leaves(data: Data) -> Iterator[tuple[str, Data, str]]:
    """Path, table and key of every value."""
    for name in ("title", "valid_from"):
        yield name, data, name
    for name, table in data.items():
        if isinstance(table, dict) and "value" not in table:
            yield from ((f"{name}.{key}", table, key) for key in table)


def refusal(data: Data) -> str:
    """What the policy is refused for; empty when it loads."""
    try:
        parse_policy(data)
    except PolicyError as error:
        return str(error)
    return ""


def spoiled(key: str, path: str) -> tuple[Data, Data, str]:
    data = copy.deepcopy(whole(key))
    table, name = next((table, name) for where, table, name in leaves(data) if where == path)
    return data, table, name


def paths(key: str) -> list[str]:
    return [path for path, _, _ in leaves(whole(key))]


@pytest.mark.parametrize("key", PACKAGED)
def test_a_value_that_is_missing_is_named(key: str) -> None:
    for path in paths(key):
        data, table, name = spoiled(key, path)
        del table[name]
        said = refusal(data)
        if path not in OPTIONAL_LEAVES and not path.startswith("regions."):
            assert f"政策参数 {path}：缺少" in said, path


@pytest.mark.parametrize("key", PACKAGED)
def test_a_key_that_a_value_needs_is_missed_by_name(key: str) -> None:
    for path in paths(key):
        _, table, name = spoiled(key, path)
        leaf = table[name]
        spare = {"source", "clocks"} if leaf.get("local") else {"note", "clocks"}
        for part in set(leaf) - spare:
            if part in {"time", "audience", "unit", "department", "months", "cap"} and leaf["value"] is False:
                continue
            if (path, part) in OWN_BUT_LOCAL:
                continue
            data, table, name = spoiled(key, path)
            del table[name][part]
            assert f"政策参数 {path}：" in refusal(data), (path, part)


@pytest.mark.parametrize("key", PACKAGED)
def test_a_value_or_key_of_a_wrong_kind_is_named(key: str) -> None:
    for path in paths(key):
        _, table, name = spoiled(key, path)
        leaf = table[name]
        for part, wrong in product(leaf, WRONG):
            if not _fits(path, part, leaf, wrong):
                data, table, name = spoiled(key, path)
                table[name][part] = wrong
                assert f"政策参数 {path}：" in refusal(data), (path, part, wrong)


def _fits(path: str, part: str, leaf: Data, wrong: Any) -> bool:
    """Whether it is as good there: the same, words where any words may stand, a switch, a rung before."""
    if type(wrong) is type(leaf[part]) and wrong == leaf[part]:
        return True
    if isinstance(wrong, str):
        words = {"note", "title", "source"} if leaf.get("local") else {"note", "title"}
        return part in words or (part == "value" and (path == "title" or path.startswith("regions.")))
    if path.startswith("ladder.") and part == "value":
        return type(wrong) is int
    return part == "value" and isinstance(leaf[part], bool) and isinstance(wrong, bool)


@pytest.mark.parametrize("key", PACKAGED)
def test_a_clause_of_another_citys_document_is_no_ground(key: str) -> None:
    for path in paths(key):
        data, table, name = spoiled(key, path)
        table[name] = {part: value for part, value in table[name].items() if part != "local"}
        table[name]["source"] = "周技领办〔2023〕9号 二(四)1"
        said = refusal(data)
        assert f"政策参数 {path}：出处“周技领办〔2023〕9号 二(四)1”不在本政策的依据文件" in said, path
    data = whole(key)
    data["title"]["source"] += "、周技领办〔2023〕9号 一"
    assert "政策参数 title：出处" in refusal(data)


@pytest.mark.parametrize("key", PACKAGED)
def test_a_key_that_nobody_knows_is_named(key: str) -> None:
    for path in paths(key):
        data, table, name = spoiled(key, path)
        table[name]["vlaue"] = 1
        assert f"政策参数 {path}：不认识的键 vlaue" in refusal(data), path
    for table_name in ("settings", "clocks", "rules", "rates", "evaluation_rates", "employment_subsidies"):
        data = whole(key)
        data[table_name]["lunch"] = {"value": 1, "local": True, "note": "试"}
        assert f"政策参数 {table_name}.lunch：没有这个参数" in refusal(data)


@pytest.mark.parametrize(
    ("table", "name", "change", "said"),
    [
        ("clocks", "hr_total", {"department": "finance"}, "department 须为 hr，现为 'finance'"),
        ("clocks", "opening_correction", {"department": "hr"}, "申请人的期限不写 department"),
        ("rules", "one-month-gap", {"value": 30, "unit": "日"}, "unit 须为 个月，现为 '日'"),
        ("rules", "headcount", {"unit": "人"}, "没有限值的规则不写 unit"),
        ("settings", "minor_certificates", {"value": ["diploma"]}, "'diploma' 不是可用的值"),
        ("settings", "minor_certificates", {"value": ["completion", "completion"]}, "列表中有重复"),
        ("settings", "satisfaction_stop_months", {"value": 0}, "须为1至24的整数，现为 0"),
        ("settings", "platform_ban_years", {"value": 11}, "须为1至10的整数，现为 11"),
        ("settings", "finance_staff_minimum", {"value": 0}, "须为1至20的整数，现为 0"),
        ("settings", "closing_time", {"title": ""}, "title 须为文字，现为 ''"),
        ("evaluation_rates", "level_1", {"value": "380"}, "文本格式不对，现为 '380'"),
        ("evaluation_rates", "level_1", {"value": False}, "文本格式不对，现为 False"),
        ("employment_subsidies", "hiring", {"cap": "2000000"}, "cap 须为金额"),
        ("employment_subsidies", "hiring", {"cap": "999.99"}, "与 cap 矛盾：累计上限 999.99"),
        ("employment_subsidies", "hiring", {"months": 0}, "months 须为1至60的整数，现为 0"),
        ("retirement", "men", {"latest": 59}, "与 latest 矛盾：60 周岁起只会延迟，不会提前到 59 周岁"),
        ("retirement", "men", {"born_from": "1965-13"}, "born_from 须为年月，如 1965-01，现为 '1965-13'"),
        ("retirement", "women", {"every": 0}, "every 须为1至12的整数，现为 0"),
    ],
)
def test_what_does_not_fit_is_named_with_its_limit(
    table: str, name: str, change: dict[str, Any], said: str
) -> None:
    data = whole("zhongmu-2022")
    data[table][name] |= change
    assert f"政策参数 {table}.{name}：{said}" in refusal(data)


def test_a_city_may_have_no_age_of_retirement() -> None:
    data = whole("zhongmu-2022")
    data["retirement"]["women"] |= {"value": False}
    assert set(parse_policy(data).retirement) == {"men"}


def test_values_that_cannot_hold_together_are_named() -> None:
    data = whole("pingdingshan-2022")
    data["settings"]["notice_minimum_counts_for_hr"]["value"] = True
    assert refusal(data) == ""
    data["clocks"]["public_notice"]["value"] = 15
    assert "settings.notice_minimum_counts_for_hr：与 clocks 矛盾" in refusal(data)
    data = whole("pingdingshan-2022")
    data["valid_until"] = {"value": "2022-03-16", "local": True, "note": "试"}
    assert "valid_until：与 valid_from 矛盾：2022-03-16 早于 2022-03-17" in refusal(data)
    data["valid_until"]["value"] = "2022-02-30"
    assert "valid_until：不是有效日期，现为 '2022-02-30'" in refusal(data)
    data["valid_until"]["value"] = "2022-12-31"
    assert refusal(data) == ""


@pytest.mark.parametrize("documents", [None, [], "平技领办〔2022〕5号", [""], [5]])
def test_a_policy_names_its_documents(documents: Any) -> None:
    data = whole("pingdingshan-2022")
    data["documents"] = documents
    assert "政策参数 documents：须列出本政策的依据文件" in refusal(data)


def test_all_that_is_wrong_is_said_at_once() -> None:
    data = whole("pingdingshan-2022")
    data["clocks"]["hr_total"]["value"] = 0
    del data["rules"]["roster"]
    data["rates"]["level_4"]["value"] = "1200"
    with pytest.raises(PolicyError) as refused:
        parse_policy(data)
    assert [fault.path for fault in refused.value.faults] == [
        "rules.roster",
        "clocks.hr_total",
        "rates.level_4",
    ]
