"""A policy as people read it: each value with its unit, what belongs to it, and its ground."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from workflow.policy.cited import Cited
from workflow.policy.model import Audience, Group, Parameter, Severity
from workflow.vocabulary import CertificateKind, ClockKind, Department, FundSource, LimitUnit

_GROUPS: Mapping[str, Group] = {
    "clocks": Group.CLOCKS,
    "ladder": Group.LADDER,
    "rules": Group.RULES,
    "stated_hours": Group.RULES,
    "rates": Group.MONEY,
    "evaluation_rates": Group.MONEY,
    "employment_subsidies": Group.MONEY,
    "settings": Group.SWITCHES,
    "retirement": Group.SWITCHES,
}
_TITLES = {"title": "名称", "valid_from": "施行日期", "valid_until": "失效日期"}
_TABLE_TITLES = {"regions": "适用地区", "evaluation_rates": "评价补贴", "rates": "培训补贴"}
_UNITS = {
    "settings.inspections_required": "次",
    "settings.inspectors_drawn": "名",
    "settings.trainee_minimum_age": "周岁",
    "settings.satisfaction_stop_months": "个月",
    "settings.platform_ban_years": "年",
    "settings.finance_staff_minimum": "人",
}
_SEVERITIES = {Severity.BLOCKING: "不符合的不予通过", Severity.WARNING: "不符合的提示，审核人须书面说明"}
_AUDIENCES = {
    Audience.ACTORS: "经办人员",
    Audience.DEPARTMENT_HEAD: "部门负责人",
    Audience.FINANCE: "财政部门（限申领、拨付事项）",
    Audience.OFFICE: "领导小组办公室",
}
_WORDS: Mapping[str, str] = {
    **{word.value: word.label for words in (FundSource, ClockKind, CertificateKind) for word in words},
    **{word.value: label for word, label in _AUDIENCES.items()},
    # The certificates, where the labels name the examinations.
    CertificateKind.SPECIAL_ABILITY.value: "专项职业能力证书",
    CertificateKind.COMPLETION.value: "培训合格证书",
}


def parameters_of(
    documents: tuple[str, ...],
    top: Mapping[str, Cited],
    tables: Mapping[str, Mapping[str, Cited]],
    order: Mapping[str, tuple[str, ...]],
) -> tuple[Parameter, ...]:
    """Every value, group by group, inside a table in ``order``: the same however the file is written.

    The values have been checked before.
    """
    shown = [_documents(documents)] if documents else []
    shown += [_parameter(cited) for cited in top.values()]
    for name, table in tables.items():
        first = [key for key in order.get(name, ()) if key in table]
        shown += [_parameter(table[key]) for key in (*first, *sorted(set(table) - set(first)))]
    groups = list(Group)
    return tuple(sorted(shown, key=lambda parameter: groups.index(parameter.group)))


def _documents(documents: tuple[str, ...]) -> Parameter:
    named = "、".join(documents)
    return Parameter("documents", Group.SCOPE, "依据文件", named, "", named, False, "")


def _parameter(cited: Cited) -> Parameter:
    table = cited.path.partition(".")[0]
    group = _GROUPS.get(table, Group.SCOPE)
    if cited.name.startswith("fund_"):
        group = Group.FUNDS
    return Parameter(
        path=cited.path,
        group=group,
        title=_title(table, cited),
        value=_value(table, cited),
        details="；".join(_details(table, cited)),
        source=cited.shown_source,
        local=cited.local,
        note=cited.note,
    )


def _title(table: str, cited: Cited) -> str:
    if table == "clocks":
        return ClockKind(cited.name).label
    if table == "stated_hours":
        return f"职业（工种）{cited.name} 的规定课时"
    title = cited.title or _TITLES.get(cited.path) or cited.name
    return f"{_TABLE_TITLES[table]} {title}" if table in _TABLE_TITLES else title


def _value(table: str, cited: Cited) -> str:
    value = cited.value
    if value is False and table != "settings":
        return "不启用"
    if isinstance(value, bool):
        return ("启用" if value else "不启用") if table == "rules" else ("是" if value else "否")
    if isinstance(value, list):
        return "、".join(_WORDS.get(str(item), str(item)) for item in value)
    if table == "clocks":
        least = "不少于" if cited.further.get("minimum") else ""
        return f"{least}{value}{LimitUnit(str(cited.further['unit'])).label}"
    if table in {"rates", "evaluation_rates"}:
        return _yuan(value)
    if table == "employment_subsidies":
        return f"每人{_yuan(value)}"
    if table == "ladder" and isinstance(value, int):
        return f"到期前{-value}个工作日" if value < 0 else f"到期后第{value}个工作日"
    if table == "stated_hours":
        return f"{value}课时"
    if table == "retirement":
        return f"{value}周岁"
    unit = cited.further.get("unit") or _UNITS.get(cited.path, "")
    return f"{_WORDS.get(str(value), str(value))}{unit}"


def _yuan(value: object) -> str:
    return f"{Decimal(str(value)):,.2f}元"


def _details(table: str, cited: Cited) -> Iterator[str]:
    further = cited.further
    if table == "rules":
        yield _SEVERITIES[Severity(str(further["severity"]))]
    if table == "clocks":
        department = further.get("department")
        yield Department(str(department)).label if department else "申请人"
    if table == "ladder" and cited.value is not False:
        audience, clocks = further["audience"], further.get("clocks")
        yield f"{further['time']} 告知{_joined(audience)}"
        yield f"适用于{_joined(clocks)}" if clocks else "适用于所有到期时限"
    if table == "employment_subsidies" and cited.value is not False:
        yield f"稳定就业并缴纳职工社会保险满{further['months']}个月"
        yield f"累计不超过{_yuan(further['cap'])}" if further["cap"] else "没有累计上限"
    if table == "retirement" and cited.value is not False and further["latest"] != cited.value:
        year, _, month = str(further["born_from"]).partition("-")
        yield (
            f"{year}年{int(month)}月及以后出生的，"
            f"每{further['every']}个月延迟1个月，至{further['latest']}周岁"
        )


def _joined(words: object) -> str:
    return "、".join(_WORDS.get(str(word), str(word)) for word in words) if isinstance(words, list) else ""
