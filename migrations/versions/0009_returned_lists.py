"""Lists as they were when an application was returned, to tell what the applicant changed."""

import sqlalchemy as sa
from alembic import op

from workflow.persistence import types

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "returned_list",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("application_id", types.Key, nullable=False),
        sa.Column("returned_at", types.Instant(timezone=True), nullable=False),
        sa.Column("people", types.Document, nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_returned_list_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_returned_list")),
    )
    op.create_index(op.f("ix_returned_list_application_id"), "returned_list", ["application_id"])


def downgrade() -> None:
    op.drop_table("returned_list")
