"""A person's due dates for a calendar program, behind a private address in place of a sign-in.

An account has at most one live address. It runs on the real clock, and of its token only the digest is
stored; the due dates themselves are those of the business clock.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, false, insert, or_, select, true, update

from workflow.access import Actor
from workflow.clock import SHANGHAI, real_now, shanghai_date
from workflow.deadlines.ledger import Limit
from workflow.errors import NotFound
from workflow.form.masking import mask_name
from workflow.persistence.engine import reading, writing
from workflow.persistence.tables import account, application, calendar_feed, clock
from workflow.services.accounts import digest_of, end_feeds
from workflow.services.actors import ACTOR_COLUMNS, actor_of_row
from workflow.services.product import Product
from workflow.services.visibility import visible
from workflow.vocabulary import ApplicationKind, ClockKind, Department, LimitUnit, Role, State

OFFICE_AHEAD_DAYS = 10
"""How many working days ahead the office looks; it watches over everybody's clocks."""
MOST_DUE_DATES = 2000
LAST_READ_GRAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class DueDate:
    """The end of an open clock; ``yours`` where the reader or the reader's department has to act.

    ``applicant_name`` is masked where it is a person's: whoever has the address can read it.
    """

    clock_id: int
    kind: ClockKind
    department: Department | None
    limit: Limit
    source: str
    started_on: date
    due_on: date
    provisional: bool
    overdue: bool
    yours: bool
    application_id: int
    number: str
    applicant_name: str
    state: State


@dataclass(frozen=True, slots=True)
class Feed:
    """What a calendar program is given, and the moment of the business at which it was."""

    made_at: datetime
    due_dates: tuple[DueDate, ...]


def create_feed(product: Product, *, actor: Actor) -> dict[str, str]:
    """A new address for the caller, its token shown once; an older one ends."""
    token, now = secrets.token_urlsafe(32), real_now()
    with writing(product.engine) as connection:
        # Of two calls at once the second waits for the first, and ends what it made.
        connection.execute(select(account.c.id).where(account.c.id == actor.account_id).with_for_update())
        end_feeds(connection, actor.account_id)
        connection.execute(
            insert(calendar_feed).values(
                account_id=actor.account_id, token_digest=digest_of(token), created_at=now
            )
        )
    return {"token": token, "created_at": now.astimezone(SHANGHAI).isoformat()}


def show_feed(product: Product, *, actor: Actor) -> dict[str, Any]:
    """Whether the caller has an address, since when, and when it was last read (to the hour)."""
    live = select(calendar_feed.c.created_at, calendar_feed.c.last_read_at).where(
        calendar_feed.c.account_id == actor.account_id, calendar_feed.c.revoked_at.is_(None)
    )
    with reading(product.engine) as connection:
        row = connection.execute(live).one_or_none()
    created_at, last_read_at = (None, None) if row is None else row
    return {
        "active": row is not None,
        "created_at": created_at.astimezone(SHANGHAI).isoformat() if created_at else None,
        "last_read_at": last_read_at.astimezone(SHANGHAI).isoformat() if last_read_at else None,
    }


def revoke_feed(product: Product, *, actor: Actor) -> None:
    """Ends the caller's address at once; where there is none, nothing changes."""
    with writing(product.engine) as connection:
        end_feeds(connection, actor.account_id)


def read_feed(product: Product, *, token: str) -> Feed:
    """The due dates of whom the address belongs to.

    Raises ``NotFound``, in the same words whether the address never was, is revoked, or the account closed.
    """
    found = (
        select(*ACTOR_COLUMNS, calendar_feed.c.id.label("feed_id"), calendar_feed.c.last_read_at)
        .join(calendar_feed, calendar_feed.c.account_id == account.c.id)
        .where(
            calendar_feed.c.token_digest == digest_of(token),
            calendar_feed.c.revoked_at.is_(None),
            account.c.active,
        )
    )
    with reading(product.engine) as connection:
        row = connection.execute(found).mappings().one_or_none()
        if row is None:
            raise NotFound("没有这个日历订阅地址，或者它已经作废")
        made_at = product.now(connection)
        feed = Feed(made_at, _due_dates(product, connection, actor_of_row(row), shanghai_date(made_at)))
    _note_reading(product, row)
    return feed


def _note_reading(product: Product, row: RowMapping) -> None:
    """Remembers that the address is in use; programs ask often, so only now and then."""
    now = real_now()
    if row["last_read_at"] is not None and row["last_read_at"] > now - LAST_READ_GRAIN:
        return
    with writing(product.engine) as connection:
        connection.execute(
            update(calendar_feed).where(calendar_feed.c.id == row["feed_id"]).values(last_read_at=now)
        )


def _due_dates(product: Product, connection: Connection, actor: Actor, today: date) -> tuple[DueDate, ...]:
    """What is due first comes first; a clock that rests or is over has no date to keep."""
    rows = connection.execute(
        select(
            clock,
            application.c.number,
            application.c.kind.label("applicant_kind"),
            application.c.applicant_name,
            application.c.state,
        )
        .join(application, application.c.id == clock.c.application_id)
        .where(
            visible(actor),
            _concerns(product, connection, actor, today),
            clock.c.ended.is_(None),
            clock.c.due_on.is_not(None),
            clock.c.runs_from_on <= today,
            or_(~clock.c.minimum, clock.c.due_on >= today),
        )
        .order_by(clock.c.due_on, clock.c.id)
        .limit(MOST_DUE_DATES)
    )
    return tuple(_due_date(row, actor, today) for row in rows.mappings())


def _concerns(product: Product, connection: Connection, actor: Actor, today: date) -> Any:
    """Which clocks of the applications that this person may see belong in this person's calendar."""
    match actor.role:
        case Role.APPLICANT:
            return true()
        case Role.OFFICE:
            ahead = product.calendar(connection).nth_working_day_after(today, OFFICE_AHEAD_DAYS)
            return clock.c.due_on <= ahead
        case Role.REVIEWER | Role.INSPECTOR | Role.CASHIER | Role.HEAD:
            return and_(clock.c.department == actor.department, clock.c.region == actor.region)
        case _:
            return false()


def _due_date(row: RowMapping, actor: Actor, today: date) -> DueDate:
    department = Department(row["department"]) if row["department"] else None
    individual = row["applicant_kind"] == ApplicationKind.INDIVIDUAL
    return DueDate(
        clock_id=row["id"],
        kind=ClockKind(row["kind"]),
        department=department,
        limit=Limit(row["limit_count"], LimitUnit(row["limit_unit"]), row["minimum"]),
        source=row["source"],
        started_on=row["started_on"],
        due_on=row["due_on"],
        provisional=row["provisional"],
        overdue=row["due_on"] < today,
        # A clock without a department is the applicant's.
        yours=department is actor.department and actor.role is not Role.OFFICE,
        application_id=row["application_id"],
        number=row["number"],
        applicant_name=mask_name(row["applicant_name"]) if individual else row["applicant_name"],
        state=State(row["state"]),
    )
