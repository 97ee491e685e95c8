"""What the API answers about hand-overs, delegations, circulations and absences."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from web.api.answers import Key
from workflow.vocabulary import Department


class Colleague(BaseModel):
    """Somebody of the department in charge."""

    id: Key
    name: str
    role_label: str
    is_away: bool = Field(description="今天外出，由他人代办")


class HandOverAnswer(BaseModel):
    """One 转办."""

    by_name: str
    to_name: str
    state_label: str
    reason: str
    handed_at: datetime
    ended_at: datetime | None
    ended_because: Literal["left", "handed_on", "given_back"] | None
    ended_label: str


class DelegationAnswer(BaseModel):
    """One 委派, with the opinion once it is there."""

    asked_by_name: str
    to_name: str
    state_label: str
    question: str
    asked_at: datetime
    ended_at: datetime | None
    ended_because: Literal["left", "answered", "taken_back"] | None
    ended_label: str
    answer: str | None
    answered_by_name: str | None
    may_answer: bool
    may_take_back: bool


class CirculationAnswer(BaseModel):
    """One 抄送 to one person; told to who sent it, the head, and auditors."""

    by_name: str
    to_name: str
    note: str
    sent_at: datetime
    read_at: datetime | None


class CollaborationAnswer(BaseModel):
    """Who has an application in hand, and what colleagues were asked and told."""

    may_direct: bool = Field(description="可以转办、委派和抄送")
    on_behalf_of: str | None = Field(description="代谁转办、委派和抄送")
    assigned_to: str | None
    may_give_back: bool
    hand_overs: list[HandOverAnswer]
    delegations: list[DelegationAnswer]
    circulations: list[CirculationAnswer]
    takers: list[Colleague] = Field(description="可以转办给的人员")
    colleagues: list[Colleague] = Field(description="可以委派和抄送的人员")


class AbsenceAnswer(BaseModel):
    """An absence and its substitute."""

    id: Key
    account_id: Key
    name: str
    role_label: str
    department: Department
    region: str
    substitute_id: Key
    substitute_name: str
    from_on: date
    until_on: date | None = Field(description="含当日；为空表示不定期限")
    reason: str
    entered_by_name: str
    entered_at: datetime
    ended_on: date | None = Field(description="自这一天起不再代办")
    state: Literal["coming", "running", "over", "ended"]
    state_label: str
    may_end: bool
