"""Messages have a kind, and come by e-mail as each person chooses."""

import sqlalchemy as sa
from alembic import op

from workflow.persistence import types

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_UNREAD = sa.text("read_at IS NULL")
# What the names of the rungs said until now.
_FILL_KINDS = """
    UPDATE alert_recipient SET kind = (SELECT CASE
        WHEN alert.rung LIKE 'due\\_%' ESCAPE '\\' THEN 'due'
        WHEN alert.rung LIKE 'urged\\_%' ESCAPE '\\' THEN 'urged'
        WHEN alert.clock_id IS NULL THEN 'system'
        WHEN alert.rung LIKE 'calendar\\_%' ESCAPE '\\' THEN 'calendar'
        ELSE 'overdue' END
     FROM alert WHERE alert.id = alert_recipient.alert_id)
"""


def upgrade() -> None:
    op.add_column("account", sa.Column("mailed_kinds", types.Document))
    op.add_column("alert_recipient", sa.Column("kind", sa.String(length=20)))
    op.execute(sa.text(_FILL_KINDS))
    with op.batch_alter_table("alert_recipient") as batch:
        batch.alter_column("kind", existing_type=sa.String(length=20), nullable=False)
    op.create_index(
        op.f("ix_alert_recipient_account_id_kind_alert_id"),
        "alert_recipient",
        ["account_id", "kind", "alert_id"],
    )
    op.create_index(
        "ix_alert_recipient_unread",
        "alert_recipient",
        ["account_id", "alert_id"],
        sqlite_where=_UNREAD,
        postgresql_where=_UNREAD,
    )


def downgrade() -> None:
    op.drop_index("ix_alert_recipient_unread", "alert_recipient")
    op.drop_index(op.f("ix_alert_recipient_account_id_kind_alert_id"), "alert_recipient")
    with op.batch_alter_table("alert_recipient") as batch:
        batch.drop_column("kind")
    with op.batch_alter_table("account") as batch:
        batch.drop_column("mailed_kinds")
