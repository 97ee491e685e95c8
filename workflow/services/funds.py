"""The pools of funds as people use them: money entered, taken back and carried over; pools and ledger read.

The region's head of finance enters; its finance officers read; the office and auditors read every region.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NoReturn

from sqlalchemy import Connection, Select, func, select

from workflow.access import Actor, require_reading
from workflow.clock import day_cn, shanghai_date
from workflow.errors import FieldError, Forbidden, Malformed, NotNow
from workflow.form.funds import CarryOver, FundEntry
from workflow.form.money import fen_from_yuan, yuan_from_fen, yuan_text
from workflow.persistence import tables
from workflow.persistence.engine import reading, upsert, writing
from workflow.policy import region_labels
from workflow.reports import ledger_workbook
from workflow.services import ledger
from workflow.services.actors import work_of
from workflow.services.audit import MOVE_FUNDS, append_entry, append_system_entry
from workflow.services.case import Case, open_case
from workflow.services.editing import require_version
from workflow.services.ledger import POOL, Pool, Stamp, locked, move, pool_of_row
from workflow.services.ledger_sums import sums_of
from workflow.services.pages import Page, page_of
from workflow.services.product import Product
from workflow.vocabulary import Department, FundSource, LedgerAccount, LedgerKind, Role, State

YEARS_AHEAD = 2
MOST_EXPORTED = 50_000
_READERS_OF_ALL = frozenset({Role.OFFICE, Role.AUDITOR})
_RESERVABLE = frozenset(
    {State.CLAIM_FINANCE_FIRST, State.CLAIM_FINANCE_SECOND, State.DISBURSEMENT_AWAITING_PAYMENT}
)
_pool, _movement, _application = tables.fund_pool, tables.ledger_movement, tables.application
_SOURCES = list(FundSource)


# --- entering ----------------------------------------------------------------------------------------------


def may_keep(actor: Actor) -> bool:
    """Whether this person enters money for the own region."""
    return actor.role is Role.HEAD and actor.department is Department.FINANCE and actor.region is not None


@work_of(may_keep)
def appropriate(product: Product, *, actor: Actor, entry: FundEntry) -> dict[str, Any]:
    """The treasury gives money to a pool of the actor's region; answers the pool.

    Raises ``Forbidden`` for everybody but the region's head of finance, ``Malformed`` for a day or year that
    cannot be and for a document that was entered for this pool already.
    """
    return _enter(product, actor, entry, LedgerKind.APPROPRIATION)


@work_of(may_keep)
def withdraw(product: Product, *, actor: Actor, entry: FundEntry) -> dict[str, Any]:
    """The treasury takes back what is available, or a wrong entry is put right; answers the pool.

    Raises like ``appropriate``, and ``Malformed`` for more than is neither reserved nor paid.
    """
    return _enter(product, actor, entry, LedgerKind.WITHDRAWAL)


@work_of(may_keep)
def carry_over(product: Product, *, actor: Actor, entry: CarryOver) -> list[dict[str, Any]]:
    """What is available in the pools of a year that is over goes to the same sources of the next year.

    Answers the pools of both years. What is reserved stays, and is paid from the year it was reserved in.
    """
    region = _require_keeper(actor)
    with writing(product.engine) as connection:
        now = product.now(connection)
        today = shanghai_date(now)
        _check_day(entry.happened_on, today)
        if entry.year >= today.year:
            _refuse("year", f"“结转的年度”{entry.year}尚未结束（今天是{day_cn(today)}），年度结束后才能结转")
        pools = _lock(connection, region, [entry.year, entry.year + 1], _SOURCES)
        stamp = Stamp(entry.happened_on, now, actor.account_id)
        before = {pool.source: pool for pool in pools if pool.year == entry.year}
        after = {pool.source: pool for pool in pools if pool.year == entry.year + 1}
        moved = []
        for source in FundSource:
            fen = before[source].available_fen
            if fen:
                text = {"document": entry.document, "note": entry.note}
                for pool, kind in (
                    (before[source], LedgerKind.CARRIED_OUT),
                    (after[source], LedgerKind.CARRIED_IN),
                ):
                    move(connection, pool, kind, fen, stamp, **text)
                    moved.append((pool, kind, fen))
        if not moved:
            _refuse("year", f"{region_labels()[region]}{entry.year}年度各来源没有可用余额，无可结转")
        _record(connection, actor, now, moved, entry.document)
    pools_now = list_pools(product, actor=actor)["items"]
    return [each for each in pools_now if each["year"] in {entry.year, entry.year + 1}]


def _enter(product: Product, actor: Actor, entry: FundEntry, kind: LedgerKind) -> dict[str, Any]:
    region = _require_keeper(actor)
    fen = fen_from_yuan(entry.stored()["amount"])
    with writing(product.engine) as connection:
        now = product.now(connection)
        today = shanghai_date(now)
        _check_day(entry.happened_on, today)
        if entry.year > today.year + YEARS_AHEAD:
            _refuse("year", f"“年度”{entry.year}过晚，至多到{today.year + YEARS_AHEAD}")
        (pool,) = _lock(connection, region, [entry.year], [entry.source])
        known = connection.execute(
            select(_movement.c.amount_fen).where(
                _movement.c.pool_id == pool.id,
                _movement.c.kind == kind.value,
                _movement.c.document == entry.document,
            )
        ).scalar_one_or_none()
        if known is not None:
            _refuse(
                "document",
                f"“文件号”{entry.document}已登记过{pool.label}的{kind.label}{yuan_text(known)}，不能重复登记",
            )
        if kind is LedgerKind.WITHDRAWAL and fen > pool.available_fen:
            _refuse(
                "amount",
                f"“金额”{yuan_text(fen)}超过{pool.label}的可用余额{yuan_text(pool.available_fen)}；"
                f"已预留{yuan_text(pool.reserved_fen)}、已拨付{yuan_text(pool.paid_fen)}不能收回",
            )
        recovered = _recovered(connection, [pool.id])[pool.id]
        stamp = Stamp(entry.happened_on, now, actor.account_id)
        move(connection, pool, kind, fen, stamp, document=entry.document, note=entry.note)
        _record(connection, actor, now, [(pool, kind, fen)], entry.document)
        return _pool_view(pool, recovered)


@work_of(may_keep)
def reserve_anew(
    product: Product, *, actor: Actor, application_id: int, expected_version: int | None
) -> dict[str, Any]:
    """Gives back what an application has reserved and reserves it anew, by the order of funds and this year.

    For money that came in after the decision. Answers like ``read_application_funds``. Raises ``Forbidden``
    for everybody but the region's head of finance, ``Conflict``, and ``NotNow`` where finance does not have
    the application, where the pools do not have enough, or where nothing would change.
    """
    region = _require_keeper(actor)
    with writing(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=True)
        require_reading(actor, case.matter())
        require_version(case, expected_version)
        if case.row["region"] != region or case.state not in _RESERVABLE:
            raise NotNow(f"当前状态为“{case.state.label}”，只有在财政部门审核或者待拨付时才能重新预留资金")
        ledger.reserve_anew(case)
        case.row["version"] += 1
        case.write()
        standing = case.form["disbursement"]["reservation"]
        append_entry(
            case,
            "reserve_anew",
            outcome="done",
            old=case.state,
            new=case.state,
            details={"reservation": standing},
        )
        case.write_row()
    return read_application_funds(product, actor=actor, application_id=application_id)


def _record(
    connection: Connection,
    actor: Actor,
    now: datetime,
    moved: Sequence[tuple[Pool, LedgerKind, int]],
    document: str,
) -> None:
    """The system's chain names every movement by hand."""
    movements = [
        {
            "pool_id": pool.id,
            "sequence": pool.movement_count,
            "kind": kind.value,
            "amount_fen": fen,
            "region": pool.region,
            "year": pool.year,
            "source": pool.source.value,
        }
        for pool, kind, fen in moved
    ]
    append_system_entry(connection, actor, MOVE_FUNDS, now, {"document": document, "movements": movements})


