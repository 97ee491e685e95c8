"""双随机抽取 over the API."""

from __future__ import annotations

from flask import Response

from web.api.intake import idempotency_key, json_object
from web.api.parameters import PageQuery
from web.api.replies import reply
from web.current import product, require_actor
from workflow.services import draw_reading, draws


def list_draws(query: PageQuery) -> Response:
    """The draws that the caller may see, newest first."""
    page = draw_reading.list_draws(product(), actor=require_actor(), cursor=query.cursor, limit=query.limit)
    return reply(page)


def draw_visits() -> Response:
    """Draws running classes of the region, and inspectors for each; nothing of it can be changed."""
    made = draws.draw_visits(
        product(), actor=require_actor(), body=json_object(), command_id=idempotency_key(required=True)
    )
    return reply(made, status=201)


def read_draw(draw_id: int) -> Response:
    """One draw with its visits."""
    return reply(draw_reading.read_draw(product(), actor=require_actor(), draw_id=draw_id))


def verify_draw(draw_id: int) -> Response:
    """Makes the draw again of its seed and candidates, and says whether it agrees."""
    return reply(draw_reading.verify_draw(product(), actor=require_actor(), draw_id=draw_id))


def substitute_inspector(draw_id: int, visit_id: int) -> Response:
    """Lets the next inspector of the same order go instead of one who cannot."""
    return reply(
        draws.substitute_inspector(
            product(), actor=require_actor(), draw_id=draw_id, visit_id=visit_id, body=json_object()
        )
    )
