"""What has to be renewed when, and the proof of the uploaded files; for administrators."""

from __future__ import annotations

from flask import Response

from web.api.intake import json_object
from web.api.replies import reply
from web.current import product, require_actor
from workflow.services import attachment_checks, renewals


def list_renewals() -> Response:
    """Calendars, policies, lists, funds and settings: what has to be renewed, most urgent first."""
    return reply(renewals.read_renewals(product(), actor=require_actor()))


def read_attachment_check() -> Response:
    """The last proof of the uploaded files, and whether another is wanted."""
    return reply(attachment_checks.read_attachment_check(product(), actor=require_actor()))


def request_attachment_check() -> Response:
    """Asks for a proof of every uploaded file; a scheduler does it within a minute."""
    asked = attachment_checks.request_attachment_check(product(), actor=require_actor(), body=json_object())
    return reply(asked, status=201)
