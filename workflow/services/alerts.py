"""Messages to people: how reminders and escalations are raised, and the inbox of each person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Select, and_, func, insert, or_, select, update

from workflow.access import Actor, is_awaited
from workflow.clock import SHANGHAI, shanghai_date
from workflow.deadlines.words import said
from workflow.errors import FieldError, Malformed, NotFound
from workflow.form.alerts import ReadMark
from workflow.form.reading import read
from workflow.persistence import tables
from workflow.persistence.engine import reading, upsert, writing
from workflow.persistence.types import LARGEST_ID
from workflow.services.actors import absent_persons
from workflow.services.pages import Page, containing, page_of
from workflow.services.product import Product
from workflow.vocabulary import (
    FINAL_STATES,
    STATE_DEPARTMENT,
    AlertKind,
    ClockKind,
    Role,
    State,
)

# Counted no further: the navigation of every page asks, and nobody needs to know more than "99+".
MOST_COUNTED = 100
# Words are looked for in so many of a person's newest messages, so that a full inbox is no slower.
SEARCHED = 20_000
_MARKED_AT_ONCE = 5_000
_MOST_MARKED = 200_000
_KIND_OF_PREFIX = {
    "due": AlertKind.DUE,
    "urged": AlertKind.URGED,
    "closure": AlertKind.SYSTEM,
    "circulated": AlertKind.COPIED,
    "handed": AlertKind.TASK,
    "delegated": AlertKind.TASK,
    "drawn": AlertKind.TASK,
    "answered": AlertKind.TASK,
    "returned": AlertKind.RETURNED,
    "moved": AlertKind.PROGRESS,
    "calendar": AlertKind.CALENDAR,
    "payment": AlertKind.PROGRESS,
}


def kind_of(rung: str) -> AlertKind:
    """The kind of message that a rung is, by how its name begins; the rungs after a due date are the rest."""
    if rung == "calendar_missing":
        return AlertKind.SYSTEM
    return _KIND_OF_PREFIX.get(rung.partition("_")[0], AlertKind.OVERDUE)


def list_alerts(
    product: Product,
    *,
    actor: Actor,
    unread: bool | None = None,
    kind: AlertKind | None = None,
    text: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """The messages to this person, newest first; ``text``: part of number, applicant, title or reason.

    Words are looked for in the newest ``SEARCHED`` messages only.
    """
    recipient = tables.alert_recipient
    statement = _alerts().where(recipient.c.account_id == actor.account_id)
    if unread is not None:
        read_at = recipient.c.read_at
        statement = statement.where(read_at.is_(None) if unread else read_at.is_not(None))
    if kind is not None:
        statement = statement.where(recipient.c.kind == kind.value)
    if text:
        statement = statement.where(_says(text), tables.alert.c.id.in_(_newest_of(actor)))
    with reading(product.engine) as connection:
        key, view = recipient.c.alert_id, partial(_view, people=_people(product, connection, actor))
        return page_of(connection, statement, key, cursor, limit, view, descending=True)


def _newest_of(actor: Actor) -> Any:
    recipient = tables.alert_recipient
    newest = (
        select(recipient.c.alert_id)
        .where(recipient.c.account_id == actor.account_id)
        .order_by(recipient.c.alert_id.desc())
        .limit(SEARCHED)
        .subquery()
    )
    return select(newest.c.alert_id)


def _says(text: str) -> Any:
    alert, application, pattern = tables.alert, tables.application, containing(text)
    searched = (application.c.number, application.c.applicant_name, alert.c.title, alert.c.reason)
    return or_(*(column.like(pattern, escape="\\") for column in searched))


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
        return _view(row, _people(product, connection, actor))


def mark_alerts_read(product: Product, *, actor: Actor, body: dict[str, Any]) -> dict[str, int]:
    """Marks these messages of the caller as read, or all up to one; how many were, and how many are left.

    What arrived after the newest one seen stays unread. Other people's messages are passed over. ``unread``
    is counted up to ``MOST_COUNTED``. Raises ``Malformed`` unless it says either which or up to which.
    """
    mark = read(ReadMark, body)
    recipient = tables.alert_recipient
    if (mark.ids is None) == (mark.until is None) or (mark.ids and mark.kind):
        message = "请给出要标为已读的消息编号，或者标到哪一条为止（可以限于一种），两者只取其一"
        raise Malformed(message, [FieldError("ids", message)])
    wanted = [recipient.c.account_id == actor.account_id, recipient.c.read_at.is_(None)]
    if mark.ids is not None:
        wanted.append(recipient.c.alert_id.in_(mark.ids))
    if mark.until is not None:
        wanted.append(recipient.c.alert_id <= mark.until)
    if mark.kind is not None:
        wanted.append(recipient.c.kind == mark.kind.value)
    marked = 0
    while marked < _MOST_MARKED:
        # A transaction each: whoever raises alerts meanwhile does not wait for a full inbox.
        done = _mark_some(product, wanted)
        marked += done
        if done < _MARKED_AT_ONCE:
            break
    return {"marked": marked, "unread": count_unread(product, actor=actor)}


def _mark_some(product: Product, wanted: Sequence[Any]) -> int:
    recipient = tables.alert_recipient
    some = select(recipient.c.alert_id).where(*wanted).limit(_MARKED_AT_ONCE)
    with writing(product.engine) as connection:
        done = connection.execute(
            update(recipient)
            .where(*wanted, recipient.c.alert_id.in_(some))
            .values(read_at=product.now(connection))
        )
        return int(done.rowcount)


def count_unread(product: Product, *, actor: Actor) -> int:
    """How many messages this person has not read, counted up to ``MOST_COUNTED``."""
    recipient = tables.alert_recipient
    some = (
        select(recipient.c.alert_id)
        .where(recipient.c.account_id == actor.account_id, recipient.c.read_at.is_(None))
        .limit(MOST_COUNTED)
        .subquery()
    )
    with reading(product.engine) as connection:
        return connection.execute(select(func.count()).select_from(some)).scalar_one()


def raise_alerts(
    connection: Connection,
    raised: list[dict[str, Any]],
    audience: Mapping[tuple[Any, str], set[int]],
    now: datetime,
) -> int:
    """Writes these alerts with those who hear them, and posts them; answers how many are new.

    An alert is one by clock, rung and due date; ``audience`` is by clock (None: of no clock) and rung.
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
        {"alert_id": row.id, "account_id": account_id, "kind": kind_of(row.rung).value}
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


