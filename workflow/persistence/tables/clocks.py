"""Clocks and what they cause: alerts, messages, schedulers."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
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

USED_WITHIN_LIMITS = (
    "ended IN ('met', 'missed') AND limit_unit = 'working_day' AND NOT minimum AND department IS NOT NULL"
)
"""Clocks of departments that a decision ended, counted in working days: what the dashboard counts."""
NAMED_RUNGS = "rung IN ('overdue_10', 'arrears_1_month')"
FIRST_CLOCKS = "kind IN ('opening_industry_review', 'claim_acceptance')"

clock = Table(
    "clock",
    metadata,
    Column("id", Key, primary_key=True),
    Column("application_id", Key, ForeignKey("application.id"), nullable=False),
    Column("region", String(6), nullable=False),
    Column("kind", String(30), nullable=False),
    Column("department", String(20)),
    # The notice or objection that the clock belongs to; 0 where there is one such clock per application.
    Column("subject_id", Key, nullable=False, default=0),
    Column("limit_count", Integer, nullable=False),
    Column("limit_unit", String(20), nullable=False),
    Column("minimum", Boolean, nullable=False),
    Column("source", String(200), nullable=False),
    # The ledger: the stays, in order. Everything below is derived from it and kept for the sweep and lists.
    Column("segments", Document, nullable=False),
    Column("ended", String(20)),
    Column("ended_on", Date),
    Column("used_days", Integer),
    Column("left_days", Integer),
    Column("started_on", Date, nullable=False),
    Column("due_on", Date),
    # The first day on which it shows as running; after today while a notice still counts its minimum.
    Column("runs_from_on", Date),
    Column("provisional", Boolean, nullable=False, default=False),
    Column("calendar_version", String(64), nullable=False),
    Column("next_rung", String(30)),
    Column("next_alert_at", Instant),
    UniqueConstraint("application_id", "kind", "subject_id"),
    partial("ix_clock_next_alert", "next_alert_at", where="next_alert_at IS NOT NULL"),
    partial("ix_clock_open_due", "region", "due_on", where="ended IS NULL AND due_on IS NOT NULL"),
    # Working days used by departments, counted without a look at the rows, and listed the longest first.
    partial(
        "ix_clock_used",
        "region",
        "department",
        "kind",
        "limit_count",
        "used_days",
        "ended_on",
        where=USED_WITHIN_LIMITS,
    ),
    # What came in during a period: the clocks that a submission starts.
    partial("ix_clock_first", "kind", "started_on", "region", "application_id", where=FIRST_CLOCKS),
    # Which open clocks were derived by another calendar than today's; asked by every sweep.
    partial("ix_clock_open_calendar", "calendar_version", "due_on", where="ended IS NULL"),
)

alert = Table(
    "alert",
    metadata,
    Column("id", Key, primary_key=True),
    # Both null for what is about the system itself: the reminder that a year's notice is missing. Only the
    # clock is null for what is no date's: a step of an application, or one that is sent for information.
    Column("application_id", Key, ForeignKey("application.id"), index=True),
    Column("clock_id", Key, ForeignKey("clock.id")),
    Column("rung", String(30), nullable=False),
    Column("title", String(100), nullable=False),
    # Why, where the title does not say it: the notice or the closure by which a date moved.
    Column("reason", Text),
    # Where a clock moved, its date before; the day of the reminder where there is no clock.
    Column("due_before_on", Date),
    Column("provisional_before", Boolean),
    Column("due_on", Date, nullable=False),
    Column("provisional", Boolean, nullable=False),
    # When the ladder called for it, and when it was given: they differ after downtime.
    Column("scheduled_at", Instant, nullable=False),
    Column("raised_at", Instant, nullable=False),
    UniqueConstraint("clock_id", "rung", "due_on"),
    CheckConstraint("clock_id IS NULL OR application_id IS NOT NULL", name="clock_of_its_application"),
    # Who is named in a bulletin (rulebook 7).
    partial("ix_alert_named", "rung", "raised_at", where=NAMED_RUNGS),
    partial("uq_alert_of_no_application", "rung", "due_on", where="application_id IS NULL", unique=True),
)

alert_recipient = Table(
    "alert_recipient",
    metadata,
    Column("alert_id", Key, ForeignKey("alert.id"), primary_key=True),
    Column("account_id", Key, ForeignKey("account.id"), primary_key=True),
    # An AlertKind; here and not with the alert, so that a person's filtered list is read from one index.
    Column("kind", String(20), nullable=False),
    Column("read_at", Instant),
    Index(None, "account_id", "alert_id"),
    Index(None, "account_id", "kind", "alert_id"),
    partial("ix_alert_recipient_unread", "account_id", "alert_id", where="read_at IS NULL"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Key, primary_key=True),
    # moved (an application changed state), alert (a rung of the ladder), calendar (due dates moved)
    Column("topic", String(20), nullable=False),
    Column("application_id", Key, ForeignKey("application.id")),
    Column("content", Document, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_attempt_at", Instant),
    Column("sent_at", Instant),
    Column("last_error", Text),
    # A sender has it in hand until then; nobody else may send it meanwhile.
    Column("leased_until_at", Instant),
    # Somebody decided that it is not to be sent any more.
    Column("given_up_at", Instant),
    Column("given_up_by", Key, ForeignKey("account.id")),
    Column("given_up_reason", String(200)),
    CheckConstraint(
        "(given_up_at IS NULL) = (given_up_by IS NULL) AND (given_up_at IS NULL OR sent_at IS NULL)",
        name="given_up_whole",
    ),
    partial("ix_outbox_unsent", "id", where="sent_at IS NULL"),
    partial("ix_outbox_waiting", "next_attempt_at", where="next_attempt_at IS NOT NULL"),
)

scheduler_node = Table(
    "scheduler_node",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("last_sweep_at", Instant, nullable=False),
    Column("last_raised_count", Integer, nullable=False),
    # How long the sweep took, and what else it did.
    Column("last_sweep_ms", Integer),
    Column("last_recomputed_count", Integer),
    Column("last_closed_count", Integer),
    Column("last_delivery_at", Instant),
    Column("last_sent_count", Integer),
    Column("last_failed_count", Integer),
)
