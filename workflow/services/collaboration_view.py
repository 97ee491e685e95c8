"""协同办理 as it is answered: who has an application in hand, who was asked and told, and who could be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, Table, and_, or_, select

from workflow.access import Actor, Matter, require_reading
from workflow.clock import SHANGHAI
from workflow.colleagues import department_in_charge, heads, is_colleague, require_directing, require_taking
from workflow.errors import Forbidden, NotNow
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.services.actors import ACTOR_COLUMNS, actor_of_row, stand_ins
from workflow.services.case import Case, open_case, signed_as
from workflow.services.product import Product
from workflow.vocabulary import Role, State

_account = tables.account
_READERS = frozenset({Role.AUDITOR, Role.ADMIN, Role.OFFICE})
_PEOPLE = ("by_id", "asked_by_id", "on_behalf_of_id", "to_id", "answered_by_id")
_ENDED = {
    "left": "环节已办结",
    "handed_on": "已另行转办",
    "given_back": "已退回本部门",
    "answered": "已答复",
    "taken_back": "已收回",
}


def read_collaboration(product: Product, *, actor: Actor, application_id: int) -> dict[str, Any]:
    """Who has it in hand, what was asked and answered, who was told, and what this person may do of it.

    Raises ``NotFound``, and ``Forbidden`` for applicants: it is between the people of a department.
    """
    with reading(product.engine) as connection:
        return collaboration_of(open_case(product, connection, actor, application_id, lock=False))


def collaboration_of(case: Case) -> dict[str, Any]:
    """The same of a case, for its actor."""
    actor, matter = case.actor, case.matter()
    require_reading(actor, matter)
    if actor.role is Role.APPLICANT:
        raise Forbidden("部门内部的转办、委派和抄送不对申请人公开")
    may_direct, on_behalf_of = True, None
    try:
        on_behalf_of = require_directing(actor, matter, case.situation(), case.absent)
    except (Forbidden, NotNow):
        may_direct = False
    mine = {actor.account_id, *(person.account_id for person in case.absent)}
    leads = bool(heads(actor, matter, case.absent))
    delegations, hand_overs = _rows(case, tables.delegation), _rows(case, tables.hand_over)
    circulated = _circulations(case, None if leads or actor.role in _READERS else mine)
    names = _names(case, [*delegations, *hand_overs, *circulated])
    assigned = matter.assigned_to
    colleagues = _colleagues(case, matter) if may_direct else []
    away = _away(case) if colleagues else {}
    named = {each.account_id: _person_view(each, away) for each in colleagues}
    return {
        "may_direct": may_direct,
        "on_behalf_of": on_behalf_of.name if on_behalf_of else None,
        "assigned_to": assigned.name if assigned else None,
        "may_give_back": assigned is not None and (assigned.account_id in mine or leads),
        "hand_overs": [_hand_over_view(row, names) for row in hand_overs],
        "delegations": [_delegation_view(row, names, mine, leads) for row in delegations],
        "circulations": [_circulation_view(row, names) for row in circulated],
        "takers": [
            named[each.account_id]
            for each in colleagues
            if _may_take(case, each, matter) and (assigned is None or each.account_id != assigned.account_id)
        ],
        "colleagues": list(named.values()),
    }


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that waits for its answer."""

    id: int
    to_id: int
    to_name: str
    asked_by_id: int
    asked_by_name: str
    on_behalf_of_id: int | None


def open_delegation(case: Case) -> Asked:
    """The question that waits for its answer; ``NotNow`` where there is none."""
    table = tables.delegation
    row = (
        case.connection.execute(
            select(table).where(table.c.application_id == case.id, table.c.ended_at.is_(None))
        )
        .mappings()
        .one_or_none()
    )
    if row is None:
        raise NotNow("这件申请没有等待答复的委派")
    names = _names(case, [row])
    asker = _signed(names, row["asked_by_id"], row["on_behalf_of_id"])
    return Asked(
        row["id"], row["to_id"], names[row["to_id"]], row["asked_by_id"], asker, row["on_behalf_of_id"]
    )


def _rows(case: Case, table: Table) -> list[RowMapping]:
    """What was said inside the departments that this person belongs to, oldest first."""
    rows = case.connection.execute(
        select(table).where(table.c.application_id == case.id).order_by(table.c.id)
    ).mappings()
    seen_all = case.actor.role in _READERS
    return [
        row for row in rows if seen_all or department_in_charge(State(row["state"])) is case.actor.department
    ]


