"""Visits of inspectors: which each class still waits for, and those drawn by lot (双随机)."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from workflow.persistence.tables.base import metadata, partial
from workflow.persistence.types import Document, Instant, Key

# Derived from the form whenever an application in training moves, so that lists need not read forms.
due_visit = Table(
    "due_visit",
    metadata,
    Column("id", Key, primary_key=True),
    Column("application_id", Key, ForeignKey("application.id"), nullable=False),
    Column("region", String(6), nullable=False),
    Column("class_no", Integer, nullable=False),
    # opening, training or assessment
    Column("occasion", String(20), nullable=False),
    Column("from_on", Date, nullable=False),
    # The last day on which it is in time.
    Column("until_on", Date, nullable=False),
    # How many visits are still asked for; 0: the class is running and has had them.
    Column("lacking_count", Integer, nullable=False),
    UniqueConstraint("application_id", "class_no"),
    Index(None, "region", "until_on", "id"),
)

draw = Table(
    "draw",
    metadata,
    Column("id", Key, primary_key=True),
    Column("region", String(6), nullable=False),
    Column("drawn_by", Key, ForeignKey("account.id"), nullable=False),
    Column("drawn_on_behalf_of_id", Key, ForeignKey("account.id")),
    Column("drawn_at", Instant, nullable=False),
    Column("command_id", String(128)),
    # How the ranking is made of the seed; named, so that an old draw can be followed for ever.
    Column("algorithm", String(20), nullable=False),
    Column("seed", String(64), nullable=False),
    # A number that was made known in public, mixed into the seed.
    Column("announced", String(64)),
    Column("class_count", Integer, nullable=False),
    Column("inspector_count", Integer, nullable=False),
    Column("due_on", Date, nullable=False),
    # What was asked for, and everything that could have been drawn at that moment.
    Column("filters", Document, nullable=False),
    Column("candidates", Document, nullable=False),
    UniqueConstraint("drawn_by", "command_id"),
    Index(None, "region", "id"),
)

drawn_visit = Table(
    "drawn_visit",
    metadata,
    Column("id", Key, primary_key=True),
    Column("draw_id", Key, ForeignKey("draw.id"), nullable=False),
    # The place in the ranking of the classes, from 1.
    Column("place", Integer, nullable=False),
    Column("application_id", Key, ForeignKey("application.id"), nullable=False, index=True),
    Column("class_no", Integer, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("done_at", Instant),
    Column("done_by", Key, ForeignKey("account.id")),
    UniqueConstraint("draw_id", "place"),
    CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name="done_whole"),
)

drawn_inspector = Table(
    "drawn_inspector",
    metadata,
    Column("visit_id", Key, ForeignKey("drawn_visit.id"), primary_key=True),
    # The place in the ranking of the inspectors for this visit, from 1.
    Column("place", Integer, primary_key=True),
    Column("account_id", Key, ForeignKey("account.id"), nullable=False),
    # Why somebody does not go; the next of the ranking goes instead.
    Column("left_at", Instant),
    Column("left_by", Key, ForeignKey("account.id")),
    Column("left_reason", Text),
    UniqueConstraint("visit_id", "account_id"),
    CheckConstraint(
        "(left_at IS NULL) = (left_by IS NULL) AND (left_at IS NULL) = (left_reason IS NULL)",
        name="left_whole",
    ),
    partial("ix_drawn_inspector_standing", "account_id", where="left_at IS NULL"),
)
