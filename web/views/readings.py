"""Personal data in clear: chosen with a purpose, shown once, and recorded."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from web.current import product, require_actor
from web.rate import check_reading_rate
from web.views.fields import Sent, fields_of, sent_by, with_options
from web.views.refused import Shown, messages_of, shown
from workflow.access import reading_purposes
from workflow.errors import FieldError, Forbidden, Malformed, Refused
from workflow.form import from_inputs
from workflow.form.clear_reading import ReadingRequest
from workflow.form.reading import read as read_model
from workflow.services import applications, readings, rosters
from workflow.vocabulary import ReadingPurpose, ReadingSubject, State

blueprint = Blueprint("readings", __name__)

Purposes = dict[ReadingSubject, tuple[ReadingPurpose, ...]]


def purposes_by_subject(view: dict[str, Any]) -> Purposes:
    """What this person may read of the application here; objectors are shown where they are answered."""
    person, state = require_actor(), State(view["state"])
    wanted = [ReadingSubject.TRAINEE, ReadingSubject.APPLICANT, ReadingSubject.BANK_ACCOUNT]
    found = {subject: reading_purposes(person, state, subject) for subject in wanted}
    if view["kind"] == "individual":
        del found[ReadingSubject.TRAINEE]
    return {subject: purposes for subject, purposes in found.items() if purposes}


@blueprint.get("/applications/<key:application_id>/readings")
def choose(application_id: int) -> ResponseReturnValue:
    """Whose numbers are wanted, and what for."""
    return _page(application_id, {})


@blueprint.post("/applications/<key:application_id>/readings")
def read(application_id: int) -> ResponseReturnValue:
    """The numbers, this once; recorded. Refused, the page comes back as it was filled in."""
    sent = sent_by(request.form)
    try:
        wanted = read_model(ReadingRequest, from_inputs(ReadingRequest, sent | {"objection_id": ""}))
        check_reading_rate()
        found = readings.read_in_clear(
            product(),
            actor=require_actor(),
            application_id=application_id,
            subject=wanted.subject,
            purpose=wanted.purpose,
            note=wanted.note or "",
            # The boxes stay ticked whichever button is pressed.
            row_nos=_row_nos() if wanted.subject is ReadingSubject.TRAINEE else (),
        )
    except Forbidden:
        raise
    except Refused as refusal:
        return _page(application_id, sent, refusal), refusal.status
    return render_template("readings/shown.html", found=found)


def _row_nos() -> list[int]:
    typed = request.form.getlist("row_no")
    if not all(one.isascii() and one.isdigit() and len(one) < 7 for one in typed):
        message = "名册序号应为整数"
        raise Malformed(message, [FieldError("row_no", message)])
    return list(dict.fromkeys(map(int, typed)))


def _page(application_id: int, sent: Sent, refusal: Refused | None = None) -> str:
    person = require_actor()
    view = applications.read_application(product(), actor=person, application_id=application_id)
    subjects = purposes_by_subject(view)
    if not subjects:
        raise Forbidden("这件申请现在不在您手中办理，不能查看完整的证件号码、电话和银行账号")
    purposes = dict.fromkeys(purpose for each in subjects.values() for purpose in each)
    errors = messages_of(refusal) if refusal else {}
    fields = {
        field.name: field
        for field in fields_of(
            ReadingRequest, values=sent, errors=errors, without=("subject", "row_no", "objection_id")
        )
    }
    choices = [(purpose.value, purpose.label) for purpose in purposes]
    roster: dict[str, Any] = {"items": []}
    if ReadingSubject.TRAINEE in subjects:
        roster = rosters.read_roster(product(), actor=person, application_id=application_id)
    head: Shown | None = shown(refusal) if refusal else None
    return render_template(
        "readings/choose.html",
        view=view,
        subjects=subjects,
        fields=[with_options(fields["purpose"], choices), fields["note"]],
        roster=roster,
        ticked=set(request.form.getlist("row_no")),
        row_error=errors.get("row_no", ""),
        most=readings.MOST_AT_ONCE,
        refused=head,
    )
