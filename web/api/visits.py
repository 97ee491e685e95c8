"""An inspector's day over the API."""

from __future__ import annotations

from flask import Response

from web.api.parameters import VisitsQuery
from web.api.replies import reply
from web.current import product, require_actor
from workflow.services import visits


def list_visits(query: VisitsQuery) -> Response:
    """The classes that the inspector should see on a day, the most urgent first."""
    page = visits.list_visits(
        product(),
        actor=require_actor(),
        on=query.on,
        show=query.show,
        cursor=query.cursor,
        limit=query.limit,
    )
    return reply({"items": page["items"], "next": page["next"]})
