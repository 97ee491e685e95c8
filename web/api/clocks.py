"""Clocks, and the reminders and escalations they cause."""

from __future__ import annotations

from flask import Response

from web.api.parameters import AlertsQuery, ClocksQuery, truth
from web.api.replies import reply
from web.current import product, require_actor
from workflow.services import alerts, deadlines


def list_clocks(query: ClocksQuery) -> Response:
    """Clocks of the applications the caller may see."""
    return reply(
        deadlines.list_clocks(
            product(),
            actor=require_actor(),
            state=query.state,
            kind=query.kind,
            region=query.region,
            cursor=query.cursor,
            limit=query.limit,
        )
    )


def read_clock(clock_id: int) -> Response:
    """One clock, with every day that counted and every day that was skipped."""
    return reply(deadlines.read_clock(product(), actor=require_actor(), clock_id=clock_id))


def list_alerts(query: AlertsQuery) -> Response:
    """Reminders and escalations addressed to the caller."""
    return reply(
        alerts.list_alerts(
            product(),
            actor=require_actor(),
            unread=truth(query.unread),
            cursor=query.cursor,
            limit=query.limit,
        )
    )


def mark_alert_read(alert_id: int) -> Response:
    """Marks an alert as read by the caller."""
    return reply(alerts.mark_alert_read(product(), actor=require_actor(), alert_id=alert_id))
