"""The last proof of the whole trail, and the one that is asked for."""

import sqlalchemy as sa
from alembic import op

from workflow.persistence import types

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_verification",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("requested_at", types.Instant(timezone=True)),
        sa.Column("started_at", types.Instant(timezone=True)),
        sa.Column("finished_at", types.Instant(timezone=True)),
        sa.Column("result", types.Document),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_verification_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_verification")),
    )
    # The one row of each is there from the beginning, so that nobody has to make it.
    op.execute("INSERT INTO audit_verification (id) VALUES (1)")
    op.execute("INSERT INTO attachment_check (id) VALUES (1) ON CONFLICT DO NOTHING")


def downgrade() -> None:
    op.drop_table("audit_verification")
