"""What lists are sorted by stands in the application's own row: its first due date, and what waits for HR."""

import json
from collections.abc import Iterator
from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op

from workflow.persistence import types

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_NEVER = "9999-12-31"
_MOST_AT_ONCE = 5_000
_PARTIAL = {
    "ix_application_dated": (["region", "due_on", "id"], "due_on < '9999-12-31'"),
    "ix_application_beside_training": (["subsidy", "id"], "subsidy <> 'training'"),
    "ix_application_making_up": (["region", "due_on", "id"], "waiting_make_up_count > 0"),
}

_application = sa.table(
    "application",
    sa.column("id", types.Key),
    sa.column("form", sa.Text()),
    sa.column("due_on", sa.Date()),
    sa.column("waiting_make_up_count", sa.Integer()),
)
_clock = sa.table(
    "clock",
    sa.column("application_id", types.Key),
    sa.column("ended", sa.String()),
    sa.column("minimum", sa.Boolean()),
    sa.column("due_on", sa.Date()),
    sa.column("runs_from_on", sa.Date()),
)


def upgrade() -> None:
    with op.batch_alter_table("application") as batch:
        batch.add_column(sa.Column("due_on", sa.Date(), nullable=False, server_default=_NEVER))
        batch.add_column(sa.Column("waiting_make_up_count", sa.Integer(), nullable=False, server_default="0"))
    _fill("due_on", _due_dates())
    _fill("waiting_make_up_count", _waiting())
    op.drop_index(op.f("ix_application_region_state"), "application")
    op.drop_index(op.f("ix_application_state"), "application")
    op.create_index(
        op.f("ix_application_region_state_due_on_id"), "application", ["region", "state", "due_on", "id"]
    )
    op.create_index(op.f("ix_application_region_id"), "application", ["region", "id"])
    op.create_index(op.f("ix_application_state_id"), "application", ["state", "id"])
    for name, (columns, where) in _PARTIAL.items():
        op.create_index(
            name, "application", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )


def _due_dates() -> Iterator[tuple[int, date]]:
    found = op.get_bind().execute(
        sa.select(_clock.c.application_id, _clock.c.due_on, _clock.c.runs_from_on).where(
            _clock.c.ended.is_(None), sa.not_(_clock.c.minimum), _clock.c.due_on.is_not(None)
        )
    )
    first: dict[int, date] = {}
    for application_id, due_on, runs_from_on in found:
        # One that rests until a notice is over is not overdue before it runs again.
        on = due_on if runs_from_on is None else max(due_on, runs_from_on - timedelta(days=1))
        first[application_id] = min(on, first.get(application_id, on))
    yield from first.items()


def _waiting() -> Iterator[tuple[int, int]]:
    found = op.get_bind().execute(
        sa.select(_application.c.id, _application.c.form).where(_application.c.form.like('%"make_ups"%'))
    )
    for application_id, form in found:
        make_ups = json.loads(form).get("training", {}).get("make_ups", ())
        waiting = [one for one in make_ups if "consented_on" not in one and "declined_on" not in one]
        if waiting:
            yield application_id, len(waiting)


def _fill(column: str, found: Iterator[tuple[int, object]]) -> None:
    rows = [{"_id": key, "_value": value} for key, value in found]
    for first in range(0, len(rows), _MOST_AT_ONCE):
        op.get_bind().execute(
            sa.update(_application)
            .where(_application.c.id == sa.bindparam("_id", type_=types.Key))
            .values({column: sa.bindparam("_value", type_=_application.c[column].type)}),
            rows[first : first + _MOST_AT_ONCE],
        )


def downgrade() -> None:
    for name in _PARTIAL:
        op.drop_index(name, "application")
    op.drop_index(op.f("ix_application_state_id"), "application")
    op.drop_index(op.f("ix_application_region_id"), "application")
    op.drop_index(op.f("ix_application_region_state_due_on_id"), "application")
    op.create_index(op.f("ix_application_state"), "application", ["state"])
    op.create_index(op.f("ix_application_region_state"), "application", ["region", "state"])
    with op.batch_alter_table("application") as batch:
        batch.drop_column("waiting_make_up_count")
        batch.drop_column("due_on")
