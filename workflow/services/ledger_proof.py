"""Whether the ledger of funds adds up, and says what forms, registers and the system's chain say."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from workflow.form.money import fen_from_yuan
from workflow.persistence import tables
from workflow.policy import region_labels
from workflow.services.ledger import year_of
from workflow.vocabulary import LEDGER_SIDES, FundSource, LedgerAccount, LedgerKind

Sealed = tuple[int, int, str, int]
"""A movement by hand: pool, number in it, kind, fen."""
_movement, _pool, _reservation = tables.ledger_movement, tables.fund_pool, tables.fund_reservation
_BALANCES = (LedgerAccount.AVAILABLE, LedgerAccount.RESERVED, LedgerAccount.PAID)


def funds_faults(
    connection: Connection, application_id: int, disbursement: Mapping[str, Any]
) -> Iterator[str]:
    """What the ledger says of an application's money otherwise than its form, section 五."""
    place = (_pool.c.source, _pool.c.year)
    moved = list(
        connection.execute(
            select(_movement.c.kind, _movement.c.voucher, _movement.c.amount_fen, *place)
            .join(_pool, _pool.c.id == _movement.c.pool_id)
            .where(_movement.c.application_id == application_id)
        )
    )
    paid, failed, recovered = (
        Counter(tuple(row[1:]) for row in moved if row.kind == kind)
        for kind in (LedgerKind.PAYMENT, LedgerKind.PAYMENT_FAILED, LedgerKind.RECOVERY)
    )
    on_form = [
        (each["failed"], (each["voucher"], fen_from_yuan(each["amount"]), each["source"], year_of(each)))
        for each in disbursement.get("payments", ())
    ]
    if paid != Counter(each for _, each in on_form) or failed != Counter(
        each for came_back, each in on_form if came_back
    ):
        yield "资金台账中的拨付与申请表不符"
    received: dict[str, int] = defaultdict(int)
    for voucher, fen, *_ in recovered.elements():
        received[voucher] += fen
    receipts = disbursement.get("recoveries", ())
    if received != {each["voucher"]: fen_from_yuan(each["amount"]) for each in receipts}:
        yield "资金台账中的追缴收回与申请表不符"
    held: dict[tuple[str, int], int] = defaultdict(int)
    for row in moved:
        gives, takes = LEDGER_SIDES[LedgerKind(row.kind)]
        sign = (takes is LedgerAccount.RESERVED) - (gives is LedgerAccount.RESERVED)
        held[row.source, row.year] += sign * row.amount_fen
    stored = connection.execute(
        select(*place, _reservation.c.reserved_fen)
        .join(_pool, _pool.c.id == _reservation.c.pool_id)
        .where(_reservation.c.application_id == application_id)
    )
    if {(row.source, row.year): row.reserved_fen for row in stored} != held:
        yield "预留登记与资金台账不符"
    shown = {
        (each["source"], each["year"]): fen_from_yuan(each["amount"])
        for each in disbursement.get("reservation", ())
    }
    if shown != {where: fen for where, fen in held.items() if fen}:
        yield "资金台账中的预留与申请表不符"


def ledger_faults(connection: Connection, sealed: set[Sealed]) -> Iterator[tuple[int, str]]:
    """What contradicts the movements of a pool: the number of the movement, and what is wrong.

    Every pool is added up from its first movement: a number that is missing, a balance that does not follow,
    a pool that stands otherwise than its movements say. ``sealed`` are the movements by hand that the
    system's chain names; those of applications are held against their forms.
    """
    stands: dict[int, dict[str, int]] = {}
    counts: dict[int, int] = defaultdict(int)
    broken: dict[int, tuple[int, str]] = {}
    unseen = set(sealed)
    stream = connection.execute(
        select(_movement)
        .order_by(_movement.c.pool_id, _movement.c.sequence)
        .execution_options(yield_per=1000)
    )
    for row in stream.mappings():
        pool_id = row["pool_id"]
        counts[pool_id] += 1
        standing = stands.setdefault(pool_id, dict.fromkeys(LedgerAccount, 0))
        standing[row["from_account"]] -= row["amount_fen"]
        standing[row["to_account"]] += row["amount_fen"]
        fault = _fault(row, counts[pool_id], standing)
        if row["application_id"] is None and row["recorded_by"] is not None:
            known = sealed_movement(row)
            fault = fault or ("" if known in unseen else "没有与之相符的审计记录")
            unseen.discard(known)
        if fault:
            broken.setdefault(pool_id, (row["sequence"], fault))
    total = func.sum(_reservation.c.reserved_fen)
    reserved = {
        pool_id: int(fen)
        for pool_id, fen in connection.execute(
            select(_reservation.c.pool_id, total).group_by(_reservation.c.pool_id)
        )
    }
    for row in connection.execute(select(_pool).order_by(_pool.c.id)).mappings():
        standing = stands.get(row["id"], dict.fromkeys(LedgerAccount, 0))
        words, count = _words(row), counts[row["id"]]
        if row["id"] in broken:
            sequence, fault = broken[row["id"]]
            yield sequence, f"{words}：{fault}"
        if row["movement_count"] != count or _differs(row, standing):
            yield count, f"{words}：登记的余额与台账合计不符"
        if reserved.get(row["id"], 0) != row["reserved_fen"]:
            yield count, f"{words}：各申请的预留合计与资金池不符"
    for _pool_id, sequence, *_ in sorted(unseen):
        yield sequence, "资金台账：审计记录中的拨入、核减或者结转不在台账中"


def sealed_movement(row: Any) -> Sealed:
    """A movement by hand as the system's chain names it."""
    return row["pool_id"], row["sequence"], row["kind"], row["amount_fen"]


def _fault(row: Any, count: int, standing: Mapping[str, int]) -> str:
    if row["sequence"] != count:
        return "缺少记录"
    if (row["from_account"], row["to_account"]) != LEDGER_SIDES[LedgerKind(row["kind"])]:
        return "收付账户与种类不符"
    if _differs(row, standing) or min(standing[name] for name in _BALANCES) < 0:
        return "余额与此前记录不衔接"
    return ""


def _differs(row: Any, standing: Mapping[str, int]) -> bool:
    return any(row[f"{name}_fen"] != standing[name] for name in _BALANCES)


def _words(row: Any) -> str:
    label = region_labels().get(row["region"], row["region"])
    return f"资金台账 {label}{row['year']}年{FundSource(row['source']).label}"
