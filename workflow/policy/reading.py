"""From merged policy data to a ``Policy``: every value is checked, and cites a clause or is marked 本地."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from types import MappingProxyType
from typing import NoReturn, TypeVar

from workflow.policy.model import (
    Audience,
    ClockLimit,
    Parameter,
    Policy,
    PolicyError,
    Rate,
    RuleSetting,
    Rung,
    Severity,
)
from workflow.vocabulary import CertificateKind, ClockKind, Department, FundSource, LimitUnit

# The rulebook's rules. One that stands in no file is missing, one that stands in no list is a misspelling:
# both are refused, so that no rule is lost silently.
RULES_WITH_A_NUMBER = (
    "class-size",
    "teacher-ratio",
    "workstation-ratio",
    "lesson-length",
    "practical-share",
    "online-theory-share",
    "certificate-only-hours",
    "apprentice-quota",
    "one-month-gap",
    "recording",
    "online-integrity",
    "roster",
    "assessment-notice",
    "minor-certificate-share",
    "satisfaction",
    "teachers",
    "premises",
    "staff",
)
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
)
RATES = (
    *(f"level_{level}" for level in (5, 4, 3, 2, 1)),
    CertificateKind.SPECIAL_ABILITY.value,
    CertificateKind.SPECIAL_OPERATION.value,
    CertificateKind.COMPLETION.value,
)
OPTIONAL_CLOCKS = frozenset({ClockKind.FINANCE_MONTH})
MINIMUM_CLOCKS = frozenset({ClockKind.PUBLIC_NOTICE})
TABLES = ("regions", "settings", "clocks", "rules", "rates", "ladder", "stated_hours")
SETTINGS = (
    "closing_time",
    "notice_auto_close",
    "notice_minimum_counts_for_hr",
    "opening_day_counts_in_average",
    "certificates_required",
    "inspections_required",
    "trainee_minimum_age",
    "fund_first",
    "fund_order",
)

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Cited:
    """One value with its ground and its further keys; ``path`` names it in messages."""

    path: str
    value: object
    source: str
    local: bool
    note: str
    further: Mapping[str, object]

    def fault(self, what: str) -> NoReturn:
        """Refuse this value, naming it."""
        raise PolicyError(f"政策参数 {self.path}：{what}")

    @property
    def shown_source(self) -> str:
        """The clause, or 本地 with the document it follows."""
        if not self.local:
            return self.source
        return f"本地（参照{self.source}）" if self.source else "本地"

    def whole(self, low: int, high: int) -> int:
        """The value as a whole number between the bounds."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or not low <= self.value <= high:
            self.fault(f"须为{low}至{high}的整数，现为 {self.value!r}")
        return self.value

    def flag(self) -> bool:
        """The value as true or false."""
        if not isinstance(self.value, bool):
            self.fault(f"须为 true 或 false，现为 {self.value!r}")
        return self.value

    def text(self, pattern: str = r".+") -> str:
        """The value as text of the given shape."""
        if not isinstance(self.value, str) or not re.fullmatch(pattern, self.value):
            self.fault(f"文本格式不对，现为 {self.value!r}")
        return self.value

    def choice(self, words: type[Choice], value: object) -> Choice:
        """One of a list of words."""
        if not isinstance(value, str) or value not in list(words):
            self.fault(f"{value!r} 不是可用的值（{'、'.join(words)}）")
        return words(value)

    def choices(self, words: type[Choice], values: object) -> tuple[Choice, ...]:
        """Several different ones of a list of words."""
        if not isinstance(values, list) or not values:
            self.fault("须为非空列表")
        chosen = tuple(self.choice(words, value) for value in values)
        if len(set(chosen)) != len(chosen):
            self.fault("列表中有重复")
        return chosen

    def further_text(self, name: str) -> str:
        """A further key that must be non-empty text."""
        value = self.further.get(name)
        if not isinstance(value, str) or not value.strip():
            self.fault(f"缺少 {name}")
        return value

    def only(self, *names: str) -> None:
        """Refuse further keys that nobody reads: they are misspellings."""
        for name in self.further:
            if name not in names:
                self.fault(f"不认识的键 {name}")


def cite(path: str, raw: object) -> Cited:
    """One leaf of the data, with its ground checked."""
    if not isinstance(raw, Mapping) or "value" not in raw:
        raise PolicyError(f"政策参数 {path}：缺少 value")
    local = raw.get("local", False)
    source, note = raw.get("source", ""), raw.get("note", "")
    further = {name: raw[name] for name in raw if name not in {"value", "source", "local", "note"}}
    if not isinstance(local, bool) or not isinstance(source, str) or not isinstance(note, str):
        raise PolicyError(f"政策参数 {path}：source、note 须为文本，local 须为 true 或 false")
    if not local and not source.strip():
        raise PolicyError(f"政策参数 {path}：没有出处（source），也没有标明本地（local = true）")
    if local and not note.strip():
        raise PolicyError(f"政策参数 {path}：标明本地而没有说明（note）")
    return Cited(path, raw["value"], source.strip(), local, note.strip(), further)


