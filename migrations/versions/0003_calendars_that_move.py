"""Local closures, calendars that may come back, what is told when a date moves, calendar feeds."""

import sqlalchemy as sa
from alembic import op

from workflow.persistence import types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_OPEN = sa.text("ended IS NULL")
_OF_NO_CLOCK = sa.text("clock_id IS NULL")


def upgrade() -> None:
    op.create_table(
        "calendar_feed",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("account_id", types.Key, nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", types.Instant(timezone=True), nullable=False),
        sa.Column("last_read_at", types.Instant(timezone=True)),
        sa.Column("revoked_at", types.Instant(timezone=True)),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_calendar_feed_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_calendar_feed_token_digest")),
    )
    op.create_index(op.f("ix_calendar_feed_account_id"), "calendar_feed", ["account_id"])
    op.create_table(
        "local_closure",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("days", types.Document, nullable=False),
        sa.Column("authority", sa.String(length=200), nullable=False),
        sa.Column("document_number", sa.String(length=100), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("entered_by", types.Key, nullable=False),
        sa.Column("entered_at", types.Instant(timezone=True), nullable=False),
        sa.Column("confirmed_by", types.Key),
        sa.Column("confirmed_at", types.Instant(timezone=True)),
        sa.Column("withdrawal_entered_by", types.Key),
        sa.Column("withdrawal_reason", sa.String(length=200)),
        sa.Column("withdrawal_confirmed_by", types.Key),
        sa.Column("ended_at", types.Instant(timezone=True)),
        *(
            sa.ForeignKeyConstraint([name], ["account.id"], name=op.f(f"fk_local_closure_{name}"))
            for name in ("entered_by", "confirmed_by", "withdrawal_entered_by", "withdrawal_confirmed_by")
        ),
        sa.CheckConstraint(
            "confirmed_by IS NULL OR confirmed_by <> entered_by",
            name=op.f("ck_local_closure_confirmed_by_another"),
        ),
        sa.CheckConstraint(
            "withdrawal_confirmed_by IS NULL OR withdrawal_confirmed_by <> withdrawal_entered_by",
            name=op.f("ck_local_closure_withdrawn_by_another"),
        ),
        sa.CheckConstraint(
            "status IN ('proposed', 'declined') OR confirmed_by IS NOT NULL",
            name=op.f("ck_local_closure_in_force_when_confirmed"),
        ),
        sa.CheckConstraint(
            "status <> 'withdrawn' OR withdrawal_confirmed_by IS NOT NULL",
            name=op.f("ck_local_closure_withdrawn_when_confirmed"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_local_closure")),
    )
    op.create_index(op.f("ix_local_closure_region_status"), "local_closure", ["region", "status"])
    with op.batch_alter_table("calendar_version") as batch:
        batch.add_column(sa.Column("closures", types.Document, nullable=False, server_default="[]"))
        batch.drop_constraint(op.f("uq_calendar_version_version"), type_="unique")
        batch.create_index(op.f("ix_calendar_version_version"), ["version"])
    op.drop_index("ix_clock_open_calendar", "clock")
    op.create_index(
        "ix_clock_open_calendar",
        "clock",
        ["calendar_version", "due_on"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    with op.batch_alter_table("alert") as batch:
        batch.alter_column("application_id", existing_type=types.Key, nullable=True)
        batch.alter_column("clock_id", existing_type=types.Key, nullable=True)
        batch.add_column(sa.Column("reason", sa.Text()))
        batch.add_column(sa.Column("due_before_on", sa.Date()))
        batch.add_column(sa.Column("provisional_before", sa.Boolean()))
        batch.create_check_constraint(
            op.f("ck_alert_of_a_clock_or_of_none"), "(application_id IS NULL) = (clock_id IS NULL)"
        )
    op.create_index(
        "uq_alert_of_no_clock",
        "alert",
        ["rung", "due_on"],
        unique=True,
        sqlite_where=_OF_NO_CLOCK,
        postgresql_where=_OF_NO_CLOCK,
    )


def downgrade() -> None:
    op.drop_index("uq_alert_of_no_clock", "alert")
    op.execute("DELETE FROM alert_recipient WHERE alert_id IN (SELECT id FROM alert WHERE clock_id IS NULL)")
    op.execute("DELETE FROM alert WHERE clock_id IS NULL")
    with op.batch_alter_table("alert") as batch:
        batch.drop_constraint(op.f("ck_alert_of_a_clock_or_of_none"), type_="check")
        batch.drop_column("provisional_before")
        batch.drop_column("due_before_on")
        batch.drop_column("reason")
        batch.alter_column("clock_id", existing_type=types.Key, nullable=False)
        batch.alter_column("application_id", existing_type=types.Key, nullable=False)
    op.drop_index("ix_clock_open_calendar", "clock")
    op.create_index(
        "ix_clock_open_calendar",
        "clock",
        ["calendar_version"],
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    with op.batch_alter_table("calendar_version") as batch:
        batch.drop_index(op.f("ix_calendar_version_version"))
        batch.create_unique_constraint(op.f("uq_calendar_version_version"), ["version"])
        batch.drop_column("closures")
    op.drop_index(op.f("ix_local_closure_region_status"), "local_closure")
    op.drop_table("local_closure")
    op.drop_index(op.f("ix_calendar_feed_account_id"), "calendar_feed")
    op.drop_table("calendar_feed")
