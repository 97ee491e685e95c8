"""Payments in batches, and which line of a batch a payment settles."""

import sqlalchemy as sa
from alembic import op

from workflow.persistence import types

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_WAITING = sa.text("state = 'waiting'")
_OF_A_LINE = sa.text("line_id IS NOT NULL")


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.create_table(
        "payment_batch",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("created_by", types.Key, nullable=False),
        sa.Column("created_at", types.Instant(timezone=True), nullable=False),
        sa.Column("command_id", sa.String(length=128)),
        sa.Column("command_digest", sa.String(length=64)),
        sa.Column("exported_at", types.Instant(timezone=True)),
        sa.Column("digest", sa.String(length=64)),
        sa.Column("cancelled_by", types.Key),
        sa.Column("cancelled_at", types.Instant(timezone=True)),
        sa.Column("cancel_reason", sa.String(length=200)),
        _key("payment_batch", "created_by", "account"),
        _key("payment_batch", "cancelled_by", "account"),
        sa.CheckConstraint(
            "(state = 'open') = (exported_at IS NULL) OR state = 'cancelled'",
            name=op.f("ck_payment_batch_exported"),
        ),
        sa.CheckConstraint(
            "(state = 'cancelled') = (cancelled_at IS NOT NULL AND cancelled_by IS NOT NULL"
            " AND cancel_reason IS NOT NULL)",
            name=op.f("ck_payment_batch_cancelled_whole"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_batch")),
        sa.UniqueConstraint("number", name=op.f("uq_payment_batch_number")),
        sa.UniqueConstraint("created_by", "command_id", name=op.f("uq_payment_batch_created_by_command_id")),
    )
    op.create_index(op.f("ix_payment_batch_region"), "payment_batch", ["region"])
    op.create_table(
        "payment_line",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("batch_id", types.Key, nullable=False),
        sa.Column("line_no", sa.Integer(), nullable=False),
        sa.Column("application_id", types.Key, nullable=False),
        sa.Column("payee_name", sa.String(length=200), nullable=False),
        sa.Column("bank_name", sa.String(length=200), nullable=False),
        sa.Column("account_sealed", sa.Text(), nullable=False),
        sa.Column("account_masked", sa.String(length=64), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=30), nullable=False),
        sa.Column("purpose", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("voucher", sa.String(length=64)),
        sa.Column("paid_on", sa.Date()),
        sa.Column("reason", sa.String(length=200)),
        sa.Column("settled_by", types.Key),
        sa.Column("settled_at", types.Instant(timezone=True)),
        _key("payment_line", "batch_id", "payment_batch"),
        _key("payment_line", "application_id", "application"),
        _key("payment_line", "settled_by", "account"),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_payment_line_positive")),
        sa.CheckConstraint(
            "state <> 'paid' OR (voucher IS NOT NULL AND paid_on IS NOT NULL)",
            name=op.f("ck_payment_line_paid_whole"),
        ),
        sa.CheckConstraint(
            "state <> 'failed' OR reason IS NOT NULL", name=op.f("ck_payment_line_failed_with_reason")
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (settled_at IS NULL)", name=op.f("ck_payment_line_settled")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_line")),
        sa.UniqueConstraint("batch_id", "line_no", name=op.f("uq_payment_line_batch_id_line_no")),
    )
    op.create_index(op.f("ix_payment_line_application_id"), "payment_line", ["application_id"])
    op.create_index(
        "uq_payment_line_waiting",
        "payment_line",
        ["application_id"],
        unique=True,
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )
    op.create_table(
        "payment_batch_file",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("batch_id", types.Key, nullable=False),
        sa.Column("format", sa.String(length=20), nullable=False),
        sa.Column("fetched_by", types.Key, nullable=False),
        sa.Column("fetched_at", types.Instant(timezone=True), nullable=False),
        _key("payment_batch_file", "batch_id", "payment_batch"),
        _key("payment_batch_file", "fetched_by", "account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_batch_file")),
    )
    op.create_index(op.f("ix_payment_batch_file_batch_id"), "payment_batch_file", ["batch_id"])
    op.create_table(
        "bank_result",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("batch_id", types.Key, nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("rows", types.Document, nullable=False),
        sa.Column("uploaded_by", types.Key, nullable=False),
        sa.Column("uploaded_at", types.Instant(timezone=True), nullable=False),
        sa.Column("applied_by", types.Key),
        sa.Column("applied_at", types.Instant(timezone=True)),
        _key("bank_result", "batch_id", "payment_batch"),
        _key("bank_result", "uploaded_by", "account"),
        _key("bank_result", "applied_by", "account"),
        sa.CheckConstraint(
            "(applied_at IS NULL) = (applied_by IS NULL)", name=op.f("ck_bank_result_applied_whole")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_result")),
        sa.UniqueConstraint("batch_id", "digest", name=op.f("uq_bank_result_batch_id_digest")),
    )
    # In place: triggers of other tables name this one, so that SQLite could not put a copy in its stead.
    kind = "BIGINT" if op.get_bind().dialect.name == "postgresql" else "INTEGER"
    key = "CONSTRAINT fk_payment_line_id REFERENCES payment_line (id)"
    op.execute(f"ALTER TABLE payment ADD COLUMN line_id {kind} {key}")
    op.create_index(
        "uq_payment_line_id",
        "payment",
        ["line_id"],
        unique=True,
        sqlite_where=_OF_A_LINE,
        postgresql_where=_OF_A_LINE,
    )


def downgrade() -> None:
    op.drop_index("uq_payment_line_id", "payment")
    op.execute("ALTER TABLE payment DROP COLUMN line_id")
    for table in ("bank_result", "payment_batch_file", "payment_line", "payment_batch"):
        op.drop_table(table)