def _table(data: Mapping[str, object], name: str) -> dict[str, Cited]:
    raw = data.get(name, {})
    if not isinstance(raw, Mapping):
        raise PolicyError(f"政策参数 {name}：须为一组参数")
    return {str(key): cite(f"{name}.{key}", leaf) for key, leaf in raw.items()}


def _known(table: Mapping[str, Cited], known: frozenset[str], required: frozenset[str], name: str) -> None:
    for key in table:
        if key not in known:
            raise PolicyError(f"政策参数 {name}.{key}：没有这个参数")
    for key in sorted(required):
        if key not in table:
            raise PolicyError(f"政策参数 {name}.{key}：缺少")


def _clocks(table: Mapping[str, Cited]) -> dict[ClockKind, ClockLimit]:
    _known(table, frozenset(ClockKind), frozenset(ClockKind) - OPTIONAL_CLOCKS, "clocks")
    clocks: dict[ClockKind, ClockLimit] = {}
    for name, cited in table.items():
        kind = ClockKind(name)
        cited.only("unit", "minimum", "department")
        if cited.value is False and kind in OPTIONAL_CLOCKS:
            continue
        minimum = cited.further.get("minimum", False)
        if minimum is not (kind in MINIMUM_CLOCKS):
            cited.fault("只有公示期是最短期限（minimum = true）")
        unit = cited.choice(LimitUnit, cited.further.get("unit"))
        if minimum and unit is not LimitUnit.WORKING_DAY:
            cited.fault("最短期限须以工作日计（unit = working_day）")
        department = cited.further.get("department")
        clocks[kind] = ClockLimit(
            kind=kind,
            count=cited.whole(1, 400),
            unit=unit,
            minimum=kind in MINIMUM_CLOCKS,
            department=None if department is None else cited.choice(Department, department),
            source=cited.shown_source,
            local=cited.local,
            note=cited.note,
        )
    return clocks


def _rules(table: Mapping[str, Cited]) -> dict[str, RuleSetting]:
    every_rule = frozenset(RULES_WITH_A_NUMBER + RULES_WITHOUT_A_NUMBER)
    _known(table, every_rule, every_rule, "rules")
    rules: dict[str, RuleSetting] = {}
    for name, cited in table.items():
        cited.only("title", "severity", "unit")
        severity = cited.choice(Severity, cited.further.get("severity"))
        title = cited.further_text("title")
        if cited.value is False:
            continue
        limit, unit = None, ""
        if name in RULES_WITH_A_NUMBER:
            unit = cited.further_text("unit")
            limit = cited.whole(1, 100 if unit == "%" else 10_000)
        elif cited.flag() and "unit" in cited.further:
            cited.fault("没有限值的规则不写 unit")
        rules[name] = RuleSetting(
            name, title, severity, limit, unit, cited.shown_source, cited.local, cited.note
        )
    return rules


def _rates(table: Mapping[str, Cited]) -> dict[str, Rate]:
    _known(table, frozenset(RATES), frozenset(RATES), "rates")
    rates: dict[str, Rate] = {}
    for name in RATES:
        cited = table[name]
        cited.only("title")
        yuan, fen = cited.text(r"[1-9][0-9]{0,6}\.[0-9]{2}").split(".")
        title = cited.further_text("title")
        rates[name] = Rate(name, title, int(yuan + fen), cited.shown_source, cited.local)
    return rates


def _ladder(table: Mapping[str, Cited], clocks: Mapping[ClockKind, ClockLimit]) -> tuple[Rung, ...]:
    if not table:
        raise PolicyError("政策参数 ladder：缺少提醒与升级的设置")
    limits = frozenset(kind for kind, limit in clocks.items() if not limit.minimum)
    rungs: list[Rung] = []
    for name, cited in table.items():
        cited.only("title", "time", "audience", "clocks")
        if cited.value is False:
            continue
        offset = cited.whole(-60, 250)
        if offset == 0:
            cited.fault("不能为 0：到期当日既未逾期，也不再提前")
        at = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", cited.further_text("time"))
        if at is None:
            cited.fault("time 须为 HH:MM")
        named = cited.further.get("clocks")
        kinds = limits if named is None else frozenset(cited.choices(ClockKind, named))
        if named is not None and any(kind in MINIMUM_CLOCKS for kind in kinds):
            cited.fault("公示期是最短期限，没有到期提醒和逾期")
        rungs.append(
            Rung(
                name=name,
                title=cited.further_text("title"),
                offset=offset,
                at=time(int(at[1]), int(at[2])),
                audience=cited.choices(Audience, cited.further.get("audience")),
                # A rung of a clock that this policy has switched off belongs to nobody.
                clocks=kinds & limits,
                source=cited.shown_source,
                local=cited.local,
                note=cited.note,
            )
        )
    return tuple(sorted(rungs, key=lambda rung: (rung.offset, rung.name)))


