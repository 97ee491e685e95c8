"""Clocks, and the messages that they and the steps of applications cause."""

from __future__ import annotations

from flask import Response

from web.api.intake import json_object
from web.api.parameters import AlertsQuery, ClocksQuery, truth
from web.api.replies import reply
from web.current import product, require_actor
from workflow.services import alerts, deadlines, mail_choices


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
    """Messages to the caller: reminders, escalations, steps of applications."""
    return reply(
        alerts.list_alerts(
            product(),
            actor=require_actor(),
            unread=truth(query.unread),
            kind=query.kind,
            text=query.text,
            cursor=query.cursor,
            limit=query.limit,
        )
    )


def mark_alerts_read() -> Response:
    """Marks messages as read by the caller: some by their ids, or all up to one."""
    return reply(alerts.mark_alerts_read(product(), actor=require_actor(), body=json_object()))


def read_mail_choice() -> Response:
    """Which kinds of message come to the caller by e-mail too, and where to."""
    return reply(mail_choices.read_mail_choice(product(), actor=require_actor()))


def choose_mail() -> Response:
    """Chooses which kinds of message come to the caller by e-mail too, and where to."""
    return reply(mail_choices.choose_mail(product(), actor=require_actor(), body=json_object()))


def mark_alert_read(alert_id: int) -> Response:
    """Marks an alert as read by the caller."""
    return reply(alerts.mark_alert_read(product(), actor=require_actor(), alert_id=alert_id))
