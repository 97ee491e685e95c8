"""Money in the pools, inside a transaction: pools locked, amounts moved between a pool's accounts, recorded.

A pool belongs to a region, a year and a source of funds (平技领办〔2022〕5号 二(四)21). Every movement takes
an amount from one of its accounts and gives it to another, so that everything adds up to zero at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, insert, or_, select, update

from workflow.errors import Broken, Finding, NotNow, RuleBroken
from workflow.form.money import fen_from_yuan, yuan_from_fen, yuan_text
from workflow.form.payloads import Payment, RecoveryReceipt
from workflow.persistence import tables
from workflow.persistence.prepared import Prepared
from workflow.policy import Policy, region_labels
from workflow.services.case import Case
from workflow.vocabulary import LEDGER_SIDES, FundSource, LedgerAccount, LedgerKind, Section

_pool, _reservation, _movement = tables.fund_pool, tables.fund_reservation, tables.ledger_movement

POOL = (
    _pool.c.id,
    _pool.c.region,
    _pool.c.year,
    _pool.c.source,
    _pool.c.available_fen,
    _pool.c.reserved_fen,
    _pool.c.paid_fen,
    _pool.c.movement_count,
)


def locked(statement: Select[Any]) -> Select[Any]:
    """The pools that ``statement`` selects, locked in the one order in which everybody locks them."""
    return statement.order_by(_pool.c.id).with_for_update(of=_pool, key_share=True)


_LOCK_POOLS = Prepared(
    locked(
        select(*POOL, _reservation.c.reserved_fen.label("own_fen"))
        .outerjoin(
            _reservation,
            and_(
                _reservation.c.pool_id == _pool.c.id,
                _reservation.c.application_id == bindparam("application_id"),
            ),
        )
        .where(
            _pool.c.region == bindparam("region"),
            or_(_pool.c.year == bindparam("year"), _reservation.c.id.is_not(None)),
        )
    )
)
_BALANCES = ("available", "reserved", "paid")
_UPDATE_POOL = Prepared(
    update(_pool)
    .where(_pool.c.id == bindparam("_id"))
    .values(
        {_pool.c[f"{name}_fen"]: _pool.c[f"{name}_fen"] + bindparam(f"_{name}") for name in _BALANCES}
        | {_pool.c.movement_count: _pool.c.movement_count + 1}
    )
)
_INSERT_MOVEMENT = Prepared(
    insert(_movement).inline(), filled=[column.name for column in _movement.c if column.name != "id"]
)
_INSERT_RESERVATION = Prepared(
    insert(_reservation).inline(), filled=("application_id", "pool_id", "reserved_fen")
)
_UPDATE_RESERVATION = Prepared(
    update(_reservation)
    .where(
        _reservation.c.application_id == bindparam("_application_id"),
        _reservation.c.pool_id == bindparam("_pool_id"),
    )
    .values(reserved_fen=bindparam("_reserved"))
)


@dataclass(slots=True)
class Pool:
    """A pool, locked until the transaction ends, and as it stands after what was moved so far.

    ``own_fen`` is what the application at hand has reserved in it; None where it never had anything there.
    """

    id: int
    region: str
    year: int
    source: FundSource
    available_fen: int
    reserved_fen: int
    paid_fen: int
    movement_count: int
    own_fen: int | None = None

    @property
    def held_fen(self) -> int:
        """What the application at hand has reserved in it."""
        return self.own_fen or 0

    @property
    def label(self) -> str:
        """职业技能提升行动专账资金（2026年）."""
        return f"{self.source.label}（{self.year}年）"


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a movement happened, who recorded it and when, and for which application."""

    happened_on: date
    recorded_at: datetime
    recorded_by: int | None
    application_id: int | None = None


def pool_of_row(row: Mapping[str, Any]) -> Pool:
    """The pool of a row of ``POOL``."""
    return Pool(**{**row, "source": FundSource(row["source"])})


