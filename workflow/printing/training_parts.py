"""Sections 一 to 三 of the form, of an institution or an enterprise; with the tables for many classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workflow.clock import as_date, day_cn
from workflow.form.money import fen_from_yuan, yuan_text
from workflow.form.training import observed
from workflow.printing.cells import (
    NO_DAY,
    Cell,
    Column,
    Continuation,
    Part,
    Row,
    label,
    occupation_of,
    opinion,
    people,
    value,
    yes_no,
)
from workflow.vocabulary import CertificateKind, TrainingMode

MOST_IN_CELLS = 4
"""So many classes stand in the form's own cells; more of them go on behind it, a row each."""
PRINTED_CHECKS = 2
"""Checks during the training for which the form prints a place; more may be added (note 1)."""
_EXAMINED = {
    CertificateKind.NATIONAL_QUALIFICATION: "参加国家职业资格鉴定人数",
    CertificateKind.SKILL_LEVEL: "参加职业技能等级评定人数",
    CertificateKind.SPECIAL_OPERATION: "参加特种作业操作考核人数",
    CertificateKind.SPECIAL_ABILITY: "参加专项能力考核认定人数",
    CertificateKind.COMPLETION: "参加结业考核人数",
}
_REVIEWERS = ("初审人", "复核人")

Entry = Mapping[str, Any]


def training_behind(view: Entry) -> tuple[Continuation, ...]:
    """Where there are many classes: one table of the classes, and one of all that was inspected."""
    form = view["form"]
    classes = _classes(view)
    if len(classes) <= MOST_IN_CELLS:
        return ()
    training = form["training"]
    opened = {each["class_no"]: each for each in training.get("opening_inspections") or ()}
    checks = training.get("inspections") or ()
    inspected = [
        one
        for each in classes
        for one in (
            *([(opened[each["class_no"]], "开班当日")] if each["class_no"] in opened else []),
            *((check, "培训期间") for check in checks if check["class_no"] == each["class_no"]),
        )
    ]
    return (_class_table(view, classes), *([_inspection_table(inspected)] if inspected else []))


def opening_part(view: Entry) -> Part:
    """Section 一."""
    opening, classes = view["form"]["opening"], _classes(view)
    mode, reviews = opening.get("mode"), opening.get("reviews") or ()
    planned = [each["planned_count"] for each in classes if each.get("planned_count")]
    total = people(sum(planned)) if planned else ""
    roster = view["roster_count"]
    many = len(classes) > MOST_IN_CELLS
    apart = "，" if len(classes) > 1 else "\n"
    in_all = (f"合计 {total}",) if len(planned) > 1 and not many else ()
    return Part(
        "开班申请",
        (
            (
                label("开班批次及\n开班时间"),
                _by_class(
                    classes, lambda one: _joined(apart, one.get("batch"), day_cn(one.get("starts_on")))
                ),
                label("培训工种\n及级别"),
                _by_class(classes, occupation_of),
            ),
            (
                label("拟培训人数"),
                _by_class(
                    classes, lambda one: people(one.get("planned_count")), colspan=1, many=total, small=in_all
                ),
                label("培训时长"),
                _by_class(classes, _length, colspan=3, blank=f"{NO_DAY}至{NO_DAY}，共　　课时"),
            ),
            (
                label("拟培训方式(企业自主培训或委托培训等)", colspan=2),
                value(
                    TrainingMode(mode).label if mode else "",
                    f"委托单位：{opening['commissioned_by']}" if opening.get("commissioned_by") else "",
                    colspan=4,
                ),
            ),
            (
                label("培训计划及人员名册是否在职业培训信息化管理系统填报", colspan=3),
                value(
                    _joined(
                        "　", yes_no(opening.get("entered_in_system")), f"名册 {roster} 人" if roster else ""
                    ),
                    colspan=3,
                ),
            ),
            (label("行业主管部门\n审核意见"), opinion(reviews, "opening_industry", _REVIEWERS)),
            (label("人力资源社会\n保障部门审核意见"), opinion(reviews, "opening_hr", _REVIEWERS)),
        ),
    )


