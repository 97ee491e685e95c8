"""Payments in batches: lines frozen for the bank, the files taken away, and the results brought back."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from workflow.persistence.tables.base import metadata, partial
from workflow.persistence.types import Document, Instant, Key

payment_batch = Table(
    "payment_batch",
    metadata,
    Column("id", Key, primary_key=True),
    Column("number", String(32), nullable=False, unique=True),
    Column("region", String(6), nullable=False, index=True),
    # open → exported; either of them → cancelled. That it is settled follows from its lines.
    Column("state", String(20), nullable=False),
    Column("created_by", Key, ForeignKey("account.id"), nullable=False),
    Column("created_on_behalf_of_id", Key, ForeignKey("account.id")),
    Column("created_at", Instant, nullable=False),
    # The command that made it, so that a second click finds it.
    Column("command_id", String(128)),
    Column("command_digest", String(64)),
    Column("exported_at", Instant),
    # Keyed, over the lines in clear: proves a file that comes back, and gives no account away.
    Column("digest", String(64)),
    Column("cancelled_by", Key, ForeignKey("account.id")),
    Column("cancelled_at", Instant),
    Column("cancel_reason", String(200)),
    UniqueConstraint("created_by", "command_id"),
    CheckConstraint("(state = 'open') = (exported_at IS NULL) OR state = 'cancelled'", name="exported"),
    CheckConstraint(
        "(state = 'cancelled') = (cancelled_at IS NOT NULL AND cancelled_by IS NOT NULL"
        " AND cancel_reason IS NOT NULL)",
        name="cancelled_whole",
    ),
)

payment_line = Table(
    "payment_line",
    metadata,
    Column("id", Key, primary_key=True),
    Column("batch_id", Key, ForeignKey("payment_batch.id"), nullable=False),
    Column("line_no", Integer, nullable=False),
    Column("application_id", Key, ForeignKey("application.id"), nullable=False, index=True),
    # As the application said it when the batch was made.
    Column("payee_name", String(200), nullable=False),
    Column("bank_name", String(200), nullable=False),
    Column("account_sealed", Text, nullable=False),
    Column("account_masked", String(64), nullable=False),
    Column("amount_fen", BigInteger, nullable=False),
    Column("source", String(30), nullable=False),
    Column("purpose", String(100), nullable=False),
    # waiting → paid, failed, removed or cancelled; paid → failed where the bank sends the money back
    Column("state", String(20), nullable=False),
    Column("voucher", String(64)),
    Column("paid_on", Date),
    Column("reason", String(200)),
    Column("settled_by", Key, ForeignKey("account.id")),
    Column("settled_at", Instant),
    UniqueConstraint("batch_id", "line_no"),
    CheckConstraint("amount_fen > 0", name="positive"),
    CheckConstraint("state <> 'paid' OR (voucher IS NOT NULL AND paid_on IS NOT NULL)", name="paid_whole"),
    CheckConstraint("state <> 'failed' OR reason IS NOT NULL", name="failed_with_reason"),
    CheckConstraint("(state = 'waiting') = (settled_at IS NULL)", name="settled"),
    # An application is in one batch that waits.
    partial("uq_payment_line_waiting", "application_id", where="state = 'waiting'", unique=True),
)

payment_batch_file = Table(
    "payment_batch_file",
    metadata,
    Column("id", Key, primary_key=True),
    Column("batch_id", Key, ForeignKey("payment_batch.id"), nullable=False, index=True),
    Column("format", String(20), nullable=False),
    Column("fetched_by", Key, ForeignKey("account.id"), nullable=False),
    Column("fetched_on_behalf_of_id", Key, ForeignKey("account.id")),
    Column("fetched_at", Instant, nullable=False),
)

bank_result = Table(
    "bank_result",
    metadata,
    Column("id", Key, primary_key=True),
    Column("batch_id", Key, ForeignKey("payment_batch.id"), nullable=False),
    Column("file_name", String(200), nullable=False),
    # Keyed, over the very bytes: the same file again is the same result.
    Column("digest", String(64), nullable=False),
    # Line by line what the file says, without the account, and why a line could not be recorded.
    Column("rows", Document, nullable=False),
    Column("uploaded_by", Key, ForeignKey("account.id"), nullable=False),
    Column("uploaded_on_behalf_of_id", Key, ForeignKey("account.id")),
    Column("uploaded_at", Instant, nullable=False),
    Column("applied_by", Key, ForeignKey("account.id")),
    Column("applied_at", Instant),
    UniqueConstraint("batch_id", "digest"),
    CheckConstraint("(applied_at IS NULL) = (applied_by IS NULL)", name="applied_whole"),
)
