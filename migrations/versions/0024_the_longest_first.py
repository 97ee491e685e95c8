"""Clocks of departments in the order of the working days they used, for the lists behind the dashboard."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_USED = sa.text(
    "ended IN ('met', 'missed') AND limit_unit = 'working_day' AND NOT minimum AND department IS NOT NULL"
)
_PLACE = ["region", "department", "kind", "limit_count"]


def upgrade() -> None:
    _order_by("used_days", "ended_on")


def downgrade() -> None:
    _order_by("ended_on", "used_days")


def _order_by(*columns: str) -> None:
    op.drop_index("ix_clock_used", "clock")
    op.create_index("ix_clock_used", "clock", [*_PLACE, *columns], sqlite_where=_USED, postgresql_where=_USED)
