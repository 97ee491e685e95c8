"""What the business counts and decides by: the test clock, calendars, closures, policies."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text

from workflow.persistence.tables.base import metadata
from workflow.persistence.types import Document, Instant, Key

test_clock = Table(
    "test_clock",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="single"), primary_key=True),
    Column("now_at", Instant, nullable=False),
)

calendar_version = Table(
    "calendar_version",
    metadata,
    # Its ordinal; the newest is in force.
    Column("id", Key, primary_key=True),
    # Not unique: what is taken back leads to a calendar that was in force before.
    Column("version", String(64), nullable=False, index=True),
    # All its years and closures, whole, so that a version can be looked at and compared for ever.
    Column("years", Document, nullable=False),
    Column("closures", Document, nullable=False, server_default="[]"),
    Column("note", Text, nullable=False),
    Column("created_by", Key, ForeignKey("account.id")),
    Column("created_at", Instant, nullable=False),
)

local_closure = Table(
    "local_closure",
    metadata,
    Column("id", Key, primary_key=True),
    Column("region", String(6), nullable=False),
    Column("days", Document, nullable=False),
    Column("authority", String(200), nullable=False),
    Column("document_number", String(100), nullable=False),
    Column("reason", String(200), nullable=False),
    # proposed → in_force or declined; in_force → withdrawal_proposed → withdrawn, or in_force again
    Column("status", String(20), nullable=False),
    Column("entered_by", Key, ForeignKey("account.id"), nullable=False),
    Column("entered_on_behalf_of_id", Key, ForeignKey("account.id")),
    Column("entered_at", Instant, nullable=False),
    Column("confirmed_by", Key, ForeignKey("account.id")),
    Column("confirmed_on_behalf_of_id", Key, ForeignKey("account.id")),
    Column("confirmed_at", Instant),
    Column("withdrawal_entered_by", Key, ForeignKey("account.id")),
    Column("withdrawal_entered_on_behalf_of_id", Key, ForeignKey("account.id")),
    Column("withdrawal_reason", String(200)),
    Column("withdrawal_confirmed_by", Key, ForeignKey("account.id")),
    Column("withdrawal_confirmed_on_behalf_of_id", Key, ForeignKey("account.id")),
    Column("ended_at", Instant),
    CheckConstraint("confirmed_by IS NULL OR confirmed_by <> entered_by", name="confirmed_by_another"),
    CheckConstraint(
        "withdrawal_confirmed_by IS NULL OR withdrawal_confirmed_by <> withdrawal_entered_by",
        name="withdrawn_by_another",
    ),
    CheckConstraint(
        "status IN ('proposed', 'declined') OR confirmed_by IS NOT NULL", name="in_force_when_confirmed"
    ),
    CheckConstraint(
        "status <> 'withdrawn' OR withdrawal_confirmed_by IS NOT NULL", name="withdrawn_when_confirmed"
    ),
    Index(None, "region", "status"),
)

policy_version = Table(
    "policy_version",
    metadata,
    Column("version", String(64), primary_key=True),
    Column("key", String(64), nullable=False),
    Column("content", Text, nullable=False),
    Column("stored_at", Instant, nullable=False),
)
