"""Reminders and escalations addressed to the person."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.current import product, require_actor
from web.views.paging import cursor, page_addresses
from workflow.services import alerts

blueprint = Blueprint("alerts", __name__)


@blueprint.get("/alerts")
def show() -> ResponseReturnValue:
    """The alerts, newest first; ``unread=1`` leaves out those that were read."""
    unread = request.args.get("unread") == "1"
    page = alerts.list_alerts(product(), actor=require_actor(), unread=unread or None, cursor=cursor())
    return render_template("alerts/list.html", items=page["items"], unread=unread, **page_addresses(page))


@blueprint.post("/alerts/<key:alert_id>/read")
def mark_read(alert_id: int) -> ResponseReturnValue:
    """Marks one as read, and goes back to the list as it was filtered."""
    alerts.mark_alert_read(product(), actor=require_actor(), alert_id=alert_id)
    unread = "1" if request.form.get("unread") == "1" else None
    return redirect(url_for("alerts.show", unread=unread), code=303)
