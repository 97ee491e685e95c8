"""What somebody has to say who wants to read personal data in clear: whose, and what for."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from workflow.form.fields import MOST_HEADS, Line, Typed, Widget, asked, optional
from workflow.vocabulary import ReadingPurpose, ReadingSubject

LARGEST_KEY = 2**63 - 1
RowNumber = Annotated[int, Field(ge=1, le=MOST_HEADS), Widget("number")]
ObjectionNumber = Annotated[int, Field(ge=1, le=LARGEST_KEY), Widget("number")]


class ReadingRequest(Typed):
    """One reading in clear."""

    subject: Annotated[ReadingSubject, Field(strict=False), Widget("select")] = asked("查看内容")
    purpose: Annotated[ReadingPurpose, Field(strict=False), Widget("select")] = asked("查看目的")
    row_no: Annotated[int, Field(ge=1, le=MOST_HEADS), Widget("number")] | None = optional(
        "名册序号", help="查看学员时必填"
    )
    objection_id: Annotated[int, Field(ge=1, le=LARGEST_KEY), Widget("number")] | None = optional(
        "异议编号", help="查看异议人时必填"
    )
    note: Line | None = optional("说明", help="如抽查批次、现场检查单号；不要填写号码")
