"""Between people: who stands in for whom, what is handed over, asked of a colleague, or sent for information.

What was done on another's behalf counts for both persons, so the guards of four eyes look at both.
"""

import sqlalchemy as sa
from alembic import op

from workflow.persistence import types

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("application", "assigned_to_id"),
    ("application", "delegated_to_id"),
    ("decision", "on_behalf_of_id"),
    ("notice", "published_on_behalf_of_id"),
    ("notice", "closed_on_behalf_of_id"),
    ("objection", "resolved_on_behalf_of_id"),
    ("payment", "paid_on_behalf_of_id"),
)
_OPEN = sa.text("ended_at IS NULL")
_OF_NO_CLOCK, _OF_NO_APPLICATION = sa.text("clock_id IS NULL"), sa.text("application_id IS NULL")
_INTEGRITY = "USING ERRCODE = 'integrity_constraint_violation'"
_PAYER_MESSAGE = "who reviewed for finance does not pay"
_SEATS_MESSAGE = "nobody holds both seats of a step, nor through another"
_NOTICE_MESSAGE = "who published a notice neither closes it nor answers objections to it, nor through another"
# By name of the guard: its table, its columns, when it refuses, and what it says.
_BEFORE = {
    "by_another_payment": (
        "payment",
        "application_id, paid_by",
        "EXISTS (SELECT 1 FROM decision WHERE decision.application_id = NEW.application_id"
        " AND decision.step = 'claim_finance' AND decision.account_id = NEW.paid_by)",
        _PAYER_MESSAGE,
    ),
    "by_another_decision": (
        "decision",
        "application_id, step, account_id",
        "NEW.step = 'claim_finance' AND EXISTS (SELECT 1 FROM payment"
        " WHERE payment.application_id = NEW.application_id AND payment.paid_by = NEW.account_id)",
        _PAYER_MESSAGE,
    ),
}
_AFTER = {
    "by_another_payment": (
        "payment",
        "application_id, paid_by, paid_on_behalf_of_id",
        "EXISTS (SELECT 1 FROM decision WHERE decision.application_id = NEW.application_id"
        " AND decision.step = 'claim_finance'"
        " AND (decision.account_id IN (NEW.paid_by, NEW.paid_on_behalf_of_id)"
        " OR decision.on_behalf_of_id IN (NEW.paid_by, NEW.paid_on_behalf_of_id)))",
        _PAYER_MESSAGE,
    ),
    "by_another_decision": (
        "decision",
        "application_id, step, account_id, on_behalf_of_id",
        "NEW.step = 'claim_finance' AND EXISTS (SELECT 1 FROM payment"
        " WHERE payment.application_id = NEW.application_id"
        " AND (payment.paid_by IN (NEW.account_id, NEW.on_behalf_of_id)"
        " OR payment.paid_on_behalf_of_id IN (NEW.account_id, NEW.on_behalf_of_id)))",
        _PAYER_MESSAGE,
    ),
    # One person on both seats is refused by a unique index already.
    "through_another_decision": (
        "decision",
        "application_id, step, seat, account_id, on_behalf_of_id, superseded",
        "NOT NEW.superseded AND (NEW.on_behalf_of_id = NEW.account_id OR EXISTS (SELECT 1 FROM decision other"
        " WHERE other.application_id = NEW.application_id AND other.step = NEW.step"
        " AND NOT other.superseded AND other.id <> NEW.id"
        " AND (other.account_id = NEW.on_behalf_of_id"
        " OR other.on_behalf_of_id IN (NEW.account_id, NEW.on_behalf_of_id))))",
        _SEATS_MESSAGE,
    ),
    "through_another_notice": (
        "notice",
        "published_by, published_on_behalf_of_id, closed_by, closed_on_behalf_of_id",
        "NEW.closed_by = NEW.published_on_behalf_of_id"
        " OR NEW.closed_on_behalf_of_id IN (NEW.published_by, NEW.published_on_behalf_of_id)",
        _NOTICE_MESSAGE,
    ),
    "through_another_objection": (
        "objection",
        "notice_id, resolved_by, resolved_on_behalf_of_id",
        "EXISTS (SELECT 1 FROM notice WHERE notice.id = NEW.notice_id"
        " AND (notice.published_on_behalf_of_id IN (NEW.resolved_by, NEW.resolved_on_behalf_of_id)"
        " OR notice.published_by = NEW.resolved_on_behalf_of_id))",
        _NOTICE_MESSAGE,
    ),
}


