"""转办、委派、抄送 from the page of an application."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from web.current import product, require_actor
from web.views.applications import page_of
from web.views.collaboration_forms import FORMS, Turned, with_keys
from web.views.events import last_change
from web.views.fields import sent_by
from web.views.refused import messages_of, shown
from workflow.errors import NotNow, Refused
from workflow.form import from_inputs
from workflow.services import applications, collaboration

blueprint = Blueprint("collaboration", __name__)


@blueprint.post("/applications/<key:application_id>/hand-over")
def hand_over(application_id: int) -> ResponseReturnValue:
    """Puts it in the hands of one colleague."""
    done = "已转办给{assigned_to}。"
    return _turn(application_id, "hand_over", collaboration.hand_over, done)


@blueprint.post("/applications/<key:application_id>/give-back")
def give_back(application_id: int) -> ResponseReturnValue:
    """Opens it to the department again."""
    done = "已退回本部门，可以办理的人员都能办理。"
    return _turn(application_id, "give_back", collaboration.give_back, done)


@blueprint.post("/applications/<key:application_id>/delegate")
def delegate(application_id: int) -> ResponseReturnValue:
    """Asks a colleague for an opinion."""
    done = "已委派，对方答复后会提醒您。"
    return _turn(application_id, "delegate", collaboration.delegate, done)


@blueprint.post("/applications/<key:application_id>/answer-delegation")
def answer_delegation(application_id: int) -> ResponseReturnValue:
    """Answers what this person was asked."""
    done = "已答复，由委派的人员继续办理。"
    return _turn(application_id, "answer_delegation", collaboration.answer_delegation, done)


@blueprint.post("/applications/<key:application_id>/take-back-delegation")
def take_back_delegation(application_id: int) -> ResponseReturnValue:
    """Takes back what a colleague was asked."""
    done = "已收回委派，可以继续办理。"
    return _turn(application_id, "take_back_delegation", collaboration.take_back_delegation, done)


@blueprint.post("/applications/<key:application_id>/circulate")
def circulate(application_id: int) -> ResponseReturnValue:
    """Sends it to colleagues for information."""
    done = "已抄送，对方阅读后可在协同记录中看到。"
    return _turn(application_id, "circulate", collaboration.circulate, done)


def _turn(
    application_id: int, form: str, act: Callable[..., dict[str, Any]], done: str
) -> ResponseReturnValue:
    """Carries it out; refused, the page says why and keeps what was typed."""
    person, sent = require_actor(), sent_by(request.form)
    given: dict[str, Any] = {}
    if form in FORMS:
        typed = from_inputs(FORMS[form], sent)
        if chosen := request.form.getlist("to_ids"):
            typed["to_ids"] = chosen
        given["body"] = with_keys(typed)
    try:
        found = act(
            product(),
            actor=person,
            application_id=application_id,
            command_id=request.form.get("command_id") or None,
            **given,
        )
    except Refused as refusal:
        view = applications.read_application(product(), actor=person, application_id=application_id)
        turned = Turned(form, sent, messages_of(refusal, _place))
        if isinstance(refusal, NotNow):
            refusal = NotNow(f"{refusal.message}。{last_change(application_id)}")
        head = shown(refusal, scope=form.replace("_", "-"), place=_place)
        return page_of(view, turned=turned, refused=head), refusal.status
    flash(done.format(**found), "good")
    return redirect(url_for("applications.show", application_id=application_id), code=303)


def _place(path: str) -> str:
    # A fault of one of several people is shown beside all of them.
    return "to_ids" if path.startswith("to_ids") else path
