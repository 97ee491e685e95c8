"""The tables of a policy file, read one by one: which keys they have, and what each may say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any

from workflow.policy.cited import Cited, Faults, cite
from workflow.policy.model import (
    Audience,
    ClockLimit,
    EmploymentSubsidy,
    Rate,
    Retirement,
    RuleSetting,
    Rung,
    Severity,
)
from workflow.vocabulary import CertificateKind, ClockKind, Department, FundSource, LimitUnit

Table = Mapping[str, Cited]

# The rulebook's rules. One that stands in no file is missing, one that stands in no list is a misspelling:
# both are refused, so that no rule is lost silently. The unit is what the rule counts in; a file repeats it
# for its readers and cannot change it.
RULE_UNITS: Mapping[str, str] = {
    "class-size": "人",
    "teacher-ratio": "人",
    "workstation-ratio": "人",
    "lesson-length": "分钟",
    "practical-share": "%",
    "online-theory-share": "%",
    "certificate-only-hours": "课时",
    "apprentice-quota": "倍",
    "one-month-gap": "个月",
    "recording": "分钟",
    "online-integrity": "分钟",
    "roster": "人",
    "assessment-notice": "日",
    "minor-certificate-share": "%",
    "satisfaction": "%",
    "teachers": "人",
    "premises": "平方米",
    "staff": "人",
}
RULES_WITHOUT_A_NUMBER = (
    "listed-institution",
    "own-post",
    "no-own-major",
    "attendance",
    "make-up",
    "best-certificate",
    "no-certificate-no-money",
    "headcount",
    "payment-amount",
    "amount",
    "no-duplicate",
    "no-fee",
    "no-merge",
    "registered-body",
)
RULES = (*RULE_UNITS, *RULES_WITHOUT_A_NUMBER)
# As codes are stored; another spelling would never be met by a class.
_OCCUPATION = re.compile(r"[1-9]\d?(-\d{2}){2,4}", re.ASCII)
_LEVELS = tuple(f"level_{level}" for level in (5, 4, 3, 2, 1))
RATES = (
    *_LEVELS,
    CertificateKind.SPECIAL_ABILITY.value,
    CertificateKind.SPECIAL_OPERATION.value,
    CertificateKind.COMPLETION.value,
)
EVALUATION_RATES = (CertificateKind.SPECIAL_ABILITY.value, *_LEVELS)
EMPLOYMENT_SUBSIDIES = ("hiring", "placement")
RETIREMENT = ("men", "women")
RUNGS = ("due_in_3", "due_in_1", "overdue", "overdue_3", "overdue_10", "arrears_1_month")
OPTIONAL_CLOCKS = frozenset({ClockKind.FINANCE_MONTH})
MINIMUM_CLOCKS = frozenset({ClockKind.PUBLIC_NOTICE})
CLOCK_DEPARTMENTS: Mapping[ClockKind, Department | None] = {
    ClockKind.OPENING_INDUSTRY_REVIEW: Department.INDUSTRY,
    ClockKind.OPENING_HR_REVIEW: Department.HR,
    ClockKind.TRAINING_HR_OPINION: Department.HR,
    ClockKind.ASSESSMENT_HR_OPINION: Department.HR,
    ClockKind.CLAIM_ACCEPTANCE: Department.INDUSTRY,
    ClockKind.CLAIM_INDUSTRY_REVIEW: Department.INDUSTRY,
    ClockKind.PUBLIC_NOTICE: Department.HR,
    ClockKind.OBJECTION: Department.HR,
    ClockKind.HR_TOTAL: Department.HR,
    ClockKind.FINANCE_TOTAL: Department.FINANCE,
    ClockKind.FINANCE_MONTH: Department.FINANCE,
    ClockKind.PAYMENT_ORDER: Department.FINANCE,
    ClockKind.OPENING_CORRECTION: None,
    ClockKind.CLAIM_CORRECTION: None,
}
TABLES = (
    *("regions", "settings", "clocks", "rules", "rates"),
    *("evaluation_rates", "employment_subsidies", "ladder", "stated_hours", "retirement"),
)


def _every_source(cited: Cited) -> tuple[FundSource, ...]:
    order = cited.choices(FundSource, cited.value)
    if set(order) != set(FundSource):
        cited.fault(f"须列出全部资金来源，缺少 {'、'.join(sorted(set(FundSource) - set(order)))}")
    return order


SETTINGS: Mapping[str, Callable[[Cited], Any]] = {
    "closing_time": lambda cited: cited.text(r"24:00|(0[1-9]|1\d|2[0-3]):[0-5]\d"),
    "notice_auto_close": Cited.flag,
    "notice_minimum_counts_for_hr": Cited.flag,
    "opening_day_counts_in_average": Cited.flag,
    "certificates_required": Cited.flag,
    "inspections_required": lambda cited: cited.whole(0, 60),
    "inspectors_drawn": lambda cited: cited.whole(1, 5),
    "trainee_minimum_age": lambda cited: cited.whole(0, 60),
    "fund_first": lambda cited: cited.choice(FundSource, cited.value),
    "fund_order": _every_source,
    "minor_certificates": lambda cited: cited.choices(CertificateKind, cited.value),
    "satisfaction_stop_months": lambda cited: cited.whole(1, 24),
    "platform_ban_years": lambda cited: cited.whole(1, 10),
    "finance_staff_minimum": lambda cited: cited.whole(1, 20),
}
# What a version says that was stored before there was the setting; such rules and tables are not in it.
LATER_SETTINGS: Mapping[str, Any] = {
    "inspectors_drawn": 2,
    "minor_certificates": (),
    "satisfaction_stop_months": None,
    "platform_ban_years": None,
    "finance_staff_minimum": None,
}
LATER_RULES = ("registered-body",)
LATER_TABLES = ("evaluation_rates", "employment_subsidies", "retirement")
ORDER: Mapping[str, tuple[str, ...]] = {
    "settings": tuple(SETTINGS),
    "clocks": tuple(ClockKind),
    "rules": RULES,
    "rates": RATES,
    "evaluation_rates": EVALUATION_RATES,
    "employment_subsidies": EMPLOYMENT_SUBSIDIES,
    "ladder": RUNGS,
    "retirement": RETIREMENT,
}


def read_table(data: Mapping[str, object], name: str, faults: Faults) -> dict[str, Cited]:
    """One table of the data, each value with its ground."""
    raw = data.get(name, {})
    if not isinstance(raw, Mapping):
        faults.add(name, "须为一组参数")
        return {}
    table: dict[str, Cited] = {}
    for key, leaf in raw.items():
        with faults:
            table[str(key)] = cite(f"{name}.{key}", leaf)
    return table


def check_complete(
    data: Mapping[str, object], name: str, keys: tuple[str, ...], stored: bool, faults: Faults
) -> None:
    """Every key stands in its table; what stands there and is wrong is said elsewhere."""
    raw = data.get(name, {})
    if not isinstance(raw, Mapping) or (stored and name in LATER_TABLES):
        return
    spared = (*OPTIONAL_CLOCKS, *((*LATER_SETTINGS, *LATER_RULES) if stored else ()))
    for key in keys:
        if key not in raw and key not in spared:
            faults.add(f"{name}.{key}", "缺少")


def _known(table: Table, known: tuple[str, ...], faults: Faults) -> dict[str, Cited]:
    for key, cited in table.items():
        if key not in known:
            faults.add(cited.path, "没有这个参数")
    return {key: table[key] for key in known if key in table}


def read_clocks(table: Table, faults: Faults) -> dict[ClockKind, ClockLimit]:
    """How long each clock may run."""
    clocks: dict[ClockKind, ClockLimit] = {}
    for name, cited in _known(table, tuple(ClockKind), faults).items():
        kind = ClockKind(name)
        with faults:
            cited.only("unit", "minimum", "department")
            if cited.value is False and kind in OPTIONAL_CLOCKS:
                continue
            clocks[kind] = _clock(kind, cited)
    return clocks


def _clock(kind: ClockKind, cited: Cited) -> ClockLimit:
    minimum = cited.further.get("minimum", False)
    if minimum is not (kind in MINIMUM_CLOCKS):
        cited.fault(f"只有公示期是最短期限（minimum = true），现为 {minimum!r}")
    unit = cited.choice(LimitUnit, cited.further.get("unit"))
    if minimum and unit is not LimitUnit.WORKING_DAY:
        cited.fault(f"最短期限须以工作日计（unit = working_day），现为 {unit.value!r}")
    given, own = cited.further.get("department"), CLOCK_DEPARTMENTS[kind]
    department = None if given is None else cited.choice(Department, given)
    if department is not own:
        cited.fault(
            f"department 须为 {own}，现为 {given!r}"
            if own
            else f"申请人的期限不写 department，现为 {given!r}"
        )
    return ClockLimit(
        kind=kind,
        count=cited.whole(1, 400),
        unit=unit,
        minimum=kind in MINIMUM_CLOCKS,
        department=department,
        source=cited.shown_source,
        local=cited.local,
        note=cited.note,
    )


def read_rules(table: Table, faults: Faults) -> dict[str, RuleSetting]:
    """The rules that are switched on."""
    rules: dict[str, RuleSetting] = {}
    for name, cited in _known(table, RULES, faults).items():
        with faults:
            cited.only("title", "severity", "unit")
            severity = cited.choice(Severity, cited.further.get("severity"))
            title = cited.further_text("title")
            limit, unit = None, RULE_UNITS.get(name, "")
            if cited.value is False:
                continue
            if not unit and cited.flag() and "unit" in cited.further:
                cited.fault("没有限值的规则不写 unit")
            if unit:
                if cited.further_text("unit") != unit:
                    cited.fault(f"unit 须为 {unit}，现为 {cited.further['unit']!r}")
                limit = cited.whole(1, 100 if unit == "%" else 10_000)
            rules[name] = RuleSetting(
                name, title, severity, limit, unit, cited.shown_source, cited.local, cited.note
            )
    return rules


def read_rates(table: Table, names: tuple[str, ...], faults: Faults) -> dict[str, Rate]:
    """Amounts by certificate."""
    rates: dict[str, Rate] = {}
    for name, cited in _known(table, names, faults).items():
        with faults:
            cited.only("title")
            fen = cited.fen()
            rates[name] = Rate(name, cited.further_text("title"), fen, cited.shown_source, cited.local)
    return rates


def read_employment(table: Table, faults: Faults) -> dict[str, EmploymentSubsidy]:
    """The subsidies for employment that this policy pays."""
    subsidies: dict[str, EmploymentSubsidy] = {}
    for name, cited in _known(table, EMPLOYMENT_SUBSIDIES, faults).items():
        with faults:
            cited.only("title", "months", "cap")
            title = cited.further_text("title")
            if cited.value is False:
                continue
            fen, cap = cited.fen(), cited.further.get("cap")
            cap_fen = None
            if cap is not False:
                if not isinstance(cap, str) or not re.fullmatch(r"[1-9][0-9]{0,8}\.[0-9]{2}", cap):
                    cited.fault(f"cap 须为金额，没有上限的写 false，现为 {cap!r}")
                cap_fen = int(cap.replace(".", ""))
                if cap_fen < fen:
                    cited.fault(f"与 cap 矛盾：累计上限 {cap} 低于每人的标准")
            subsidies[name] = EmploymentSubsidy(
                name,
                title,
                fen,
                cap_fen,
                cited.further_whole("months", 1, 60),
                cited.shown_source,
                cited.local,
            )
    return subsidies


def read_retirement(table: Table, faults: Faults) -> dict[str, Retirement]:
    """From which age a trainee is too old; a sex for which there is no such age is left out."""
    ages: dict[str, Retirement] = {}
    for name, cited in _known(table, RETIREMENT, faults).items():
        with faults:
            cited.only("title", "latest", "every", "born_from")
            title = cited.further_text("title")
            if cited.value is False:
                continue
            years, latest = cited.whole(40, 80), cited.further_whole("latest", 40, 80)
            if latest < years:
                cited.fault(f"与 latest 矛盾：{years} 周岁起只会延迟，不会提前到 {latest} 周岁")
            month = cited.further_text("born_from")
            if not re.fullmatch(r"(19|20)\d{2}-(0[1-9]|1[0-2])", month, re.ASCII):
                cited.fault(f"born_from 须为年月，如 1965-01，现为 {month!r}")
            ages[name] = Retirement(
                name=name,
                title=title,
                years=years,
                latest=latest,
                every=cited.further_whole("every", 1, 12),
                born_from=date.fromisoformat(f"{month}-01"),
                source=cited.shown_source,
                local=cited.local,
            )
    return ages


def read_ladder(table: Table, clocks: Mapping[ClockKind, ClockLimit], faults: Faults) -> tuple[Rung, ...]:
    """The rungs that are switched on, earliest first."""
    limits = frozenset(kind for kind, limit in clocks.items() if not limit.minimum)
    rungs: list[Rung] = []
    for cited in table.values():
        with faults:
            cited.only("title", "time", "audience", "clocks")
            if cited.value is not False:
                rungs.append(_rung(cited, limits))
    return tuple(sorted(rungs, key=lambda rung: (rung.offset, rung.name)))


def _rung(cited: Cited, limits: frozenset[ClockKind]) -> Rung:
    offset = cited.whole(-60, 250)
    if offset == 0:
        cited.fault("不能为 0：到期当日既未逾期，也不再提前")
    at = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", cited.further_text("time"))
    if at is None:
        cited.fault(f"time 须为 HH:MM，现为 {cited.further['time']!r}")
    named = cited.further.get("clocks")
    kinds = limits if named is None else frozenset(cited.choices(ClockKind, named))
    if named is not None and any(kind in MINIMUM_CLOCKS for kind in kinds):
        cited.fault("公示期是最短期限，没有到期提醒和逾期")
    return Rung(
        name=cited.name,
        audience=cited.choices(Audience, cited.further.get("audience")),
        title=cited.further_text("title"),
        offset=offset,
        at=time(int(at[1]), int(at[2])),
        # A rung of a clock that this policy has switched off belongs to nobody.
        clocks=kinds & limits,
        source=cited.shown_source,
        local=cited.local,
        note=cited.note,
    )


def read_settings(table: Table, stored: bool, faults: Faults) -> dict[str, Any]:
    """Every setting by its name."""
    values: dict[str, Any] = dict(LATER_SETTINGS) if stored else {}
    for name, cited in _known(table, tuple(SETTINGS), faults).items():
        with faults:
            values[name] = SETTINGS[name](cited)
            cited.only("title")
            cited.further_text("title")
    return values


def read_regions(table: Table, faults: Faults) -> dict[str, str]:
    """The regions by their codes."""
    regions: dict[str, str] = {}
    for code, cited in table.items():
        with faults:
            cited.only()
            if not re.fullmatch(r"\d{6}", code):
                cited.fault("地区代码须为6位数字")
            regions[code] = cited.text()
    return regions


def read_hours(table: Table, faults: Faults) -> dict[str, int]:
    """The hours that occupations state for themselves."""
    hours: dict[str, int] = {}
    for code, cited in table.items():
        with faults:
            cited.only("title")
            if not _OCCUPATION.fullmatch(code):
                cited.fault("须为职业编码，如 6-18-01-01（首位不写0）")
            hours[code] = cited.whole(1, 10_000)
    return hours
