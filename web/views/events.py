"""Sending an event to an application from its page."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.current import product, require_actor
from web.rate import check_reading_rate
from web.views.acts import CONFIRMED, GRAVE, offered, payload_of
from web.views.applications import page_of
from web.views.fields import Sent, sent_by
from web.views.refused import messages_of, not_ticked, shown
from web.views.rows import Attempt, place_on_page
from web.views.wording import moment
from web.views.worklist_way import carried
from workflow.errors import Conflict, Forbidden, Malformed, NotFound, NotNow, Refused
from workflow.form import PAYLOADS, read
from workflow.form.reading import malformed
from workflow.services import applications, audit, door, notices
from workflow.vocabulary import Event

blueprint = Blueprint("events", __name__)
_LARGEST_PAGE = 100


@blueprint.get("/applications/<key:application_id>/events/<event>")
def show(application_id: int, event: str) -> ResponseReturnValue:
    """The address of a form that was sent, opened by hand: leads to the form."""
    form = f"event-{_known(event).value}"
    return redirect(url_for("applications.show", application_id=application_id, _anchor=form), code=303)


@blueprint.post("/applications/<key:application_id>/events/<event>")
def send(application_id: int, event: str) -> ResponseReturnValue:
    """Sends the event; refused, the page comes back as it was filled in, saying why."""
    kind = _known(event)
    person = require_actor()
    view = applications.read_application(product(), actor=person, application_id=application_id)
    sent = sent_by(request.form)
    if "add_row" in request.form:
        return page_of(view, attempt=Attempt(kind, sent, {}, extra_rows=1))
    rows: list[str] = []
    try:
        payload, rows = payload_of(kind, view, sent)
        if kind in GRAVE and request.form.get(CONFIRMED) != "true":
            raise _with_all_faults(kind, payload, not_ticked(CONFIRMED))
        view = door.send_event(
            product(),
            actor=person,
            application_id=application_id,
            event=kind.value,
            payload=payload,
            expected_version=_number(request.form.get("version")),
            command_id=request.form.get("command_id") or None,
        )
    except Refused as refusal:
        return page_again(refusal, kind, application_id, sent, rows), refusal.status
    flash(f"已办理“{kind.label}”。目前状态：{view['state_label']}。", "good")
    return redirect(url_for("applications.show", application_id=application_id, **carried()), code=303)


@blueprint.post("/applications/<key:application_id>/objections/<key:objection_id>/contact")
def objector(application_id: int, objection_id: int) -> ResponseReturnValue:
    """Name and contact of who objected, for those who answer; a POST, because the reading is recorded."""
    person = require_actor()
    check_reading_rate()
    objection = notices.read_objection(
        product(), actor=person, application_id=application_id, objection_id=objection_id
    )
    view = applications.read_application(product(), actor=person, application_id=application_id)
    return render_template("applications/objector.html", view=view, objection=objection)


@blueprint.post("/applications/<key:application_id>/payee")
def payee(application_id: int) -> ResponseReturnValue:
    """The bank account in clear, for who pays; a POST, because the reading is recorded."""
    person = require_actor()
    check_reading_rate()
    account = applications.read_payee(product(), actor=person, application_id=application_id)
    view = applications.read_application(product(), actor=person, application_id=application_id)
    return render_template("applications/payee.html", view=view, account=account)


def page_again(refusal: Refused, kind: Event, application_id: int, sent: Sent, rows: list[str]) -> str:
    """The page once more, with the newest state of the application and what the person had typed."""
    view = applications.read_application(product(), actor=require_actor(), application_id=application_id)
    place = partial(place_on_page, rows=rows)
    head = shown(refusal, scope=kind.value, place=place)
    reload = url_for("applications.show", application_id=application_id, **carried())
    if kind not in offered(view) and not isinstance(refusal, Forbidden):
        # What is wrong with a form that is gone helps nobody; what NotNow says of the state does.
        why = (
            refusal.message
            if isinstance(refusal, NotNow)
            else f"打开页面之后情况有变，不能再办理“{kind.label}”"
        )
        head = shown(NotNow(f"{why}。{last_change(application_id)}"), reload=reload)
    elif isinstance(refusal, Conflict):
        head = shown(
            Conflict(
                f"{refusal.message} {last_change(application_id)}您填写的内容还在，请核对后再办理。".strip()
            ),
            reload=reload,
        )
    return page_of(view, attempt=Attempt(kind, sent, messages_of(refusal, place)), refused=head)


def _with_all_faults(kind: Event, payload: dict[str, Any], refusal: Malformed) -> Malformed:
    """What is wrong with the rest of the form is told along with the missing tick."""
    try:
        read(PAYLOADS[kind], payload)
    except Malformed as wrong:
        return malformed([*wrong.errors, *refusal.errors])
    return refusal


def last_change(application_id: int) -> str:
    """Who changed it, and to what."""
    last: dict[str, Any] | None = None
    after: str | None = None
    while True:
        trail = audit.read_history(
            product(), actor=require_actor(), application_id=application_id, cursor=after, limit=_LARGEST_PAGE
        )
        # A new sealing changes nothing that anybody saw.
        done = [one for one in trail["items"] if one["outcome"] == "done" and one["event"] != audit.RESEAL]
        last = done[-1] if done else last
        after = trail["next"]
        if after is None:
            break
    if last is None:
        return ""
    return (
        f"最近一次变动：{last['actor_name']}于 {moment(last['at'])} 办理“{last['event_label']}”，"
        f"现为“{last['to_state_label']}”。"
    )


def _known(event: str) -> Event:
    try:
        return Event(event)
    except ValueError:
        raise NotFound("没有这个事项") from None


def _number(typed: str | None) -> int:
    # A version that is no number is one that nobody has seen: the service answers with a conflict.
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 10 else 0