def _circulations(case: Case, senders: set[int] | None) -> list[RowMapping]:
    """To whom it was sent for information, and when that was read; ``senders`` None for all of them."""
    table, alert, told = tables.circulation, tables.alert, tables.alert_recipient
    statement = (
        select(table, alert.c.raised_at, alert.c.reason, told.c.read_at)
        .join(alert, alert.c.id == table.c.alert_id)
        .outerjoin(told, and_(told.c.alert_id == alert.c.id, told.c.account_id == table.c.to_id))
        .where(table.c.application_id == case.id)
        .order_by(table.c.id)
    )
    if senders is not None:
        ids = sorted(senders)
        statement = statement.where(or_(table.c.by_id.in_(ids), table.c.on_behalf_of_id.in_(ids)))
    elif case.actor.department is not None:
        # A head sees what the own people sent.
        of_department = select(_account.c.id).where(_account.c.department == case.actor.department.value)
        statement = statement.where(table.c.by_id.in_(of_department))
    return list(case.connection.execute(statement).mappings())


def _names(case: Case, rows: Iterable[RowMapping]) -> dict[int, str]:
    ids = {row[name] for row in rows for name in _PEOPLE if row.get(name) is not None}
    if not ids:
        return {}
    found = case.connection.execute(select(_account.c.id, _account.c.name).where(_account.c.id.in_(ids)))
    return {row.id: row.name for row in found}


def _signed(names: dict[int, str], account_id: int, on_behalf_of_id: int | None) -> str:
    return signed_as(names[account_id], names[on_behalf_of_id] if on_behalf_of_id else None)


def _hand_over_view(row: RowMapping, names: dict[int, str]) -> dict[str, Any]:
    return {
        "by_name": _signed(names, row["by_id"], row["on_behalf_of_id"]),
        "to_name": names[row["to_id"]],
        "state_label": State(row["state"]).label,
        "reason": row["reason"],
        "handed_at": _moment(row["handed_at"]),
        "ended_at": _moment(row["ended_at"]),
        "ended_because": row["ended_because"],
        "ended_label": _ENDED.get(row["ended_because"], "正在办理"),
    }


def _delegation_view(row: RowMapping, names: dict[int, str], mine: set[int], leads: bool) -> dict[str, Any]:
    is_open = row["ended_at"] is None
    answered_by = row["answered_by_id"]
    in_place_of = row["to_id"] if answered_by not in {None, row["to_id"]} else None
    return {
        "asked_by_name": _signed(names, row["asked_by_id"], row["on_behalf_of_id"]),
        "to_name": names[row["to_id"]],
        "state_label": State(row["state"]).label,
        "question": row["question"],
        "asked_at": _moment(row["asked_at"]),
        "ended_at": _moment(row["ended_at"]),
        "ended_because": row["ended_because"],
        "ended_label": _ENDED.get(row["ended_because"], "等待答复"),
        "answer": row["answer"],
        "answered_by_name": _signed(names, answered_by, in_place_of) if answered_by else None,
        "may_answer": is_open and row["to_id"] in mine,
        "may_take_back": is_open and (leads or bool({row["asked_by_id"], row["on_behalf_of_id"]} & mine)),
    }


def _circulation_view(row: RowMapping, names: dict[int, str]) -> dict[str, Any]:
    return {
        "by_name": _signed(names, row["by_id"], row["on_behalf_of_id"]),
        "to_name": names[row["to_id"]],
        "note": row["reason"],
        "sent_at": _moment(row["raised_at"]),
        "read_at": _moment(row["read_at"]),
    }


def _colleagues(case: Case, matter: Matter) -> list[Actor]:
    """The others of the department in charge, by name."""
    department = department_in_charge(case.state)
    if department is None:
        return []
    rows = case.connection.execute(
        select(*ACTOR_COLUMNS)
        .where(
            _account.c.region == case.row["region"],
            _account.c.department == department.value,
            _account.c.active,
            _account.c.id != case.actor.account_id,
        )
        .order_by(_account.c.name, _account.c.id)
    ).mappings()
    return [person for person in map(actor_of_row, rows) if is_colleague(person, matter)]


def _may_take(case: Case, colleague: Actor, matter: Matter) -> bool:
    try:
        require_taking(colleague, matter, case.situation())
    except Forbidden:
        return False
    return True


def _away(case: Case) -> dict[int, int]:
    """By colleague who is away today the account that acts for them."""
    found = stand_ins(case.connection, [case.row["region"]], case.today)
    return {person.account_id: substitute for substitute, absent in found.items() for person in absent}


def _person_view(person: Actor, away: dict[int, int]) -> dict[str, Any]:
    role = person.role.label if person.role else ""
    return {
        "id": person.account_id,
        "name": person.name,
        "role_label": role,
        "is_away": person.account_id in away,
    }


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(SHANGHAI).isoformat() if at else None