def training_part(view: Entry) -> Part:
    """Section 二; of many classes in sums."""
    training, numbered = view["form"]["training"], len(_classes(view)) > 1
    many = len(_classes(view)) > MOST_IN_CELLS
    opened = training.get("opening_inspections") or ()
    checks = training.get("inspections") or ()
    average = view["average_attendance"]
    consented = any(each.get("consented_on") for each in training.get("make_ups") or ())
    return Part(
        "过程监管",
        (
            *(_seen_in_short(opened, checks) if many else _seen(opened, checks, numbered)),
            (
                label("检查情况是否在职业培训信息化管理系统填报"),
                value(yes_no(True if opened or checks else None), colspan=3),
                label("平均出勤人数"),
                value(people(average), small=("含经同意的补课",) if average and consented else ()),
            ),
            (
                label("人力资源社会\n保障部门检查意见"),
                opinion(training.get("reviews") or (), "training_hr", ("审核人",)),
            ),
        ),
    )


def _seen(opened: Sequence[Entry], checks: Sequence[Entry], numbered: bool) -> list[Row]:
    places = max(len(checks), PRINTED_CHECKS)
    rows: list[Row] = [
        (
            label("开班当日检查情况"),
            _first_day(opened, numbered),
            label("检查人员签字"),
            value(*dict.fromkeys(one["inspector"] for one in opened)),
        )
    ]
    for place in range(places):
        one = checks[place] if place < len(checks) else None
        first = (label("培训期间检查情况", rowspan=places),) if place == 0 else ()
        rows.append(
            (
                *first,
                value(*_check_lines(one, numbered), colspan=3),
                label("检查人员签字"),
                value(one["inspector"] if one else ""),
            )
        )
    return rows


def _seen_in_short(opened: Sequence[Entry], checks: Sequence[Entry]) -> list[Row]:
    """What was seen of many classes, in sums; each inspection stands in the table behind."""
    first_day = f"{len(opened)} 个班次，学员人数合计 {sum(one['present_count'] for one in opened)} 人"
    return [
        (
            label("开班当日检查情况"),
            value(f"{first_day}，见续表" if opened else "", colspan=3),
            label("检查人员签字"),
            value(*dict.fromkeys(one["inspector"] for one in opened)),
        ),
        (
            label("培训期间检查情况"),
            value(f"{len(checks)} 次检查，见续表" if checks else "", colspan=3),
            label("检查人员签字"),
            value(*dict.fromkeys(one["inspector"] for one in checks)),
        ),
    ]


def _first_day(opened: Sequence[Entry], numbered: bool) -> Cell:
    if not opened:
        return value("学员人数：　　　　签到情况：", "培训资料留存情况：", colspan=3)
    lines = []
    for one in opened:
        number = f"{one['class_no']}班　" if numbered else ""
        lines += [
            f"{number}学员人数：{one['present_count']}　签到情况：{one['sign_in']}",
            f"培训资料留存情况：{one['materials']}　（{day_cn(one['inspected_at'])}）",
            *_also_seen(one),
        ]
    return value(*lines, colspan=3)


def _check_lines(one: Entry | None, numbered: bool) -> list[str]:
    if one is None:
        return [f"时间：{NO_DAY}　地点：", "师资情况：　　　　学员出勤情况："]
    number = f"{one['class_no']}班　" if numbered else ""
    return [
        f"{number}时间：{day_cn(one['inspected_at'])}　地点：{one['place']}",
        f"师资情况：{one['teachers']}　学员出勤情况：{one['present_count']} 人",
        *([f"备注：{one['remarks']}"] if one.get("remarks") else []),
        *_also_seen(one),
    ]


def _also_seen(one: Entry) -> list[str]:
    words = [] if one.get("observations_struck") else observed(one)
    return [f"其他检查：{'；'.join(words)}"] if words else []


def assessment_part(view: Entry) -> Part:
    """Section 三."""
    assessment = view["form"]["assessment"]
    results = assessment.get("results") or ()
    proposed = assessment.get("proposed_on")
    kinds = []
    for number, (kind, words) in enumerate(_EXAMINED.items()):
        mine = [each for each in results if each["kind"] == kind.value]
        kinds.append(
            (
                *((label("其中", rowspan=len(_EXAMINED)),) if number == 0 else ()),
                label(words, colspan=2),
                value(people(sum(each["examined_count"] for each in mine)) if mine else ""),
                label("取证人数"),
                value(people(sum(each["certified_count"] for each in mine)) if mine else ""),
            )
        )
    return Part(
        "结业考核",
        (
            (
                label("组织考核(评价、鉴定)时间", "提前3天提出，并在信息化管理系统上填报"),
                value(
                    day_cn(assessment.get("assess_on")),
                    colspan=3,
                    small=(f"（{day_cn(proposed)}提出）" if proposed else "",),
                ),
                label("参加考核人数"),
                value(people(sum(each["examined_count"] for each in results)) if results else ""),
            ),
            *kinds,
            (
                label("考核结果是否在职业培训信息化管理系统填报"),
                value(yes_no(True if results else None)),
                label("取证总人数"),
                value(people(sum(each["certified_count"] for each in results)) if results else ""),
                label("考核巡查\n人员签字"),
                value(assessment.get("inspector") or ""),
            ),
            (
                label("人力资源社会\n保障部门意见"),
                opinion(assessment.get("reviews") or (), "assessment_hr", ("审核人",)),
            ),
        ),
    )


