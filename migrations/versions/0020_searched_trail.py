"""The audit trail is found by who, what and when: two columns that repeat the sealed content, and indexes."""

import sqlalchemy as sa
from alembic import op

from workflow.persistence import types

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_MESSAGE = "audit entries are appended, never changed or removed"
_COLUMNS = ("recorded_at", "actor_id", "event")


def upgrade() -> None:
    op.add_column("audit_entry", sa.Column("actor_id", types.Key, nullable=False, server_default="0"))
    op.add_column("audit_entry", sa.Column("event", sa.String(40), nullable=False, server_default=""))
    # The one change that the guards let pass: they stand aside for it, inside this transaction.
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_entry_no_update")
        op.execute(
            "UPDATE audit_entry SET actor_id = coalesce(json_extract(content, '$.actor_id'), 0),"
            " event = coalesce(json_extract(content, '$.event'), '')"
        )
        op.execute(
            "CREATE TRIGGER audit_entry_no_update BEFORE UPDATE ON audit_entry "
            f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
        )
    else:
        op.execute("ALTER TABLE audit_entry DISABLE TRIGGER audit_entry_no_change")
        op.execute(
            "UPDATE audit_entry SET actor_id = coalesce((content::json->>'actor_id')::bigint, 0),"
            " event = coalesce(content::json->>'event', '')"
        )
        op.execute("ALTER TABLE audit_entry ENABLE TRIGGER audit_entry_no_change")
    for column in _COLUMNS:
        names = list(dict.fromkeys((column, "recorded_at", "id")))
        op.create_index(op.f(f"ix_audit_entry_{'_'.join(names)}"), "audit_entry", names)


def downgrade() -> None:
    for column in _COLUMNS:
        names = list(dict.fromkeys((column, "recorded_at", "id")))
        op.drop_index(op.f(f"ix_audit_entry_{'_'.join(names)}"), "audit_entry")
    op.drop_column("audit_entry", "event")
    op.drop_column("audit_entry", "actor_id")
