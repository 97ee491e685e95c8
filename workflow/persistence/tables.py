"""The tables. ``_on`` is a date in China, ``_at`` an instant in UTC, ``_fen`` money, ``_days`` working days.

The form (年度补贴培训资金申请表) is one document in ``application.form``, filled box by box like the paper.
Beside it stand registers of what the database itself must guard: decisions, notices, objections, payments,
clocks, alerts, commands and the audit chain.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from workflow.persistence.types import Document, Instant, Key

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


# --- people ------------------------------------------------------------------------------------------------

organisation = Table(
    "organisation",
    metadata,
    Column("id", Key, primary_key=True),
    Column("name", String(200), nullable=False),
    Column("uscc", String(18), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("region", String(6), nullable=False),
)

account = Table(
    "account",
    metadata,
    Column("id", Key, primary_key=True),
    Column("login", String(64), nullable=False, unique=True),
    Column("name", String(64), nullable=False),
    Column("password_hash", String(200), nullable=False),
    Column("role", String(20), nullable=False),
    Column("department", String(20)),
    Column("region", String(6)),
    Column("applicant_kind", String(20)),
    Column("organisation_id", Key, ForeignKey("organisation.id")),
    Column("email", String(200)),
    Column("active", Boolean, nullable=False, default=True),
    Column("failed_count", Integer, nullable=False, default=0),
    Column("locked_until_at", Instant),
    Column("created_at", Instant, nullable=False),
    Index(None, "region", "department", "role"),
)

sign_in_session = Table(
    "sign_in_session",
    metadata,
    Column("id", Key, primary_key=True),
    Column("token_digest", String(64), nullable=False, unique=True),
    Column("account_id", Key, ForeignKey("account.id"), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("ended_at", Instant),
)

access_token = Table(
    "access_token",
    metadata,
    Column("id", Key, primary_key=True),
    Column("account_id", Key, ForeignKey("account.id"), nullable=False, index=True),
    Column("token_digest", String(64), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

calendar_feed = Table(
    "calendar_feed",
    metadata,
    Column("id", Key, primary_key=True),
    Column("account_id", Key, ForeignKey("account.id"), nullable=False, index=True),
    Column("token_digest", String(64), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("last_read_at", Instant),
    Column("revoked_at", Instant),
)

# --- what the business counts and decides by ---------------------------------------------------------------

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
    Column("entered_at", Instant, nullable=False),
    Column("confirmed_by", Key, ForeignKey("account.id")),
    Column("confirmed_at", Instant),
    Column("withdrawal_entered_by", Key, ForeignKey("account.id")),
    Column("withdrawal_reason", String(200)),
    Column("withdrawal_confirmed_by", Key, ForeignKey("account.id")),
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

# --- applications ------------------------------------------------------------------------------------------

application = Table(
    "application",
    metadata,
    Column("id", Key, primary_key=True),
    Column("number", String(32), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("region", String(6), nullable=False),
    Column("policy_key", String(64), nullable=False),
    # Null until the first submission: a draft follows the policy of the day.
    Column("policy_version", String(64), ForeignKey("policy_version.version")),
    Column("organisation_id", Key, ForeignKey("organisation.id"), index=True),
    Column("created_by", Key, ForeignKey("account.id"), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("applicant_name", String(200), nullable=False),
    Column("state", String(40), nullable=False),
    Column("section", String(20), nullable=False),
    Column("state_since_on", Date, nullable=False),
    Column("correction_target", String(40)),
    Column("suspension_target", String(40)),
    Column("version", Integer, nullable=False),
    Column("form", Text, nullable=False),
    Column("findings", Document, nullable=False),
    Column("roster_count", Integer, nullable=False, default=0),
    # Who is on the roster, as one digest of the blind indexes.
    Column("roster_digest", String(64), nullable=False, default=""),
    # What was last published (people, heads, amounts); a change after it needs a new notice.
    Column("published_digest", String(64)),
    Column("asked_fen", BigInteger, nullable=False, default=0),
    Column("approved_fen", BigInteger, nullable=False, default=0),
    Column("paid_fen", BigInteger, nullable=False, default=0),
    Column("to_recover_fen", BigInteger, nullable=False, default=0),
    Column("recovered_fen", BigInteger, nullable=False, default=0),
    Column("audit_count", Integer, nullable=False, default=0),
    Column("audit_head", String(64), nullable=False, default=""),
    CheckConstraint("paid_fen >= 0 AND paid_fen <= approved_fen", name="paid_within_approved"),
    CheckConstraint("to_recover_fen >= 0 AND to_recover_fen <= paid_fen", name="recovery_within_paid"),
    CheckConstraint("recovered_fen >= 0 AND recovered_fen <= to_recover_fen", name="recovered_within_asked"),
    Index(None, "region", "state"),
    Index(None, "state"),
)

trainee = Table(
    "trainee",
    metadata,
    Column("id", Key, primary_key=True),
    Column("application_id", Key, ForeignKey("application.id"), nullable=False),
    Column("row_no", Integer, nullable=False),
    Column("class_no", Integer, nullable=False),
    Column("name", String(64), nullable=False),
    Column("id_type", String(30), nullable=False),
    Column("id_index", String(64), nullable=False, index=True),
    Column("id_number_sealed", Text, nullable=False),
    Column("id_number_masked", String(40), nullable=False),
    Column("phone_sealed", Text),
    Column("phone_masked", String(40)),
    Column("category", String(30), nullable=False),
    Column("employer", String(200)),
    Column("occupation", String(100)),
    UniqueConstraint("application_id", "id_index"),
    UniqueConstraint("application_id", "row_no"),
)

decision = Table(
    "decision",
    metadata,
    Column("id", Key, primary_key=True),
    Column("application_id", Key, ForeignKey("application.id"), nullable=False),
    Column("step", String(30), nullable=False),
    Column("seat", String(10), nullable=False),
    Column("account_id", Key, ForeignKey("account.id"), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("opinion", Text, nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("superseded", Boolean, nullable=False, default=False),
    CheckConstraint("seat IN ('first', 'second', 'only')", name="seat"),
    # One decision on each seat of a step, and no person on both seats (初审人 ≠ 复核人).
    _partial("uq_decision_seat", "application_id", "step", "seat", where="NOT superseded", unique=True),
    _partial(
        "uq_decision_person", "application_id", "step", "account_id", where="NOT superseded", unique=True
    ),
)

notice = Table(
    "notice",
    metadata,
    Column("id", Key, primary_key=True),
    Column("application_id", Key, ForeignKey("application.id"), nullable=False, index=True),
    Column("sequence", Integer, nullable=False),
    Column("site", String(200), nullable=False),
    Column("published_on", Date, nullable=False),
    Column("published_by", Key, ForeignKey("account.id"), nullable=False),
    Column("closed_on", Date),
    Column("closed_by", Key, ForeignKey("account.id")),
    # closed, upheld, suspended, withdrawn, terminated; null while it hangs
    Column("ended_because", String(20)),
    # What the public may see, frozen at the moment of publication.
    Column("content", Document, nullable=False),
    UniqueConstraint("application_id", "sequence"),
    UniqueConstraint("id", "published_by"),
    CheckConstraint("closed_by IS NULL OR closed_by <> published_by", name="closer_is_another"),
    _partial("uq_notice_open", "application_id", where="ended_because IS NULL", unique=True),
)

objection = Table(
    "objection",
    metadata,
    Column("id", Key, primary_key=True),
    Column("application_id", Key, ForeignKey("application.id"), nullable=False, index=True),
    Column("notice_id", Key, nullable=False),
    Column("published_by", Key, nullable=False),
    Column("receipt", String(32), nullable=False, unique=True),
    Column("name_sealed", Text, nullable=False),
    Column("contact_sealed", Text, nullable=False),
    Column("content", Text, nullable=False),
    Column("filed_at", Instant, nullable=False),
    Column("outcome", String(20)),
    Column("reply", Text),
    Column("resolved_by", Key, ForeignKey("account.id")),
    Column("resolved_at", Instant),
    ForeignKeyConstraint(["notice_id", "published_by"], ["notice.id", "notice.published_by"]),
    CheckConstraint("resolved_by IS NULL OR resolved_by <> published_by", name="resolver_is_another"),
    CheckConstraint("(outcome IS NULL) = (resolved_by IS NULL)", name="resolved_whole"),
)

payment = Table(
    "payment",
    metadata,
    Column("id", Key, primary_key=True),
    Column("application_id", Key, ForeignKey("application.id"), nullable=False, index=True),
    Column("voucher", String(64), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("source", String(30), nullable=False),
    Column("paid_on", Date, nullable=False),
    Column("paid_by", Key, ForeignKey("account.id"), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("failed_at", Instant),
    Column("failure_reason", Text),
    UniqueConstraint("application_id", "voucher"),
    CheckConstraint("amount_fen > 0", name="positive"),
)

recovery = Table(
    "recovery",
    metadata,
    Column("id", Key, primary_key=True),
    Column("application_id", Key, ForeignKey("application.id"), nullable=False, index=True),
    Column("voucher", String(64), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("recorded_by", Key, ForeignKey("account.id"), nullable=False),
    Column("recorded_at", Instant, nullable=False),
    UniqueConstraint("application_id", "voucher"),
    CheckConstraint("amount_fen > 0", name="positive"),
)

# --- clocks and what they cause ----------------------------------------------------------------------------

clock = Table(
    "clock",
    metadata,
    Column("id", Key, primary_key=True),
    Column("application_id", Key, ForeignKey("application.id"), nullable=False, index=True),
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
    _partial("ix_clock_next_alert", "next_alert_at", where="next_alert_at IS NOT NULL"),
    _partial("ix_clock_open_due", "region", "due_on", where="ended IS NULL AND due_on IS NOT NULL"),
    # Which open clocks were derived by another calendar than today's; asked by every sweep.
    _partial("ix_clock_open_calendar", "calendar_version", "due_on", where="ended IS NULL"),
)

alert = Table(
    "alert",
    metadata,
    Column("id", Key, primary_key=True),
    # Both null for what concerns no application: the reminder that a year's notice is missing.
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
    CheckConstraint("(application_id IS NULL) = (clock_id IS NULL)", name="of_a_clock_or_of_none"),
    _partial("uq_alert_of_no_clock", "rung", "due_on", where="clock_id IS NULL", unique=True),
)

alert_recipient = Table(
    "alert_recipient",
    metadata,
    Column("alert_id", Key, ForeignKey("alert.id"), primary_key=True),
    Column("account_id", Key, ForeignKey("account.id"), primary_key=True),
    Column("read_at", Instant),
    Index(None, "account_id", "alert_id"),
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
    _partial("ix_outbox_waiting", "next_attempt_at", where="next_attempt_at IS NOT NULL"),
)

scheduler_node = Table(
    "scheduler_node",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("last_sweep_at", Instant, nullable=False),
    Column("last_raised_count", Integer, nullable=False),
)

# --- commands and the audit trail --------------------------------------------------------------------------

command = Table(
    "command",
    metadata,
    # 0 stands for the public and for the system, who have no account.
    Column("account_id", Key, primary_key=True, autoincrement=False),
    Column("command_id", String(128), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("application_id", Key, ForeignKey("application.id"), nullable=False),
    Column("reply", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
)

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("id", Key, primary_key=True),
    # The application whose chain it is; 0 is the chain of the system itself.
    Column("chain_id", Key, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("content", Text, nullable=False),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("chain_id", "sequence"),
)

system_chain = Table(
    "system_chain",
    metadata,
    Column("id", Integer, CheckConstraint("id = 0", name="single"), primary_key=True),
    Column("audit_count", Integer, nullable=False),
    Column("audit_head", String(64), nullable=False),
)
