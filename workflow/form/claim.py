"""Section 四 补贴资金申领: heads and amounts per class, and the applicant's commitment."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from workflow.form.fields import (
    ClassNumber,
    Heads,
    Money,
    Name,
    Typed,
    YesNo,
    asked,
    optional,
    unique,
)
from workflow.form.opening import MOST_CLASSES


class ClaimLine(Typed):
    """What is claimed for one class; an individual claims for one head, a list of holders is one class."""

    class_no: ClassNumber = asked("班次", help="不分班次的申请填 1")
    heads: Heads = asked("申请补贴人数")
    amount: Money = asked("申请补贴资金（元）")


class Commitment(Typed):
    """The commitment to truthfulness, public supervision and liability."""

    accepted: YesNo = asked("郑重承诺")
    signatory: Name = asked("申请承诺人")

    @field_validator("accepted")
    @classmethod
    def _is_accepted(cls, accepted: bool) -> bool:
        if not accepted:
            raise ValueError("须勾选后方可提交")
        return accepted


def _no_class_twice(lines: list[ClaimLine]) -> list[ClaimLine]:
    return unique(lines, "class_no", message="{}重复：每个班次只能申领一行")


class ClaimDraft(Typed):
    """A claim while it is being written: lines are whole, the commitment may still be missing."""

    lines: Annotated[list[ClaimLine], Field(max_length=MOST_CLASSES)] = asked("申领明细")
    commitment: Commitment | None = optional("申请承诺")

    _lines_differ = field_validator("lines")(_no_class_twice)


class Claim(Typed):
    """A claim as it is submitted."""

    lines: Annotated[list[ClaimLine], Field(min_length=1, max_length=MOST_CLASSES)] = asked("申领明细")
    commitment: Commitment = asked("申请承诺")

    _lines_differ = field_validator("lines")(_no_class_twice)
