"""Lists and reports of a period are found by index; sums over the ledger and counts by policy are kept."""

import sqlalchemy as sa
from alembic import op

from workflow.persistence import types

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_BESIDE, _DATED = "ix_application_beside_training", "ix_application_dated"
_NEW = (
    ("created_at",),
    ("region", "created_at"),
    ("section", "created_at"),
    ("state", "created_at"),
    ("region", "state", "created_at"),
)
_OLD = (("region",), ("state",))
_PARTIAL = (
    ("ix_application_unsubmitted", "application", ["region", "state"], "policy_version IS NULL"),
    (
        "ix_clock_first",
        "clock",
        ["kind", "started_on", "region", "application_id"],
        "kind IN ('opening_industry_review', 'claim_acceptance')",
    ),
    ("ix_alert_named", "alert", ["rung", "raised_at"], "rung IN ('overdue_10', 'arrears_1_month')"),
    (
        "ix_decision_approved",
        "decision",
        ["decided_at"],
        "step = 'claim_finance' AND seat = 'second' AND outcome = 'approved' AND NOT superseded",
    ),
)


def upgrade() -> None:
    _replace(_OLD, _NEW)
    _anew(_BESIDE, ["subsidy", "created_at", "id"], "subsidy <> 'training'")
    _anew(_DATED, ["region", "due_on", "id", "state"], "due_on < '9999-12-31'")
    for name, table, columns, where in _PARTIAL:
        op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.create_index(op.f("ix_payment_paid_on"), "payment", ["paid_on"])
    op.create_index(op.f("ix_decision_application_id"), "decision", ["application_id"])
    # The unique key begins with the same column.
    op.drop_index(op.f("ix_clock_application_id"), "clock")
    op.create_table(
        "policy_tally",
        sa.Column("version", sa.String(64), nullable=False),
        sa.Column("application_count", sa.Integer(), nullable=False),
        sa.Column("open_count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_policy_tally")),
    )
    op.create_table(
        "ledger_tally",
        sa.Column("pool_id", types.Key, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("from_account", sa.String(10), nullable=False),
        sa.Column("to_account", sa.String(10), nullable=False),
        sa.Column("movement_count", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["pool_id"], ["fund_pool.id"], name=op.f("fk_ledger_tally_pool_id")),
        sa.PrimaryKeyConstraint(
            "pool_id", "kind", "from_account", "to_account", name=op.f("pk_ledger_tally")
        ),
    )


def downgrade() -> None:
    op.drop_table("ledger_tally")
    op.drop_table("policy_tally")
    op.create_index(op.f("ix_clock_application_id"), "clock", ["application_id"])
    op.drop_index(op.f("ix_decision_application_id"), "decision")
    op.drop_index(op.f("ix_payment_paid_on"), "payment")
    for name, table, _, _ in _PARTIAL:
        op.drop_index(name, table)
    _anew(_DATED, ["region", "due_on", "id"], "due_on < '9999-12-31'")
    _anew(_BESIDE, ["subsidy", "id"], "subsidy <> 'training'")
    _replace(_NEW, _OLD)


def _replace(old: tuple[tuple[str, ...], ...], new: tuple[tuple[str, ...], ...]) -> None:
    for columns in old:
        op.drop_index(op.f(f"ix_application_{'_'.join(columns)}_id"), "application")
    for columns in new:
        op.create_index(op.f(f"ix_application_{'_'.join(columns)}_id"), "application", [*columns, "id"])


def _anew(name: str, columns: list[str], where: str) -> None:
    op.drop_index(name, "application")
    some = sa.text(where)
    op.create_index(name, "application", columns, sqlite_where=some, postgresql_where=some)
