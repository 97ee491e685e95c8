"""Local closures: entered by one person, confirmed by another, then counted for that region's clocks alone.

A closure that is in force is taken back the same way. Each step that changes what counts makes a new version
of the calendar. Who may: administrators, the leading group's office, the head of the region's own 人社部门.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, insert, or_, select, update

from calendars import ChinaWorkingDays, Closure
from workflow.access import Actor
from workflow.clock import SHANGHAI, day_cn
from workflow.errors import Conflict, FieldError, Forbidden, Malformed, NotFound, NotNow
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.persistence.types import LARGEST_ID
from workflow.policy import region_labels
from workflow.services.actors import signature, work_of
from workflow.services.audit import append_system_entry, lock_system_chain
from workflow.services.calendar_versions import (
    ANSWER_SECONDS,
    moves_answer,
    newest_ordinal,
    put_in_force,
    require_ordinal,
)
from workflow.services.pages import Page, page_of
from workflow.services.product import Product
from workflow.services.recompute import recompute_behind
from workflow.services.reminders import remind, settle
from workflow.vocabulary import ClosureStatus, Department, Role

MOST_DAYS = 60
_closure, _account = tables.local_closure, tables.account
_TEXTS = {"authority": ("决定机关", 200), "document_number": ("文号", 100), "reason": ("事由", 200)}


_COUNTING = (ClosureStatus.IN_FORCE.value, ClosureStatus.WITHDRAWAL_PROPOSED.value)


def keeps_closures(actor: Actor) -> bool:
    """Whether this person enters and confirms closures, of all regions or of the own one."""
    if actor.role in {Role.ADMIN, Role.OFFICE}:
        return True
    return actor.role is Role.HEAD and actor.department is Department.HR


@work_of(keeps_closures)
def list_closures(
    product: Product,
    *,
    actor: Actor | None,
    status: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """The closures this person may see, newest first, with what the person may decide; else ``Forbidden``.

    ``actor`` None is the command line, where the machine's owner stands.
    """
    statement = _with_names()
    if actor is not None and actor.role not in {Role.ADMIN, Role.OFFICE, Role.AUDITOR}:
        _require_reader(actor, actor.region or "")
        statement = statement.where(_closure.c.region == actor.region)
    if status is not None:
        statement = statement.where(_closure.c.status == status)
    with reading(product.engine) as connection:
        return page_of(
            connection,
            statement,
            _closure.c.id,
            cursor,
            limit,
            lambda row: _view(row, actor),
            descending=True,
        )


@work_of(keeps_closures)
def read_closure(product: Product, *, actor: Actor, closure_id: int) -> dict[str, Any]:
    """One closure and, while it waits for a decision, every running clock that would move with it.

    Raises ``NotFound`` and ``Forbidden``.
    """
    with reading(product.engine) as connection:
        row = _stored(connection, closure_id)
        _require_reader(actor, row["region"])
        shown = _view(row, actor)
        after = _after(product, connection, row)
        moves = moves_answer(product, connection, after) if after is not None else {}
        return shown | {"ordinal": newest_ordinal(connection)} | moves


@work_of(keeps_closures)
def propose_closure(
    product: Product,
    *,
    actor: Actor,
    region: str,
    days: list[date],
    authority: str,
    document_number: str,
    reason: str,
) -> dict[str, Any]:
    """Enters a closure; it counts when another person has confirmed it. ``Malformed`` names the fields."""
    _require_keeper(actor, region)
    texts = {"authority": authority, "document_number": document_number, "reason": reason}
    with writing(product.engine) as connection:
        # One at a time, so that nobody enters the same closure twice at once.
        lock_system_chain(connection)
        calendar = product.calendar(connection)
        texts = {name: text.strip() for name, text in texts.items()}
        errors = _faults(connection, calendar, region, days, texts)
        if errors:
            raise Malformed("；".join(error.message for error in errors), errors)
        now = product.now(connection)
        values = {
            "region": region,
            "days": [on.isoformat() for on in sorted(set(days))],
            **texts,
            "status": ClosureStatus.PROPOSED.value,
            "entered_by": actor.account_id,
            "entered_on_behalf_of_id": actor.on_behalf_of_id,
            "entered_at": now,
        }
        closure_id = connection.execute(insert(_closure).values(values).returning(_closure.c.id)).scalar_one()
        kept = {name: values[name] for name in ("region", "days", *_TEXTS)}
        append_system_entry(connection, actor, "propose_closure", now, {"closure_id": closure_id, **kept})
        _ask_another(connection, actor, values | {"id": closure_id}, now)
    return read_closure(product, actor=actor, closure_id=closure_id)


@work_of(keeps_closures)
def propose_withdrawal(product: Product, *, actor: Actor, closure_id: int, reason: str) -> dict[str, Any]:
    """Asks to take back a closure that is in force; another person confirms. ``Malformed``, ``NotNow``."""
    reason = reason.strip()
    if not 0 < len(reason) <= _TEXTS["reason"][1]:
        message = f"撤销事由应为 1 到 {_TEXTS['reason'][1]} 个字"
        raise Malformed(message, [FieldError("reason", message)])
    with writing(product.engine) as connection:
        row = _locked(connection, actor, closure_id)
        if row["status"] != ClosureStatus.IN_FORCE.value:
            raise NotNow(f"这项停办“{ClosureStatus(row['status']).label}”，不能申请撤销")
        now = product.now(connection)
        _update(
            connection,
            closure_id,
            status=ClosureStatus.WITHDRAWAL_PROPOSED.value,
            withdrawal_entered_by=actor.account_id,
            withdrawal_entered_on_behalf_of_id=actor.on_behalf_of_id,
            withdrawal_reason=reason,
        )
        append_system_entry(
            connection, actor, "propose_closure_withdrawal", now, {"closure_id": closure_id, "reason": reason}
        )
        proposed = ClosureStatus.WITHDRAWAL_PROPOSED.value
        _ask_another(connection, actor, {**row, "status": proposed}, now)
    return read_closure(product, actor=actor, closure_id=closure_id)


@work_of(keeps_closures)
def decide_closure(
    product: Product,
    *,
    actor: Actor,
    closure_id: int,
    confirmed: bool,
    seen: int | None = None,
    seconds: float | None = ANSWER_SECONDS,
) -> dict[str, Any]:
    """Confirms or declines what another person entered: the closure, or its withdrawal.

    A confirmation makes a new calendar version and moves the region's running clocks; ``seen`` is the
    ordinal of the version by which the caller was shown what moves. Raises ``Forbidden`` for who entered it,
    ``NotNow`` where nothing waits for a decision, ``Conflict`` where somebody was faster.
    """
    with reading(product.engine) as connection:
        row = _stored(connection, closure_id)
        _require_keeper(actor, row["region"])
        ordinal, status = newest_ordinal(connection), row["status"]
        after = _after(product, connection, row)
        if after is None:
            raise NotNow(f"这项停办“{ClosureStatus(status).label}”，没有待确认的事项")
        if actor.account_ids & _authors(row):
            raise Forbidden("录入人不能确认自己录入的停办或撤销，代办也不例外，须由另一人确认")
        if confirmed and seen is not None:
            require_ordinal(seen, ordinal)
        moves = moves_answer(product, connection, after) if confirmed else {}
    with writing(product.engine) as connection:
        row = _locked(connection, actor, closure_id)
        if row["status"] != status:
            raise Conflict(f"这项停办刚刚已由他人办理，现为“{ClosureStatus(row['status']).label}”")
        now = product.now(connection)
        _update(connection, closure_id, **_decision(row, actor, confirmed, now))
        settle(connection, [_rung(closure_id, status)], now)
        details = {"closure_id": closure_id, "region": row["region"], "days": row["days"]}
        if confirmed:
            what = "停办" if status == ClosureStatus.PROPOSED.value else "撤销停办"
            label = region_labels().get(row["region"], row["region"])
            put_in_force(
                connection,
                after,
                seen=ordinal,
                actor=actor,
                event=f"confirm_{_matter(status)}",
                note=f"{label}{what}：{row['reason']}（{row['authority']}{row['document_number']}）",
                now=now,
                details=details,
            )
        else:
            append_system_entry(connection, actor, f"decline_{_matter(status)}", now, details)
    if confirmed:
        recompute_behind(product, seconds=seconds)
    return read_closure(product, actor=actor, closure_id=closure_id) | moves


# --- inside ------------------------------------------------------------------------------------------------


def _rung(closure_id: int, status: str) -> str:
    own = f"closure_{closure_id}"
    return own if status == ClosureStatus.PROPOSED.value else f"{own}_withdrawal"


def _ask_another(connection: Connection, actor: Actor, row: Mapping[str, Any], now: datetime) -> None:
    """Everybody else who may confirm is told that something waits."""
    what = "停办" if row["status"] == ClosureStatus.PROPOSED.value else "撤销停办"
    label = region_labels().get(row["region"], row["region"])
    remind(
        connection,
        rung=_rung(row["id"], row["status"]),
        title=f"{label}{what}待确认",
        reason=f"{row['reason']}（{row['authority']}{row['document_number']}），由{actor.name}录入，须由另一人确认",
        to=and_(
            _account.c.id != actor.account_id,
            or_(
                _account.c.role.in_([Role.ADMIN.value, Role.OFFICE.value]),
                and_(
                    _account.c.role == Role.HEAD.value,
                    _account.c.department == Department.HR.value,
                    _account.c.region == row["region"],
                ),
            ),
        ),
        scheduled_at=now,
        now=now,
    )


def _matter(status: str) -> str:
    return "closure" if status == ClosureStatus.PROPOSED.value else "closure_withdrawal"


def _decision(row: Any, actor: Actor, confirmed: bool, now: Any) -> dict[str, Any]:
    if row["status"] == ClosureStatus.PROPOSED.value:
        if confirmed:
            return {
                "status": ClosureStatus.IN_FORCE.value,
                "confirmed_by": actor.account_id,
                "confirmed_on_behalf_of_id": actor.on_behalf_of_id,
                "confirmed_at": now,
            }
        return {"status": ClosureStatus.DECLINED.value, "ended_at": now}
    if confirmed:
        return {
            "status": ClosureStatus.WITHDRAWN.value,
            "withdrawal_confirmed_by": actor.account_id,
            "withdrawal_confirmed_on_behalf_of_id": actor.on_behalf_of_id,
            "ended_at": now,
        }
    return {
        "status": ClosureStatus.IN_FORCE.value,
        "withdrawal_entered_by": None,
        "withdrawal_entered_on_behalf_of_id": None,
        "withdrawal_reason": None,
    }


def _authors(row: Any) -> set[int]:
    """Who entered what waits for a decision, and in whose place."""
    what = "entered" if row["status"] == ClosureStatus.PROPOSED.value else "withdrawal_entered"
    return {row[f"{what}_by"], row[f"{what}_on_behalf_of_id"]} - {None}


def _after(product: Product, connection: Connection, row: Any) -> ChinaWorkingDays | None:
    """The calendar were what waits for a decision confirmed; None where nothing waits."""
    calendar, own = product.calendar(connection), _closure_of(row)
    if row["status"] == ClosureStatus.PROPOSED.value:
        return calendar.with_closures([*calendar.closures, own])
    if row["status"] == ClosureStatus.WITHDRAWAL_PROPOSED.value:
        return calendar.with_closures([each for each in calendar.closures if each != own])
    return None


def _closure_of(row: Any) -> Closure:
    return Closure.from_dict(row)


def _faults(
    connection: Connection,
    calendar: ChinaWorkingDays,
    region: str,
    days: list[date],
    texts: dict[str, str],
) -> list[FieldError]:
    errors = [
        FieldError(name, f"“{label}”应为 1 到 {most} 个字，现为 {len(texts[name])} 个字")
        for name, (label, most) in _TEXTS.items()
        if not 0 < len(texts[name]) <= most
    ]
    if region not in region_labels():
        errors.append(FieldError("region", f"没有代码为“{region[:20]}”的地区"))
    if not 0 < len(days) <= MOST_DAYS:
        errors.append(FieldError("days", f"“停办日期”应为 1 到 {MOST_DAYS} 天，现为 {len(days)} 天"))
        return errors
    outside = [on for on in days if not calendar.first_day <= on <= calendar.last_day]
    if outside:
        span = f"{day_cn(calendar.first_day)} 至 {day_cn(calendar.last_day)}"
        errors.append(FieldError("days", f"停办日期 {day_cn(outside[0])} 超出日历范围（{span}）"))
        return errors
    local = calendar.for_region(region)
    off = [on for on in sorted(set(days)) if not local.is_working_day(on)]
    if len(off) == len(set(days)):
        errors.append(
            FieldError("days", f"这些日期本来就不办公（{off[0]}：{local.day(off[0]).reason}），无须停办")
        )
    waiting = connection.execute(
        select(_closure.c.id, _closure.c.days).where(
            _closure.c.region == region, _closure.c.status == ClosureStatus.PROPOSED.value
        )
    )
    for row in waiting:
        again = sorted(set(row.days) & {on.isoformat() for on in days})
        if again:
            errors.append(FieldError("days", f"{again[0]} 已在第 {row.id} 号停办中，正等待确认"))
    return errors


def _require_keeper(actor: Actor, region: str) -> None:
    if not keeps_closures(actor):
        raise Forbidden("停办只能由系统管理员、领导小组办公室或者本地区人社部门负责人录入和确认")
    if actor.role is Role.HEAD and actor.region != region:
        raise Forbidden("人社部门负责人只能办理本地区的停办")


def _may_keep(actor: Actor, region: str) -> bool:
    try:
        _require_keeper(actor, region)
    except Forbidden:
        return False
    return True


def _require_reader(actor: Actor, region: str) -> None:
    if actor.role is not Role.AUDITOR:
        _require_keeper(actor, region)


def _with_names() -> Any:
    names = [
        signature(_closure.c[f"{what}_by"], _closure.c[f"{what}_on_behalf_of_id"]).label(f"{what}_by_name")
        for what in ("entered", "confirmed", "withdrawal_entered", "withdrawal_confirmed")
    ]
    return select(_closure, *names)


def _stored(connection: Connection, closure_id: int) -> Any:
    row = None
    if 0 < closure_id <= LARGEST_ID:
        row = connection.execute(_with_names().where(_closure.c.id == closure_id)).mappings().one_or_none()
    if row is None:
        raise NotFound(f"没有编号为 {closure_id} 的停办")
    return row


def _locked(connection: Connection, actor: Actor, closure_id: int) -> Any:
    """The closure, for this transaction alone: what changes the calendar goes one after the other."""
    lock_system_chain(connection)
    row = _stored(connection, closure_id)
    _require_keeper(actor, row["region"])
    return row


def _update(connection: Connection, closure_id: int, **values: Any) -> None:
    connection.execute(update(_closure).where(_closure.c.id == closure_id).values(**values))


def _view(row: Any, actor: Actor | None) -> dict[str, Any]:
    status = ClosureStatus(row["status"])
    keeps = actor is not None and _may_keep(actor, row["region"])
    waits = status.value in {"proposed", "withdrawal_proposed"}
    return {
        "id": row["id"],
        "region": row["region"],
        "region_label": region_labels().get(row["region"], row["region"]),
        "days": row["days"],
        "authority": row["authority"],
        "document_number": row["document_number"],
        "reason": row["reason"],
        "status": status.value,
        "status_label": status.label,
        "counts": status.value in _COUNTING,
        "entered_by_name": row["entered_by_name"],
        "entered_at": row["entered_at"].astimezone(SHANGHAI).isoformat(),
        "confirmed_by_name": row["confirmed_by_name"],
        "confirmed_at": row["confirmed_at"].astimezone(SHANGHAI).isoformat() if row["confirmed_at"] else None,
        "withdrawal_entered_by_name": row["withdrawal_entered_by_name"],
        "withdrawal_reason": row["withdrawal_reason"],
        "withdrawal_confirmed_by_name": row["withdrawal_confirmed_by_name"],
        "ended_at": row["ended_at"].astimezone(SHANGHAI).isoformat() if row["ended_at"] else None,
        "may_decide": keeps and waits and actor is not None and not actor.account_ids & _authors(row),
        "may_withdraw": keeps and status is ClosureStatus.IN_FORCE,
    }
