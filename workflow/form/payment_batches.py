"""What a cashier says of a batch of payments: which applications, from which source, why it is given up."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from workflow.form.disbursement import SourceChoice
from workflow.form.fields import Line, Typed, asked, optional, unique

MOST_LINES = 500


class WantedLine(Typed):
    """An application to be paid; the source is that of the batch, or else what is reserved first."""

    application_id: Annotated[int, Field(strict=True, ge=1, le=2**63 - 1)] = asked("申请")
    source: SourceChoice | None = optional("资金来源")


class NewBatch(Typed):
    """A batch to be made."""

    source: SourceChoice | None = optional(
        "本批资金来源", help="不选的，每件按其预留的第一个来源；该件没有这一来源的预留时不能列入"
    )
    applications: Annotated[list[WantedLine], Field(min_length=1, max_length=MOST_LINES)] = asked(
        "列入的申请"
    )

    @field_validator("applications")
    @classmethod
    def _each_once(cls, applications: list[WantedLine]) -> list[WantedLine]:
        return unique(applications, "application_id", message="重复：每件申请在一个批次中只列一次")


class BatchCancellation(Typed):
    """Why a batch is given up."""

    reason: Line = asked("取消原因")
