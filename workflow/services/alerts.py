"""Reminders and escalations: how they are raised, and the inbox of each person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, func, insert, select, update

from workflow.access import Actor
from workflow.clock import SHANGHAI
from workflow.deadlines.words import said
from workflow.errors import NotFound
from workflow.persistence import tables
from workflow.persistence.engine import reading, upsert, writing
from workflow.persistence.types import LARGEST_ID
from workflow.services.pages import Page, page_of
from workflow.services.product import Product
from workflow.vocabulary import ClockKind


def list_alerts(
    product: Product,
    *,
    actor: Actor,
    unread: bool | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """The alerts addressed to this person, newest first."""
    statement = _alerts().where(tables.alert_recipient.c.account_id == actor.account_id)
    if unread is not None:
        read = tables.alert_recipient.c.read_at
        statement = statement.where(read.is_(None) if unread else read.is_not(None))
    with reading(product.engine) as connection:
        return page_of(connection, statement, tables.alert.c.id, cursor, limit, _view, descending=True)


def mark_alert_read(product: Product, *, actor: Actor, alert_id: int) -> dict[str, Any]:
    """Marks one alert as read; answers it. Raises ``NotFound`` for one that is not this person's."""
    recipient = tables.alert_recipient
    own = and_(recipient.c.alert_id == alert_id, recipient.c.account_id == actor.account_id)
    with writing(product.engine) as connection:
        row = None
        if 0 < alert_id <= LARGEST_ID:
            connection.execute(
                update(recipient)
                .where(own, recipient.c.read_at.is_(None))
                .values(read_at=product.now(connection))
            )
            row = connection.execute(_alerts().where(own)).mappings().one_or_none()
        if row is None:
            raise NotFound(f"没有编号为 {alert_id} 的提醒")
        return _view(row)


def count_unread(product: Product, *, actor: Actor) -> int:
    """How many alerts this person has not read."""
    recipient = tables.alert_recipient
    with reading(product.engine) as connection:
        return connection.execute(
            select(func.count())
            .select_from(recipient)
            .where(recipient.c.account_id == actor.account_id, recipient.c.read_at.is_(None))
        ).scalar_one()


def raise_alerts(
    connection: Connection,
    raised: list[dict[str, Any]],
    audience: dict[tuple[int, str], set[int]],
    now: datetime,
) -> int:
    """Writes these alerts with those who hear them, and posts them; answers how many are new.

    An alert is one by clock, rung and due date; ``audience`` is by clock and rung.
    """
    if not raised:
        return 0
    alert = tables.alert
    written = connection.execute(
        upsert(connection, alert)
        .on_conflict_do_nothing(index_elements=[alert.c.clock_id, alert.c.rung, alert.c.due_on])
        .returning(alert.c.id, alert.c.clock_id, alert.c.rung, alert.c.application_id),
        raised,
    ).all()
    recipients = [
        {"alert_id": row.id, "account_id": account_id}
        for row in written
        for account_id in sorted(audience[row.clock_id, row.rung])
    ]
    if recipients:
        connection.execute(insert(tables.alert_recipient), recipients)
    if written:
        connection.execute(
            insert(tables.outbox),
            [
                {
                    "topic": "alert",
                    "application_id": row.application_id,
                    "content": {"alert_id": row.id, "rung": row.rung},
                    "created_at": now,
                    "attempts": 0,
                    "next_attempt_at": now,
                }
                for row in written
            ],
        )
    return len(written)


def _alerts() -> Select[Any]:
    alert, clock, application = tables.alert, tables.clock, tables.application
    return (
        select(
            alert,
            tables.alert_recipient.c.read_at,
            clock.c.kind,
            application.c.number,
            application.c.applicant_name,
            application.c.region,
        )
        .join(tables.alert_recipient, tables.alert_recipient.c.alert_id == alert.c.id)
        .outerjoin(clock, clock.c.id == alert.c.clock_id)
        .outerjoin(application, application.c.id == alert.c.application_id)
    )


def _view(row: Any) -> dict[str, Any]:
    clock = ClockKind(row["kind"]) if row["kind"] else None
    before = row["due_before_on"]
    return {
        "id": row["id"],
        "application_id": row["application_id"],
        "application_number": row["number"],
        "applicant_name": row["applicant_name"],
        "region": row["region"],
        "clock_id": row["clock_id"],
        "rung": row["rung"],
        "rung_label": row["title"],
        "reason": row["reason"],
        "clock_kind": clock.value if clock else None,
        "clock_label": clock.label if clock else None,
        "due_before": before.isoformat() if before else None,
        "provisional_before": bool(row["provisional_before"]),
        "due_on": row["due_on"].isoformat(),
        "provisional": row["provisional"],
        "scheduled_at": row["scheduled_at"].astimezone(SHANGHAI).isoformat(),
        "raised_at": row["raised_at"].astimezone(SHANGHAI).isoformat(),
        "read_at": row["read_at"].astimezone(SHANGHAI).isoformat() if row["read_at"] else None,
        "message": _message(row, clock),
    }


def _message(row: Any, clock: ClockKind | None) -> str:
    if clock is None:
        return f"{row['title']}。{row['reason']}"
    due = f"到期日{said(row['due_on'], row['provisional'])}"
    if row["due_before_on"] is not None and row["due_before_on"] != row["due_on"]:
        due = f"原{said(row['due_before_on'], row['provisional_before'])}，现{due}"
    late = row["raised_at"].date() > row["scheduled_at"].date()
    reason = f"（{row['reason']}）" if row["reason"] else ""
    return (
        f"{row['number']} {row['applicant_name']}：“{clock.label}”{row['title']}{reason}，{due}"
        f"{'（补发）' if late else ''}"
    )
