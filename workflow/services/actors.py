"""An account as the person who acts, and those in whose place a person acts on a day (代办)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from functools import wraps
from typing import Any, TypeVar, cast

from sqlalchemy import Column, ColumnElement, Connection, RowMapping, and_, case, or_, select

from workflow.access import Actor
from workflow.clock import shanghai_date
from workflow.persistence.engine import reading
from workflow.persistence.tables import absence, account
from workflow.services.product import Product
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


def absent_today(product: Product, actor: Actor) -> tuple[Actor, ...]:
    """Those in whose place this person acts today."""
    if actor.department is None:
        return ()
    with reading(product.engine) as connection:
        return absent_persons(connection, actor, shanghai_date(product.now(connection)))


def in_capacity(actor: Actor, absent: Iterable[Actor], does: Callable[[Actor], bool]) -> Actor:
    """The person as somebody who ``does`` it: by the own role, or by that of one of ``absent``.

    In another's place it is still this person who acts, with the other's role (``Actor.in_place_of``). Who
    may in no capacity is answered unchanged, for the refusal that follows.
    """
    if does(actor):
        return actor
    for person in absent:
        if does(person):
            return replace(
                actor,
                role=person.role,
                department=person.department,
                region=person.region,
                organisation_id=actor.organisation_id or person.organisation_id,
                in_place_of=person,
            )
    return actor


UseCase = TypeVar("UseCase", bound=Callable[..., Any])


def work_of(does: Callable[[Actor], bool]) -> Callable[[UseCase], UseCase]:
    """Of a use case: the work of those whom ``does`` names, and of whoever stands in for one of them today.

    The use case is given its ``actor`` in that capacity, and refuses everybody else as before.
    """

    def decorate(use_case: UseCase) -> UseCase:
        @wraps(use_case)
        def called(product: Product, *args: Any, **kwargs: Any) -> Any:
            actor: Actor | None = kwargs["actor"]
            if actor is not None and actor.in_place_of is None and not does(actor):
                kwargs["actor"] = in_capacity(actor, absent_today(product, actor), does)
            return use_case(product, *args, **kwargs)

        return cast(UseCase, called)

    return decorate


def signature(by: Column[int], on_behalf_of: Column[int]) -> ColumnElement[str]:
    """Of a row the name of who did it, and in whose place: 甲（代乙办理）; NULL where nobody has."""
    person, absent_one = account.alias(), account.alias()
    name = select(person.c.name).where(person.c.id == by).scalar_subquery()
    other = select(absent_one.c.name).where(absent_one.c.id == on_behalf_of).scalar_subquery()
    return case((on_behalf_of.is_(None), name), else_=name.concat("（代").concat(other).concat("办理）"))