def move(
    connection: Connection,
    pool: Pool,
    kind: LedgerKind,
    fen: int,
    stamp: Stamp,
    *,
    voucher: str | None = None,
    document: str | None = None,
    note: str | None = None,
) -> None:
    """Moves ``fen`` between the two accounts of a locked pool that the kind names, and records it.

    Sent at the end of the transaction; a pool that would fall below zero is refused by the database.
    """
    gives, takes = LEDGER_SIDES[kind]
    change = {
        account: (fen if account is takes else 0) - (fen if account is gives else 0)
        for account in (LedgerAccount.AVAILABLE, LedgerAccount.RESERVED, LedgerAccount.PAID)
    }
    pool.available_fen += change[LedgerAccount.AVAILABLE]
    pool.reserved_fen += change[LedgerAccount.RESERVED]
    pool.paid_fen += change[LedgerAccount.PAID]
    pool.movement_count += 1
    _UPDATE_POOL.queue(
        connection, {"_id": pool.id} | {f"_{account.value}": each for account, each in change.items()}
    )
    _INSERT_MOVEMENT.queue(
        connection,
        {
            "pool_id": pool.id,
            "sequence": pool.movement_count,
            "kind": kind.value,
            "from_account": gives.value,
            "to_account": takes.value,
            "amount_fen": fen,
            "available_fen": pool.available_fen,
            "reserved_fen": pool.reserved_fen,
            "paid_fen": pool.paid_fen,
            "application_id": stamp.application_id,
            "happened_on": stamp.happened_on,
            "recorded_at": stamp.recorded_at,
            "recorded_by": stamp.recorded_by,
            "voucher": voucher,
            "document": document,
            "note": note,
        },
    )


# --- what an application reserves --------------------------------------------------------------------------


def reserve(case: Case) -> None:
    """Reserves what is asked for and not reserved yet, in the order of funds, over several if need be.

    In the pools of the year in which the decision is made. Raises ``NotNow`` where they do not have enough;
    nothing is reserved then.
    """
    missing = case.row["asked_fen"] - case.row["paid_fen"] - _reserved_on_form(case)
    if missing <= 0:
        return
    pools = _lock_pools(case)
    wanted = {pool.id: pool.held_fen for pool in pools}
    for pool, fen in _drawn(case, pools, missing, {pool.id: pool.available_fen for pool in pools}):
        wanted[pool.id] += fen
    _arrange(case, pools, wanted)


def reserve_anew(case: Case) -> None:
    """Gives back what is reserved and reserves the rest anew, by the order of funds and this year's pools.

    Raises ``NotNow`` where the pools do not have enough, or where nothing would change.
    """
    rest = case.row["asked_fen"] - case.row["paid_fen"]
    pools = _lock_pools(case)
    free = {pool.id: pool.available_fen + pool.held_fen for pool in pools}
    wanted = {pool.id: fen for pool, fen in _drawn(case, pools, rest, free)}
    if all(wanted.get(pool.id, 0) == pool.held_fen for pool in pools):
        raise NotNow("现有预留已符合资金使用次序，无需重新预留", source=_clause(case.policy))
    _arrange(case, pools, wanted)


def release(case: Case) -> None:
    """Gives back what is reserved and not paid."""
    if _reserved_on_form(case):
        _arrange(case, _lock_pools(case), {})


def _drawn(case: Case, pools: list[Pool], fen: int, free: Mapping[int, int]) -> Iterator[tuple[Pool, int]]:
    """From which pools of this year ``fen`` is drawn; raises ``NotNow`` where they do not hold so much."""
    by_source = {pool.source: pool for pool in pools if pool.year == case.today.year}
    order = [by_source[source] for source in order_of_funds(case.policy) if source in by_source]
    if sum(free[pool.id] for pool in order) < fen:
        raise _shortage(case, fen, order, free)
    for pool in order:
        part = min(fen, free[pool.id])
        if part:
            yield pool, part
            fen -= part


def _shortage(case: Case, fen: int, order: list[Pool], free: Mapping[int, int]) -> NotNow:
    region, year = region_labels().get(case.row["region"], case.row["region"]), case.today.year
    asked = f"申请补贴资金须预留{yuan_text(fen)}"
    if not order:
        return NotNow(
            f"{asked}，{region}{year}年度还没有拨入任何资金，请财政部门先登记拨入",
            source=_clause(case.policy),
        )
    found = "、".join(f"{pool.source.label}{yuan_text(free[pool.id])}" for pool in order)
    total = sum(free[pool.id] for pool in order)
    return NotNow(
        f"{asked}，{region}{year}年度各项资金可用合计{yuan_text(total)}，"
        f"还差{yuan_text(fen - total)}，因此没有预留任何资金（各项可用：{found}）",
        source=_clause(case.policy),
    )


