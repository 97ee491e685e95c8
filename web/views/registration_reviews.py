"""机构注册 at HR's desk: the list, one registration with its proof, and the decision."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.api.attachments import file_response
from web.api.parameters import RegistrationsQuery
from web.current import product, require_actor
from web.rate import check_reading_rate
from web.views.fields import Sent, fields_of, ordinal_typed, sent_by
from web.views.filters import read_filters
from web.views.paging import cursor, page_addresses
from web.views.refused import messages_of, shown
from workflow.attachments.limits import megabytes
from workflow.errors import Forbidden, NotFound, Refused
from workflow.form.registration import RegistrationDecision
from workflow.services import registration_reviews
from workflow.vocabulary import RegistrationState

blueprint = Blueprint("registration_reviews", __name__)


@blueprint.get("/registrations")
def list_all() -> ResponseReturnValue:
    """What waits, the longest first; or what was decided."""
    filters, refused = read_filters(RegistrationsQuery, ("state",))
    state = filters["state"] or RegistrationState.PENDING
    page: dict[str, Any] = {"items": [], "next": None}
    if refused is None:
        page = registration_reviews.list_registrations(
            product(), actor=require_actor(), state=state, cursor=cursor()
        )
    shown_page = render_template(
        "registrations/list.html",
        items=page["items"],
        chosen=state,
        states=list(RegistrationState),
        refused=refused,
        **page_addresses(page),
    )
    return shown_page, 422 if refused else 200


@blueprint.get("/registrations/<key:registration_id>")
def show(registration_id: int) -> ResponseReturnValue:
    """One registration."""
    return _page(registration_id)


@blueprint.post("/registrations/<key:registration_id>")
def decide(registration_id: int) -> ResponseReturnValue:
    """Approves or refuses; refused itself, the page says who was faster, and keeps what was typed."""
    sent = sent_by(request.form)
    approved = sent.get("act") == "approve"
    body: dict[str, Any] = {"approved": approved}
    if not approved and str(sent.get("reason", "")).strip():
        body["reason"] = sent["reason"]
    try:
        view = registration_reviews.decide_registration(
            product(),
            actor=require_actor(),
            registration_id=registration_id,
            body=body,
            expected_version=ordinal_typed(str(sent.get("version", ""))),
        )
    except (NotFound, Forbidden):
        raise
    except Refused as refusal:
        return _page(registration_id, sent, refusal), refusal.status
    if approved:
        flash(f"{view['name']}的注册已通过，账号“{view['login']}”可以登录。", "good")
    else:
        flash(f"{view['name']}的注册已退回，注册单位凭回执可以看到理由并修改后重新提交。", "good")
    return redirect(url_for("registration_reviews.list_all"), code=303)


@blueprint.post("/registrations/<key:registration_id>/contact")
def contact(registration_id: int) -> ResponseReturnValue:
    """The contact in clear, this once; recorded."""
    check_reading_rate()
    found = registration_reviews.read_contact(
        product(), actor=require_actor(), registration_id=registration_id
    )
    return _page(registration_id, contact=found)


@blueprint.get("/registrations/<key:registration_id>/contact")
def contact_form(registration_id: int) -> ResponseReturnValue:
    """The address of the form that was sent, opened by hand."""
    return redirect(url_for("registration_reviews.show", registration_id=registration_id), code=303)


@blueprint.get("/registrations/<key:registration_id>/proofs/<key:proof_id>")
def proof(registration_id: int, proof_id: int) -> Response:
    """One proof, shown in the browser; recorded."""
    check_reading_rate()
    file = registration_reviews.read_proof(
        product(), actor=require_actor(), registration_id=registration_id, proof_id=proof_id
    )
    return file_response(file, saved=request.args.get("save") == "1")


def _page(
    registration_id: int,
    sent: Sent | None = None,
    refusal: Refused | None = None,
    contact: dict[str, str] | None = None,
) -> str:
    one = registration_reviews.read_registration(
        product(), actor=require_actor(), registration_id=registration_id
    )
    for each in one["proofs"]:
        each["size"] = megabytes(each["byte_count"])
    errors = messages_of(refusal) if refusal else {}
    (reason,) = fields_of(
        RegistrationDecision, values=sent or {}, errors=errors, enforced=False, without=("approved",)
    )
    return render_template(
        "registrations/show.html",
        one=one,
        reason=reason,
        contact=contact,
        refused=shown(refusal) if refusal else None,
    )
