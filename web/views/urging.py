"""催办 from the page of an application."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from web.current import product, require_actor
from web.views.applications import page_of
from web.views.refused import shown
from workflow.clock import day_cn
from workflow.errors import Refused
from workflow.services import applications, urging

blueprint = Blueprint("urging", __name__)


@blueprint.post("/applications/<key:application_id>/urge")
def send(application_id: int) -> ResponseReturnValue:
    """Reminds those in whose hands it is; refused, the page says why and keeps what was typed."""
    person = require_actor()
    reason = request.form.get("reason", "").strip()
    try:
        done = urging.urge(
            product(),
            actor=person,
            application_id=application_id,
            body={"reason": reason} if reason else {},
        )
    except Refused as refusal:
        view = applications.read_application(product(), actor=person, application_id=application_id)
        return page_of(view, refused=shown(refusal, scope="urge")), refusal.status
    flash(f"已提醒 {done['told_count']} 名可以办理的人员，{day_cn(done['again_on'])}起可以再次催办。", "good")
    return redirect(url_for("applications.show", application_id=application_id), code=303)
