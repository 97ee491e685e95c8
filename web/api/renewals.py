"""What has to be renewed when, for administrators."""

from __future__ import annotations

from flask import Response

from web.api.replies import reply
from web.current import product, require_actor
from workflow.services import renewals


def list_renewals() -> Response:
    """Calendars, policies, lists, funds and settings: what has to be renewed, most urgent first."""
    return reply(renewals.read_renewals(product(), actor=require_actor()))