def _lock(
    connection: Connection, region: str, years: Sequence[int], sources: Sequence[FundSource]
) -> list[Pool]:
    """These pools of a region, made where they are missing, locked until the transaction ends."""
    values = [
        {"region": region, "year": year, "source": source.value, "available_fen": 0, "reserved_fen": 0}
        | {"paid_fen": 0, "movement_count": 0}
        for year in years
        for source in sources
    ]
    connection.execute(upsert(connection, _pool).on_conflict_do_nothing(), values)
    wanted = select(*POOL).where(
        _pool.c.region == region, _pool.c.year.in_(years), _pool.c.source.in_(sources)
    )
    return [pool_of_row(dict(row)) for row in connection.execute(locked(wanted)).mappings()]


def _check_day(happened_on: date, today: date) -> None:
    if happened_on > today:
        _refuse("happened_on", f"“日期”{day_cn(happened_on)}不能晚于今天（{day_cn(today)}）")


def _refuse(field: str, message: str) -> NoReturn:
    raise Malformed(message, [FieldError(field, message)])


# --- reading -----------------------------------------------------------------------------------------------


def list_pools(product: Product, *, actor: Actor, region: str | None = None, year: int | None = None) -> Page:
    """The pools this person may see, newest year first, each in the order of funds; money in yuan."""
    statement = select(*POOL)
    for condition in _conditions(actor, region=region, year=year):
        statement = statement.where(condition)
    with reading(product.engine) as connection:
        pools = [pool_of_row(dict(row)) for row in connection.execute(statement).mappings()]
        recovered = _recovered(connection, [pool.id for pool in pools])
    pools.sort(key=lambda pool: (pool.region, -pool.year, _SOURCES.index(pool.source)))
    return {"items": [_pool_view(pool, recovered[pool.id]) for pool in pools], "next": None}


