"""消息: reminders, escalations and steps told to the person, by day, with what to do about each."""

from __future__ import annotations

import re
from itertools import groupby
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.access import may_open
from web.api.parameters import AlertsQuery, truth
from web.current import able, product, require_actor
from web.views.filters import read_filters
from web.views.paging import cursor, page_addresses
from workflow.access import is_awaited
from workflow.clock import as_date
from workflow.services import alerts, test_clock
from workflow.vocabulary import AlertKind, State

blueprint = Blueprint("alerts", __name__)
_CLOSURE = re.compile(r"closure_(\d+)(?:_withdrawal)?", re.ASCII)
_FILTERS = ("unread", "kind", "text")


@blueprint.get("/alerts")
def show() -> ResponseReturnValue:
    """The messages, newest first, filtered; with a filter that cannot be read, nothing but the reason."""
    person = require_actor()
    filters, refused = read_filters(AlertsQuery, _FILTERS)
    # A box that is not ticked narrows nothing.
    filters["unread"] = truth(filters["unread"]) or None
    page: dict[str, Any] = {"items": [], "next": None}
    newest: int | None = None
    if refused is None:
        page = alerts.list_alerts(product(), actor=person, **filters, cursor=cursor())
        first = page if cursor() is None else alerts.list_alerts(product(), actor=person, **filters, limit=1)
        newest = first["items"][0]["id"] if first["items"] else None
    items = [item | _target(item) for item in page["items"]]
    shown_page = render_template(
        "alerts/list.html",
        days=[(on, list(those)) for on, those in groupby(items, key=lambda item: as_date(item["raised_at"]))],
        today=test_clock.business_now(product()),
        unread_ids=[item["id"] for item in items if not item["read_at"]],
        newest=newest,
        filters=filters,
        kinds=AlertKind,
        searched=alerts.SEARCHED,
        refused=refused,
        **page_addresses(page),
    )
    return shown_page, 422 if refused else 200


def _target(item: dict[str, Any]) -> dict[str, str]:
    """Where one goes to do something about a message, and what one does there."""
    closure = _CLOSURE.fullmatch(item["rung"])
    if closure:
        return {
            "address": url_for("closures.show", closure_id=int(closure[1])),
            "act": f"查看本地停办第 {closure[1]} 号",
        }
    if item["application_id"] is None:
        may_import = item["rung"] == "calendar_missing" and may_open("calendar_import.show")
        return (
            {"address": url_for("calendar_import.show"), "act": "导入放假通知"}
            if may_import
            else {"address": "", "act": ""}
        )
    if item["kind"] == AlertKind.CALENDAR:
        address = url_for("applications.clock", clock_id=item["clock_id"])
        return {"address": address, "act": "查看期限如何计算"}
    mine = able(lambda person: is_awaited(person.role, person.department, State(item["state"])))
    if item["kind"] == AlertKind.RETURNED and mine and may_open("drafts.edit"):
        return {"address": url_for("drafts.edit", application_id=item["application_id"]), "act": "修改申请表"}
    return {
        "address": url_for("applications.show", application_id=item["application_id"]),
        "act": "去办理" if mine else "查看申请",
    }


@blueprint.post("/alerts/read")
def mark_read() -> ResponseReturnValue:
    """Marks one, those of the page or all as read, and goes back to the list as it was filtered.

    ``open`` marks one and goes on to what it is about.
    """
    person = require_actor()
    chosen = request.form.get("open") or request.form.get("one")
    if chosen is not None:
        view = alerts.mark_alert_read(product(), actor=person, alert_id=_number(chosen))
        target = _target(view)["address"] if "open" in request.form else ""
        if target:
            return redirect(target, code=303)
        return _back("cursor")
    body: dict[str, Any] = {}
    if "page" in request.form:
        body["ids"] = [_number(each) for each in request.form.getlist("shown")]
    else:
        body["until"] = _number(request.form.get("newest", ""))
        body |= {"kind": request.form["kind"]} if request.form.get("kind") else {}
    done = alerts.mark_alerts_read(product(), actor=person, body=body)
    flash(f"已将 {done['marked']} 条消息标为已读。", "good")
    return _back()


def _number(typed: str) -> int:
    # Only our own buttons send these; whatever else comes is no message.
    return int(typed) if re.fullmatch(r"[1-9][0-9]{0,17}", typed, re.ASCII) else 0


def _back(*more: str) -> ResponseReturnValue:
    kept: dict[str, Any] = {name: request.form.get(name) or None for name in (*_FILTERS, *more)}
    return redirect(url_for("alerts.show", **kept), code=303)
