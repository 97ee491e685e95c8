"""From merged policy data to a ``Policy``: every value is checked, and cites a clause or is marked 本地."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from workflow.policy.cited import Cited, Faults, cite
from workflow.policy.model import ClockLimit, Policy, Retirement, RuleSetting
from workflow.policy.shown import parameters_of
from workflow.policy.tables import (
    EVALUATION_RATES,
    ORDER,
    RATES,
    TABLES,
    check_complete,
    read_clocks,
    read_employment,
    read_hours,
    read_ladder,
    read_rates,
    read_regions,
    read_retirement,
    read_rules,
    read_settings,
    read_table,
)
from workflow.vocabulary import ClockKind

TOP = ("title", "valid_from", "valid_until")


def _top(data: Mapping[str, object], name: str, faults: Faults) -> Cited | None:
    if name == "valid_until" and name not in data:
        return None
    with faults:
        cited = cite(name, data.get(name))
        cited.only()
        return cited
    return None


def _day(cited: Cited | None, faults: Faults) -> date | None:
    if cited is None:
        return None
    with faults:
        written = cited.text(r"\d{4}-\d{2}-\d{2}")
        try:
            return date.fromisoformat(written)
        except ValueError:
            cited.fault(f"不是有效日期，现为 {written!r}")
    return None


def _documents(data: Mapping[str, object], stored: bool, faults: Faults) -> tuple[str, ...]:
    raw = data.get("documents")
    if stored and raw is None:
        return ()
    if (
        isinstance(raw, list)
        and raw
        and all(isinstance(one, str) and one.strip() == one != "" for one in raw)
    ):
        return tuple(raw)
    faults.add("documents", f"须列出本政策的依据文件，现为 {raw!r}")
    return ()


def _contradictions(
    settings: Mapping[str, Any],
    clocks: Mapping[ClockKind, ClockLimit],
    rules: Mapping[str, RuleSetting],
    switched_off: Collection[str],
    retirement: Mapping[str, Retirement],
    days: list[date | None],
    faults: Faults,
) -> None:
    """What is right by itself and cannot hold together."""
    first, order = settings.get("fund_first"), settings.get("fund_order")
    if first and order and order[0] is not first:
        faults.add(
            "settings.fund_order", f"与 fund_first 矛盾：第一项须为 {first.value}，现为 {order[0].value}"
        )
    notice, total = clocks.get(ClockKind.PUBLIC_NOTICE), clocks.get(ClockKind.HR_TOTAL)
    if notice and total and settings.get("notice_minimum_counts_for_hr") and notice.count >= total.count:
        faults.add(
            "settings.notice_minimum_counts_for_hr",
            f"与 clocks 矛盾：公示期{notice.text}计入，人社部门总时限只有{total.text}",
        )
    least, most = rules.get("roster"), rules.get("class-size")
    if least and most and least.number > most.number:
        faults.add("rules.roster", f"与 class-size 矛盾：至少{least.number}人，每班不超过{most.number}人")
    youngest = settings.get("trainee_minimum_age", 0)
    for each in retirement.values():
        if youngest >= each.years:
            faults.add(
                "settings.trainee_minimum_age",
                f"与 retirement.{each.name} 矛盾：最低{youngest}周岁，{each.years}周岁起不再列入",
            )
    if settings.get("certificates_required") and "no-certificate-no-money" in switched_off:
        faults.add(
            "settings.certificates_required",
            "与 rules.no-certificate-no-money 矛盾：这条规则没有启用，不会核对",
        )
    begin, end = days
    if begin and end and end < begin:
        faults.add("valid_until", f"与 valid_from 矛盾：{end} 早于 {begin}")


def build_policy(data: Mapping[str, object], *, stored: bool = False) -> Policy:
    """The policy of merged data; raises ``PolicyError`` naming every value that is missing or wrong.

    A ``stored`` version may lack what policies did not say yet when it was in force; a file may not.
    """
    faults = Faults()
    key = data.get("key")
    if not isinstance(key, str) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key):
        faults.add("key", "缺少，或不是小写字母、数字和连字符")
    for name in data:
        if name not in {"key", "documents", *TOP, *TABLES}:
            faults.add(name, "没有这个参数")
    top = {name: cited for name in TOP if (cited := _top(data, name, faults))}
    tables = {name: read_table(data, name, faults) for name in TABLES}
    if not data.get("regions"):
        faults.add("regions", "缺少适用地区")
    for name, keys in ORDER.items():
        check_complete(data, name, keys, stored, faults)
    documents = _documents(data, stored, faults)
    for cited in (*top.values(), *(each for table in tables.values() for each in table.values())):
        with faults:
            if documents:
                cited.check_ground(documents)
    days = [_day(top.get(name), faults) for name in ("valid_from", "valid_until")]
    settings = read_settings(tables["settings"], stored, faults)
    clocks = read_clocks(tables["clocks"], faults)
    title = ""
    with faults:
        title = top["title"].text() if "title" in top else ""
    regions = read_regions(tables["regions"], faults)
    rules = read_rules(tables["rules"], faults)
    rates = read_rates(tables["rates"], RATES, faults)
    evaluation_rates = read_rates(tables["evaluation_rates"], EVALUATION_RATES, faults)
    employment_subsidies = read_employment(tables["employment_subsidies"], faults)
    stated_hours = read_hours(tables["stated_hours"], faults)
    retirement = read_retirement(tables["retirement"], faults)
    switched_off = {name for name, cited in tables["rules"].items() if cited.value is False}
    _contradictions(settings, clocks, rules, switched_off, retirement, days, faults)
    ladder = read_ladder(tables["ladder"], clocks, faults)
    faults.settle()
    return Policy(
        key=str(key),
        title=title,
        documents=documents,
        valid_from=days[0] or date.max,
        valid_until=days[1],
        regions=MappingProxyType(regions),
        clocks=MappingProxyType(clocks),
        rules=MappingProxyType(rules),
        rate_table=MappingProxyType(rates),
        evaluation_rates=MappingProxyType(evaluation_rates),
        employment_subsidies=MappingProxyType(employment_subsidies),
        ladder=ladder,
        stated_hours=MappingProxyType(stated_hours),
        retirement=MappingProxyType(retirement),
        inspections_source=tables["settings"]["inspections_required"].shown_source,
        parameters=parameters_of(documents, top, tables, ORDER),
        content=json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
        **settings,
    )