def read_ledger(
    product: Product,
    *,
    actor: Actor,
    region: str | None = None,
    year: int | None = None,
    source: str | None = None,
    kind: str | None = None,
    application_id: int | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """The movements this person may see, newest first: both sides, and how the pool stood afterwards."""
    statement = _movements(
        actor, region=region, year=year, source=source, kind=kind, application_id=application_id
    )
    with reading(product.engine) as connection:
        return page_of(connection, statement, _movement.c.id, cursor, limit, _movement_view, descending=True)


def read_balance(
    product: Product, *, actor: Actor, region: str | None = None, year: int | None = None
) -> dict[str, Any]:
    """The trial balance out of the ledger alone: every account of every pool, all of them together zero.

    ``kinds`` are the amounts moved, by kind, with which an auditor adds up a year.
    """
    where = _conditions(actor, region=region, year=year)
    with reading(product.engine) as connection:
        return _balance(connection, where) | {"region": region, "year": year}


def export_ledger(
    product: Product,
    *,
    actor: Actor,
    region: str | None = None,
    year: int | None = None,
    source: str | None = None,
    kind: str | None = None,
    application_id: int | None = None,
) -> tuple[str, bytes]:
    """The movements as a workbook, oldest first, with the trial balance of their pools on a second sheet.

    Answers its name too. Raises ``Malformed`` for more rows than a sheet should hold.
    """
    statement = _movements(
        actor, region=region, year=year, source=source, kind=kind, application_id=application_id
    )
    with reading(product.engine) as connection:
        count = connection.execute(select(func.count()).select_from(statement.subquery())).scalar_one()
        if count > MOST_EXPORTED:
            message = f"符合条件的台账有{count}行，一次至多导出{MOST_EXPORTED}行"
            _refuse("year", f"{message}，请按年度、地区或来源缩小范围")
        found = connection.execute(statement.order_by(_movement.c.id)).mappings()
        balance = _balance(connection, _conditions(actor, region=region, year=year, source=source))
        parts = [region_labels()[region] if region else "", f"{year}年" if year else "", "资金台账"]
        title = "".join(parts)
        return title, ledger_workbook(title, map(_movement_view, found), balance)


@work_of(may_keep)
def read_application_funds(product: Product, *, actor: Actor, application_id: int) -> dict[str, Any]:
    """An application's money: what is asked, approved, reserved where, paid, recovered, and each movement."""
    with reading(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=False)
        require_reading(actor, case.matter())
        statement = _movements(actor, region=case.row["region"], application_id=application_id)
        found = connection.execute(statement.order_by(_movement.c.id)).mappings()
        held = case.form.get("disbursement", {}).get("reservation", [])
        reserved = sum(fen_from_yuan(each["amount"]) for each in held)
        return {
            "application_id": case.id,
            "application_number": case.row["number"],
            "applicant_name": case.row["applicant_name"],
            "state": case.state.value,
            "state_label": case.state.label,
            "version": case.row["version"],
            "asked": yuan_from_fen(case.row["asked_fen"]),
            "approved": yuan_from_fen(case.row["approved_fen"]),
            "reserved": yuan_from_fen(reserved),
            "paid": yuan_from_fen(case.row["paid_fen"]),
            "recovered": yuan_from_fen(case.row["recovered_fen"]),
            "reservation": [each | {"source_label": FundSource(each["source"]).label} for each in held],
            "movements": [_movement_view(row) for row in found],
            "may_reserve_anew": _may_reserve_anew(actor, case),
        }


def _may_reserve_anew(actor: Actor, case: Case) -> bool:
    return may_keep(actor) and actor.region == case.row["region"] and case.state in _RESERVABLE


def _require_keeper(actor: Actor) -> str:
    if not may_keep(actor) or actor.region is None:
        raise Forbidden("资金的拨入、核减、结转和重新预留只能由本地区财政部门负责人办理")
    return actor.region


def _conditions(
    actor: Actor, *, region: str | None = None, year: int | None = None, source: str | None = None
) -> list[Any]:
    """Which pools are meant; raises ``Forbidden`` for those that are none of this person's business."""
    if actor.role not in _READERS_OF_ALL:
        if actor.department is not Department.FINANCE or actor.region is None:
            raise Forbidden("资金台账供财政部门、领导小组办公室和审计人员使用")
        if region not in {None, actor.region}:
            raise Forbidden("只能查看本地区的资金台账")
        region = actor.region
    given = ((_pool.c.region, region), (_pool.c.year, year), (_pool.c.source, source))
    return [column == value for column, value in given if value is not None]


def _movements(
    actor: Actor,
    *,
    region: str | None = None,
    year: int | None = None,
    source: str | None = None,
    kind: str | None = None,
    application_id: int | None = None,
) -> Select[Any]:
    account = tables.account
    statement = (
        select(
            _movement,
            _pool.c.region,
            _pool.c.year,
            _pool.c.source,
            _application.c.number.label("application_number"),
            _application.c.applicant_name,
            account.c.name.label("recorded_by_name"),
        )
        .join(_pool, _pool.c.id == _movement.c.pool_id)
        .outerjoin(_application, _application.c.id == _movement.c.application_id)
        .outerjoin(account, account.c.id == _movement.c.recorded_by)
        .where(*_conditions(actor, region=region, year=year, source=source))
    )
    if kind is not None:
        statement = statement.where(_movement.c.kind == kind)
    if application_id is not None:
        statement = statement.where(_movement.c.application_id == application_id)
    return statement


def _movement_view(row: Any) -> dict[str, Any]:
    kind = LedgerKind(row["kind"])
    sides = ((row["from_account"], -row["amount_fen"]), (row["to_account"], row["amount_fen"]))
    return {
        "id": row["id"],
        "sequence": row["sequence"],
        **_place(row["region"], row["year"], row["source"]),
        "kind": kind.value,
        "kind_label": kind.label,
        "amount": yuan_from_fen(row["amount_fen"]),
        "entries": [
            {"account": account, "account_label": LedgerAccount(account).label, "amount": yuan_from_fen(fen)}
            for account, fen in sides
        ],
        "available": yuan_from_fen(row["available_fen"]),
        "reserved": yuan_from_fen(row["reserved_fen"]),
        "paid": yuan_from_fen(row["paid_fen"]),
        "application_id": row["application_id"],
        "application_number": row["application_number"],
        "applicant_name": row["applicant_name"],
        "happened_on": row["happened_on"].isoformat(),
        "recorded_at": row["recorded_at"].isoformat(),
        "recorded_by_name": row["recorded_by_name"],
        "voucher": row["voucher"],
        "document": row["document"],
        "note": row["note"],
    }


def _place(region: str, year: int, source: str) -> dict[str, Any]:
    return {
        "region": region,
        "region_label": region_labels().get(region, region),
        "year": year,
        "source": source,
        "source_label": FundSource(source).label,
    }


def _pool_view(pool: Pool, recovered: int) -> dict[str, Any]:
    """A pool in yuan: what was appropriated is available, reserved, or paid and not recovered."""
    return {
        **_place(pool.region, pool.year, pool.source.value),
        "appropriated": yuan_from_fen(pool.available_fen + pool.reserved_fen + pool.paid_fen),
        "available": yuan_from_fen(pool.available_fen),
        "reserved": yuan_from_fen(pool.reserved_fen),
        "paid": yuan_from_fen(pool.paid_fen + recovered),
        "recovered": yuan_from_fen(recovered),
    }


def _recovered(connection: Connection, pools: Collection[int]) -> dict[int, int]:
    """What came back to each pool, in fen."""
    recovered = dict.fromkeys(pools, 0)
    for place, (_, fen) in sums_of(connection, recovered).items():
        if place.kind == LedgerKind.RECOVERY.value:
            recovered[place.pool_id] += fen
    return recovered


def _balance(connection: Connection, where: list[Any]) -> dict[str, Any]:
    """Every account of the pools, added up from both sides of their movements."""
    pools = {
        row.id: (row.region, row.year, row.source)
        for row in connection.execute(select(*_pool.c["id", "region", "year", "source"]).where(*where))
    }
    balances: dict[tuple[str, int, str], dict[str, int]] = {}
    moved: dict[str, tuple[int, int]] = {}
    for place, (count, fen) in sums_of(connection, pools).items():
        accounts = balances.setdefault(pools[place.pool_id], dict.fromkeys(LedgerAccount, 0))
        accounts[place.from_account] -= fen
        accounts[place.to_account] += fen
        number, total = moved.get(place.kind, (0, 0))
        moved[place.kind] = number + count, total + fen
    order = sorted(balances, key=lambda key: (key[0], key[1], _SOURCES.index(FundSource(key[2]))))
    totals = {account: sum(each[account] for each in balances.values()) for account in LedgerAccount}
    return {
        "items": [_place(*key) | _accounts_view(balances[key]) for key in order],
        "totals": _accounts_view(totals),
        "kinds": list(_kinds_view(moved)),
    }


def _accounts_view(accounts: dict[str, int] | dict[LedgerAccount, int]) -> dict[str, str]:
    view = {account.value: yuan_from_fen(accounts[account]) for account in LedgerAccount}
    return view | {"total": yuan_from_fen(sum(accounts[account] for account in LedgerAccount))}


def _kinds_view(moved: dict[str, tuple[int, int]]) -> Iterator[dict[str, Any]]:
    for kind in LedgerKind:
        count, fen = moved.get(kind, (0, 0))
        yield {"kind": kind.value, "kind_label": kind.label, "count": count, "amount": yuan_from_fen(fen)}