def _arrange(case: Case, pools: list[Pool], wanted: Mapping[int, int]) -> None:
    """Releases and reserves until the application holds in each pool what is wanted, elsewhere nothing."""
    stamp = _stamp(case, case.today)
    for pool in pools:
        change = wanted.get(pool.id, 0) - pool.held_fen
        if change:
            kind = LedgerKind.RESERVATION if change > 0 else LedgerKind.RELEASE
            move(case.connection, pool, kind, abs(change), stamp)
            _hold(case, pool, change)
    _show(case, pools)


# --- what is paid and comes back ---------------------------------------------------------------------------


def pay(case: Case, payload: Payment) -> int:
    """Pays out of what the application has reserved in the source; answers the year of the pool.

    What was approved before anything was reserved is reserved now. Raises ``RuleBroken`` where the source
    does not have so much for this application.
    """
    fen = fen_from_yuan(payload.stored()["amount"])
    pools = _lock_pools(case)
    unreserved = case.row["approved_fen"] - case.row["paid_fen"] - sum(pool.held_fen for pool in pools)
    mine = sorted((pool for pool in pools if pool.source is payload.source), key=lambda pool: pool.year)
    chosen = next((pool for pool in mine if pool.held_fen >= fen), None)
    if chosen is None:
        chosen = next((pool for pool in mine if pool.year == case.today.year), None)
        missing = fen - chosen.held_fen if chosen else fen
        if chosen is None or missing > min(unreserved, chosen.available_fen):
            raise _not_reserved(case, payload.source, fen, pools, unreserved)
        move(case.connection, chosen, LedgerKind.RESERVATION, missing, _stamp(case, case.today))
        _hold(case, chosen, missing)
    stamp = _stamp(case, payload.paid_on)
    move(case.connection, chosen, LedgerKind.PAYMENT, fen, stamp, voucher=payload.voucher)
    _hold(case, chosen, -fen)
    _show(case, pools)
    return chosen.year


def take_back(case: Case, paid: Mapping[str, Any]) -> None:
    """The bank sent a payment back: the money is reserved again where it was paid from."""
    pools = _lock_pools(case)
    pool = _place(pools, paid)
    fen = fen_from_yuan(paid["amount"])
    stamp = _stamp(case, case.today)
    move(case.connection, pool, LedgerKind.PAYMENT_FAILED, fen, stamp, voucher=paid["voucher"])
    _hold(case, pool, fen)
    _show(case, pools)


def recover(
    case: Case, payments: Iterable[Mapping[str, Any]], payload: RecoveryReceipt
) -> list[dict[str, Any]]:
    """Recovered money is available again in the pools it was paid from, what was paid last first.

    Answers the parts as ``{"source", "year", "amount"}``. ``case`` does not count this receipt yet.
    """
    fen = fen_from_yuan(payload.stored()["amount"])
    stamp = _stamp(case, payload.received_on)
    pools = _lock_pools(case)
    parts: list[dict[str, Any]] = []
    for (source, year), part in recovered_from(payments, case.row["recovered_fen"], fen):
        pool = _place(pools, {"source": source, "year": year})
        move(case.connection, pool, LedgerKind.RECOVERY, part, stamp, voucher=payload.voucher)
        parts.append({"source": source, "year": year, "amount": yuan_from_fen(part)})
    return parts


def recovered_from(
    payments: Iterable[Mapping[str, Any]], before_fen: int, fen: int
) -> list[tuple[tuple[str, int], int]]:
    """From which sources and years ``fen`` comes back after ``before_fen`` did: what was paid last first."""
    parts: dict[tuple[str, int], int] = {}
    standing = [payment for payment in payments if not payment["failed"]]
    for payment in reversed(standing):
        paid = fen_from_yuan(payment["amount"])
        passed = min(before_fen, paid)
        part = min(fen, paid - passed)
        before_fen, fen = before_fen - passed, fen - part
        if part:
            place = payment["source"], year_of(payment)
            parts[place] = parts.get(place, 0) + part
    return list(parts.items())


