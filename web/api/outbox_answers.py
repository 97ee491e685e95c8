"""What the API answers about the outbox and renewals, as models. They only describe; services make them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from web.api.answers import Key
from workflow.vocabulary import OutboxState, Urgency


class OutboxMessage(BaseModel):
    """A message of the outbox."""

    id: Key
    topic: Literal["moved", "alert", "calendar", "registration"]
    topic_label: str
    application_id: Key | None
    application_number: str | None
    applicant_name: str | None
    state: OutboxState
    state_label: str
    attempts: int
    most_attempts: int
    created_at: datetime
    next_attempt_at: datetime | None
    sent_at: datetime | None
    error: str = Field(description="没有发出的原因")
    given_up_at: datetime | None
    given_up_by_name: str | None
    given_up_reason: str | None


class OutboxPage(BaseModel):
    """Messages, and how many there are in each state, counted up to 1000."""

    items: list[OutboxMessage]
    next: str | None
    counts: dict[str, int]
    oldest_at: datetime | None
    sends_mail: bool


class Addressee(BaseModel):
    """Whom a message is for; the address is masked."""

    login: str
    name: str
    email: str | None
    reached: bool


class OutboxMessageShown(OutboxMessage):
    """A message with what it says and whom it is for."""

    headline: str
    technical: str
    addressees: list[Addressee]


class Renewal(BaseModel):
    """Something that has to be renewed, and what happens otherwise."""

    place: Literal["calendar", "policy", "year_list", "funds", "keys", "fonts", "scanning", "mail"]
    title: str
    happens: str
    on: date | None = Field(description="应在此前完成")
    urgency: Urgency | None = Field(description="空：正常")
    urgency_label: str
    region: str | None
    region_label: str | None


class Retried(BaseModel):
    """How many messages are sent again, and how many are not: sent, given up, or being sent."""

    retried: int
    passed_over: int
