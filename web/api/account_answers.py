"""What the API answers about accounts and seats, as models. They only describe; services make them."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from web.api.answers import Key
from workflow.vocabulary import ApplicationKind, Department, Role


class AccountSummary(BaseModel):
    """An account in a list."""

    id: Key
    login: str
    name: str
    role: Role
    role_label: str
    department: Department | None
    department_label: str | None
    region: str | None
    region_label: str | None
    applicant_kind: ApplicationKind | None
    applicant_kind_label: str | None
    organisation_id: Key | None
    organisation_name: str | None
    organisation_uscc: str | None
    email: str | None
    active: bool
    locked_until: datetime | None = Field(description="登录失败过多，锁定至此时")
    one_time_until: datetime | None = Field(description="须在此前把一次性密码改为自己的密码")
    created_at: datetime
    version: int


class AccountShown(AccountSummary):
    """An account with its sessions, and with what would stop without it."""

    session_count: int
    last_seen_at: datetime | None
    token_count: int
    changed_by_name: str | None
    changed_at: datetime | None
    lost_without: list[str]


class AccountWithPassword(AccountShown):
    """An account with its new one-time password, which is not shown again."""

    one_time_password: str


class SeatName(BaseModel):
    """A role of a department."""

    role: Role
    department: Department | None
    label: str


class SeatShown(SeatName):
    """How many active people a seat has in a region, how many it needs, and what is missing."""

    region: str | None
    region_label: str | None
    people: int
    needed: int
    missing: bool
    message: str
    waiting: int = Field(description="正在等待这一岗位的申请件数，最多计到 100")


class RegionSeats(BaseModel):
    """The seats of a region."""

    region: str
    region_label: str
    seats: list[SeatShown]


class SeatsAnswer(BaseModel):
    """Every seat of every region where somebody works, and those of no region."""

    seats: list[SeatName]
    regions: list[RegionSeats]
    common: list[SeatShown]
    unused_regions: list[str]
    missing: list[SeatShown]
