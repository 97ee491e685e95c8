"""双随机抽取: the draws of a region, a new one, one with its visits and substitutes, and its proof."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.current import able, product, require_actor
from web.views.fields import Field, Sent, fields_of, sent_by
from web.views.paging import cursor, page_addresses
from web.views.refused import messages_of, shown
from workflow.errors import Conflict, NotFound, Refused
from workflow.form import from_inputs
from workflow.form.draws import DrawEntry, DrawFilter, DrawSubstitution
from workflow.services import draw_reading, draws
from workflow.vocabulary import ApplicationKind

blueprint = Blueprint("draws", __name__)
_SCOPE = "draw"
_RUN_CLASSES = (ApplicationKind.INSTITUTION, ApplicationKind.ENTERPRISE)
MOST_SHOWN = 200


@blueprint.get("/draws")
def list_all() -> ResponseReturnValue:
    """The draws, newest first; for who draws, the form of another one."""
    return _list_page()


@blueprint.post("/draws")
def draw() -> ResponseReturnValue:
    """Draws; refused, the page comes back as it was filled in."""
    sent = sent_by(request.form)
    try:
        made = draws.draw_visits(
            product(),
            actor=require_actor(),
            body=from_inputs(DrawEntry, sent),
            command_id=request.form.get("command_id") or None,
        )
    except Refused as refusal:
        return _list_page(sent, refusal), refusal.status
    flash(f"已抽取 {made['class_count']} 个班，每班 {made['inspector_count']} 人，已通知本人。", "good")
    return redirect(url_for("draws.show", draw_id=made["id"]), code=303)


@blueprint.get("/draws/<key:draw_id>")
def show(draw_id: int) -> ResponseReturnValue:
    """One draw with its visits."""
    return _draw_page(draw_id)


@blueprint.get("/draws/<key:draw_id>/verification")
def verify(draw_id: int) -> ResponseReturnValue:
    """Makes the draw again and says whether it agrees."""
    found = draw_reading.verify_draw(product(), actor=require_actor(), draw_id=draw_id)
    return render_template("draws/verification.html", found=found, most=MOST_SHOWN)


@blueprint.get("/draws/<key:draw_id>/visits/<key:visit_id>/substitution")
def show_substitution(draw_id: int, visit_id: int) -> ResponseReturnValue:
    """The address of the form of a substitution, opened by hand: leads to the visit."""
    return redirect(url_for("draws.show", draw_id=draw_id, _anchor=f"visit-{visit_id}"), code=303)


@blueprint.post("/draws/<key:draw_id>/visits/<key:visit_id>/substitution")
def substitute(draw_id: int, visit_id: int) -> ResponseReturnValue:
    """Lets the next of the order go instead of one who cannot."""
    sent = sent_by(request.form)
    try:
        draws.substitute_inspector(
            product(),
            actor=require_actor(),
            draw_id=draw_id,
            visit_id=visit_id,
            body=from_inputs(DrawSubstitution, sent),
        )
    except NotFound:
        raise
    except Refused as refusal:
        return _draw_page(draw_id, visit_id, sent, refusal), refusal.status
    flash("已由抽取次序中的下一名检查人员替换，并通知本人。", "good")
    return redirect(url_for("draws.show", draw_id=draw_id, _anchor=f"visit-{visit_id}"), code=303)


def _list_page(sent: Sent | None = None, refusal: Refused | None = None) -> str:
    person = require_actor()
    page = draw_reading.list_draws(product(), actor=person, cursor=cursor())
    pool: dict[str, Any] | None = (
        draws.read_pool(product(), actor=person) if able(draws.draws_visits) else None
    )
    errors = messages_of(refusal) if refusal else {}
    values = sent if sent is not None else _suggested(pool)
    return render_template(
        "draws/list.html",
        items=page["items"],
        pool=pool,
        fields=_fields(values, errors) if pool else [],
        command_id=uuid4().hex,
        refused=shown(refusal, scope=_SCOPE) if refusal else None,
        **page_addresses(page),
    )


def _suggested(pool: dict[str, Any] | None) -> Sent:
    if pool is None:
        return {}
    return {
        "class_count": str(min(2, pool["class_count"]) or ""),
        "inspector_count": str(pool["inspector_count"]),
        "due_on": pool["due_on"],
    }


def _fields(values: Sent, errors: dict[str, str]) -> list[Field]:
    found = {one.name: one for one in fields_of(DrawEntry, values=values, errors=errors, scope=_SCOPE)}
    kinds = (("", "不限"), *((kind.value, kind.label) for kind in _RUN_CLASSES))
    found["kind"] = replace(found["kind"], options=kinds, width="third")
    order = [name for name in DrawEntry.model_fields if name not in DrawFilter.model_fields]
    return [found[name] for name in (*order, *DrawFilter.model_fields)]


def _draw_page(
    draw_id: int, visit_id: int = 0, sent: Sent | None = None, refusal: Refused | None = None
) -> str:
    person = require_actor()
    found = draw_reading.read_draw(product(), actor=person, draw_id=draw_id)
    errors = messages_of(refusal) if refusal else {}
    scopes = {each["id"]: f"substitute-{each['id']}" for each in found["visits"]}
    reasons = {
        key: next(
            one
            for one in fields_of(
                DrawSubstitution,
                values=(sent or {}) if key == visit_id else {},
                errors=errors if key == visit_id else {},
                scope=scope,
            )
            if one.name == "reason"
        )
        for key, scope in scopes.items()
    }
    reload = url_for("draws.show", draw_id=draw_id) if isinstance(refusal, Conflict) else ""
    return render_template(
        "draws/show.html",
        draw=found,
        may_draw=able(draws.draws_visits) and person.region == found["region"],
        reasons=reasons,
        tried=visit_id,
        sent=sent or {},
        kinds={kind.value: kind.label for kind in _RUN_CLASSES},
        refused=shown(refusal, scope=scopes.get(visit_id, _SCOPE), reload=reload) if refusal else None,
    )
