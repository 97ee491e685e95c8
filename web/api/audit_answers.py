"""What the API answers about the audit trail, as models."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from web.api.answers import Key
from workflow.vocabulary import AuditOutcome, State


class AuditEntry(BaseModel):
    """One entry of the audit trail, of an application or of the system."""

    application_id: Key | None = Field(description="系统的记录没有")
    application_number: str | None
    region: str | None
    sequence: int = Field(description="在所属记录链中的序号")
    at: datetime
    actor: str
    actor_name: str
    event: str
    event_label: str
    outcome: AuditOutcome
    from_state: State | None
    from_state_label: str | None
    to_state: State | None
    to_state_label: str | None
    message: str
    detail: dict[str, Any]
    policy_version: str | None
    calendar_version: str | None
    form_digest: str | None
    previous_hash: str
    hash: str = Field(description="SM3(上一条记录的杂凑值 + 换行 + 记录内容)")


class ChainFault(BaseModel):
    """What is wrong with a chain, and at which of its entries."""

    sequence: int
    fault: str


class HistoryProof(BaseModel):
    """Whether the chain of one application holds: recomputed, and compared with the head that is kept."""

    holds: bool
    entries: int
    head: str = Field(description="由各条记录重新计算得到的链头")
    kept_head: str = Field(description="申请上登记的链头")
    faults: list[ChainFault]
