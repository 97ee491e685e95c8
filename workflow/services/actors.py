"""An account as the person who acts, and those in whose place a person acts on a day (代办)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, or_, select

from workflow.access import Actor
from workflow.persistence.tables import absence, account
from workflow.vocabulary import ApplicationKind, Department, Role

ACTOR_COLUMNS = (
    account.c.id.label("account_id"),
    account.c.login,
    account.c.name,
    account.c.role,
    account.c.department,
    account.c.region,
    account.c.organisation_id,
    account.c.applicant_kind,
)


def actor_of_row(row: RowMapping) -> Actor:
    """The person of a row with ``ACTOR_COLUMNS``."""
    return Actor(
        account_id=row["account_id"],
        login=row["login"],
        name=row["name"],
        role=Role(row["role"]),
        department=None if row["department"] is None else Department(row["department"]),
        region=row["region"],
        organisation_id=row["organisation_id"],
        applicant_kind=None if row["applicant_kind"] is None else ApplicationKind(row["applicant_kind"]),
    )


def absence_holds(on: date) -> ColumnElement[bool]:
    """Of an absence: whether it holds on that day."""
    return and_(
        absence.c.from_on <= on,
        or_(absence.c.until_on.is_(None), absence.c.until_on >= on),
        or_(absence.c.ended_on.is_(None), absence.c.ended_on > on),
    )


def absent_persons(connection: Connection, actor: Actor, on: date) -> tuple[Actor, ...]:
    """Those in whose place this person acts on that day: absent, and of the same department and region."""
    if actor.department is None:
        return ()
    rows = connection.execute(
        select(*ACTOR_COLUMNS)
        .join(absence, absence.c.account_id == account.c.id)
        .where(
            absence.c.substitute_id == actor.account_id,
            absence_holds(on),
            account.c.department == actor.department.value,
            account.c.region == actor.region,
        )
        .order_by(account.c.id)
    ).mappings()
    return tuple(actor_of_row(row) for row in rows)


def stand_ins(connection: Connection, regions: Iterable[str], on: date) -> dict[int, tuple[Actor, ...]]:
    """By account that acts for others on that day those in whose place it does, in these regions."""
    substitute = account.alias("substitute")
    rows = connection.execute(
        select(*ACTOR_COLUMNS, absence.c.substitute_id)
        .join(absence, absence.c.account_id == account.c.id)
        .join(substitute, substitute.c.id == absence.c.substitute_id)
        .where(
            absence_holds(on),
            account.c.region.in_(sorted(regions)),
            substitute.c.active,
            substitute.c.department == account.c.department,
            substitute.c.region == account.c.region,
        )
        .order_by(account.c.id)
    ).mappings()
    found: dict[int, tuple[Actor, ...]] = {}
    for row in rows:
        found[row["substitute_id"]] = (*found.get(row["substitute_id"], ()), actor_of_row(row))
    return found
