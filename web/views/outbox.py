"""发送队列, for administrators: what is stuck and why, sent again or given up."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.api.parameters import OutboxQuery
from web.current import product, require_actor
from web.views.fields import Field
from web.views.filters import read_filters
from web.views.paging import cursor, page_addresses
from web.views.refused import messages_of, shown
from workflow.errors import Refused
from workflow.services import outbox_keeping
from workflow.vocabulary import OutboxState

blueprint = Blueprint("outbox", __name__)
_FILTERS = ("state", "topic")


@blueprint.get("/admin/outbox")
def list_all() -> ResponseReturnValue:
    """What was not sent, or what a filter of the address asks for."""
    return _list()


@blueprint.post("/admin/outbox/retry")
def retry() -> ResponseReturnValue:
    """Sends the ticked messages, one, or all that failed, again."""
    body: dict[str, Any] = {}
    if "all_failed" in request.form:
        body["all_failed"] = True
    else:
        chosen = request.form.getlist("one") or request.form.getlist("chosen")
        body["ids"] = [int(each) for each in chosen if re.fullmatch(r"[1-9][0-9]{0,17}", each, re.ASCII)]
    try:
        done = outbox_keeping.retry_messages(product(), actor=require_actor(), body=body)
    except Refused as refusal:
        return _list(refusal)
    words = f"已安排重发 {done['retried']} 条消息，几秒钟后发送"
    if done["passed_over"]:
        words += f"；{done['passed_over']} 条已发送、已放弃或者正在发送，没有重发"
    flash(f"{words}。", "good" if done["retried"] else "warn")
    kept: dict[str, Any] = {name: request.form.get(name) or None for name in _FILTERS}
    return redirect(url_for("outbox.list_all", **kept), code=303)


@blueprint.get("/admin/outbox/<key:message_id>")
def show(message_id: int) -> ResponseReturnValue:
    """One message, whom it is for and why it was not sent."""
    return _page(message_id)


@blueprint.post("/admin/outbox/<key:message_id>/give-up")
def give_up(message_id: int) -> ResponseReturnValue:
    """Has a message never sent."""
    reason = request.form.get("reason", "").strip()
    try:
        outbox_keeping.give_up_message(
            product(),
            actor=require_actor(),
            message_id=message_id,
            body={"reason": reason} if reason else {},
        )
    except Refused as refusal:
        return _page(message_id, refusal), refusal.status
    flash("这条消息不再发送；收件人仍可在本系统的“消息”中看到。", "good")
    return redirect(url_for("outbox.show", message_id=message_id), code=303)


def _list(refusal: Refused | None = None) -> tuple[str, int]:
    filters, refused = read_filters(OutboxQuery, _FILTERS)
    page: dict[str, Any] = {"items": [], "next": None, "counts": {}, "oldest_at": None, "sends_mail": True}
    if refused is None:
        page = outbox_keeping.read_outbox(product(), actor=require_actor(), **filters, cursor=cursor())
    shown_page = render_template(
        "outbox/list.html",
        page=page,
        filters=filters,
        states=OutboxState,
        topics=outbox_keeping.TOPICS,
        most=outbox_keeping.MOST_COUNTED,
        refused=shown(refusal) if refusal else refused,
        **page_addresses(page),
    )
    return shown_page, refusal.status if refusal else 422 if refused else 200


def _page(message_id: int, refusal: Refused | None = None) -> str:
    reason = Field(
        "reason",
        "原因",
        value=request.form.get("reason", ""),
        error=messages_of(refusal).get("reason", "") if refusal else "",
        help="如：收件人已调离；记入系统记录",
        required=True,
        enforced=True,
    )
    one = outbox_keeping.read_message(product(), actor=require_actor(), message_id=message_id)
    return render_template(
        "outbox/show.html", one=one, reason=reason, refused=shown(refusal) if refusal else None
    )
