"""Reminders and escalations addressed to the person."""

from __future__ import annotations

import re

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.current import product, require_actor
from web.views.paging import cursor, page_addresses
from workflow.services import alerts

blueprint = Blueprint("alerts", __name__)
_CLOSURE = re.compile(r"closure_(\d+)(?:_withdrawal)?", re.ASCII)


@blueprint.get("/alerts")
def show() -> ResponseReturnValue:
    """The alerts, newest first; ``unread=1`` leaves out those that were read."""
    unread = request.args.get("unread") == "1"
    page = alerts.list_alerts(product(), actor=require_actor(), unread=unread or None, cursor=cursor())
    items = [item | {"closure_id": _closure_of(item["rung"])} for item in page["items"]]
    return render_template("alerts/list.html", items=items, unread=unread, **page_addresses(page))


def _closure_of(rung: str) -> int | None:
    """The closure that waits for a decision, where this is what an alert is about."""
    found = _CLOSURE.fullmatch(rung)
    return int(found[1]) if found else None


@blueprint.post("/alerts/<key:alert_id>/read")
def mark_read(alert_id: int) -> ResponseReturnValue:
    """Marks one as read, and goes back to the list as it was filtered."""
    alerts.mark_alert_read(product(), actor=require_actor(), alert_id=alert_id)
    unread = "1" if request.form.get("unread") == "1" else None
    return redirect(url_for("alerts.show", unread=unread), code=303)
