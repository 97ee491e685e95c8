"""Public notices and objections to them, without sign-in."""

from __future__ import annotations

from flask import Response

from web.api.intake import idempotency_key, json_object
from web.api.parameters import NoticesQuery
from web.api.replies import reply
from web.current import actor, product
from web.rate import check_follow_up_rate, check_objection_rate
from workflow.services import notices, objections


def list_public_notices(query: NoticesQuery) -> Response:
    """The public notices, newest first."""
    return reply(
        notices.list_public_notices(
            product(),
            region=query.region,
            standing=query.standing,
            text=query.text,
            cursor=query.cursor,
            limit=query.limit,
        )
    )


def read_public_notice(notice_id: int) -> Response:
    """One public notice."""
    return reply(notices.read_public_notice(product(), notice_id=notice_id))


def file_objection(notice_id: int) -> Response:
    """An objection to a notice that hangs; so many a minute for each address and notice."""
    check_objection_rate(notice_id)
    return reply(
        notices.file_public_objection(
            product(),
            actor=actor(),
            notice_id=notice_id,
            body=json_object(),
            command_id=idempotency_key(required=False),
        ),
        status=201,
    )


def follow_objection(receipt: str) -> Response:
    """How an objection stands, by its receipt; so many looks a minute for each address."""
    check_follow_up_rate()
    return reply(objections.follow_objection(product(), receipt=receipt))
