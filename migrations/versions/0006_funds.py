"""Pools of funds, reservations and the ledger; what was paid before them is brought in."""

from collections import defaultdict
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

from workflow.persistence import types

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_OF_APPLICATIONS = "'reservation', 'release', 'payment', 'payment_failed', 'recovery'"
_PAYMENTS = sa.text("kind IN ('payment', 'payment_failed')")
_DOCUMENTED = sa.text("kind IN ('appropriation', 'withdrawal')")
_SIDES = (
    "(kind IN ('appropriation', 'carried_in') AND from_account = 'treasury' AND to_account = 'available')"
    " OR (kind IN ('withdrawal', 'carried_out')"
    " AND from_account = 'available' AND to_account = 'treasury')"
    " OR (kind = 'reservation' AND from_account = 'available' AND to_account = 'reserved')"
    " OR (kind = 'release' AND from_account = 'reserved' AND to_account = 'available')"
    " OR (kind = 'payment' AND from_account = 'reserved' AND to_account = 'paid')"
    " OR (kind = 'payment_failed' AND from_account = 'paid' AND to_account = 'reserved')"
    " OR (kind = 'recovery' AND from_account = 'paid' AND to_account = 'available')"
)


def upgrade() -> None:
    op.create_table(
        "fund_pool",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=30), nullable=False),
        sa.Column("available_fen", sa.BigInteger(), nullable=False),
        sa.Column("reserved_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("movement_count", sa.Integer(), nullable=False),
        *(
            sa.CheckConstraint(f"{name}_fen >= 0", name=op.f(f"ck_fund_pool_{name}_not_negative"))
            for name in ("available", "reserved", "paid")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_pool")),
        sa.UniqueConstraint("region", "year", "source", name=op.f("uq_fund_pool_region_year_source")),
    )
    op.create_table(
        "fund_reservation",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("application_id", types.Key, nullable=False),
        sa.Column("pool_id", types.Key, nullable=False),
        sa.Column("reserved_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("reserved_fen >= 0", name=op.f("ck_fund_reservation_not_negative")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_fund_reservation_application_id")
        ),
        sa.ForeignKeyConstraint(["pool_id"], ["fund_pool.id"], name=op.f("fk_fund_reservation_pool_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fund_reservation")),
        sa.UniqueConstraint(
            "application_id", "pool_id", name=op.f("uq_fund_reservation_application_id_pool_id")
        ),
    )
    op.create_table(
        "ledger_movement",
        sa.Column("id", types.Key, nullable=False),
        sa.Column("pool_id", types.Key, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("from_account", sa.String(length=10), nullable=False),
        sa.Column("to_account", sa.String(length=10), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("available_fen", sa.BigInteger(), nullable=False),
        sa.Column("reserved_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_fen", sa.BigInteger(), nullable=False),
        sa.Column("application_id", types.Key),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", types.Instant(timezone=True), nullable=False),
        sa.Column("recorded_by", types.Key),
        sa.Column("voucher", sa.String(length=64)),
        sa.Column("document", sa.String(length=100)),
        sa.Column("note", sa.String(length=200)),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_ledger_movement_positive")),
        sa.CheckConstraint(
            "available_fen >= 0 AND reserved_fen >= 0 AND paid_fen >= 0",
            name=op.f("ck_ledger_movement_never_below_zero"),
        ),
        sa.CheckConstraint(_SIDES, name=op.f("ck_ledger_movement_sides_of_its_kind")),
        sa.CheckConstraint(
            f"(kind IN ({_OF_APPLICATIONS})) = (application_id IS NOT NULL)",
            name=op.f("ck_ledger_movement_of_an_application_or_of_none"),
        ),
        sa.CheckConstraint(
            "kind NOT IN ('payment', 'payment_failed', 'recovery') OR voucher IS NOT NULL",
            name=op.f("ck_ledger_movement_voucher"),
        ),
        sa.ForeignKeyConstraint(["pool_id"], ["fund_pool.id"], name=op.f("fk_ledger_movement_pool_id")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_ledger_movement_application_id")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["account.id"], name=op.f("fk_ledger_movement_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_movement")),
        sa.UniqueConstraint("pool_id", "sequence", name=op.f("uq_ledger_movement_pool_id_sequence")),
    )
    op.create_index(op.f("ix_ledger_movement_application_id"), "ledger_movement", ["application_id"])
    for name, columns, where in (
        ("uq_ledger_movement_payment", ["application_id", "kind", "voucher"], _PAYMENTS),
        ("uq_ledger_movement_document", ["pool_id", "kind", "document"], _DOCUMENTED),
    ):
        op.create_index(
            name, "ledger_movement", columns, unique=True, sqlite_where=where, postgresql_where=where
        )
    _bring_in_what_was_paid()
    if op.get_bind().dialect.name == "sqlite":
        _guard_sqlite()
    else:
        _guard_postgresql()


# --- what was paid before there was a ledger ---------------------------------------------------------------

_OPENING = "启用资金台账前的期初"
_EARLIER = "启用资金台账前的记录"
_SHANGHAI = ZoneInfo("Asia/Shanghai")
_application = sa.table("application", sa.column("id", types.Key), sa.column("region", sa.String))
_payment = sa.table(
    "payment",
    sa.column("id", types.Key),
    sa.column("application_id", types.Key),
    sa.column("voucher", sa.String),
    sa.column("amount_fen", sa.BigInteger),
    sa.column("source", sa.String),
    sa.column("paid_on", sa.Date),
    sa.column("paid_by", types.Key),
    sa.column("recorded_at", types.Instant),
    sa.column("failed_at", types.Instant),
)
_recovery = sa.table(
    "recovery",
    sa.column("id", types.Key),
    sa.column("application_id", types.Key),
    sa.column("voucher", sa.String),
    sa.column("amount_fen", sa.BigInteger),
    sa.column("received_on", sa.Date),
    sa.column("recorded_by", types.Key),
    sa.column("recorded_at", types.Instant),
)
_pool = sa.table(
    "fund_pool",
    sa.column("id", types.Key),
    sa.column("region", sa.String),
    sa.column("year", sa.Integer),
    sa.column("source", sa.String),
    sa.column("available_fen", sa.BigInteger),
    sa.column("reserved_fen", sa.BigInteger),
    sa.column("paid_fen", sa.BigInteger),
    sa.column("movement_count", sa.Integer),
)
_reservation = sa.table(
    "fund_reservation",
    sa.column("application_id", types.Key),
    sa.column("pool_id", types.Key),
    sa.column("reserved_fen", sa.BigInteger),
)
_movement = sa.table(
    "ledger_movement",
    *(sa.column(name, types.Key) for name in ("pool_id", "application_id", "recorded_by")),
    *(sa.column(name, sa.BigInteger) for name in ("amount_fen", "available_fen", "reserved_fen", "paid_fen")),
    *(sa.column(name, sa.String) for name in ("kind", "from_account", "to_account")),
    *(sa.column(name, sa.String) for name in ("voucher", "document", "note")),
    sa.column("sequence", sa.Integer),
    sa.column("happened_on", sa.Date),
    sa.column("recorded_at", types.Instant),
)
_ACCOUNTS = {
    "appropriation": ("treasury", "available"),
    "reservation": ("available", "reserved"),
    "release": ("reserved", "available"),
    "payment": ("reserved", "paid"),
    "payment_failed": ("paid", "reserved"),
    "recovery": ("paid", "available"),
}


@dataclass
class _Pool:
    """What came and went in a pool, but for the opening, which must cover all that was reserved anew."""

    opening: int = 0
    moves: list[dict] = field(default_factory=list)
    # What each application has left in it of money that the bank sent back.
    left: dict[int, int] = field(default_factory=lambda: defaultdict(int))


def _bring_in_what_was_paid() -> None:
    """An opening for each region, year and source that was paid from, and every payment as movements.

    The year is that of the day of payment. What the bank sent back and nobody paid again, and what was
    recovered, is available: nothing stays reserved, an application's next payment reserves what it needs.
    """
    bind = op.get_bind()
    regions = {
        row.id: row.region for row in bind.execute(sa.select(_application.c.id, _application.c.region))
    }
    recoveries = defaultdict(list)
    for row in bind.execute(sa.select(_recovery).order_by(_recovery.c.id)):
        recoveries[row.application_id].append(row)
    payments = defaultdict(list)
    for row in bind.execute(sa.select(_payment).order_by(_payment.c.id)):
        payments[row.application_id].append(row)
    pools: dict[tuple[str, int, str], _Pool] = defaultdict(_Pool)
    for application_id, paid in payments.items():
        _replay(pools, regions[application_id], paid, recoveries[application_id])
    for (region, year, source), pool in sorted(pools.items()):
        _write(bind, region, year, source, pool)


def _replay(pools: dict, region: str, paid: list, recovered: list) -> None:
    """The payments of one application in the order in which they were made and came back, then recoveries."""
    happened = [(row.recorded_at, 0, row) for row in paid]
    happened += [(row.failed_at, 1, row) for row in paid if row.failed_at is not None]
    for at, came_back, row in sorted(happened, key=lambda one: (one[0], one[1], one[2].id)):
        pool = pools[region, row.paid_on.year, row.source]
        stamp = {"application_id": row.application_id, "recorded_at": at, "recorded_by": row.paid_by}
        stamp |= {"happened_on": at.astimezone(_SHANGHAI).date() if came_back else row.paid_on}
        if came_back:
            pool.left[row.application_id] += row.amount_fen
            _move(pool, "payment_failed", row.amount_fen, stamp | {"voucher": row.voucher})
            continue
        missing = max(0, row.amount_fen - pool.left[row.application_id])
        if missing:
            pool.opening += missing
            _move(pool, "reservation", missing, stamp)
        pool.left[row.application_id] += missing - row.amount_fen
        _move(pool, "payment", row.amount_fen, stamp | {"voucher": row.voucher})
    for key in {(region, row.paid_on.year, row.source) for row in paid}:
        left = pools[key].left[paid[0].application_id]
        if left:
            last = max(row.failed_at for row in paid if row.failed_at is not None)
            stamp = {"application_id": paid[0].application_id, "recorded_at": last, "recorded_by": None}
            _move(pools[key], "release", left, stamp | {"happened_on": last.astimezone(_SHANGHAI).date()})
    # What was paid last comes back first.
    standing = [[row, row.amount_fen] for row in paid if row.failed_at is None]
    for receipt in recovered:
        rest = receipt.amount_fen
        while rest and standing:
            row, unrecovered = standing[-1]
            taken = min(rest, unrecovered)
            stamp = {
                "application_id": receipt.application_id,
                "recorded_at": receipt.recorded_at,
                "recorded_by": receipt.recorded_by,
                "happened_on": receipt.received_on,
                "voucher": receipt.voucher,
            }
            _move(pools[region, row.paid_on.year, row.source], "recovery", taken, stamp)
            rest -= taken
            standing[-1][1] -= taken
            if not standing[-1][1]:
                standing.pop()


def _move(pool: _Pool, kind: str, fen: int, stamp: dict) -> None:
    pool.moves.append({"kind": kind, "amount_fen": fen, "note": _EARLIER, "voucher": None} | stamp)


def _write(bind: sa.Connection, region: str, year: int, source: str, pool: _Pool) -> None:
    first = min(pool.moves, key=lambda move: move["recorded_at"])
    opening = {
        "kind": "appropriation",
        "amount_fen": pool.opening,
        "application_id": None,
        "happened_on": min(move["happened_on"] for move in pool.moves),
        "recorded_at": first["recorded_at"],
        "recorded_by": None,
        "voucher": None,
        "note": _OPENING,
    }
    pool_id = bind.execute(
        sa.insert(_pool)
        .values(
            region=region,
            year=year,
            source=source,
            available_fen=0,
            reserved_fen=0,
            paid_fen=0,
            movement_count=0,
        )
        .returning(_pool.c.id)
    ).scalar_one()
    stands = {"treasury": 0, "available": 0, "reserved": 0, "paid": 0}
    rows = []
    for sequence, move in enumerate([opening, *pool.moves], start=1):
        gives, takes = _ACCOUNTS[move["kind"]]
        stands[gives] -= move["amount_fen"]
        stands[takes] += move["amount_fen"]
        balances = {f"{name}_fen": stands[name] for name in ("available", "reserved", "paid")}
        sides = {"pool_id": pool_id, "sequence": sequence, "from_account": gives, "to_account": takes}
        document = _OPENING if move is opening else None
        rows.append(move | sides | balances | {"document": document})
    bind.execute(sa.insert(_movement), rows)
    bind.execute(
        sa.update(_pool)
        .where(_pool.c.id == pool_id)
        .values(
            available_fen=stands["available"],
            reserved_fen=stands["reserved"],
            paid_fen=stands["paid"],
            movement_count=len(rows),
        )
    )
    touched = sorted({move["application_id"] for move in pool.moves})
    bind.execute(
        sa.insert(_reservation),
        [{"application_id": each, "pool_id": pool_id, "reserved_fen": 0} for each in touched],
    )


# --- guards ------------------------------------------------------------------------------------------------

_INTEGRITY = "USING ERRCODE = 'integrity_constraint_violation'"
_APPENDED = "movements of the ledger are appended, never changed or removed"
# INSERT OR REPLACE of SQLite removes the row in the way without asking the trigger on DELETE.
_TAKEN = {
    "no_replace": "taken.id = NEW.id OR (taken.pool_id = NEW.pool_id AND taken.sequence = NEW.sequence)",
    "no_replace_payment": (
        "NEW.kind IN ('payment', 'payment_failed') AND taken.kind = NEW.kind"
        " AND taken.application_id = NEW.application_id AND taken.voucher = NEW.voucher"
    ),
    "no_replace_document": (
        "NEW.kind IN ('appropriation', 'withdrawal') AND taken.kind = NEW.kind"
        " AND taken.pool_id = NEW.pool_id AND taken.document = NEW.document"
    ),
}
_OTHERWISE = "the pool does not stand as its movement says"
_STANDS_OTHERWISE = (
    "NOT EXISTS (SELECT 1 FROM fund_pool WHERE fund_pool.id = NEW.pool_id"
    " AND fund_pool.movement_count = NEW.sequence AND fund_pool.available_fen = NEW.available_fen"
    " AND fund_pool.reserved_fen = NEW.reserved_fen AND fund_pool.paid_fen = NEW.paid_fen)"
)
_FIXED = "a pool keeps its region, year and source"


def _guard_sqlite() -> None:
    for action in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER ledger_movement_no_{action.lower()} BEFORE {action} ON ledger_movement "
            f"BEGIN SELECT RAISE(ABORT, '{_APPENDED}'); END"
        )
    taken = "EXISTS (SELECT 1 FROM ledger_movement taken WHERE "
    refusals = [(name, f"{taken}{condition})", _APPENDED) for name, condition in _TAKEN.items()]
    for name, condition, message in (*refusals, ("of_its_pool", _STANDS_OTHERWISE, _OTHERWISE)):
        op.execute(
            f"CREATE TRIGGER ledger_movement_{name} BEFORE INSERT ON ledger_movement WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
    op.execute(
        "CREATE TRIGGER fund_pool_keeps_its_place BEFORE UPDATE OF region, year, source ON fund_pool "
        f"BEGIN SELECT RAISE(ABORT, '{_FIXED}'); END"
    )


def _guard_postgresql() -> None:
    for name, message in (("refuse_ledger_change", _APPENDED), ("refuse_pool_move", _FIXED)):
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{message}' {_INTEGRITY}; END $$"
        )
    op.execute(
        "CREATE FUNCTION refuse_other_balance() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {_STANDS_OTHERWISE} THEN RAISE EXCEPTION '{_OTHERWISE}' {_INTEGRITY}; END IF; "
        "RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER ledger_movement_no_change BEFORE UPDATE OR DELETE ON ledger_movement "
        "FOR EACH ROW EXECUTE FUNCTION refuse_ledger_change()"
    )
    op.execute(
        "CREATE TRIGGER ledger_movement_no_truncate BEFORE TRUNCATE ON ledger_movement "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()"
    )
    op.execute(
        "CREATE TRIGGER ledger_movement_of_its_pool BEFORE INSERT ON ledger_movement "
        "FOR EACH ROW EXECUTE FUNCTION refuse_other_balance()"
    )
    op.execute(
        "CREATE TRIGGER fund_pool_keeps_its_place BEFORE UPDATE OF region, year, source ON fund_pool "
        "FOR EACH ROW EXECUTE FUNCTION refuse_pool_move()"
    )


def downgrade() -> None:
    # The triggers go with their tables.
    for table in ("ledger_movement", "fund_reservation", "fund_pool"):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        for name in ("refuse_ledger_change", "refuse_other_balance", "refuse_pool_move"):
            op.execute(f"DROP FUNCTION {name}()")
