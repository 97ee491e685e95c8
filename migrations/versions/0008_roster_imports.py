"""Rosters that are uploaded and checked before they are taken."""

import sqlalchemy as sa
from alembic import op

from workflow.persistence import types

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "roster_import",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("application_id", types.Key, nullable=False),
        sa.Column("account_id", types.Key, nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("application_version", sa.Integer(), nullable=False),
        sa.Column("done_count", sa.Integer(), nullable=False),
        sa.Column("total_count", sa.Integer(), nullable=False),
        sa.Column("good_count", sa.Integer(), nullable=False),
        sa.Column("wrong_count", sa.Integer(), nullable=False),
        sa.Column("message", sa.Text()),
        sa.Column("content_sealed", sa.Text()),
        sa.Column("remarks_sealed", sa.Text()),
        sa.Column("created_at", types.Instant(timezone=True), nullable=False),
        sa.Column("touched_at", types.Instant(timezone=True), nullable=False),
        sa.CheckConstraint(
            "done_count >= 0 AND good_count >= 0 AND wrong_count >= 0", name=op.f("ck_roster_import_counts")
        ),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_roster_import_application_id")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_roster_import_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_import")),
    )
    op.create_index(op.f("ix_roster_import_application_id"), "roster_import", ["application_id"])


def downgrade() -> None:
    op.drop_table("roster_import")
