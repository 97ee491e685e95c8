"""处理: removals, stops, the blacklist and bans, imposed and lifted by HR of the region."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.api.parameters import SanctionsQuery, truth
from web.current import able, product, require_actor
from web.views.fields import Sent, sent_by
from web.views.filters import read_filters
from web.views.paging import cursor, page_addresses
from web.views.refused import messages_of, shown
from web.views.year_list import keeper, regions_of
from web.views.year_list_fields import entry_fields, entry_of
from workflow.errors import NotFound, Refused
from workflow.form import from_inputs
from workflow.form.year_list import SanctionEntry, SanctionLifting
from workflow.services import sanctions
from workflow.services.year_list_access import keeps_list

blueprint = Blueprint("sanctions", __name__)
_FILTERS = ("region", "kind", "in_force")


@blueprint.get("/year-list/sanctions")
def list_all() -> ResponseReturnValue:
    """The sanctions this person may see, newest first."""
    person = require_actor()
    filters, refused = read_filters(SanctionsQuery, _FILTERS)
    # A box that is not ticked narrows nothing.
    filters["in_force"] = truth(filters["in_force"]) or None
    page: dict[str, Any] = {"items": [], "next": None}
    if refused is None:
        page = sanctions.list_sanctions(product(), actor=person, **filters, cursor=cursor())
    shown_page = render_template(
        "sanctions/list.html",
        items=page["items"],
        filters=filters,
        regions=regions_of(person),
        may_keep=able(keeps_list),
        refused=refused,
        **page_addresses(page),
    )
    return shown_page, 422 if refused else 200


@blueprint.get("/year-list/sanctions/new")
def new() -> ResponseReturnValue:
    """The form for a sanction, of whom the address names."""
    return _new_page({name: request.args.get(name, "")[:100] for name in ("uscc", "platform")})


@blueprint.post("/year-list/sanctions/new")
def impose() -> ResponseReturnValue:
    """Imposes a sanction."""
    person, sent = require_actor(), sent_by(request.form)
    try:
        made = sanctions.impose_sanction(
            product(), actor=person, body=entry_of(SanctionEntry, sent, person.region)
        )
    except Refused as refusal:
        return _new_page(sent, refusal), refusal.status
    flash(f"已对{made['subject_name']}作出“{made['kind_label']}”的处理。", "good")
    return redirect(url_for("sanctions.show", sanction_id=made["id"]), code=303)


@blueprint.get("/year-list/sanctions/<key:sanction_id>")
def show(sanction_id: int) -> ResponseReturnValue:
    """One sanction, and the form for lifting it."""
    return _page(sanction_id)


@blueprint.post("/year-list/sanctions/<key:sanction_id>")
def lift(sanction_id: int) -> ResponseReturnValue:
    """Lifts a sanction from today on."""
    sent = sent_by(request.form)
    try:
        sanctions.lift_sanction(
            product(),
            actor=require_actor(),
            sanction_id=sanction_id,
            body=from_inputs(SanctionLifting, sent),
        )
    except NotFound:
        raise
    except Refused as refusal:
        return _page(sanction_id, sent, refusal), refusal.status
    flash("处理已解除，自今天起不再执行。", "good")
    return redirect(url_for("sanctions.show", sanction_id=sanction_id), code=303)


def _new_page(sent: Sent, refusal: Refused | None = None) -> str:
    keeper()
    errors = messages_of(refusal) if refusal else {}
    return render_template(
        "sanctions/new.html",
        fields=entry_fields(SanctionEntry, sent, errors, scope=""),
        refused=shown(refusal) if refusal else None,
    )


def _page(sanction_id: int, sent: Sent | None = None, refusal: Refused | None = None) -> str:
    errors = messages_of(refusal) if refusal else {}
    return render_template(
        "sanctions/show.html",
        one=sanctions.read_sanction(product(), actor=require_actor(), sanction_id=sanction_id),
        fields=entry_fields(SanctionLifting, sent or {}, errors, scope=""),
        refused=shown(refusal) if refusal else None,
    )
