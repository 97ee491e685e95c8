"""Between people: absences with their substitutes, applications handed over, asked about, or circulated."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, String, Table, Text, UniqueConstraint

from workflow.persistence.tables.base import metadata, partial
from workflow.persistence.types import Instant, Key

# 代办: the substitute acts in the absent person's place from the first to the last day.
absence = Table(
    "absence",
    metadata,
    Column("id", Key, primary_key=True),
    Column("account_id", Key, ForeignKey("account.id"), nullable=False, index=True),
    Column("substitute_id", Key, ForeignKey("account.id"), nullable=False, index=True),
    Column("from_on", Date, nullable=False),
    # The last day; null for who has left.
    Column("until_on", Date),
    Column("reason", String(200), nullable=False),
    Column("entered_by", Key, ForeignKey("account.id"), nullable=False),
    Column("entered_at", Instant, nullable=False),
    # The first day on which it holds no more, where it was ended early.
    Column("ended_on", Date),
    Column("ended_by", Key, ForeignKey("account.id")),
    CheckConstraint("substitute_id <> account_id", name="substitute_is_another"),
    CheckConstraint("until_on >= from_on", name="until_not_before_from"),
    CheckConstraint("(ended_on IS NULL) = (ended_by IS NULL)", name="ended_whole"),
)

# 转办: it is in the hands of one colleague until the state is left, or it goes on or back.
hand_over = Table(
    "hand_over",
    metadata,
    Column("id", Key, primary_key=True),
    Column("application_id", Key, ForeignKey("application.id"), nullable=False, index=True),
    Column("state", String(40), nullable=False),
    Column("by_id", Key, ForeignKey("account.id"), nullable=False),
    Column("on_behalf_of_id", Key, ForeignKey("account.id")),
    Column("to_id", Key, ForeignKey("account.id"), nullable=False),
    Column("reason", String(200), nullable=False),
    Column("handed_at", Instant, nullable=False),
    Column("ended_at", Instant),
    # left (the state), handed_on, given_back
    Column("ended_because", String(20)),
    CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ended_whole"),
    partial("uq_hand_over_open", "application_id", where="ended_at IS NULL", unique=True),
)

# 委派: a colleague is asked for an opinion; nobody decides before it is there or was taken back.
delegation = Table(
    "delegation",
    metadata,
    Column("id", Key, primary_key=True),
    Column("application_id", Key, ForeignKey("application.id"), nullable=False, index=True),
    Column("state", String(40), nullable=False),
    Column("asked_by_id", Key, ForeignKey("account.id"), nullable=False),
    Column("on_behalf_of_id", Key, ForeignKey("account.id")),
    Column("to_id", Key, ForeignKey("account.id"), nullable=False),
    Column("question", Text, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("ended_at", Instant),
    # answered, taken_back, left (the state)
    Column("ended_because", String(20)),
    Column("answer", Text),
    # Another than who was asked, where a substitute answered.
    Column("answered_by_id", Key, ForeignKey("account.id")),
    CheckConstraint("(ended_at IS NULL) = (ended_because IS NULL)", name="ended_whole"),
    CheckConstraint("(answer IS NULL) = (answered_by_id IS NULL)", name="answered_whole"),
    partial("uq_delegation_open", "application_id", where="ended_at IS NULL", unique=True),
)

# 抄送: told to a colleague once in a day; the alert carries the note, and whether it was read.
circulation = Table(
    "circulation",
    metadata,
    Column("id", Key, primary_key=True),
    Column("application_id", Key, ForeignKey("application.id"), nullable=False),
    Column("by_id", Key, ForeignKey("account.id"), nullable=False),
    Column("on_behalf_of_id", Key, ForeignKey("account.id")),
    Column("to_id", Key, ForeignKey("account.id"), nullable=False),
    Column("sent_on", Date, nullable=False),
    Column("alert_id", Key, ForeignKey("alert.id"), nullable=False),
    UniqueConstraint("application_id", "to_id", "sent_on"),
)
