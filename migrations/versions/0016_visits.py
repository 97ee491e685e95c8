"""Visits that classes wait for, draws of classes and inspectors, and which inspection a photograph shows."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op

from workflow.persistence import types

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_MESSAGE = "a draw is never changed or removed"
# INSERT OR REPLACE of SQLite removes the row in the way without asking the trigger on DELETE.
_TAKEN = "EXISTS (SELECT 1 FROM draw WHERE draw.id = NEW.id)"
_VISITED = ("training_awaiting_start", "training_in_progress", "assessment_proposed")


def upgrade() -> None:
    with op.batch_alter_table("attachment") as batch:
        batch.add_column(sa.Column("inspection_no", sa.Integer()))
    _create_due_visits()
    _create_draws()
    if op.get_bind().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER draw_no_{action.lower()} BEFORE {action} ON draw "
                f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
            )
        op.execute(
            f"CREATE TRIGGER draw_no_replace BEFORE INSERT ON draw WHEN {_TAKEN} "
            f"BEGIN SELECT RAISE(ABORT, '{_MESSAGE}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION refuse_draw_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER draw_no_change BEFORE UPDATE OR DELETE ON draw "
        "FOR EACH ROW EXECUTE FUNCTION refuse_draw_change()"
    )
    op.execute(
        "CREATE TRIGGER draw_no_truncate BEFORE TRUNCATE ON draw "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_draw_change()"
    )


def _create_due_visits() -> None:
    table = op.create_table(
        "due_visit",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("application_id", types.Key, nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("class_no", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.String(length=20), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("lacking_count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_due_visit_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_due_visit")),
        sa.UniqueConstraint("application_id", "class_no", name=op.f("uq_due_visit_application_id_class_no")),
    )
    op.create_index(op.f("ix_due_visit_region_until_on_id"), "due_visit", ["region", "until_on", "id"])
    connection = op.get_bind()
    found = connection.execute(
        sa.text(
            "SELECT application.id, application.region, application.state, application.form,"
            " policy_version.content FROM application"
            " JOIN policy_version ON policy_version.version = application.policy_version"
            " WHERE application.state IN :states"
        ).bindparams(sa.bindparam("states", _VISITED, expanding=True))
    )
    for row in found:
        visits = list(_visits(row.state, json.loads(row.form), json.loads(row.content)))
        if visits:
            connection.execute(
                table.insert(), [each | {"application_id": row.id, "region": row.region} for each in visits]
            )


def _visits(state: str, form: dict[str, Any], policy: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What ``workflow.services.due_visits`` derives, as it was when this migration was written."""
    training = form.get("training") or {}
    opened = {each["class_no"] for each in training.get("opening_inspections") or ()}
    held = [each["class_no"] for each in training.get("inspections") or ()]
    assess_on: Any = (form.get("assessment") or {}).get("assess_on")
    required = policy["settings"]["inspections_required"]["value"]
    for entry in (form.get("opening") or {}).get("classes") or ():
        number = entry["class_no"]
        if state == "assessment_proposed":
            occasion, first, last, lacking = "assessment", assess_on, assess_on, 1
        elif number in opened:
            occasion, first, last = "training", entry["starts_on"], entry["ends_on"]
            lacking = max(0, required - held.count(number))
        else:
            occasion, first, last, lacking = "opening", entry["starts_on"], entry["starts_on"], 1
        yield {
            "class_no": number,
            "occasion": occasion,
            "from_on": date.fromisoformat(first),
            "until_on": date.fromisoformat(last),
            "lacking_count": lacking,
        }


def _create_draws() -> None:
    op.create_table(
        "draw",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("drawn_by", types.Key, nullable=False),
        sa.Column("drawn_at", types.Instant(timezone=True), nullable=False),
        sa.Column("command_id", sa.String(length=128)),
        sa.Column("algorithm", sa.String(length=20), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("announced", sa.String(length=64)),
        sa.Column("class_count", sa.Integer(), nullable=False),
        sa.Column("inspector_count", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("filters", types.Document, nullable=False),
        sa.Column("candidates", types.Document, nullable=False),
        sa.ForeignKeyConstraint(["drawn_by"], ["account.id"], name=op.f("fk_draw_drawn_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draw")),
        sa.UniqueConstraint("drawn_by", "command_id", name=op.f("uq_draw_drawn_by_command_id")),
    )
    op.create_index(op.f("ix_draw_region_id"), "draw", ["region", "id"])
    op.create_table(
        "drawn_visit",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("draw_id", types.Key, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("application_id", types.Key, nullable=False),
        sa.Column("class_no", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_at", types.Instant(timezone=True)),
        sa.Column("done_by", types.Key),
        sa.ForeignKeyConstraint(["draw_id"], ["draw.id"], name=op.f("fk_drawn_visit_draw_id")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_drawn_visit_application_id")
        ),
        sa.ForeignKeyConstraint(["done_by"], ["account.id"], name=op.f("fk_drawn_visit_done_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_drawn_visit")),
        sa.UniqueConstraint("draw_id", "place", name=op.f("uq_drawn_visit_draw_id_place")),
        sa.CheckConstraint("(done_at IS NULL) = (done_by IS NULL)", name=op.f("ck_drawn_visit_done_whole")),
    )
    op.create_index(op.f("ix_drawn_visit_application_id"), "drawn_visit", ["application_id"])
    op.create_table(
        "drawn_inspector",
        sa.Column("visit_id", types.Key, nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("account_id", types.Key, nullable=False),
        sa.Column("left_at", types.Instant(timezone=True)),
        sa.Column("left_by", types.Key),
        sa.Column("left_reason", sa.Text()),
        sa.ForeignKeyConstraint(["visit_id"], ["drawn_visit.id"], name=op.f("fk_drawn_inspector_visit_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_drawn_inspector_account_id")),
        sa.ForeignKeyConstraint(["left_by"], ["account.id"], name=op.f("fk_drawn_inspector_left_by")),
        sa.PrimaryKeyConstraint("visit_id", "place", name=op.f("pk_drawn_inspector")),
        sa.UniqueConstraint("visit_id", "account_id", name=op.f("uq_drawn_inspector_visit_id_account_id")),
        sa.CheckConstraint(
            "(left_at IS NULL) = (left_by IS NULL) AND (left_at IS NULL) = (left_reason IS NULL)",
            name=op.f("ck_drawn_inspector_left_whole"),
        ),
    )
    standing = sa.text("left_at IS NULL")
    op.create_index(
        "ix_drawn_inspector_standing",
        "drawn_inspector",
        ["account_id"],
        sqlite_where=standing,
        postgresql_where=standing,
    )


def downgrade() -> None:
    for table in ("drawn_inspector", "drawn_visit", "draw", "due_visit"):
        op.drop_table(table)
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION refuse_draw_change()")
    with op.batch_alter_table("attachment") as batch:
        batch.drop_column("inspection_no")
