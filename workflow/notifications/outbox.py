"""The outbox: what is to be told is written with its cause in one transaction, and sent afterwards.

A row waits while it has ``next_attempt_at``. A sender claims it by putting that moment a lease ahead, so a
sender that is killed only delays it. In the end it has ``sent_at``, or, after the last attempt, neither; then
it waits for an administrator (``services/outbox_keeping.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from workflow.persistence import tables
from workflow.persistence.prepared import Prepared
from workflow.vocabulary import State

LEASE = timedelta(minutes=10)
ATTEMPTS = 8
FIRST_DELAY = timedelta(minutes=1)
DELAY_GROWTH = 3
_LONGEST_ERROR = 500

_outbox = tables.outbox
_INSERT = Prepared(
    insert(_outbox).inline(),
    filled=("topic", "application_id", "content", "created_at", "attempts", "next_attempt_at"),
)
_WAITING = (
    select(_outbox)
    .where(_outbox.c.next_attempt_at <= bindparam("now"))
    .order_by(_outbox.c.next_attempt_at, _outbox.c.id)
    .limit(bindparam("size"))
    .with_for_update(skip_locked=True)
)


@dataclass(frozen=True, slots=True)
class Parcel:
    """One claimed row. ``attempts`` counts this one; ``reached`` are the accounts told by earlier ones."""

    id: int
    topic: str
    application_id: int | None
    content: dict[str, Any]
    created_at: datetime
    attempts: int

    @property
    def reached(self) -> frozenset[int]:
        """The accounts that need no second message."""
        return frozenset(self.content.get("reached", ()))


def post_move(
    connection: Connection,
    application_id: int,
    event: str,
    old: State,
    new: State,
    now: datetime,
    *,
    reason: str | None = None,
) -> None:
    """An application was acted on; its applicant and whoever acts next are told, the applicant also why."""
    content = {"event": event, "from": old.value, "to": new.value}
    post(connection, "moved", application_id, content | ({"reason": reason} if reason else {}), now)


def post(
    connection: Connection, topic: str, application_id: int | None, content: dict[str, Any], now: datetime
) -> None:
    """One message of a topic, to be sent from now on."""
    _INSERT.queue(
        connection,
        {
            "topic": topic,
            "application_id": application_id,
            "content": content,
            "created_at": now,
            "attempts": 0,
            "next_attempt_at": now,
        },
    )


def claim(connection: Connection, now: datetime, size: int) -> list[Parcel]:
    """Up to ``size`` waiting rows, the longest waiting first, for this sender alone until the lease ends."""
    rows = connection.execute(_WAITING, {"now": now, "size": size}).mappings().all()
    _update(
        connection,
        [row["id"] for row in rows],
        attempts=_outbox.c.attempts + 1,
        next_attempt_at=now + LEASE,
        leased_until_at=now + LEASE,
    )
    return [parcel_of(row) for row in rows]


def settle_all(connection: Connection, now: datetime, size: int) -> list[Parcel]:
    """Marks up to ``size`` waiting rows as sent, where there is nothing to send; answers them."""
    rows = connection.execute(_WAITING, {"now": now, "size": size}).mappings().all()
    _update(connection, [row["id"] for row in rows], sent_at=now, next_attempt_at=None)
    return [parcel_of(row) for row in rows]


def parcel_of(row: Any) -> Parcel:
    """The row as its next attempt would have it."""
    return Parcel(
        id=row["id"],
        topic=row["topic"],
        application_id=row["application_id"],
        content=row["content"],
        created_at=row["created_at"],
        attempts=row["attempts"] + 1,
    )


def settle_sent(connection: Connection, parcel: Parcel, now: datetime, remark: str | None = None) -> None:
    """The row is done; ``remark`` says who could not be reached for good."""
    _update(
        connection,
        [parcel.id],
        sent_at=now,
        next_attempt_at=None,
        leased_until_at=None,
        last_error=remark and remark[:_LONGEST_ERROR],
    )


def settle_failed(
    connection: Connection, parcel: Parcel, now: datetime, error: str, reached: Sequence[int] = ()
) -> None:
    """The row waits for its next attempt, each time longer; after the last one it is given up."""
    delay = FIRST_DELAY * DELAY_GROWTH ** (min(parcel.attempts, ATTEMPTS) - 1)
    connection.execute(
        update(_outbox)
        # Whoever claimed it after the lease ended decides by now.
        .where(_outbox.c.id == parcel.id, _outbox.c.attempts == parcel.attempts, _outbox.c.sent_at.is_(None))
        .values(
            next_attempt_at=now + delay if parcel.attempts < ATTEMPTS else None,
            leased_until_at=None,
            last_error=error[:_LONGEST_ERROR],
            content=parcel.content | {"reached": sorted(parcel.reached | set(reached))},
        )
    )


def _update(connection: Connection, ids: list[int], **values: Any) -> None:
    if ids:
        connection.execute(update(_outbox).where(_outbox.c.id.in_(ids)).values(**values))
