"""Make-up lessons and struck observations, from the page of the application."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from web.current import product, require_actor
from web.views.applications import page_of
from web.views.fields import ordinal_typed, sent_by
from web.views.record_forms import (
    ASK,
    Tried,
    decision_scope,
    make_up_sent,
    place_of_make_up,
    strike_scope,
)
from web.views.refused import messages_of, shown
from workflow.errors import Conflict, NotFound, Refused
from workflow.form import from_inputs, read
from workflow.form.payloads import Reason
from workflow.form.training import MakeUp, ObservationStrike
from workflow.services import applications, training_records

blueprint = Blueprint("training_records", __name__)


@blueprint.get("/applications/<key:application_id>/make-ups")
@blueprint.get("/applications/<key:application_id>/make-ups/<key:make_up_id>")
@blueprint.get("/applications/<key:application_id>/observations/strike")
def show(application_id: int, **_which: int) -> ResponseReturnValue:
    """The address of a form that was sent, opened by hand: leads to the records."""
    return redirect(url_for("applications.show", application_id=application_id, _anchor="records"), code=303)


@blueprint.post("/applications/<key:application_id>/make-ups")
def ask_make_up(application_id: int) -> ResponseReturnValue:
    """The applicant asks for HR's consent to a make-up lesson."""
    sent = sent_by(request.form)

    def act() -> None:
        training_records.ask_make_up(
            product(), asked=read(MakeUp, make_up_sent(sent)), **_command(application_id)
        )

    return _carried_out(application_id, ASK, act, "补课申请已提交，待人社部门同意。", place_of_make_up)


@blueprint.post("/applications/<key:application_id>/make-ups/<key:make_up_id>")
def decide_make_up(application_id: int, make_up_id: int) -> ResponseReturnValue:
    """HR consents, or does not and says why."""
    decided = request.form.get("act")
    if decided not in {"consent", "decline"}:
        raise NotFound("没有这个操作")
    command = {"make_up_id": make_up_id} | _command(application_id)

    def act() -> None:
        if decided == "consent":
            training_records.consent_make_up(product(), **command)
        else:
            reason = read(Reason, from_inputs(Reason, sent_by(request.form))).reason
            training_records.decline_make_up(product(), reason=reason, **command)

    said = "已同意补课，补课人数计入出勤。" if decided == "consent" else "未同意补课，理由已记录。"
    return _carried_out(application_id, decision_scope(make_up_id), act, said)


@blueprint.post("/applications/<key:application_id>/observations/strike")
def strike_observations(application_id: int) -> ResponseReturnValue:
    """HR's head strikes what an inspection observed besides the head count."""
    sent = sent_by(request.form)

    def act() -> None:
        strike = read(ObservationStrike, from_inputs(ObservationStrike, sent))
        training_records.strike_observations(product(), strike=strike, **_command(application_id))

    scope = strike_scope(sent.get("class_no"), sent.get("inspection_no"))
    return _carried_out(application_id, scope, act, "已撤销，原记录仍可查看。")


def _command(application_id: int) -> dict[str, Any]:
    return {
        "actor": require_actor(),
        "application_id": application_id,
        "expected_version": ordinal_typed(request.form.get("version", "")),
        "command_id": request.form.get("command_id") or None,
    }


def _carried_out(
    application_id: int,
    form: str,
    act: Callable[[], None],
    said: str,
    place: Callable[[str], str] = str,
) -> ResponseReturnValue:
    """Back to the application; refused, the page as it was filled in, saying why."""
    address = url_for("applications.show", application_id=application_id, _anchor="records")
    try:
        act()
    except NotFound:
        raise
    except Refused as refusal:
        view = applications.read_application(product(), actor=require_actor(), application_id=application_id)
        reload = address if isinstance(refusal, Conflict) else ""
        tried = Tried(form, sent_by(request.form), messages_of(refusal, place))
        head = shown(refusal, scope=form, place=place, reload=reload)
        return page_of(view, tried=tried, refused=head), refusal.status
    flash(said, "good")
    return redirect(address, code=303)
