"""The persons for whom a subsidy that starts at the claim is asked."""

import sqlalchemy as sa
from alembic import op

from workflow.persistence import types

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "beneficiary",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("application_id", types.Key, nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("person_id", types.Key, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("id_type", sa.String(length=30), nullable=False),
        sa.Column("phone_sealed", sa.Text()),
        sa.Column("phone_masked", sa.String(length=40)),
        sa.Column("certificate_kind", sa.String(length=30), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("occupation_code", sa.String(length=20), nullable=False),
        sa.Column("occupation", sa.String(length=100), nullable=False),
        sa.Column("certificate_number", sa.String(length=64), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("hired_on", sa.Date()),
        sa.Column("placed_on", sa.Date()),
        sa.Column("insured_from_on", sa.Date()),
        sa.Column("insured_until_on", sa.Date()),
        sa.Column("employer", sa.String(length=100)),
        sa.Column("employer_uscc", sa.String(length=18)),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_beneficiary_application_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_beneficiary_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_beneficiary")),
        *(
            sa.UniqueConstraint(*columns, name=op.f(f"uq_beneficiary_{'_'.join(columns)}"))
            for columns in (
                ("application_id", "row_no"),
                ("application_id", "certificate_number"),
                ("application_id", "person_id", "occupation_code", "level"),
            )
        ),
    )
    op.create_index(op.f("ix_beneficiary_person_id"), "beneficiary", ["person_id"])


def downgrade() -> None:
    op.drop_table("beneficiary")
