"""What an administrator says about messages that were not sent."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from workflow.form.fields import Line, Typed, asked, optional

MOST_RETRIED = 100
_Id = Annotated[int, Field(strict=True, ge=1, le=2**63 - 1)]


class Retry(Typed):
    """Which messages are to be sent again: some, or all that failed."""

    ids: Annotated[list[_Id], Field(min_length=1, max_length=MOST_RETRIED)] | None = optional("消息编号")
    all_failed: bool = Field(default=False, title="全部失败的")


class GivingUp(Typed):
    """Why a message is never to be sent."""

    reason: Annotated[Line, Field(max_length=100)] = asked("原因", help="如：收件人已调离；记入系统记录")
