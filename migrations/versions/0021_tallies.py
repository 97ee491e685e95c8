"""Tallies for the dashboard, and indexes out of which working days and the sums of finance are counted."""

import sqlalchemy as sa
from alembic import op

from workflow.persistence import types

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_USED = sa.text(
    "ended IN ('met', 'missed') AND limit_unit = 'working_day' AND NOT minimum AND department IS NOT NULL"
)
_BEFORE_FINANCE = sa.text(
    "state IN ('claim_awaiting_publication', 'claim_public_notice', 'claim_hr_first', 'claim_hr_second',"
    " 'claim_finance_first', 'claim_finance_second', 'disbursement_awaiting_payment')"
)


def upgrade() -> None:
    op.create_table(
        "matter_tally",
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("section", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("application_count", sa.Integer(), nullable=False),
        sa.Column("asked_fen", sa.BigInteger(), nullable=False),
        sa.Column("approved_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("region", "month", "section", "state", name=op.f("pk_matter_tally")),
    )
    op.create_table(
        "timing_tally",
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("department", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("limit_count", sa.Integer(), nullable=False),
        sa.Column("used_days", sa.Integer(), nullable=False),
        sa.Column("clock_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "region", "month", "department", "kind", "limit_count", "used_days", name=op.f("pk_timing_tally")
        ),
    )
    op.create_table(
        "tally_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("begun_at", types.Instant(timezone=True), nullable=False),
        sa.Column("made_at", types.Instant(timezone=True)),
        sa.CheckConstraint("id = 1", name=op.f("ck_tally_run_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally_run")),
    )
    op.create_index(
        "ix_application_before_finance",
        "application",
        ["region", "state", "due_on", "asked_fen", "approved_fen", "paid_fen"],
        sqlite_where=_BEFORE_FINANCE,
        postgresql_where=_BEFORE_FINANCE,
    )
    op.create_index(
        "ix_clock_used",
        "clock",
        ["region", "department", "kind", "limit_count", "ended_on", "used_days"],
        sqlite_where=_USED,
        postgresql_where=_USED,
    )


def downgrade() -> None:
    op.drop_index("ix_clock_used", "clock")
    op.drop_index("ix_application_before_finance", "application")
    for table in ("tally_run", "timing_tally", "matter_tally"):
        op.drop_table(table)
