"""Applicants' names by every part of them, and numbers in the order of their signs."""

from collections.abc import Callable, Iterator

import sqlalchemy as sa
from alembic import op

from workflow.persistence import types

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_MOST_AT_ONCE = 5_000
_ORDERED = {"number": 32, "applicant_name": 200}


def upgrade() -> None:
    part = op.create_table(
        "name_part",
        sa.Column("part", types.in_byte_order(200), nullable=False),
        sa.Column("name", types.in_byte_order(200), nullable=False),
        sa.PrimaryKeyConstraint("part", "name", name=op.f("pk_name_part")),
    )
    for parts in _parts():
        op.get_bind().execute(sa.insert(part), parts)
    _order(types.in_byte_order)
    op.create_index(op.f("ix_application_applicant_name_region"), "application", ["applicant_name", "region"])


def _parts() -> Iterator[list[dict[str, str]]]:
    application = sa.table("application", sa.column("applicant_name", sa.String()))
    names = op.get_bind().scalars(sa.select(application.c.applicant_name).distinct()).all()
    for first in range(0, len(names), _MOST_AT_ONCE):
        yield [
            {"part": part, "name": name}
            for name in names[first : first + _MOST_AT_ONCE]
            for part in {name.lower()[start:] for start in range(len(name.lower()))}
        ]


def _order(of_length: Callable[[int], sa.String]) -> None:
    # SQLite always compares bytes.
    if op.get_bind().dialect.name == "postgresql":
        for name, length in _ORDERED.items():
            op.alter_column("application", name, type_=of_length(length), existing_nullable=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_application_applicant_name_region"), "application")
    _order(sa.String)
    op.drop_table("name_part")