def upgrade() -> None:
    _drop_guards(_BEFORE)
    key = "INTEGER" if op.get_bind().dialect.name == "sqlite" else "BIGINT"
    for table, column in _COLUMNS:
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} {key} "
            f"CONSTRAINT fk_{table}_{column} REFERENCES account (id)"
        )
    for column in ("assigned_to_id", "delegated_to_id"):
        where = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_application_{column}",
            "application",
            [column],
            sqlite_where=where,
            postgresql_where=where,
        )
    _create_absence()
    _create_hand_over()
    _create_delegation()
    _relax_alert()
    _create_circulation()
    _create_guards(_AFTER)


def downgrade() -> None:
    _drop_guards(_AFTER)
    op.drop_table("circulation")
    _tighten_alert()
    op.drop_table("delegation")
    op.drop_table("hand_over")
    op.drop_table("absence")
    for column in ("assigned_to_id", "delegated_to_id"):
        op.drop_index(f"ix_application_{column}", "application")
    for table, column in reversed(_COLUMNS):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    _create_guards(_BEFORE)


def _account(name: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], ["account.id"], name=op.f(f"fk_{table}_{name}"))


def _application(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["application_id"], ["application.id"], name=op.f(f"fk_{table}_application_id")
    )


def _create_absence() -> None:
    op.create_table(
        "absence",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("account_id", types.Key, nullable=False),
        sa.Column("substitute_id", types.Key, nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date()),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("entered_by", types.Key, nullable=False),
        sa.Column("entered_at", types.Instant(timezone=True), nullable=False),
        sa.Column("ended_on", sa.Date()),
        sa.Column("ended_by", types.Key),
        sa.CheckConstraint("substitute_id <> account_id", name=op.f("ck_absence_substitute_is_another")),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_absence_until_not_before_from")),
        sa.CheckConstraint("(ended_on IS NULL) = (ended_by IS NULL)", name=op.f("ck_absence_ended_whole")),
        *(_account(name, "absence") for name in ("account_id", "substitute_id", "entered_by", "ended_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    for column in ("account_id", "substitute_id"):
        op.create_index(op.f(f"ix_absence_{column}"), "absence", [column])


def _create_hand_over() -> None:
    op.create_table(
        "hand_over",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("application_id", types.Key, nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("by_id", types.Key, nullable=False),
        sa.Column("on_behalf_of_id", types.Key),
        sa.Column("to_id", types.Key, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("handed_at", types.Instant(timezone=True), nullable=False),
        sa.Column("ended_at", types.Instant(timezone=True)),
        sa.Column("ended_because", sa.String(length=20)),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_because IS NULL)", name=op.f("ck_hand_over_ended_whole")
        ),
        _application("hand_over"),
        *(_account(name, "hand_over") for name in ("by_id", "on_behalf_of_id", "to_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over")),
    )
    _index_open("hand_over")


def _create_delegation() -> None:
    op.create_table(
        "delegation",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("application_id", types.Key, nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("asked_by_id", types.Key, nullable=False),
        sa.Column("on_behalf_of_id", types.Key),
        sa.Column("to_id", types.Key, nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("asked_at", types.Instant(timezone=True), nullable=False),
        sa.Column("ended_at", types.Instant(timezone=True)),
        sa.Column("ended_because", sa.String(length=20)),
        sa.Column("answer", sa.Text()),
        sa.Column("answered_by_id", types.Key),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_because IS NULL)", name=op.f("ck_delegation_ended_whole")
        ),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_by_id IS NULL)", name=op.f("ck_delegation_answered_whole")
        ),
        _application("delegation"),
        *(
            _account(name, "delegation")
            for name in ("asked_by_id", "on_behalf_of_id", "to_id", "answered_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation")),
    )
    _index_open("delegation")


def _index_open(table: str) -> None:
    op.create_index(op.f(f"ix_{table}_application_id"), table, ["application_id"])
    op.create_index(
        f"uq_{table}_open",
        table,
        ["application_id"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )


def _create_circulation() -> None:
    op.create_table(
        "circulation",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("application_id", types.Key, nullable=False),
        sa.Column("by_id", types.Key, nullable=False),
        sa.Column("on_behalf_of_id", types.Key),
        sa.Column("to_id", types.Key, nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=False),
        sa.Column("alert_id", types.Key, nullable=False),
        _application("circulation"),
        *(_account(name, "circulation") for name in ("by_id", "on_behalf_of_id", "to_id")),
        sa.ForeignKeyConstraint(["alert_id"], ["alert.id"], name=op.f("fk_circulation_alert_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_circulation")),
        sa.UniqueConstraint(
            "application_id", "to_id", "sent_on", name=op.f("uq_circulation_application_id_to_id_sent_on")
        ),
    )


# --- alerts of an application that are of none of its clocks -----------------------------------------------


def _relax_alert() -> None:
    op.drop_index("uq_alert_of_no_clock", "alert")
    with op.batch_alter_table("alert") as batch:
        batch.drop_constraint(op.f("ck_alert_of_a_clock_or_of_none"), type_="check")
        batch.create_check_constraint(
            op.f("ck_alert_clock_of_its_application"), "clock_id IS NULL OR application_id IS NOT NULL"
        )
    op.create_index(
        "uq_alert_of_no_application",
        "alert",
        ["rung", "due_on"],
        unique=True,
        sqlite_where=_OF_NO_APPLICATION,
        postgresql_where=_OF_NO_APPLICATION,
    )


def _tighten_alert() -> None:
    op.drop_index("uq_alert_of_no_application", "alert")
    op.execute(
        "DELETE FROM alert_recipient WHERE alert_id IN"
        " (SELECT id FROM alert WHERE clock_id IS NULL AND application_id IS NOT NULL)"
    )
    op.execute("DELETE FROM alert WHERE clock_id IS NULL AND application_id IS NOT NULL")
    with op.batch_alter_table("alert") as batch:
        batch.drop_constraint(op.f("ck_alert_clock_of_its_application"), type_="check")
        batch.create_check_constraint(
            op.f("ck_alert_of_a_clock_or_of_none"), "(application_id IS NULL) = (clock_id IS NULL)"
        )
    op.create_index(
        "uq_alert_of_no_clock",
        "alert",
        ["rung", "due_on"],
        unique=True,
        sqlite_where=_OF_NO_CLOCK,
        postgresql_where=_OF_NO_CLOCK,
    )


# --- what no key or check can say --------------------------------------------------------------------------


def _create_guards(guards: dict[str, tuple[str, str, str, str]]) -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, (table, columns, condition, message) in guards.items():
        trigger = f"{table}_{name.removesuffix(f'_{table}')}"
        if sqlite:
            for action, when in (("insert", "INSERT"), ("update", f"UPDATE OF {columns}")):
                op.execute(
                    f"CREATE TRIGGER {trigger}_{action} BEFORE {when} ON {table} WHEN {condition} "
                    f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
                )
            continue
        op.execute(
            f"CREATE FUNCTION {_function(name)}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF {condition} THEN RAISE EXCEPTION '{message}' {_INTEGRITY}; END IF; "
            "RETURN NEW; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {trigger} BEFORE INSERT OR UPDATE OF {columns} ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {_function(name)}()"
        )


def _drop_guards(guards: dict[str, tuple[str, str, str, str]]) -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, (table, *_) in guards.items():
        trigger = f"{table}_{name.removesuffix(f'_{table}')}"
        if sqlite:
            op.execute(f"DROP TRIGGER {trigger}_insert")
            op.execute(f"DROP TRIGGER {trigger}_update")
            continue
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
        op.execute(f"DROP FUNCTION {_function(name)}()")


def _function(name: str) -> str:
    """As 0002 has called those of its guards."""
    if name.startswith("by_another_"):
        return f"refuse_reviewing_payer_{name.removeprefix('by_another_')}"
    return f"refuse_{name}"
