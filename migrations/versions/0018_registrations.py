"""Organisations register themselves; one account of each is its owner."""

import sqlalchemy as sa
from alembic import op

from workflow.persistence import types

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("organisation") as batch:
        batch.add_column(sa.Column("legal_representative", sa.String(length=200)))
        batch.add_column(sa.Column("address", sa.String(length=200)))
    op.add_column("account", sa.Column("owner", sa.Boolean(), nullable=False, server_default=sa.false()))
    # Of those that can sign in the oldest, else the oldest at all: each organisation has its owner.
    op.execute(
        sa.text(
            "UPDATE account SET owner = :yes WHERE id IN (SELECT COALESCE("
            "MIN(CASE WHEN active THEN id END), MIN(id)) FROM account"
            " WHERE organisation_id IS NOT NULL AND role = 'applicant' GROUP BY organisation_id)"
        ).bindparams(sa.bindparam("yes", True, type_=sa.Boolean()))
    )
    op.create_index(
        "uq_account_owner",
        "account",
        ["organisation_id"],
        unique=True,
        sqlite_where=sa.text("owner"),
        postgresql_where=sa.text("owner"),
    )
    op.create_index(op.f("ix_account_organisation_id"), "account", ["organisation_id"])
    _create_registration()
    _create_proof()


def _create_registration() -> None:
    op.create_table(
        "registration",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("receipt", sa.String(length=20), nullable=False),
        sa.Column("command_id", sa.String(length=128)),
        sa.Column("command_digest", sa.String(length=64)),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("legal_representative", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("contact_sealed", sa.Text(), nullable=False),
        sa.Column("contact_masked", sa.String(length=200), nullable=False),
        sa.Column("phone_sealed", sa.Text(), nullable=False),
        sa.Column("phone_masked", sa.String(length=40), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("account_name", sa.String(length=64), nullable=False),
        sa.Column("email", sa.String(length=200)),
        sa.Column("password_hash", sa.String(length=200)),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("submitted_at", types.Instant(timezone=True), nullable=False),
        sa.Column("decided_by", types.Key),
        sa.Column("decided_at", types.Instant(timezone=True)),
        sa.Column("reason", sa.Text()),
        sa.Column("organisation_id", types.Key),
        sa.CheckConstraint(
            "(state = 'pending') = (decided_by IS NULL)", name=op.f("ck_registration_decided")
        ),
        sa.CheckConstraint(
            "(decided_by IS NULL) = (decided_at IS NULL)", name=op.f("ck_registration_decided_when")
        ),
        sa.CheckConstraint(
            "(state = 'approved') = (organisation_id IS NOT NULL)", name=op.f("ck_registration_approved")
        ),
        sa.CheckConstraint(
            "state <> 'refused' OR reason IS NOT NULL", name=op.f("ck_registration_refused_for_a_reason")
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_registration_decided_by")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_registration_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
        sa.UniqueConstraint("receipt", name=op.f("uq_registration_receipt")),
        sa.UniqueConstraint("command_id", name=op.f("uq_registration_command_id")),
    )
    op.create_index(op.f("ix_registration_region_state_id"), "registration", ["region", "state", "id"])
    op.create_index(op.f("ix_registration_organisation_id"), "registration", ["organisation_id"])
    for column in ("uscc", "login"):
        op.create_index(
            f"uq_registration_pending_{column}",
            "registration",
            [column],
            unique=True,
            sqlite_where=sa.text("state = 'pending'"),
            postgresql_where=sa.text("state = 'pending'"),
        )


def _create_proof() -> None:
    op.create_table(
        "registration_proof",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("registration_id", types.Key, nullable=False),
        sa.Column("proof", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("byte_count", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("stored_sha256", sa.String(length=64), nullable=False),
        sa.Column("key_sealed", sa.Text(), nullable=False),
        sa.Column("scanned", sa.Boolean(), nullable=False),
        sa.Column("added_at", types.Instant(timezone=True), nullable=False),
        sa.Column("replaced_at", types.Instant(timezone=True)),
        sa.CheckConstraint("byte_count > 0", name=op.f("ck_registration_proof_bytes")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_registration_proof_registration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_proof")),
        sa.UniqueConstraint("stored_sha256", name=op.f("uq_registration_proof_stored_sha256")),
    )
    op.create_index(op.f("ix_registration_proof_registration_id"), "registration_proof", ["registration_id"])


def downgrade() -> None:
    op.drop_table("registration_proof")
    op.drop_table("registration")
    op.drop_index(op.f("ix_account_organisation_id"), "account")
    op.drop_index("uq_account_owner", "account")
    with op.batch_alter_table("account") as batch:
        batch.drop_column("owner")
    with op.batch_alter_table("organisation") as batch:
        batch.drop_column("address")
        batch.drop_column("legal_representative")
