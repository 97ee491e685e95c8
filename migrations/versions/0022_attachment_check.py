"""The last proof of the uploaded files, and the one that is asked for."""

import sqlalchemy as sa
from alembic import op

from workflow.persistence import types

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachment_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("requested_at", types.Instant(timezone=True)),
        sa.Column("remove_orphans", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("started_at", types.Instant(timezone=True)),
        sa.Column("finished_at", types.Instant(timezone=True)),
        sa.Column("result", types.Document),
        sa.CheckConstraint("id = 1", name=op.f("ck_attachment_check_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment_check")),
    )


def downgrade() -> None:
    op.drop_table("attachment_check")
