"""The caller's calendar feed: its private address made, looked after and revoked."""

from __future__ import annotations

from flask import Response, url_for

from web.api.replies import reply
from web.current import product, require_actor
from workflow.services import feeds


def create_calendar_feed() -> Response:
    """A new private address of the caller's due dates, shown once; an older address ends."""
    made = feeds.create_feed(product(), actor=require_actor())
    address = url_for("feeds.read", token=made["token"], _external=True)
    return reply({"url": address, "created_at": made["created_at"]}, status=201)


def show_calendar_feed() -> Response:
    """Whether the caller has a calendar feed, and when it was last read."""
    return reply(feeds.show_feed(product(), actor=require_actor()))


def revoke_calendar_feed() -> Response:
    """Ends the address of the caller's calendar feed at once; no error where there is none."""
    feeds.revoke_feed(product(), actor=require_actor())
    return show_calendar_feed()
