"""What somebody wrote last is found by the person."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_decision_account_id_decided_at"), "decision", ["account_id", "decided_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_decision_account_id_decided_at"), "decision")
