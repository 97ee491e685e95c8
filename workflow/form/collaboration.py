"""What people say to each other about an application (转办、委派、抄送), and when they are away (代办)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from workflow.clock import day_cn
from workflow.form.fields import Day, EntryError, Line, Lines, Typed, Widget, asked, optional

LARGEST_KEY = 2**63 - 1
MOST_RECIPIENTS = 30
Colleague = Annotated[int, Field(strict=True, ge=1, le=LARGEST_KEY), Widget("select")]

Recipients = Annotated[list[Colleague], Field(min_length=1, max_length=MOST_RECIPIENTS), Widget("checkboxes")]


class HandOver(Typed):
    """转办: who goes on with it, and why."""

    to_id: Colleague = asked("转办给")
    reason: Line = asked("转办原因", help="如外出检查、案件较多；对方会看到")


class Delegation(Typed):
    """委派: whose opinion is wanted, and on what."""

    to_id: Colleague = asked("委派给")
    question: Annotated[Lines, Field(max_length=500)] = asked("请对方核实或者提出意见的事项")


class DelegationAnswer(Typed):
    """The opinion of who was asked; neither a decision nor a signature."""

    answer: Annotated[Lines, Field(max_length=1000)] = asked("答复意见")


class Circulation(Typed):
    """抄送: who is to know of it, and what about it."""

    to_ids: Recipients = asked("抄送给")
    note: Line | None = optional("附言", help="可以不填")

    @model_validator(mode="after")
    def _each_once(self) -> Circulation:
        if len(set(self.to_ids)) < len(self.to_ids):
            raise EntryError("to_ids", "中有人重复")
        return self


class AbsenceEntry(Typed):
    """代办: who is away from when to when, and who acts in the meantime."""

    account_id: Colleague | None = optional("外出人员", help="不填即为本人")
    substitute_id: Colleague = asked("代办人员")
    from_on: Day = asked("开始日期")
    until_on: Day | None = optional("结束日期", help="含当日；只有为离岗人员登记时可以不填")
    reason: Line = asked("事由", help="如公出、休假、培训；不必写病情等个人情况")

    @model_validator(mode="after")
    def _in_order(self) -> AbsenceEntry:
        if self.until_on is not None and self.until_on < self.from_on:
            raise EntryError("until_on", f"不能早于“开始日期”{day_cn(self.from_on)}")
        return self
