"""What the API answers about the audit trail, as models."""

from __future__ import annotations

from pydantic import BaseModel, Field

from web.api.answers import HistoryEntry, Key
from web.api.check_answers import WantedCheck


class AuditEntry(HistoryEntry):
    """One entry of the audit trail, of an application or of the system, and where it belongs."""

    application_id: Key | None = Field(description="系统的记录没有")
    application_number: str | None
    region: str | None


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


class TrailFault(BaseModel):
    """What is wrong in one chain; chain 0 is the system's, sequence 0 the whole of it."""

    chain: int
    sequence: int
    fault: str


class AuditVerdict(BaseModel):
    """Whether every chain holds."""

    holds: bool
    chains: int
    entries: int
    movements: int = Field(description="资金台账的记录数")
    faults: list[TrailFault]


class AuditVerification(WantedCheck):
    """The last proof of the whole trail by the scheduler."""

    result: AuditVerdict | None
