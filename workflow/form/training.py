"""Section 二 过程监管: what an inspector saw, and the end of the training. The inspector is the account."""

from __future__ import annotations

from workflow.form.fields import ClassNumber, Count, Day, Line, Lines, Moment, Typed, asked, optional


class OpeningInspection(Typed):
    """开班当日检查 of one class."""

    class_no: ClassNumber = asked("班次")
    inspected_at: Moment = asked("检查时间", help="不能晚于现在")
    present_count: Count = asked("学员人数", help="实到人数")
    sign_in: Lines = asked("签到情况")
    materials: Lines = asked("培训资料留存情况")


class Inspection(Typed):
    """培训期间检查 of one class."""

    class_no: ClassNumber = asked("班次")
    inspected_at: Moment = asked("检查时间", help="不能晚于现在")
    place: Line = asked("地点")
    teachers: Lines = asked("师资情况")
    present_count: Count = asked("学员出勤人数")
    remarks: Lines | None = optional("备注")


class TrainingEnd(Typed):
    """The day on which the last class ended."""

    ended_on: Day = asked("培训结束日期")
