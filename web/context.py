"""What every template finds without asking: the person, the site, the test clock's banner, unread alerts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, g, request

from web.access import may_open
from web.current import able, absent, actor, product, request_id
from web.help import help_of
from web.views.worklist_way import carried
from workflow.clock import SHANGHAI
from workflow.services import alerts, registration_reviews, test_clock


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """The settings that a page may show; the others are nobody's business there."""

    site_name: str
    demonstration: bool
    test_clock: bool
    organiser: str
    site_code: str
    icp_number: str
    police_number: str


def furnish_templates(app: Flask) -> None:
    """Adds the furniture to every template's context."""
    app.context_processor(_furniture)


def _furniture() -> dict[str, Any]:
    settings = product().settings
    return {
        "actor": actor(),
        "settings": SiteSettings(
            settings.site_name,
            settings.demonstration,
            settings.test_clock,
            settings.organiser,
            settings.site_code,
            settings.icp_number,
            settings.police_number,
        ),
        "test_now": _test_now(),
        "unread_alerts": _unread_alerts(),
        "decides_registrations": actor() is not None and able(registration_reviews.decides),
        "standing_in_for": [person.name for person in absent()],
        "pending_registrations": _pending_registrations(),
        "request_id": request_id(),
        "may_open": may_open,
        "page_help": help_of(request.endpoint if request else None),
        "carried": carried,
    }


def _test_now() -> datetime | None:
    if not product().settings.test_clock or g.get("without_furniture"):
        return None
    return test_clock.business_now(product()).astimezone(SHANGHAI)


def _pending_registrations() -> int:
    person = actor()
    if person is None or g.get("without_furniture"):
        return 0
    if "pending_registrations" not in g:
        g.pending_registrations = registration_reviews.count_pending(product(), actor=person)
    return int(g.pending_registrations)


def _unread_alerts() -> str:
    """The number in the navigation; nothing where all is read."""
    person = actor()
    if person is None or g.get("without_furniture"):
        return ""
    if "unread_alerts" not in g:
        count = alerts.count_unread(product(), actor=person)
        g.unread_alerts = f"{count - 1}+" if count == alerts.MOST_COUNTED else str(count or "")
    return str(g.unread_alerts)
