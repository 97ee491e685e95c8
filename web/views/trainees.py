"""One trainee of a roster: the form with which the applicant adds, changes or removes one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.current import product, require_actor
from web.views.acts import CONFIRMED
from web.views.applications import open_parts
from web.views.fields import Field, Sent, fields_of, flat, ordinal_typed, sent_by, with_options
from web.views.refused import messages_of, not_ticked, shown
from web.views.rows import class_words, classes_of
from workflow.errors import Conflict, NotFound, NotNow, Refused
from workflow.form import from_inputs
from workflow.form.roster import Trainee
from workflow.services import applications, trainees
from workflow.services.rosters import ROWS_A_PAGE
from workflow.vocabulary import IdentityType

blueprint = Blueprint("trainees", __name__)
_REMOVAL = "removal"
_EMPTY: dict[str, None] = dict.fromkeys(Trainee.model_fields)


@blueprint.get("/applications/<key:application_id>/roster/trainees/new")
def new(application_id: int) -> ResponseReturnValue:
    """An empty form, in the only class where there is one."""
    view = _changeable(application_id)
    first: Sent = {"id_type": IdentityType.RESIDENT_ID.value}
    if len(classes_of(view)) == 1:
        first["class_no"] = str(classes_of(view)[0]["class_no"])
    return _page(view, first)


@blueprint.post("/applications/<key:application_id>/roster/trainees/new")
def add(application_id: int) -> ResponseReturnValue:
    """Adds the trainee; back to the roster, or to an empty form for the next one."""
    sent = sent_by(request.form)
    try:
        answer = trainees.add_trainee(product(), data=from_inputs(Trainee, sent), **_command(application_id))
    except Refused as refusal:
        return _page(_changeable(application_id), sent, refusal=refusal), refusal.status
    last = answer["items"][-1]
    flash(f"已增加 {last['name']}，序号 {last['row']}；名册共 {answer['count']} 人。", "good")
    _tell(answer)
    if sent.get("act") == "add_next":
        return redirect(url_for("trainees.new", application_id=application_id), code=303)
    return _to_roster(application_id, answer, last["row"])


@blueprint.get("/applications/<key:application_id>/roster/trainees/<key:row_no>")
def show(application_id: int, row_no: int) -> ResponseReturnValue:
    """The trainee as stored, numbers covered."""
    view = _changeable(application_id)
    stored = trainees.read_trainee(
        product(), actor=require_actor(), application_id=application_id, row_no=row_no
    )
    return _page(view, flat({name: value for name, value in stored.items() if value is not None}), row_no)


@blueprint.post("/applications/<key:application_id>/roster/trainees/<key:row_no>")
def change(application_id: int, row_no: int) -> ResponseReturnValue:
    """Saves what was typed, or removes the trainee after a tick."""
    sent = sent_by(request.form)
    command = {"row_no": row_no} | _command(application_id)
    removing = sent.get("act") == "remove"
    try:
        if removing:
            if sent.get(CONFIRMED) != "true":
                raise not_ticked(CONFIRMED)
            answer = trainees.remove_trainee(product(), **command)
        else:
            # What the page shows empty is to be empty.
            data = _EMPTY | from_inputs(Trainee, sent)
            answer = trainees.change_trainee(product(), data=data, **command)
    except NotFound:
        raise
    except Refused as refusal:
        view = _changeable(application_id)
        if removing:
            stored = trainees.read_trainee(
                product(), actor=require_actor(), application_id=application_id, row_no=row_no
            )
            sent = flat({name: value for name, value in stored.items() if value is not None})
        return _page(view, sent, row_no, refusal, removing=removing), refusal.status
    if removing:
        flash(f"已移出序号 {row_no} 的学员；名册共 {answer['count']} 人，其他学员的序号不变。", "good")
    else:
        flash(f"序号 {row_no} 的学员已保存。", "good")
    _tell(answer)
    return _to_roster(application_id, answer, row_no)


def _command(application_id: int) -> dict[str, Any]:
    return {
        "actor": require_actor(),
        "application_id": application_id,
        "expected_version": ordinal_typed(request.form.get("version", "")),
    }


def _tell(answer: dict[str, Any]) -> None:
    for warning in answer["warnings"]:
        flash(f"请核对：{warning['message']}", "note")


def _to_roster(application_id: int, answer: dict[str, Any], row_no: int) -> ResponseReturnValue:
    """The page of the roster on which the row stands, or would."""
    before = sum(item["row"] < row_no for item in answer["items"])
    page = before // ROWS_A_PAGE + 1
    address = url_for("rosters.show", application_id=application_id, page=page if page > 1 else None)
    return redirect(address, code=303)


def _changeable(application_id: int) -> dict[str, Any]:
    view = applications.read_application(product(), actor=require_actor(), application_id=application_id)
    if view["kind"] == "individual":
        raise NotNow("个人申请不需要学员花名册")
    if "opening" not in open_parts(view):
        raise NotNow("名册现在不能修改：只有草稿和退回补正“开班申请”时可以修改")
    return view


def _page(
    view: dict[str, Any],
    values: Sent,
    row_no: int | None = None,
    refusal: Refused | None = None,
    *,
    removing: bool = False,
) -> str:
    scope = _REMOVAL if removing else "field"
    errors = messages_of(refusal) if refusal else {}
    choices = [(str(row["class_no"]), class_words(row)) for row in classes_of(view)]
    fields = fields_of(Trainee, values=values, errors={} if removing else errors)
    reload = request.path if isinstance(refusal, Conflict) else ""
    return render_template(
        "applications/trainee.html",
        view=view,
        row_no=row_no,
        fields=[with_options(one, choices) if one.name == "class_no" else one for one in fields],
        removal=Field(
            CONFIRMED,
            "我已核对，将这名学员移出名册",
            "checkbox",
            error=errors.get(CONFIRMED, "") if removing else "",
            required=True,
            scope=_REMOVAL,
        ),
        removing=removing,
        # Of a form that was refused because of its version, the version stays: it is to be loaded anew.
        version=request.form.get("version") or view["version"],
        refused=shown(refusal, scope=scope, reload=reload) if refusal else None,
    )
