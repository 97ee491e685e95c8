"""Applications and the registers beside the form that the database itself must guard."""

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
    String,
    Table,
    Text,
    UniqueConstraint,
)

from workflow.persistence.tables.base import metadata, partial
from workflow.persistence.types import NEVER, Document, Instant, Key, in_byte_order

BEFORE_FINANCE = (
    "state IN ('claim_awaiting_publication', 'claim_public_notice', 'claim_hr_first', 'claim_hr_second',"
    " 'claim_finance_first', 'claim_finance_second', 'disbursement_awaiting_payment')"
)
"""What finance has, and what HR is about to hand over to it."""
APPROVED_BY_FINANCE = "step = 'claim_finance' AND seat = 'second' AND outcome = 'approved' AND NOT superseded"

application = Table(
    "application",
    metadata,
    Column("id", Key, primary_key=True),
    Column("number", in_byte_order(32), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    # What it claims: training, or one of the subsidies that start at the claim.
    Column("subsidy", String(20), nullable=False, server_default="training"),
    Column("region", String(6), nullable=False),
    Column("policy_key", String(64), nullable=False),
    # Null until the first submission: a draft follows the policy of the day.
    Column("policy_version", String(64), ForeignKey("policy_version.version")),
    Column("organisation_id", Key, ForeignKey("organisation.id"), index=True),
    Column("created_by", Key, ForeignKey("account.id"), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("applicant_name", in_byte_order(200), nullable=False),
    Column("state", String(40), nullable=False),
    Column("section", String(20), nullable=False),
    Column("state_since_on", Date, nullable=False),
    # The last day on which none of its clocks is overdue: what lists are sorted by. 9999-12-31 where none
    # runs, so that both databases put it last.
    Column("due_on", Date, nullable=False, default=NEVER, server_default=NEVER.isoformat()),
    # Make-up lessons that wait for HR's consent.
    Column("waiting_make_up_count", Integer, nullable=False, default=0, server_default="0"),
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
    # Who alone acts on it as long as it stands in this state (转办), and whose opinion is awaited (委派).
    Column("assigned_to_id", Key, ForeignKey("account.id")),
    Column("delegated_to_id", Key, ForeignKey("account.id")),
    CheckConstraint("paid_fen >= 0 AND paid_fen <= approved_fen", name="paid_within_approved"),
    CheckConstraint("to_recover_fen >= 0 AND to_recover_fen <= paid_fen", name="recovery_within_paid"),
    CheckConstraint("recovered_fen >= 0 AND recovered_fen <= to_recover_fen", name="recovered_within_asked"),
    # Each stretch of a worklist in the order in which it is shown.
    Index(None, "region", "state", "due_on", "id"),
    # Each list, newest last, and each period of it.
    Index(None, "created_at", "id"),
    Index(None, "region", "created_at", "id"),
    Index(None, "section", "created_at", "id"),
    Index(None, "state", "created_at", "id"),
    Index(None, "region", "state", "created_at", "id"),
    # Looked up by the whole name, after ``name_part``.
    Index(None, "applicant_name", "region"),
    # What is rare: few rows, so that hardly a write touches them.
    # The sums on the desk of finance, without a look at the rows.
    partial(
        "ix_application_before_finance",
        "region",
        "state",
        "due_on",
        "asked_fen",
        "approved_fen",
        "paid_fen",
        where=BEFORE_FINANCE,
    ),
    # In order of what is due; and counted by state without a look at the rows.
    partial("ix_application_dated", "region", "due_on", "id", "state", where="due_on < '9999-12-31'"),
    partial("ix_application_beside_training", "subsidy", "created_at", "id", where="subsidy <> 'training'"),
    partial("ix_application_unsubmitted", "region", "state", where="policy_version IS NULL"),
    partial("ix_application_making_up", "region", "due_on", "id", where="waiting_make_up_count > 0"),
    partial("ix_application_assigned_to_id", "assigned_to_id", where="assigned_to_id IS NOT NULL"),
    partial("ix_application_delegated_to_id", "delegated_to_id", where="delegated_to_id IS NOT NULL"),
)

name_part = Table(
    "name_part",
    metadata,
    # Every applicant's name from each of its signs on, in small letters: what is a part of a name begins one.
    Column("part", in_byte_order(200), primary_key=True),
    Column("name", in_byte_order(200), primary_key=True),
)

returned_list = Table(
    "returned_list",
    metadata,
    Column("id", Key, primary_key=True),
    Column("application_id", Key, ForeignKey("application.id"), nullable=False, index=True),
    Column("returned_at", Instant, nullable=False),
    # Who was on the roster or the list then, as people see them: numbers masked.
    Column("people", Document, nullable=False),
)

decision = Table(
    "decision",
    metadata,
    Column("id", Key, primary_key=True),
    Column("application_id", Key, ForeignKey("application.id"), nullable=False, index=True),
    Column("step", String(30), nullable=False),
    Column("seat", String(10), nullable=False),
    Column("account_id", Key, ForeignKey("account.id"), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("opinion", Text, nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("superseded", Boolean, nullable=False, default=False),
    # Whose seat a substitute took (代办). Guards of the database hold four eyes for both persons.
    Column("on_behalf_of_id", Key, ForeignKey("account.id")),
    CheckConstraint("seat IN ('first', 'second', 'only')", name="seat"),
    # One decision on each seat of a step, and no person on both seats (初审人 ≠ 复核人).
    partial("uq_decision_seat", "application_id", "step", "seat", where="NOT superseded", unique=True),
    partial(
        "uq_decision_person", "application_id", "step", "account_id", where="NOT superseded", unique=True
    ),
    # What somebody wrote last.
    Index(None, "account_id", "decided_at"),
    # What finance approved in a period.
    partial("ix_decision_approved", "decided_at", where=APPROVED_BY_FINANCE),
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
    Column("published_on_behalf_of_id", Key, ForeignKey("account.id")),
    Column("closed_on_behalf_of_id", Key, ForeignKey("account.id")),
    UniqueConstraint("application_id", "sequence"),
    UniqueConstraint("id", "published_by"),
    CheckConstraint("closed_by IS NULL OR closed_by <> published_by", name="closer_is_another"),
    partial("uq_notice_open", "application_id", where="ended_because IS NULL", unique=True),
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
    Column("resolved_on_behalf_of_id", Key, ForeignKey("account.id")),
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
    Column("paid_on_behalf_of_id", Key, ForeignKey("account.id")),
    # The line of a batch that it settles.
    Column("line_id", Key, ForeignKey("payment_line.id")),
    UniqueConstraint("application_id", "voucher"),
    CheckConstraint("amount_fen > 0", name="positive"),
    Index(None, "paid_on"),
    # No line is ever paid twice.
    partial("uq_payment_line_id", "line_id", where="line_id IS NOT NULL", unique=True),
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
