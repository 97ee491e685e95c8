"""我的待办: what the person can act on now, most urgent first; several approved at once."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from web.api.parameters import WorklistQuery
from web.current import absent, product, require_actor
from web.views.acts import tasks_of
from web.views.events import last_change
from web.views.fields import Field, ordinal_typed
from web.views.filters import read_filters
from web.views.opinions import NAME, opinion_choice, opinion_of
from web.views.paging import cursor, page_addresses
from web.views.refused import messages_of, shown
from web.views.worklist_way import FILTERS, filters_carried, to_item
from workflow.errors import FieldError, Malformed, Refused
from workflow.form.approvals import MOST_APPROVED, Approvals
from workflow.form.pages import inputs_of
from workflow.policy import region_labels
from workflow.services import applications, approvals, worklist
from workflow.vocabulary import Event, Role

blueprint = Blueprint("worklist", __name__)


@blueprint.get("/worklist")
def show() -> ResponseReturnValue:
    """The worklist."""
    return _page()


@blueprint.post("/worklist/approve")
def approve() -> ResponseReturnValue:
    """Approves the chosen ones with one opinion, and says of each what became of it."""
    chosen = request.form.getlist("chosen")
    body: dict[str, Any] = {
        "applications": [
            {"id": ordinal_typed(each), "version": ordinal_typed(request.form.get(f"version.{each}", ""))}
            for each in chosen
        ]
    }
    opinion = opinion_of(request.form.get("opinion", ""), request.form.get(NAME, ""))
    if opinion.strip():
        body["opinion"] = opinion
    try:
        if not chosen:
            message = "请至少勾选一件申请"
            raise Malformed(message, [FieldError("applications", message)])
        result = approvals.approve_several(
            product(),
            actor=require_actor(),
            body=body,
            command_id=request.form.get("command_id") or None,
        )
    except Refused as refusal:
        return _page(refusal)
    changes = _changes_of(result["items"])
    return render_template("approved.html", result=result, changes=changes, filtered=filters_carried())


def _changes_of(items: list[dict[str, Any]]) -> dict[int, str]:
    """Who was faster, and when, at those that are no longer as they stood in the list."""
    found = {}
    for each in items:
        if not each["done"] and each["number"]:
            view = applications.read_application(product(), actor=require_actor(), application_id=each["id"])
            if str(view["version"]) != request.form.get(f"version.{each['id']}"):
                found[each["id"]] = last_change(each["id"])
    return found


def _page(refusal: Refused | None = None) -> tuple[str, int]:
    person = require_actor()
    filters, unreadable = read_filters(WorklistQuery, FILTERS)
    page: dict[str, Any] = {"items": [], "next": None}
    if unreadable is None:
        page = worklist.read_worklist(product(), actor=person, **filters, cursor=cursor())
    clocks = [item.get("clock") or {} for item in page["items"]]
    late = sum(1 for clock in clocks if clock.get("state") == "overdue")
    errors = messages_of(refusal) if refusal else {}
    approvable = {item["id"] for item in page["items"] if Event.APPROVE in item["allowed_events"]}
    shown_page = render_template(
        "worklist.html",
        items=page["items"],
        late=late,
        tasks_of=tasks_of,
        filters=filters,
        filtered=filters_carried(),
        states=worklist.states_awaited(person, absent()),
        regions=list(region_labels().items()) if person.role is Role.OFFICE else [],
        to_item=to_item,
        # One alone is approved on its own page, where everything about it is in sight.
        approvable=approvable if len(approvable) > 1 else set(),
        most=MOST_APPROVED,
        chosen=set(request.form.getlist("chosen")),
        common=opinion_choice(request.form.get(NAME, "")) if len(approvable) > 1 else None,
        opinion=_opinion(errors.get("opinion", "")),
        command_id=uuid4().hex,
        refused=unreadable or (shown(refusal) if refusal else None),
        **page_addresses(page, "worklist.show"),
    )
    return shown_page, refusal.status if refusal else 422 if unreadable else 200


def _opinion(error: str) -> Field:
    (one,) = (each for each in inputs_of(Approvals) if each.name == "opinion")
    typed: dict[str, Any] = {"value": request.form.get("opinion", ""), "error": error}
    return Field(one.name, one.label, "textarea", required=True, rows=2, **typed)
