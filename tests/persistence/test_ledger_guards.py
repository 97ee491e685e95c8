"""What the database itself refuses of money: a pool below zero, a ledger that is changed or adds up wrong."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, Engine, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.persistence.rows import DAY, MOMENT, insert, insert_application
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.vocabulary import LEDGER_SIDES, LedgerAccount, LedgerKind

POOL = {"region": "410400", "year": 2026, "source": "special_account"}


def give(connection: Connection, pool_id: int, kind: LedgerKind, fen: int, **values: Any) -> int:
    """Moves money as it is to be moved: the pool first, then its movement."""
    pool = tables.fund_pool
    sides = LEDGER_SIDES[kind]
    change = {
        f"{account.value}_fen": fen * ((account is sides[1]) - (account is sides[0]))
        for account in LedgerAccount
        if account is not LedgerAccount.TREASURY
    }
    connection.execute(
        update(pool)
        .where(pool.c.id == pool_id)
        .values({name: pool.c[name] + each for name, each in change.items()})
        .values(movement_count=pool.c.movement_count + 1)
    )
    row = connection.execute(select(pool).where(pool.c.id == pool_id)).mappings().one()
    stands = {name: row[name] for name in change} | {"sequence": row["movement_count"]}
    return insert(
        connection,
        tables.ledger_movement,
        **{
            "pool_id": pool_id,
            "kind": kind.value,
            "from_account": sides[0].value,
            "to_account": sides[1].value,
            "amount_fen": fen,
            "happened_on": DAY,
            "recorded_at": MOMENT,
            **stands,
            **values,
        },
    )


@pytest.fixture
def pool(engine: Engine) -> int:
    """A pool with 100 fen, given by one document."""
    with writing(engine) as connection:
        pool_id = insert(connection, tables.fund_pool, **POOL)
        give(connection, pool_id, LedgerKind.APPROPRIATION, 100, document="财1")
    return pool_id


def refused(engine: Engine, because: str, pool_id: int, kind: LedgerKind, fen: int, **values: Any) -> None:
    with pytest.raises(DBAPIError, match=because), writing(engine) as connection:
        give(connection, pool_id, kind, fen, **values)


def count(engine: Engine) -> int:
    with reading(engine) as connection:
        return len(connection.execute(tables.ledger_movement.select()).all())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_movement SET amount_fen = 1",
        "UPDATE ledger_movement SET note = note",
        "DELETE FROM ledger_movement",
    ],
)
def test_a_movement_is_neither_changed_nor_deleted(engine: Engine, pool: int, statement: str) -> None:
    with pytest.raises(IntegrityError, match="appended, never changed"), writing(engine) as connection:
        connection.execute(text(statement))
    assert count(engine) == 1


def test_the_ledger_is_not_truncated(postgresql_engine: Engine) -> None:
    for statement in ("TRUNCATE ledger_movement", "TRUNCATE fund_pool CASCADE"):
        with (
            pytest.raises(IntegrityError, match="appended, never changed"),
            writing(postgresql_engine) as connection,
        ):
            connection.execute(text(statement))


def test_a_movement_is_not_replaced_on_sqlite(sqlite_engine: Engine) -> None:
    with writing(sqlite_engine) as connection:
        application = insert_application(connection)
        pool_id = insert(connection, tables.fund_pool, **POOL)
        give(connection, pool_id, LedgerKind.APPROPRIATION, 100, document="财1")
        own = {"application_id": application, "voucher": "V-1"}
        give(connection, pool_id, LedgerKind.RESERVATION, 100, application_id=application)
        give(connection, pool_id, LedgerKind.PAYMENT, 40, **own)
    head = (
        "INSERT OR REPLACE INTO ledger_movement (id, pool_id, sequence, kind, from_account, to_account,"
        " amount_fen, available_fen, reserved_fen, paid_fen, happened_on, recorded_at, application_id,"
        " voucher, document) SELECT "
    )
    tail = ", available_fen, reserved_fen, paid_fen, '2026-03-02', '2026-03-02 09:00:00', "
    for key, sequence, values in (
        (1, 4, f"'appropriation', 'treasury', 'available', 1{tail}NULL, NULL, '财9'"),
        (9, 3, f"'appropriation', 'treasury', 'available', 1{tail}NULL, NULL, '财9'"),
        (9, 4, f"'appropriation', 'treasury', 'available', 1{tail}NULL, NULL, '财1'"),
        (9, 4, f"'payment', 'reserved', 'paid', 1{tail}{application}, 'V-1', NULL"),
    ):
        with writing(sqlite_engine) as connection:
            connection.execute(update(tables.fund_pool).values(movement_count=sequence))
        with (
            pytest.raises(IntegrityError, match="appended, never changed"),
            writing(sqlite_engine) as connection,
        ):
            connection.execute(text(f"{head}{key}, id, {sequence}, {values} FROM fund_pool"))
    assert count(sqlite_engine) == 3


def test_no_account_of_a_pool_falls_below_zero(engine: Engine, pool: int) -> None:
    with writing(engine) as connection:
        application = insert_application(connection)
        own = {"application_id": application}
        give(connection, pool, LedgerKind.RESERVATION, 60, **own)
        give(connection, pool, LedgerKind.PAYMENT, 20, **own, voucher="V-1")
    refused(engine, "available_not_negative", pool, LedgerKind.WITHDRAWAL, 41, document="更1")
    refused(engine, "available_not_negative", pool, LedgerKind.RESERVATION, 41, **own)
    refused(engine, "reserved_not_negative", pool, LedgerKind.PAYMENT, 41, **own, voucher="V-2")
    refused(engine, "reserved_not_negative", pool, LedgerKind.RELEASE, 41, **own)
    refused(engine, "paid_not_negative", pool, LedgerKind.RECOVERY, 21, **own, voucher="R-1")
    with writing(engine) as connection:
        give(connection, pool, LedgerKind.WITHDRAWAL, 40, document="更1")
        give(connection, pool, LedgerKind.PAYMENT, 40, **own, voucher="V-2")
        give(connection, pool, LedgerKind.RECOVERY, 60, **own, voucher="R-1")


def test_a_movement_says_how_its_pool_stands_and_has_the_next_number(engine: Engine, pool: int) -> None:
    for otherwise in ({"available_fen": 150}, {"reserved_fen": 1}, {"sequence": 3}):
        refused(engine, "does not stand as", pool, LedgerKind.APPROPRIATION, 1, document="财2", **otherwise)
    with reading(engine) as connection:
        row = dict(connection.execute(tables.ledger_movement.select()).mappings().one())
    # A movement whose pool was not moved with it.
    with pytest.raises(DBAPIError, match="does not stand as"), writing(engine) as connection:
        insert(connection, tables.ledger_movement, **row | {"id": 9, "sequence": 2, "document": "财2"})


def test_the_sides_of_a_movement_are_those_of_its_kind(engine: Engine, pool: int) -> None:
    with writing(engine) as connection:
        connection.execute(update(tables.fund_pool).values(reserved_fen=500, paid_fen=500))
    for kind, sides in LEDGER_SIDES.items():
        with writing(engine) as connection:
            application = None if kind in FREE else insert_application(connection)
        values = {"application_id": application, "voucher": "V", "document": "财9"}
        wrong = {"from_account": sides[1].value, "to_account": sides[0].value}
        refused(engine, "sides_of_its_kind", pool, kind, 1, **values, **wrong)
        with writing(engine) as connection:
            give(connection, pool, kind, 1, **values)


FREE = {
    LedgerKind.APPROPRIATION,
    LedgerKind.WITHDRAWAL,
    LedgerKind.CARRIED_IN,
    LedgerKind.CARRIED_OUT,
}


def test_what_is_reserved_or_paid_is_of_an_application_and_what_is_given_is_of_none(
    engine: Engine, pool: int
) -> None:
    with writing(engine) as connection:
        application = insert_application(connection)
    refused(engine, "of_an_application_or_of_none", pool, LedgerKind.RESERVATION, 1)
    refused(
        engine,
        "of_an_application_or_of_none",
        pool,
        LedgerKind.APPROPRIATION,
        1,
        document="财2",
        application_id=application,
    )
    with writing(engine) as connection:
        give(connection, pool, LedgerKind.RESERVATION, 50, application_id=application)
    refused(engine, "ck_ledger_movement_voucher", pool, LedgerKind.PAYMENT, 1, application_id=application)
    refused(engine, "positive", pool, LedgerKind.APPROPRIATION, 0, document="财2")


def test_a_payment_is_made_once_and_sent_back_once_and_a_document_gives_once(
    engine: Engine, pool: int
) -> None:
    with writing(engine) as connection:
        own = {"application_id": insert_application(connection)}
        give(connection, pool, LedgerKind.RESERVATION, 90, **own)
        give(connection, pool, LedgerKind.PAYMENT, 10, **own, voucher="V-1")
        give(connection, pool, LedgerKind.PAYMENT, 10, **own, voucher="V-2")
        give(connection, pool, LedgerKind.PAYMENT_FAILED, 10, **own, voucher="V-1")
    again = "(?i)unique|appended, never changed"
    refused(engine, again, pool, LedgerKind.PAYMENT, 10, **own, voucher="V-1")
    refused(engine, again, pool, LedgerKind.PAYMENT_FAILED, 10, **own, voucher="V-1")
    refused(engine, again, pool, LedgerKind.APPROPRIATION, 10, document="财1")
    with writing(engine) as connection:
        other = insert_application(connection)
        give(connection, pool, LedgerKind.RESERVATION, 10, application_id=other)
        give(connection, pool, LedgerKind.PAYMENT, 10, application_id=other, voucher="V-1")
        give(connection, pool, LedgerKind.APPROPRIATION, 10, document="财2")


def test_a_pool_keeps_its_place_and_there_is_one_for_each(engine: Engine, pool: int) -> None:
    for change in ("region = '410421'", "year = 2027", "source = 'talent_fund'"):
        with pytest.raises(DBAPIError, match="keeps its region"), writing(engine) as connection:
            connection.execute(text(f"UPDATE fund_pool SET {change}"))
    with pytest.raises(DBAPIError, match=r"(?i)unique"), writing(engine) as connection:
        insert(connection, tables.fund_pool, **POOL)
    with pytest.raises(DBAPIError, match=r"(?i)foreign key"), writing(engine) as connection:
        connection.execute(text("DELETE FROM fund_pool"))


def test_an_application_reserves_nothing_negative_and_once_in_a_pool(engine: Engine, pool: int) -> None:
    with writing(engine) as connection:
        application = insert_application(connection)
        own = {"application_id": application, "pool_id": pool}
        insert(connection, tables.fund_reservation, **own, reserved_fen=0)
    with pytest.raises(DBAPIError, match="not_negative"), writing(engine) as connection:
        connection.execute(update(tables.fund_reservation).values(reserved_fen=-1))
    with pytest.raises(DBAPIError, match=r"(?i)unique"), writing(engine) as connection:
        insert(connection, tables.fund_reservation, **own, reserved_fen=1)