def _classes(view: Entry) -> Sequence[Entry]:
    return view["form"]["opening"].get("classes") or ()


def _by_class(
    classes: Sequence[Entry],
    said: Callable[[Entry], str],
    *,
    colspan: int = 2,
    blank: str = "",
    many: str = "",
    small: Sequence[str] = (),
) -> Cell:
    """A cell with a line for each class; of many classes what they come to, and where they stand."""
    if len(classes) > MOST_IN_CELLS:
        return value(many or f"共 {len(classes)} 个班次，见续表", colspan=colspan)
    if len(classes) <= 1:
        return value(*(map(said, classes) if classes else (blank,)), colspan=colspan)
    lines = (f"{one['class_no']}班：{words}" if (words := said(one)) else "" for one in classes)
    return value(*lines, colspan=colspan, small=small)


def _length(one: Entry) -> str:
    since, until = (day_cn(one.get(name)) or NO_DAY for name in ("starts_on", "ends_on"))
    return f"{since}至{until}，共 {one.get('total_hours') or '　'} 课时"


def _joined(separator: str, *words: str | None) -> str:
    return separator.join(filter(None, words))


def _class_table(view: Entry, classes: Sequence[Entry]) -> Continuation:
    results = view["form"]["assessment"].get("results") or ()
    lines = {each["class_no"]: each for each in view["form"]["claim"].get("lines") or ()}
    average = {each["class_no"]: each["average"] for each in view["attendance"]}
    rows = []
    for one in classes:
        number = one["class_no"]
        mine = [each for each in results if each["class_no"] == number]
        claimed = lines.get(number)
        rows.append(
            (
                str(number),
                one.get("batch") or "",
                f"{_short_day(one.get('starts_on'))}至{_short_day(one.get('ends_on'))}",
                occupation_of(one),
                str(one.get("planned_count") or ""),
                str(one.get("total_hours") or ""),
                "" if average.get(number) is None else str(average[number]),
                str(sum(each["certified_count"] for each in mine)) if mine else "",
                str(claimed["heads"]) if claimed else "",
                yuan_text(fen_from_yuan(claimed["amount"])).removesuffix("元") if claimed else "",
            )
        )
    columns = (
        Column("班次", 1.1, "center"),
        Column("开班批次", 2.6),
        Column("开班和结束时间", 2.6, "center"),
        Column("培训工种及级别", 3.4),
        Column("拟培训人数", 1.3, "right"),
        Column("课时", 1.1, "right"),
        Column("平均出勤", 1.1, "right"),
        Column("取证人数", 1.1, "right"),
        Column("申请人数", 1.1, "right"),
        Column("申请金额（元）", 2.2, "right"),
    )
    return Continuation(f"续表　各班次情况（共 {len(rows)} 个班次）", columns, tuple(rows))


def _inspection_table(inspected: Sequence[tuple[Entry, str]]) -> Continuation:
    columns = (
        Column("班次", 1.1, "center"),
        Column("检查", 1.6, "center"),
        Column("时间", 2.2, "center"),
        Column("检查情况", 8.6),
        Column("出勤人数", 1.4, "right"),
        Column("检查人员", 2.1),
    )
    rows = tuple(
        (
            str(one["class_no"]),
            when,
            _short_day(one["inspected_at"]),
            "；".join(_found(one)),
            str(one["present_count"]),
            one["inspector"],
        )
        for one, when in inspected
    )
    return Continuation(f"续表　过程监管检查情况（共 {len(rows)} 次）", columns, rows)


def _found(one: Entry) -> list[str]:
    named = {
        "sign_in": "签到情况",
        "materials": "培训资料留存情况",
        "place": "地点",
        "teachers": "师资情况",
        "remarks": "备注",
    }
    return [f"{words}：{one[name]}" for name, words in named.items() if one.get(name)] + _also_seen(one)


def _short_day(on: object) -> str:
    found = as_date(on)
    return found.isoformat() if found else ""