def year_of(payment: Mapping[str, Any]) -> int:
    """The year of the pool that a payment came from; what was paid before there were pools, by its date."""
    year: int = payment.get("year") or date.fromisoformat(payment["paid_on"]).year
    return year


def order_of_funds(policy: Policy) -> tuple[FundSource, ...]:
    """The first source, and the others in the order in which they are drawn on when it is used up."""
    first = policy.fund_first
    return (first, *(source for source in policy.fund_order if source is not first))


def _not_reserved(case: Case, source: FundSource, fen: int, pools: list[Pool], unreserved: int) -> RuleBroken:
    held = "、".join(f"{pool.label}{yuan_text(pool.held_fen)}" for pool in pools if pool.held_fen)
    inside = sum(pool.held_fen for pool in pools if pool.source is source)
    most = max((pool.held_fen for pool in pools if pool.source is source), default=0)
    clause = _clause(case.policy)
    limit = f"不超过{source.label}已预留{yuan_text(most)}"
    if unreserved > 0:
        free = sum(
            pool.available_fen for pool in pools if pool.source is source and pool.year == case.today.year
        )
        limit = f"{limit}、{case.today.year}年度可用{yuan_text(free)}"
    if most < inside:
        advice = "同一来源分属不同年度的，请按年度分笔拨付"
    elif held:
        advice = "请按预留的来源分笔拨付，或者由财政部门负责人重新预留"
    else:
        advice = "请财政部门先登记拨入，或者从有可用余额的来源拨付"
    measured = f"{source.label}{yuan_text(fen)}"
    message = (
        f"本申请在所选来源中没有这么多预留资金（{measured}，规定{limit}；{clause}）。"
        f"本申请现有预留：{held or '无'}。{advice}"
    )
    return RuleBroken(
        [Finding("payment-amount", "blocking", measured, limit, clause, message, "payload.source")]
    )


def _clause(policy: Policy) -> str:
    """The clause that says which funds come first."""
    return next(each.source for each in policy.parameters if each.path == "settings.fund_first")


def _lock_pools(case: Case) -> list[Pool]:
    """This year's pools of the region and those in which the application ever had something, locked."""
    known = {"application_id": case.id, "region": case.row["region"], "year": case.today.year}
    return [pool_of_row(row) for row in _LOCK_POOLS.rows(case.connection, known)]


def _place(pools: list[Pool], payment: Mapping[str, Any]) -> Pool:
    for pool in pools:
        if (pool.source, pool.year) == (payment["source"], year_of(payment)):
            return pool
    raise Broken(f"no pool for a payment from {payment['source']}, {year_of(payment)}")


def _hold(case: Case, pool: Pool, change: int) -> None:
    """What the application has reserved in a pool changes by so much."""
    held = pool.held_fen + change
    if pool.own_fen is None:
        _INSERT_RESERVATION.queue(
            case.connection, {"application_id": case.id, "pool_id": pool.id, "reserved_fen": held}
        )
    else:
        _UPDATE_RESERVATION.queue(
            case.connection, {"_application_id": case.id, "_pool_id": pool.id, "_reserved": held}
        )
    pool.own_fen = held


def _show(case: Case, pools: list[Pool]) -> None:
    """The form says what is reserved where, in the order of funds."""
    order = order_of_funds(case.policy)
    held = sorted(
        (pool for pool in pools if pool.held_fen), key=lambda pool: (pool.year, order.index(pool.source))
    )
    case.section(Section.DISBURSEMENT)["reservation"] = [
        {"source": pool.source.value, "year": pool.year, "amount": yuan_from_fen(pool.held_fen)}
        for pool in held
    ]


def _reserved_on_form(case: Case) -> int:
    standing = case.form.get(Section.DISBURSEMENT.value, {}).get("reservation", ())
    return sum(fen_from_yuan(each["amount"]) for each in standing)


def _stamp(case: Case, happened_on: date) -> Stamp:
    return Stamp(happened_on, case.now, case.actor.account_id or None, case.id)
