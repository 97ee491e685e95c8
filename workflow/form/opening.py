"""Section 一 开班申请: the classes, and for an individual the institution that trained."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from workflow.clock import day_cn
from workflow.form.fields import (
    ClassNumber,
    Count,
    Day,
    Drafted,
    Heads,
    Hours,
    Level,
    Line,
    Minutes,
    Name,
    OccupationCode,
    TotalHours,
    Uscc,
    Widget,
    YesNo,
    asked,
    drafted,
    optional,
    unique,
)
from workflow.vocabulary import CertificateKind, TrainingMode

MOST_CLASSES = 50

CertificateChoice = Annotated[CertificateKind, Field(strict=False), Widget("select")]
ModeChoice = Annotated[TrainingMode, Field(strict=False), Widget("select")]


class TrainingClass(Drafted):
    """One class: several occupations and batches may stand in one application (note 1 of the form)."""

    class_no: ClassNumber = asked("班次", help="在本申请中的编号，从1开始")
    batch: Name | None = drafted("开班批次", help="如 2026年第3批")
    starts_on: Day | None = drafted("开班时间")
    ends_on: Day | None = drafted("结束时间")
    occupation_code: OccupationCode | None = drafted("职业编码", help="如 6-18-01-01")
    occupation: Name | None = drafted("培训职业（工种）")
    kind_of_work: Name | None = optional("工种")
    level: Level | None = optional("级别", help="5 初级工 至 1 高级技师；不分级别的证书不填")
    certificate_kind: CertificateChoice | None = drafted("拟取得的证书")
    planned_count: Heads | None = drafted("拟培训人数")
    total_hours: TotalHours | None = drafted("培训时长（课时）")
    practical_hours: Hours | None = drafted("实操课时")
    online_theory_hours: Hours | None = optional("线上理论课时")
    minutes_per_hour: Minutes | None = drafted("每课时分钟数")
    teacher_count: Count | None = drafted("教师人数")
    workstation_count: Count | None = drafted("工位数")
    place: Line | None = drafted("培训地点")
    online_platform: Name | None = optional("线上培训平台", help="有线上理论课时的须填写")

    @field_validator("ends_on")
    @classmethod
    def _ends_after_it_starts(cls, ends_on: date | None, info: ValidationInfo) -> date | None:
        starts_on = info.data.get("starts_on")
        if ends_on and starts_on and ends_on < starts_on:
            raise ValueError(f"不能早于开班时间{day_cn(starts_on)}")
        return ends_on

    @field_validator("practical_hours")
    @classmethod
    def _practice_fits_in(cls, hours: int | None, info: ValidationInfo) -> int | None:
        total = info.data.get("total_hours")
        if hours is not None and total is not None and hours > total:
            raise ValueError(f"不能超过培训时长{total}课时")
        return hours

    @field_validator("online_theory_hours")
    @classmethod
    def _theory_fits_beside_practice(cls, hours: int | None, info: ValidationInfo) -> int | None:
        total, practical = info.data.get("total_hours"), info.data.get("practical_hours")
        if hours is not None and total is not None and hours + (practical or 0) > total:
            raise ValueError(f"与实操课时{practical or 0}之和不能超过培训时长{total}课时")
        return hours


class Opening(Drafted):
    """The opening as a whole."""

    classes: Annotated[list[TrainingClass], Field(max_length=MOST_CLASSES)] | None = drafted("开班班次")
    mode: ModeChoice | None = drafted("拟培训方式")
    entered_in_system: YesNo | None = drafted("培训计划及人员名册是否在职业培训信息化管理系统填报")
    commissioned_by: Name | None = optional("委托单位", help="委托培训的填写")

    @field_validator("classes")
    @classmethod
    def _no_class_twice(cls, classes: list[TrainingClass] | None) -> list[TrainingClass] | None:
        return classes and unique(classes, "class_no", message="{}重复：每个班次只能填写一次")


class Provider(Drafted):
    """Where an individual was trained, and in what (note 2 of the form)."""

    institution: Name | None = drafted("培训机构名称")
    institution_uscc: Uscc | None = drafted("培训机构统一社会信用代码", help="18位")
    occupation_code: OccupationCode | None = drafted("职业编码", help="如 6-18-01-01")
    occupation: Name | None = drafted("培训职业（工种）")
    kind_of_work: Name | None = optional("工种")
    level: Level | None = optional("级别", help="5 初级工 至 1 高级技师；不分级别的证书不填")
