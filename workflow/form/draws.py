"""What is asked for when classes and inspectors are drawn by lot, and why somebody drawn does not go."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from workflow.clock import day_cn
from workflow.form.fields import Day, Line, Typed, Widget, asked, optional
from workflow.vocabulary import ApplicationKind

MOST_CLASSES, MOST_INSPECTORS = 200, 5


class DrawFilter(Typed):
    """Among which running classes is drawn; what is not given narrows nothing."""

    kind: Annotated[ApplicationKind, Field(strict=False), Widget("select")] | None = optional("办班单位")
    starts_from: Day | None = optional("开班日期从")
    starts_until: Day | None = optional("开班日期到")

    @field_validator("starts_until")
    @classmethod
    def _in_order(cls, until: date | None, info: ValidationInfo) -> date | None:
        begins = info.data.get("starts_from")
        if until and begins and until < begins:
            raise ValueError(f"不能早于“开班日期从”{day_cn(begins)}")
        return until


class DrawEntry(DrawFilter):
    """One draw: how many classes, how many inspectors for each, by when they are to have been there."""

    class_count: Annotated[int, Field(strict=True, ge=1, le=MOST_CLASSES), Widget("number")] = asked(
        "抽取班级数"
    )
    inspector_count: Annotated[int, Field(strict=True, ge=1, le=MOST_INSPECTORS), Widget("number")] = asked(
        "每班检查人员数"
    )
    due_on: Day = asked("完成期限", help="最迟在这一天到场检查")
    announced: Annotated[Line, Field(max_length=64)] | None = optional(
        "当众公布的号码", help="如当日开奖号码，与系统的随机种子合并使用；可以不填"
    )


class DrawSubstitution(Typed):
    """Who of those drawn does not go, and why; the next of the same order goes instead."""

    account_id: Annotated[int, Field(strict=True, ge=1, le=2**53), Widget("number")] = asked("替换的检查人员")
    reason: Annotated[Line, Field(max_length=200)] = asked("替换原因", help="如生病、需要回避")
