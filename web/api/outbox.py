"""The outbox, for administrators: what was not sent, sent again or given up."""

from __future__ import annotations

from flask import Response

from web.api.intake import json_object
from web.api.parameters import OutboxQuery
from web.api.replies import reply
from web.current import product, require_actor
from workflow.services import outbox_keeping


def read_outbox(query: OutboxQuery) -> Response:
    """Messages that were not sent, or those of a state; newest first."""
    wanted = {name: getattr(query, name) for name in OutboxQuery.model_fields}
    return reply(outbox_keeping.read_outbox(product(), actor=require_actor(), **wanted))


def read_message(message_id: int) -> Response:
    """One message, whom it is for, and why it was not sent."""
    return reply(outbox_keeping.read_message(product(), actor=require_actor(), message_id=message_id))


def retry_messages() -> Response:
    """Has some messages, or all that failed, sent again; never what was sent."""
    return reply(outbox_keeping.retry_messages(product(), actor=require_actor(), body=json_object()))


def give_up_message(message_id: int) -> Response:
    """Has a message never sent, for a reason."""
    body = json_object()
    return reply(
        outbox_keeping.give_up_message(product(), actor=require_actor(), message_id=message_id, body=body)
    )
