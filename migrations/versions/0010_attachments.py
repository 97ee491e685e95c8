"""Files that are uploaded to an application."""

import sqlalchemy as sa
from alembic import op

from workflow.persistence import types

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("application_id", types.Key, nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("class_no", sa.Integer()),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("byte_count", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_sha256", sa.String(length=64), nullable=False),
        sa.Column("key_sealed", sa.Text(), nullable=False),
        sa.Column("has_location", sa.Boolean(), nullable=False),
        sa.Column("scanned", sa.Boolean(), nullable=False),
        sa.Column("added_by", types.Key, nullable=False),
        sa.Column("added_at", types.Instant(timezone=True), nullable=False),
        sa.Column("removed_by", types.Key),
        sa.Column("removed_at", types.Instant(timezone=True)),
        sa.CheckConstraint("byte_count > 0", name=op.f("ck_attachment_bytes")),
        sa.CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name=op.f("ck_attachment_removed")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_attachment_application_id")
        ),
        sa.ForeignKeyConstraint(["added_by"], ["account.id"], name=op.f("fk_attachment_added_by")),
        sa.ForeignKeyConstraint(["removed_by"], ["account.id"], name=op.f("fk_attachment_removed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("stored_sha256", name=op.f("uq_attachment_stored_sha256")),
    )
    op.create_index(op.f("ix_attachment_application_id"), "attachment", ["application_id"])


def downgrade() -> None:
    op.drop_table("attachment")
