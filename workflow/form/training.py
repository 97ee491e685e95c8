"""Section 二 过程监管: what an inspector saw, make-up lessons, and the end of the training.

Who acts is the account. An observation that is not given was not looked at, which is not the same as fine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, field_validator

from workflow.form.fields import (
    MOST_HOURS,
    ClassNumber,
    Count,
    Day,
    Heads,
    Line,
    Lines,
    Moment,
    Typed,
    Widget,
    asked,
    optional,
)
from workflow.vocabulary import OnlineFault

MOST_INSPECTIONS = 999
MOST_ROSTER_ROWS = 5_000

Verdict = Annotated[bool, Field(strict=True), Widget("verdict")]
"""Yes, no, or not looked at."""


class Observations(Typed):
    """What an inspector may look at besides the head count (二(四)19, 20; 新人社办〔2023〕35号 附件1 五)."""

    recording_complete: Verdict | None = optional("录像能否显示全部学员", help="未检查的不填，下同")
    practice_minutes: Annotated[int, Field(strict=True, ge=0, le=600), Widget("number")] | None = optional(
        "实操每学时连续录像分钟数"
    )
    online_faults: (
        Annotated[list[Annotated[OnlineFault, Field(strict=False)]], Field(max_length=len(OnlineFault))]
        | None
    ) = optional("线上学习存在的问题", help="检查过而没有问题的，给出空列表")
    fee_charged: Verdict | None = optional("是否向学员收费")
    classes_merged: Verdict | None = optional("是否并班")
    hours_short: Verdict | None = optional("是否缩短课时")

    @field_validator("online_faults")
    @classmethod
    def _each_once(cls, faults: list[OnlineFault] | None) -> list[OnlineFault] | None:
        if faults is not None and len(set(faults)) != len(faults):
            raise ValueError("中有重复")
        return faults


OBSERVATIONS = tuple(Observations.model_fields)
"""Under these names they stand on an inspection's entry of the form."""
FINE, FAULTY = "符合", "不符合"
ONLINE_LABEL = "线上学习监管"
# What is demanded, and which value of the field says that it is so.
DEMANDS: dict[str, tuple[str, bool]] = {
    "recording_complete": ("录像显示全部学员", True),
    "fee_charged": ("不向学员收费", False),
    "classes_merged": ("不并班", False),
    "hours_short": ("课时足额，不缩短", False),
}


def observed(entry: Mapping[str, Any]) -> list[str]:
    """What an inspection observed, in words; empty where nothing was looked at."""
    words = [
        f"{label}：{FINE if entry[name] is fine else FAULTY}"
        for name, (label, fine) in DEMANDS.items()
        if entry.get(name) is not None
    ]
    if entry.get("practice_minutes") is not None:
        words.append(f"实操每学时连续录像：{entry['practice_minutes']}分钟")
    faults = entry.get("online_faults")
    if faults is not None:
        named = "、".join(OnlineFault(fault).label for fault in faults)
        words.append(f"{ONLINE_LABEL}：{f'{FAULTY}（{named}）' if faults else FINE}")
    return words


RowNumbers = Annotated[
    list[Annotated[int, Field(strict=True, ge=1, le=MOST_ROSTER_ROWS)]], Field(max_length=MOST_ROSTER_ROWS)
]
"""Trainees by their places on the roster."""


class Attendance(Observations):
    """Who of the roster was not there, where the roster was called; else only the heads were counted."""

    absent_rows: RowNumbers | None = optional(
        "缺勤学员的名册序号", help="按名册点名的给出，无人缺勤给出空列表；实到人数须与之一致"
    )

    @field_validator("absent_rows")
    @classmethod
    def _each_absent_once(cls, row_nos: list[int] | None) -> list[int] | None:
        if row_nos is not None and len(set(row_nos)) != len(row_nos):
            raise ValueError("中有重复")
        return row_nos


class OpeningInspection(Attendance):
    """开班当日检查 of one class."""

    class_no: ClassNumber = asked("班次")
    inspected_at: Moment = asked("检查时间", help="不能晚于现在")
    present_count: Count = asked("学员人数", help="实到人数")
    sign_in: Lines = asked("签到情况")
    materials: Lines = asked("培训资料留存情况")


class Inspection(Attendance):
    """培训期间检查 of one class."""

    class_no: ClassNumber = asked("班次")
    inspected_at: Moment = asked("检查时间", help="不能晚于现在")
    place: Line = asked("地点")
    teachers: Lines = asked("师资情况")
    present_count: Count = asked("学员出勤人数")
    remarks: Lines | None = optional("备注")


class ObservationStrike(Typed):
    """Why the observations of one inspection of a class are struck; the head count stands."""

    class_no: ClassNumber = asked("班次")
    inspection_no: Annotated[int, Field(strict=True, ge=0, le=MOST_INSPECTIONS), Widget("number")] = asked(
        "第几次检查", help="该班培训期间的第几次检查；0 为开班当日检查"
    )
    reason: Lines = asked("撤销理由")


class MakeUp(Typed):
    """补课 of trainees who were absent at one inspection during the training of a class."""

    class_no: ClassNumber = asked("班次")
    inspection_no: Annotated[int, Field(strict=True, ge=1, le=MOST_INSPECTIONS), Widget("number")] = asked(
        "第几次检查", help="该班培训期间的第几次检查"
    )
    count: Heads = asked("补课人数", help="不能多于该次检查的缺勤人数")
    row_nos: Annotated[RowNumbers, Field(min_length=1)] | None = optional(
        "补课学员的名册序号", help="填写的，须与补课人数一致"
    )
    made_up_on: Day = asked("补课日期", help="在该次检查之后、考核之前")
    hours: Annotated[int, Field(strict=True, ge=1, le=MOST_HOURS), Widget("number")] = asked("补课课时")
    remarks: Lines | None = optional("备注")

    @field_validator("row_nos")
    @classmethod
    def _each_once(cls, row_nos: list[int] | None) -> list[int] | None:
        if row_nos is not None and len(set(row_nos)) != len(row_nos):
            raise ValueError("中有重复")
        return row_nos


def is_undecided(make_up: Mapping[str, Any]) -> bool:
    """Whether HR has neither consented to a make-up on the form nor declined it."""
    return "consented_on" not in make_up and "declined_on" not in make_up


class TrainingEnd(Typed):
    """The day on which the last class ended."""

    ended_on: Day = asked("培训结束日期")
