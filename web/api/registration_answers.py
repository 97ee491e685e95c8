"""What the API answers of organisations that register themselves."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from web.api.answers import Key
from workflow.attachments.kinds import FileKind
from workflow.vocabulary import ApplicationKind, ProofKind, RegistrationState


class RegistrationProof(BaseModel):
    """A file that was sent as proof."""

    id: Key
    proof: ProofKind
    proof_label: str
    name: str
    kind: FileKind
    byte_count: int


class RegistrationAnswer(BaseModel):
    """How a registration stands, for whoever holds its receipt."""

    receipt: str = Field(description="回执编号")
    state: RegistrationState
    state_label: str
    kind: ApplicationKind
    kind_label: str
    region: str
    region_label: str
    name: str
    uscc: str
    login: str
    submitted_at: datetime
    waited_days: int = Field(description="提交之后已过的工作日；已办理的到办理之日")
    decided_at: datetime | None
    reason: str | None = Field(description="退回的理由")
    version: int
    proofs: list[RegistrationProof]


class RegistrationSummary(RegistrationAnswer):
    """The same at HR's desk."""

    id: Key


class ListedMatch(BaseModel):
    """An entry of the year's list with the same code or the same name."""

    id: Key
    year: int
    name: str
    uscc: str
    kind_label: str
    same_uscc: bool
    same_name: bool


class RegistrationDetails(RegistrationSummary):
    """One registration for who decides on it."""

    legal_representative: str
    address: str
    contact_name: str = Field(description="已遮盖")
    contact_phone: str = Field(description="已遮盖")
    account_name: str
    email: str | None
    decided_by: str | None
    may_decide: bool
    may_see_proofs: bool
    listed: list[ListedMatch]


class RegistrationContact(BaseModel):
    """The contact of a registration in clear; the reading was recorded."""

    name: str
    phone: str


class ColleagueAnswer(BaseModel):
    """An account of an organisation."""

    id: Key
    login: str
    name: str
    email: str | None
    owner: bool = Field(description="账号管理员，每个单位一名")
    active: bool
    must_change_password: bool = Field(description="还没有修改初始密码")
    own: bool = Field(description="本人的账号")
    created_at: datetime


class OrganisationAnswer(BaseModel):
    """The caller's organisation with all its accounts."""

    id: Key
    name: str
    uscc: str
    kind: ApplicationKind
    region: str
    legal_representative: str | None
    address: str | None
    registration_id: Key | None
    may_keep: bool = Field(description="本人是账号管理员")
    items: list[ColleagueAnswer]
    next: None
