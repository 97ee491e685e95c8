"""In whose place a register was kept, a batch made or a decision taken by a substitute (代办)."""

from alembic import op

from workflow.persistence import types

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("local_closure", ("entered", "confirmed", "withdrawal_entered", "withdrawal_confirmed")),
    ("payment_batch", ("created",)),
    ("payment_batch_file", ("fetched",)),
    ("bank_result", ("uploaded",)),
    ("draw", ("drawn",)),
    ("registration", ("decided",)),
    ("listed_institution", ("entered",)),
    ("listed_occupation", ("entered",)),
    ("listed_platform", ("entered",)),
    ("satisfaction_survey", ("entered",)),
    ("sanction", ("entered", "lifted")),
)


def upgrade() -> None:
    key = types.Key.compile(dialect=op.get_bind().dialect)
    for table, acts in _COLUMNS:
        for act in acts:
            column = f"{act}_on_behalf_of_id"
            # Both databases add it in place; a copy of the table would lose its checks on SQLite.
            op.execute(
                f"ALTER TABLE {table} ADD COLUMN {column} {key}"
                f" CONSTRAINT fk_{table}_{column} REFERENCES account (id)"
            )


def downgrade() -> None:
    for table, acts in _COLUMNS:
        for act in acts:
            op.execute(f"ALTER TABLE {table} DROP COLUMN {act}_on_behalf_of_id")