def tell(
    connection: Connection,
    *,
    application_id: int,
    rung: str,
    title: str,
    reason: str,
    told: set[int],
    now: datetime,
) -> int:
    """Writes one alert of an application, of none of its clocks, to these people, and posts it; its id."""
    alert = tables.alert
    alert_id: int = connection.execute(
        insert(alert)
        .values(
            application_id=application_id,
            rung=rung,
            title=title,
            reason=reason,
            due_on=shanghai_date(now),
            provisional=False,
            scheduled_at=now,
            raised_at=now,
        )
        .returning(alert.c.id)
    ).scalar_one()
    kind = kind_of(rung).value
    recipients = [
        {"alert_id": alert_id, "account_id": account_id, "kind": kind} for account_id in sorted(told)
    ]
    if recipients:
        connection.execute(insert(tables.alert_recipient), recipients)
    connection.execute(
        insert(tables.outbox).values(
            topic="alert",
            application_id=application_id,
            content={"alert_id": alert_id, "rung": rung},
            created_at=now,
            attempts=0,
            next_attempt_at=now,
        )
    )
    return alert_id


def _people(product: Product, connection: Connection, actor: Actor) -> tuple[Actor, ...]:
    """The person, and those in whose place they act today."""
    return actor, *absent_persons(connection, actor, shanghai_date(product.now(connection)))


def _alerts() -> Select[Any]:
    alert, clock, application = tables.alert, tables.clock, tables.application
    return (
        select(
            alert,
            tables.alert_recipient.c.read_at,
            tables.alert_recipient.c.kind.label("alert_kind"),
            clock.c.kind,
            clock.c.ended.label("clock_ended"),
            application.c.number,
            application.c.state,
            application.c.applicant_name,
            application.c.region,
        )
        .join(tables.alert_recipient, tables.alert_recipient.c.alert_id == alert.c.id)
        .outerjoin(clock, clock.c.id == alert.c.clock_id)
        .outerjoin(application, application.c.id == alert.c.application_id)
    )


def _view(row: Any, people: Sequence[Actor]) -> dict[str, Any]:
    kind = AlertKind(row["alert_kind"])
    state = State(row["state"]) if row["state"] else None
    clock = ClockKind(row["kind"]) if row["kind"] else None
    before = row["due_before_on"]
    return {
        "id": row["id"],
        "application_id": row["application_id"],
        "application_number": row["number"],
        "applicant_name": row["applicant_name"],
        "region": row["region"],
        "clock_id": row["clock_id"],
        "kind": kind.value,
        "kind_label": kind.label,
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
        "state": state.value if state else None,
        "state_label": state.label if state else None,
        "message": _message(row, clock),
        "advice": _advice(row, kind, state, people) if state else "",
    }


_BETWEEN_PEOPLE = {
    "handed_over": "请打开申请办理；不能办理的，退回本部门。",
    "delegated": "请打开申请答复；答复之前，委派的人员不能办理。",
    "answered": "答复在申请页上，请继续办理。",
    "circulated": "供您知悉，不需要您办理。",
}


def _advice(row: Any, kind: AlertKind, state: State, people: Sequence[Actor]) -> str:
    """What this person has to do about it now: the application may have gone on since."""
    if state in FINAL_STATES:
        return f"该申请{state.label}，已经办结，无需处理。"
    if row["rung"] in _BETWEEN_PEOPLE:
        return _BETWEEN_PEOPLE[row["rung"]]
    if any(is_awaited(person.role, person.department, state) for person in people):
        if kind is AlertKind.RETURNED:
            return "请按退回的要求修改后重新提交。"
        return "轮到您办理，请打开申请办理。"
    if row["clock_ended"]:
        return f"这一时限已经结束；该申请现为“{state.label}”。"
    department = STATE_DEPARTMENT.get(state)
    if department is None and not is_awaited(Role.APPLICANT, None, state):
        return f"该申请{state.label}，您无需操作。"
    where = f"现由{department.label if department else '申请人'}办理"
    leading = any(person.role in {Role.HEAD, Role.OFFICE} for person in people)
    watches = leading and kind in {AlertKind.OVERDUE, AlertKind.URGED}
    return f"{where}，请督促办理。" if watches else f"{where}，您无需操作。"


def _message(row: Any, clock: ClockKind | None) -> str:
    if clock is None:
        about = f"{row['number']} {row['applicant_name']}：" if row["number"] else ""
        return f"{about}{row['title']}" + (f"。{row['reason']}" if row["reason"] else "")
    due = f"到期日{said(row['due_on'], row['provisional'])}"
    if row["due_before_on"] is not None and row["due_before_on"] != row["due_on"]:
        due = f"原{said(row['due_before_on'], row['provisional_before'])}，现{due}"
    late = row["raised_at"].date() > row["scheduled_at"].date()
    reason = f"（{row['reason']}）" if row["reason"] else ""
    return (
        f"{row['number']} {row['applicant_name']}：“{clock.label}”{row['title']}{reason}，{due}"
        f"{'（补发）' if late else ''}"
    )