def _shown(value: object, cited: Cited) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        labels = {str(word): word.label for words in (FundSource, ClockKind) for word in words}
        return "、".join(labels.get(str(item), str(item)) for item in value)
    unit = cited.further.get("unit", "")
    if cited.path.startswith("clocks."):
        return f"{'不少于' if cited.further.get('minimum') else ''}{value}{LimitUnit(str(unit)).label}"
    if cited.path.startswith("rates."):
        return f"{value}元"
    if cited.path == "settings.fund_first":
        return FundSource(str(value)).label
    return f"{value}{unit}"


def _parameters(tables: Mapping[str, Mapping[str, Cited]]) -> tuple[Parameter, ...]:
    labels = {f"clocks.{kind.value}": kind.label for kind in ClockKind}
    # In this order whatever the order of the file, so that a policy rebuilt from its content shows the same.
    order = [f"settings.{name}" for name in SETTINGS]
    order += [f"clocks.{kind.value}" for kind in ClockKind]
    order += [f"rules.{name}" for name in RULES_WITH_A_NUMBER + RULES_WITHOUT_A_NUMBER]
    order += [f"rates.{name}" for name in RATES]
    place = {path: number for number, path in enumerate(order)}
    found: list[Parameter] = []
    for name in TABLES:
        for cited in sorted(
            tables[name].values(), key=lambda cited: (place.get(cited.path, len(place)), cited.path)
        ):
            title = cited.further.get("title") or labels.get(cited.path) or cited.path.partition(".")[2]
            found.append(
                Parameter(
                    cited.path,
                    str(title),
                    _shown(cited.value, cited),
                    cited.shown_source,
                    cited.local,
                    cited.note,
                )
            )
    return tuple(found)


def build_policy(data: Mapping[str, object]) -> Policy:
    """The policy of merged data; raises ``PolicyError`` naming the first value that is wrong."""
    key = data.get("key")
    if not isinstance(key, str) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key):
        raise PolicyError("政策参数 key：缺少，或不是小写字母、数字和连字符")
    for name in data:
        if name not in {"key", "title", "valid_from", *TABLES}:
            raise PolicyError(f"政策参数 {name}：没有这个参数")
    tables = {name: _table(data, name) for name in TABLES}
    settings, regions = tables["settings"], tables["regions"]
    _known(settings, frozenset(SETTINGS), frozenset(SETTINGS), "settings")
    if not regions:
        raise PolicyError("政策参数 regions：缺少适用地区")
    for code, region in regions.items():
        if not re.fullmatch(r"\d{6}", code):
            region.fault("地区代码须为6位数字")
    valid_from = cite("valid_from", data.get("valid_from"))
    try:
        valid_on = date.fromisoformat(valid_from.text(r"\d{4}-\d{2}-\d{2}"))
    except ValueError:
        valid_from.fault("不是有效日期")
    fund_first = settings["fund_first"].choice(FundSource, settings["fund_first"].value)
    fund_order = settings["fund_order"].choices(FundSource, settings["fund_order"].value)
    if set(fund_order) != set(FundSource):
        settings["fund_order"].fault("须列出全部资金来源")
    if fund_order[0] is not fund_first:
        settings["fund_order"].fault(f"与 fund_first 矛盾：第一项须为 {fund_first.value}")
    clocks = _clocks(tables["clocks"])
    return Policy(
        key=key,
        title=cite("title", data.get("title")).text(),
        valid_from=valid_on,
        regions=MappingProxyType({code: region.text() for code, region in regions.items()}),
        clocks=MappingProxyType(clocks),
        rules=MappingProxyType(_rules(tables["rules"])),
        rate_table=MappingProxyType(_rates(tables["rates"])),
        ladder=_ladder(tables["ladder"], clocks),
        stated_hours=MappingProxyType(
            {code: cited.whole(1, 10_000) for code, cited in tables["stated_hours"].items()}
        ),
        closing_time=settings["closing_time"].text(r"24:00|(0[1-9]|1\d|2[0-3]):[0-5]\d"),
        notice_auto_close=settings["notice_auto_close"].flag(),
        notice_minimum_counts_for_hr=settings["notice_minimum_counts_for_hr"].flag(),
        opening_day_counts_in_average=settings["opening_day_counts_in_average"].flag(),
        certificates_required=settings["certificates_required"].flag(),
        inspections_required=settings["inspections_required"].whole(0, 60),
        inspections_source=settings["inspections_required"].shown_source,
        trainee_minimum_age=settings["trainee_minimum_age"].whole(0, 60),
        fund_first=fund_first,
        fund_order=fund_order,
        parameters=_parameters(tables),
        content=json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
    )
