"""What the API answers about readings in clear, as models."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from web.api.answers import Key
from workflow.vocabulary import ReadingPurpose, ReadingSubject


class ClearItem(BaseModel):
    """Personal data in clear; null what the subject does not have."""

    row_no: int | None
    name: str | None
    id_number: str | None
    phone: str | None
    bank_name: str | None
    bank_account: str | None
    contact: str | None


class ClearReading(BaseModel):
    """One reading in clear, as it was recorded, and what was read."""

    application_id: Key
    application_number: str
    subject: ReadingSubject
    subject_label: str
    purpose: ReadingPurpose
    purpose_label: str
    note: str
    read_at: datetime
    items: list[ClearItem]


class ReadingRecord(BaseModel):
    """Who read whose personal data in clear, when and what for."""

    sequence: int
    at: datetime
    account: str
    account_name: str
    application_id: Key | None
    application_number: str | None
    subject: ReadingSubject
    subject_label: str
    row_nos: list[int] = Field(description="学员在名册中的序号")
    whose: list[str] = Field(description="被查看的人，已遮盖")
    purpose: ReadingPurpose | None
    purpose_label: str
    note: str
