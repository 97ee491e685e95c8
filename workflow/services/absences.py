"""Absences (外出) and who acts in the meantime (代办): entered, ended, listed.

A substitute is of the same department and region and is there the whole time: nobody stands in for somebody
who stands in. What they may do, and that four eyes stay four, is ``workflow.access``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, insert, or_, select, update

from workflow.access import Actor
from workflow.clock import SHANGHAI, day_cn, shanghai_date
from workflow.errors import FieldError, Forbidden, NotFound, NotNow
from workflow.form.collaboration import AbsenceEntry
from workflow.form.reading import malformed, read
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.persistence.types import LARGEST_ID
from workflow.services.actors import ACTOR_COLUMNS, actor_of_row
from workflow.services.audit import append_system_entry, lock_system_chain
from workflow.services.pages import Page, page_of
from workflow.services.product import Product
from workflow.vocabulary import Role

_absence, _account = tables.absence, tables.account
_person, _substitute = tables.account.alias("person"), tables.account.alias("substitute")
_enterer = tables.account.alias("enterer")


def enter_absence(product: Product, *, actor: Actor, body: dict[str, Any]) -> dict[str, Any]:
    """Somebody is away, and who acts for them; entered by themselves, their head, or an administrator.

    The first and the last day are whole days in China, and not over yet; without a last day only for who has
    left, by an administrator. Raises ``Forbidden``, ``NotFound``, and ``Malformed`` naming the days that
    stand against it. What was entered already just so is answered as it stands, and not entered again.
    """
    wanted = read(AbsenceEntry, body)
    with writing(product.engine) as connection:
        # One at a time: of two that overlap the second finds the first.
        lock_system_chain(connection)
        now = product.now(connection)
        person = _found(connection, wanted.account_id or actor.account_id)
        if not _may_keep(actor, person):
            raise Forbidden("外出代办由本人、本部门负责人或者系统管理员登记")
        same = _same(connection, person.account_id, wanted)
        if same is not None:
            return _one(connection, actor, same, shanghai_date(now))
        errors = list(_faults(connection, actor, person, wanted, shanghai_date(now)))
        if errors:
            raise malformed(errors)
        absence_id = connection.execute(
            insert(_absence)
            .values(
                account_id=person.account_id,
                substitute_id=wanted.substitute_id,
                from_on=wanted.from_on,
                until_on=wanted.until_on,
                reason=wanted.reason,
                entered_by=actor.account_id,
                entered_at=now,
            )
            .returning(_absence.c.id)
        ).scalar_one()
        view = _one(connection, actor, absence_id, shanghai_date(now))
        append_system_entry(connection, actor, "enter_absence", now, _told(view))
    return view


def end_absence(product: Product, *, actor: Actor, absence_id: int) -> dict[str, Any]:
    """From today on nobody acts for the person any longer; one that has ended stays as it is.

    Raises ``NotFound``, also for one that is none of this person's business, and ``NotNow`` once it is over.
    """
    with writing(product.engine) as connection:
        lock_system_chain(connection)
        now = product.now(connection)
        today = shanghai_date(now)
        before = _one(connection, actor, absence_id, today)
        if before["ended_on"] is not None:
            return before
        if not before["may_end"]:
            raise NotNow(f"这次外出到{before['until_on']}已经结束，不需要再取消")
        connection.execute(
            update(_absence)
            .where(_absence.c.id == absence_id)
            .values(ended_on=today, ended_by=actor.account_id)
        )
        view = _one(connection, actor, absence_id, today)
        append_system_entry(connection, actor, "end_absence", now, _told(view))
    return view


def list_absences(product: Product, *, actor: Actor, cursor: str | None = None, limit: int = 20) -> Page:
    """The absences that concern this person, newest first: their own and whom they stand in for.

    Heads see those of their department, administrators and auditors all.
    """
    with reading(product.engine) as connection:
        today = shanghai_date(product.now(connection))
        return page_of(
            connection,
            _absences().where(_concerning(actor)),
            _absence.c.id,
            cursor,
            limit,
            lambda row: _view(row, actor, today),
            descending=True,
        )


def list_candidates(product: Product, *, actor: Actor) -> list[dict[str, Any]]:
    """Whose absence this person may enter, and who could stand in: all officers that this person keeps.

    The person themselves and the department's colleagues, for administrators everybody of a department; by
    region, department and name. ``may_be_away`` says whose absence may be entered, ``active`` who may act.
    """
    with reading(product.engine) as connection:
        statement = select(*ACTOR_COLUMNS, _account.c.active).where(_account.c.department.is_not(None))
        if actor.role is not Role.ADMIN:
            statement = statement.where(
                _account.c.department == (actor.department.value if actor.department else ""),
                _account.c.region == actor.region,
                _account.c.active,
            )
        rows = connection.execute(
            statement.order_by(_account.c.region, _account.c.department, _account.c.name, _account.c.id)
        ).mappings()
        return [_candidate(actor, actor_of_row(row), active=row["active"]) for row in rows]


def _candidate(actor: Actor, person: Actor, *, active: bool) -> dict[str, Any]:
    return {
        "id": person.account_id,
        "name": person.name,
        "role_label": person.role.label if person.role else "",
        "department": person.department.value if person.department else None,
        "department_label": person.department.label if person.department else "",
        "region": person.region,
        "active": active,
        "may_be_away": _may_keep(actor, person),
    }


def _may_keep(actor: Actor, person: Actor) -> bool:
    if person.department is None:
        return False
    if actor.role is Role.ADMIN or actor.account_id == person.account_id:
        return True
    same_place = (actor.department, actor.region) == (person.department, person.region)
    return actor.role is Role.HEAD and same_place


def _found(connection: Connection, account_id: int) -> Actor:
    row = (
        connection.execute(select(*ACTOR_COLUMNS).where(_account.c.id == account_id)).mappings().one_or_none()
    )
    if row is None:
        raise NotFound(f"没有编号为 {account_id} 的账号")
    return actor_of_row(row)


def _faults(
    connection: Connection, actor: Actor, person: Actor, wanted: AbsenceEntry, today: date
) -> Iterator[FieldError]:
    """What stands against an absence: its days, its substitute, or another absence."""
    if wanted.from_on < today:
        yield FieldError("from_on", f"“开始日期”{day_cn(wanted.from_on)}不能早于今天（{day_cn(today)}）")
    if wanted.until_on is None and actor.role is not Role.ADMIN:
        yield FieldError("until_on", "“结束日期”未填写：不定期限的，只能由系统管理员为离岗人员登记")
    substitute = (
        connection.execute(
            select(*ACTOR_COLUMNS).where(_account.c.id == wanted.substitute_id, _account.c.active)
        )
        .mappings()
        .one_or_none()
    )
    if substitute is None or (substitute["department"], substitute["region"]) != (
        person.department.value if person.department else None,
        person.region,
    ):
        yield FieldError("substitute_id", f"“代办人员”须为与{person.name}同一地区、同一部门的在用账号")
        return
    if wanted.substitute_id == person.account_id:
        yield FieldError("substitute_id", "“代办人员”不能是外出人员本人")
        return
    for other in _overlapping(connection, wanted, _absence.c.account_id == person.account_id):
        yield FieldError("from_on", f"{person.name}在{_days(other)}已经登记外出，日期不能重叠")
    for other in _overlapping(connection, wanted, _absence.c.account_id == wanted.substitute_id):
        yield FieldError(
            "substitute_id",
            f"“代办人员”{substitute['name']}在{_days(other)}本人外出，不能代办，请另选人员或者调整日期",
        )
    for other in _overlapping(connection, wanted, _absence.c.substitute_id == person.account_id):
        yield FieldError(
            "from_on",
            f"{person.name}在{_days(other)}正代{other['person_name']}办理，请先取消该代办，或者改由他人代办",
        )


def _overlapping(
    connection: Connection, wanted: AbsenceEntry, which: ColumnElement[bool]
) -> list[RowMapping]:
    """The absences of this kind that hold on one of the wanted days, first to last."""
    starts_before = [] if wanted.until_on is None else [_absence.c.from_on <= wanted.until_on]
    return list(
        connection.execute(
            _absences()
            .where(
                which,
                *starts_before,
                or_(_absence.c.until_on.is_(None), _absence.c.until_on >= wanted.from_on),
                or_(
                    _absence.c.ended_on.is_(None),
                    and_(_absence.c.ended_on > wanted.from_on, _absence.c.ended_on > _absence.c.from_on),
                ),
            )
            .order_by(_absence.c.from_on)
        ).mappings()
    )


def _same(connection: Connection, account_id: int, wanted: AbsenceEntry) -> int | None:
    until = _absence.c.until_on
    found: int | None = connection.execute(
        select(_absence.c.id).where(
            _absence.c.account_id == account_id,
            _absence.c.substitute_id == wanted.substitute_id,
            _absence.c.from_on == wanted.from_on,
            until.is_(None) if wanted.until_on is None else until == wanted.until_on,
            _absence.c.reason == wanted.reason,
            _absence.c.ended_on.is_(None),
        )
    ).scalar_one_or_none()
    return found


def _days(row: RowMapping) -> str:
    begin = day_cn(row["from_on"])
    return f"{begin}至{day_cn(row['until_on'])}" if row["until_on"] else f"{begin}起"


def _absences() -> Any:
    return (
        select(
            _absence,
            _person.c.name.label("person_name"),
            _person.c.department,
            _person.c.region,
            _person.c.role,
            _substitute.c.name.label("substitute_name"),
            _enterer.c.name.label("entered_by_name"),
        )
        .join(_person, _person.c.id == _absence.c.account_id)
        .join(_substitute, _substitute.c.id == _absence.c.substitute_id)
        .join(_enterer, _enterer.c.id == _absence.c.entered_by)
    )


def _concerning(actor: Actor) -> ColumnElement[bool]:
    if actor.role in {Role.ADMIN, Role.AUDITOR}:
        return _absence.c.id.is_not(None)
    own = or_(_absence.c.account_id == actor.account_id, _absence.c.substitute_id == actor.account_id)
    if actor.role is not Role.HEAD or actor.department is None:
        return own
    return or_(own, and_(_person.c.department == actor.department.value, _person.c.region == actor.region))


def _one(connection: Connection, actor: Actor, absence_id: int, today: date) -> dict[str, Any]:
    row = None
    if 0 < absence_id <= LARGEST_ID:
        row = (
            connection.execute(_absences().where(_absence.c.id == absence_id, _concerning(actor)))
            .mappings()
            .one_or_none()
        )
    if row is None:
        raise NotFound(f"没有编号为 {absence_id} 的外出登记")
    return _view(row, actor, today)


def _view(row: RowMapping, actor: Actor, today: date) -> dict[str, Any]:
    state = _state(row, today)
    leads = (actor.department, actor.region) == (row["department"], row["region"]) and actor.role is Role.HEAD
    keeps = actor.role is Role.ADMIN or leads or actor.account_id in {row["account_id"], row["entered_by"]}
    return {
        "id": row["id"],
        "account_id": row["account_id"],
        "name": row["person_name"],
        "role_label": Role(row["role"]).label,
        "department": row["department"],
        "region": row["region"],
        "substitute_id": row["substitute_id"],
        "substitute_name": row["substitute_name"],
        "from_on": row["from_on"].isoformat(),
        "until_on": row["until_on"].isoformat() if row["until_on"] else None,
        "reason": row["reason"],
        "entered_by_name": row["entered_by_name"],
        "entered_at": row["entered_at"].astimezone(SHANGHAI).isoformat(),
        "ended_on": row["ended_on"].isoformat() if row["ended_on"] else None,
        "state": state,
        "state_label": _STATES[state],
        "may_end": keeps and state in {"coming", "running"},
    }


_STATES = {"coming": "未开始", "running": "进行中", "over": "已结束", "ended": "已取消"}


def _state(row: RowMapping, today: date) -> str:
    if row["ended_on"] is not None:
        return "ended"
    if row["from_on"] > today:
        return "coming"
    return "over" if row["until_on"] is not None and row["until_on"] < today else "running"


def _told(view: dict[str, Any]) -> dict[str, Any]:
    kept = ("id", "account_id", "name", "substitute_id", "substitute_name", "from_on", "until_on", "reason")
    return {name: view[name] for name in (*kept, "ended_on")}
