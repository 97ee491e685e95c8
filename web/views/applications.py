"""Applications: the list with its filters, and the page of one application with everything on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from web.api.parameters import ApplicationsQuery, truth
from web.current import actor, product, require_actor
from web.views.acts import acts_for, offered
from web.views.attachment_forms import Uploaded, attachments_shown
from web.views.collaboration_forms import FORMS, Turned
from web.views.collaboration_forms import with_forms as with_turns
from web.views.earlier import said_before
from web.views.filters import read_filters
from web.views.findings import shown_findings, with_answers
from web.views.paging import cursor, page_addresses
from web.views.progress import FINISHED, next_of, steps_of
from web.views.readings import purposes_by_subject
from web.views.record_forms import Tried, with_forms
from web.views.refused import Shown, without_form
from web.views.rows import Attempt, claims
from web.views.sheet import sheet_of
from web.views.worklist_way import onward
from workflow.clock import shanghai_date
from workflow.form import PAYLOADS
from workflow.form.application import patch_of
from workflow.form.beneficiaries import TEMPLATES
from workflow.policy import region_labels
from workflow.services import (
    applications,
    audit,
    calendar,
    changes,
    collaboration_view,
    deadlines,
    listing,
    previews,
    rosters,
    test_clock,
    training_records,
)
from workflow.vocabulary import ApplicationKind, Event, Role, Section, State, Subsidy

blueprint = Blueprint("applications", __name__)

OF_ALL_REGIONS = {Role.OFFICE, Role.AUDITOR, Role.ADMIN}
_LIVE_CLOCKS = {"running", "paused", "overdue"}
# Sections in which it is asked for whom how much is paid.
_CLAIMED = {Section.CLAIM, Section.DISBURSEMENT}
_FILTERS = ("state", "section", "subsidy", "region", "overdue", "mine", "submitted", "text", "since", "until")
_HISTORY_SHOWN = 50
_HISTORY_BESIDE_RESULTS = 5


@blueprint.get("/applications")
def list_all() -> ResponseReturnValue:
    """The list; with a filter that cannot be read, nothing but the reason."""
    person = require_actor()
    filters, refused = read_filters(ApplicationsQuery, _FILTERS)
    # A box that is not ticked narrows nothing.
    filters |= {name: truth(filters[name]) or None for name in ("overdue", "mine", "submitted")}
    page: dict[str, Any] = {"items": [], "next": None}
    if refused is None:
        page = listing.list_applications(product(), actor=person, **filters, cursor=cursor())
    regions = list(region_labels().items()) if person.role in OF_ALL_REGIONS else []
    shown_page = render_template(
        "applications/list.html",
        items=page["items"],
        filters=filters,
        regions=regions,
        refused=refused,
        **page_addresses(page),
    )
    return shown_page, 422 if refused else 200


@blueprint.get("/applications/<key:application_id>")
def show(application_id: int) -> ResponseReturnValue:
    """One application."""
    view = applications.read_application(product(), actor=require_actor(), application_id=application_id)
    return page_of(view)


@blueprint.get("/applications/<key:application_id>/history")
def history(application_id: int) -> ResponseReturnValue:
    """The audit trail, a page at a time."""
    person = require_actor()
    view = applications.read_application(product(), actor=person, application_id=application_id)
    trail = audit.read_history(product(), actor=person, application_id=application_id, cursor=cursor())
    proof = audit.prove_history(product(), actor=person, application_id=application_id)
    return render_template(
        "applications/history.html",
        view=view,
        history=with_answers(trail, view),
        proof=proof,
        **page_addresses(trail),
    )


@blueprint.get("/applications/<key:application_id>/clocks")
@blueprint.get("/clocks/<key:clock_id>")
def clock(clock_id: int | None = None, application_id: int | None = None) -> ResponseReturnValue:
    """How one clock counted, day by day; or all clocks of an application, to be printed at once."""
    one = None if clock_id is None else _explained(clock_id)
    view = applications.read_application(
        product(), actor=require_actor(), application_id=one["application_id"] if one else application_id or 0
    )
    clocks = [one] if one else [_explained(each["id"]) for each in view["clocks"]]
    ordinals = calendar.ordinals_of(product(), {each["calendar_version"] for each in clocks})
    today = shanghai_date(test_clock.business_now(product()))
    return render_template(
        "applications/clock.html", view=view, clocks=clocks, one=one, today=today, ordinals=ordinals
    )


def page_of(
    view: dict[str, Any],
    *,
    attempt: Attempt | None = None,
    tried: Tried | None = None,
    refused: Shown | None = None,
    uploaded: Uploaded | None = None,
    turned: Turned | None = None,
) -> str:
    """The page of an application; with ``attempt``, ``tried`` or ``turned``, that form as it was refused.

    ``uploaded`` is what became of files that were just sent.
    """
    person = require_actor()
    roster: dict[str, Any] = {"items": [], "count": 0, "class_counts": {}, "pages": 1}
    if view["kind"] != ApplicationKind.INDIVIDUAL:
        roster = rosters.read_roster_page(product(), actor=person, application_id=view["id"])
    # Hundreds of certificates fill a page; the list and the trail have pages of their own.
    crowded = attempt is not None and attempt.event is Event.RECORD_RESULTS
    if crowded:
        roster |= {"items": []}
    shown = _HISTORY_BESIDE_RESULTS if crowded else _HISTORY_SHOWN
    trail = audit.read_history(product(), actor=person, application_id=view["id"], limit=shown)
    live = sorted((one for one in view["clocks"] if one["state"] in _LIVE_CLOCKS), key=_urgency)
    explained = [_explained(one["id"]) for one in live]
    findings, missing, computation = _check_of(view)
    view = view | {"computation": computation}
    changed = changes.read_changes(product(), actor=person, application_id=view["id"])
    records: dict[str, Any] = {}
    if view["form"]["training"].get("opening_inspections"):
        found = training_records.read_training_records(product(), actor=person, application_id=view["id"])
        records = with_forms(found, tried)
    together = None
    if person.role is not Role.APPLICANT:
        found = collaboration_view.read_collaboration(product(), actor=person, application_id=view["id"])
        together = with_turns(found, turned)
        if turned and refused and turned.form in FORMS and turned.form not in together["offered"]:
            refused = without_form(refused, FORMS[turned.form], turned.sent)
    if attempt and refused and attempt.event not in offered(view):
        refused = without_form(refused, PAYLOADS[attempt.event], attempt.sent)
    return render_template(
        "applications/show.html",
        view=view,
        together=together,
        onward=onward(view["id"]),
        before=said_before(view),
        attachments=attachments_shown(view, uploaded),
        roster=roster,
        changed=changed if changed["current"] else None,
        columns=list_columns(view),
        history=with_answers(trail, view),
        steps=steps_of(view),
        next=next_of(view),
        finished=FINISHED,
        clocks_live=explained,
        clocks_ended=[one for one in view["clocks"] if one["state"] not in _LIVE_CLOCKS],
        may_edit=bool(open_parts(view)),
        may_replace_roster=may_replace_list(view),
        may_read_in_clear=bool(purposes_by_subject(view)),
        findings=shown_findings(findings, view),
        missing=missing,
        records=records,
        acts=acts_for(view, roster, attempt),
        refused=refused,
    )


def _explained(clock_id: int) -> dict[str, Any]:
    """A clock with its days, and the sheet on which they are counted."""
    found = deadlines.read_clock(product(), actor=require_actor(), clock_id=clock_id)
    return found | {"sheet": sheet_of(found)}


def _urgency(clock: dict[str, Any]) -> tuple[bool, bool, str]:
    """What is due first comes first; a minimum that runs comes after limits, what rests comes last."""
    return clock["due_on"] is None, clock["limit"]["minimum"], clock["due_on"] or ""


def _check_of(
    view: dict[str, Any],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, Any] | None]:
    """Findings and what is not filled in: before a submission as it would be, otherwise as it was checked.

    And of a list of persons what may be claimed, which everybody sees who reviews it.
    """
    person, writing = require_actor(), "submit" in view["allowed_events"]
    if not (writing and (open_parts(view) or may_replace_list(view) or claims(view))):
        computation = None
        if view["section"] in _CLAIMED:
            computation = previews.read_computation(product(), actor=person, application_id=view["id"])
        return view["findings"] or [], [], computation
    check = previews.preview_findings(product(), actor=person, application_id=view["id"])
    # The claim has its own form on the page.
    missing = [one for one in check["missing"] if not one["field"].startswith("claim")]
    return check["findings"], missing, check["computation"]


def parts_of(kind: ApplicationKind, subsidy: Subsidy) -> tuple[str, ...]:
    """The parts of the form that are filled in before the claim."""
    return tuple(name for name in patch_of(kind, subsidy).model_fields if name != "claim")


def list_columns(view: dict[str, Any]) -> Mapping[str, str]:
    """The columns of a list of persons; a roster of trainees has its own table."""
    subsidy = Subsidy(view["subsidy"])
    return {} if subsidy is Subsidy.TRAINING else TEMPLATES[subsidy].labels


def may_replace_list(view: dict[str, Any]) -> bool:
    """Whether this person may replace the roster, or the list of persons, which is a part of the claim."""
    if view["subsidy"] == Subsidy.TRAINING:
        return "opening" in open_parts(view)
    person = actor()
    if person is None or person.role is not Role.APPLICANT:
        return False
    correcting = State(view["state"]) is State.CLAIM_CORRECTION
    return State(view["state"]) is State.DRAFT or (
        correcting and "claim" in (view.get("correction") or {}).get("sections", ())
    )


def open_parts(view: dict[str, Any]) -> tuple[str, ...]:
    """The parts of the form that this person may change now; the services decide again when it is saved."""
    person = actor()
    if person is None or person.role is not Role.APPLICANT:
        return ()
    parts = parts_of(ApplicationKind(view["kind"]), Subsidy(view["subsidy"]))
    if State(view["state"]) is State.DRAFT:
        return parts
    if State(view["state"]) not in {State.OPENING_CORRECTION, State.CLAIM_CORRECTION}:
        return ()
    # An individual's opening is the institution and the certificate.
    named = (view.get("correction") or {}).get("sections", ())
    return tuple(part for part in parts if (part if part == "applicant" else "opening") in named)
