"""外出与代办: who is away, and who acts in the meantime; one's own, of one's department, or of everybody."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.access import may_open
from web.current import product, require_actor
from web.views.collaboration_forms import with_keys
from web.views.fields import Field, Sent, fields_of, sent_by, with_options
from web.views.paging import cursor, page_addresses
from web.views.refused import messages_of, shown
from web.views.wording import region_label
from workflow.errors import Refused
from workflow.form import from_inputs
from workflow.form.collaboration import AbsenceEntry
from workflow.services import absences
from workflow.vocabulary import Role

blueprint = Blueprint("absences", __name__)


@blueprint.get("/account/absences")
def show() -> ResponseReturnValue:
    """The absences this person may see, and the form for another; ``account_id`` says whose."""
    return _page({"account_id": request.args.get("account_id", "")})


@blueprint.post("/account/absences")
def enter() -> ResponseReturnValue:
    """Enters one; refused, the page says why and keeps what was typed."""
    sent = sent_by(request.form)
    try:
        made = absences.enter_absence(
            product(), actor=require_actor(), body=with_keys(from_inputs(AbsenceEntry, sent))
        )
    except Refused as refusal:
        return _page(sent, refusal), refusal.status
    flash(f"已登记：{made['name']}外出期间由{made['substitute_name']}代办。", "good")
    return redirect(url_for("absences.show"), code=303)


@blueprint.post("/account/absences/<key:absence_id>/end")
def end(absence_id: int) -> ResponseReturnValue:
    """Ends one from today on."""
    ended = absences.end_absence(product(), actor=require_actor(), absence_id=absence_id)
    flash(f"已取消：自今天起{ended['substitute_name']}不再代{ended['name']}办理。", "good")
    return redirect(url_for("absences.show"), code=303)


def _page(sent: Sent, refusal: Refused | None = None) -> str:
    person = require_actor()
    page = absences.list_absences(product(), actor=person, cursor=cursor())
    people = absences.list_candidates(product(), actor=person) if may_open("absences.enter") else []
    keeping = [one for one in people if one["may_be_away"]]
    whose = _chosen(keeping, sent) or next((one for one in keeping if one["id"] == person.account_id), None)
    # An administrator first says whose: the others of that department are then the choice.
    everywhere = keeping if person.role is Role.ADMIN else []
    whole_form = person.role is Role.HEAD or whose is not None
    return render_template(
        "account/absences.html",
        items=page["items"],
        fields=_fields(people, keeping, whose, sent, refusal) if keeping and whole_form else [],
        keeping=[(one["id"], _words(one, everywhere=True)) for one in everywhere],
        whose=whose,
        refused=shown(refusal) if refusal else None,
        **page_addresses(page),
    )


def _chosen(keeping: list[dict[str, Any]], sent: Sent) -> dict[str, Any] | None:
    return next((one for one in keeping if str(one["id"]) == sent.get("account_id")), None)


def _fields(
    people: list[dict[str, Any]],
    keeping: list[dict[str, Any]],
    whose: dict[str, Any] | None,
    sent: Sent,
    refusal: Refused | None,
) -> list[Field]:
    person = require_actor()
    values = sent | ({"account_id": str(whose["id"])} if whose else {})
    found = fields_of(AbsenceEntry, values=values, errors=messages_of(refusal) if refusal else {})
    fields = {one.name: one for one in found}
    place = whose or keeping[0]
    same = [
        one
        for one in people
        if one["active"] and (one["department"], one["region"]) == (place["department"], place["region"])
    ]
    if person.role is Role.HEAD:
        fields["account_id"] = with_options(fields["account_id"], _options(keeping))
    else:
        fields["account_id"] = Field("account_id", fields["account_id"].label, "hidden", str(place["id"]))
        same = [one for one in same if one["id"] != place["id"]]
    fields["substitute_id"] = with_options(fields["substitute_id"], _options(same))
    return list(fields.values())


def _options(people: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(str(one["id"]), _words(one)) for one in people]


def _words(one: dict[str, Any], *, everywhere: bool = False) -> str:
    role = f"{one['name']}（{one['role_label']}{'' if one['active'] else '，已停用'}）"
    return f"{region_label(one['region'])} {one['department_label']} {role}" if everywhere else role
