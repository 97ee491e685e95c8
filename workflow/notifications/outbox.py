"""The outbox: what is to be told is written with its cause in one transaction, and sent afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert

from workflow.persistence import tables
from workflow.vocabulary import State

_INSERT = insert(tables.outbox)


def post_move(
    connection: Connection, application_id: int, event: str, old: State, new: State, now: datetime
) -> None:
    """An application was acted on; whoever acts next is told."""
    post(
        connection,
        "moved",
        application_id,
        {"event": event, "from": old.value, "to": new.value},
        now,
    )


def post(
    connection: Connection, topic: str, application_id: int | None, content: dict[str, Any], now: datetime
) -> None:
    """One message of a topic, to be sent from now on."""
    connection.execute(
        _INSERT,
        {
            "topic": topic,
            "application_id": application_id,
            "content": content,
            "created_at": now,
            "attempts": 0,
            "next_attempt_at": now,
        },
    )
