"""Accounts with a version and one-time passwords; an outbox that knows who sends and what was given up."""

import sqlalchemy as sa
from alembic import op

from workflow.persistence import types

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_UNSENT = sa.text("sent_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("account") as batch:
        batch.add_column(sa.Column("version", sa.Integer(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("one_time_until_at", types.Instant(timezone=True)))
        batch.add_column(sa.Column("changed_by", types.Key))
        batch.add_column(sa.Column("changed_at", types.Instant(timezone=True)))
        batch.create_foreign_key(op.f("fk_account_changed_by"), "account", ["changed_by"], ["id"])
    with op.batch_alter_table("outbox") as batch:
        batch.add_column(sa.Column("leased_until_at", types.Instant(timezone=True)))
        batch.add_column(sa.Column("given_up_at", types.Instant(timezone=True)))
        batch.add_column(sa.Column("given_up_by", types.Key))
        batch.add_column(sa.Column("given_up_reason", sa.String(length=200)))
        batch.create_foreign_key(op.f("fk_outbox_given_up_by"), "account", ["given_up_by"], ["id"])
        batch.create_check_constraint(
            op.f("ck_outbox_given_up_whole"),
            "(given_up_at IS NULL) = (given_up_by IS NULL) AND (given_up_at IS NULL OR sent_at IS NULL)",
        )
    op.create_index("ix_outbox_unsent", "outbox", ["id"], sqlite_where=_UNSENT, postgresql_where=_UNSENT)
    with op.batch_alter_table("scheduler_node") as batch:
        for name in ("last_sweep_ms", "last_recomputed_count", "last_closed_count"):
            batch.add_column(sa.Column(name, sa.Integer()))
        batch.add_column(sa.Column("last_delivery_at", types.Instant(timezone=True)))
        for name in ("last_sent_count", "last_failed_count"):
            batch.add_column(sa.Column(name, sa.Integer()))


def downgrade() -> None:
    with op.batch_alter_table("scheduler_node") as batch:
        for name in ("last_failed_count", "last_sent_count", "last_delivery_at"):
            batch.drop_column(name)
        for name in ("last_closed_count", "last_recomputed_count", "last_sweep_ms"):
            batch.drop_column(name)
    op.drop_index("ix_outbox_unsent", "outbox")
    with op.batch_alter_table("outbox") as batch:
        batch.drop_constraint(op.f("ck_outbox_given_up_whole"), type_="check")
        batch.drop_constraint(op.f("fk_outbox_given_up_by"), type_="foreignkey")
        for name in ("given_up_reason", "given_up_by", "given_up_at", "leased_until_at"):
            batch.drop_column(name)
    with op.batch_alter_table("account") as batch:
        batch.drop_constraint(op.f("fk_account_changed_by"), type_="foreignkey")
        for name in ("changed_at", "changed_by", "one_time_until_at", "version"):
            batch.drop_column(name)
