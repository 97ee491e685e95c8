"""The trainee roster of an application: the template, the upload, and what is wrong with it row by row."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.api.replies import workbook_reply
from web.current import product, require_actor
from web.views.applications import list_columns, may_replace_list
from web.views.fields import Field, ordinal_typed
from web.views.refused import messages_of, shown
from workflow.errors import FieldError, Malformed, NotFound, Refused
from workflow.form.beneficiaries import ROWS, list_template
from workflow.form.roster import roster_template
from workflow.services import applications, roster_imports, rosters

blueprint = Blueprint("rosters", __name__)
# A usual roster is read within this; for a long one there is a page that shows how far it is.
_PATIENCE_SECONDS = 4.0
_PLACE = re.compile(r"rows\.(\d+)(?:\.(.+))?", re.ASCII)


class WrongRow(NamedTuple):
    """One fault of the uploaded roster: the row as the sheet numbers it, and what is wrong there."""

    row: str
    message: str


@blueprint.get("/applications/<key:application_id>/roster")
def show(application_id: int) -> ResponseReturnValue:
    """The roster as it stands, and how to replace it."""
    return _page(application_id)


@blueprint.post("/applications/<key:application_id>/roster")
def upload(application_id: int) -> ResponseReturnValue:
    """Begins to check the uploaded workbook; one that is soon read without a fault is the roster at once."""
    sent = request.files.get("file")
    person = require_actor()
    try:
        if sent is None or not sent.filename:
            raise Malformed("请选择要上传的名册文件（.xlsx）", [FieldError("file", "请选择文件")])
        import_id = roster_imports.start_import(
            product(),
            actor=person,
            application_id=application_id,
            file_name=sent.filename,
            content=sent.read(),
            expected_version=ordinal_typed(request.form.get("version", "")),
        )
    except Refused as refusal:
        return _page(application_id, refusal), refusal.status
    found = roster_imports.await_import(
        product(), actor=person, import_id=import_id, seconds=_PATIENCE_SECONDS
    )
    if found["state"] == roster_imports.TAKEN:
        flash(_taken(found), "good")
        return redirect(url_for("rosters.show", application_id=application_id), code=303)
    if found["state"] == roster_imports.FAILED:
        fault = Malformed(found["message"], [FieldError("file", found["message"])])
        return _page(application_id, fault), fault.status
    return redirect(url_for("rosters.follow", application_id=application_id, import_id=import_id), code=303)


@blueprint.get("/applications/<key:application_id>/roster/imports/<key:import_id>")
def follow(application_id: int, import_id: int) -> ResponseReturnValue:
    """How far the check of an uploaded roster is, and what to do about what it found."""
    return _import_page(application_id, import_id)


@blueprint.post("/applications/<key:application_id>/roster/imports/<key:import_id>")
def decide(application_id: int, import_id: int) -> ResponseReturnValue:
    """Accepts the good rows knowingly, or gives the file up."""
    person = require_actor()
    try:
        if "drop" in request.form:
            roster_imports.drop_import(product(), actor=person, import_id=import_id)
            flash("已放弃这份文件，原有名册不变。", "good")
        else:
            answer = roster_imports.accept_import(
                product(),
                actor=person,
                import_id=import_id,
                accepted=request.form.get("accepted") == "true",
                expected_version=ordinal_typed(request.form.get("version", "")),
            )
            flash(f"已导入无误的 {answer['count']} 行，其余行没有导入。", "good")
    except Refused as refusal:
        return _import_page(application_id, import_id, refusal), refusal.status
    return redirect(url_for("rosters.show", application_id=application_id), code=303)


@blueprint.get("/applications/<key:application_id>/roster/imports/<key:import_id>/errors.xlsx")
def error_file(application_id: int, import_id: int) -> Response:
    """The applicant's own file with the reasons written into it."""
    content = roster_imports.make_error_file(product(), actor=require_actor(), import_id=import_id)
    return workbook_reply(content, f"名册错误-{application_id}")


def _import_page(application_id: int, import_id: int, refusal: Refused | None = None) -> str:
    person = require_actor()
    found = roster_imports.read_import(product(), actor=person, import_id=import_id)
    view = applications.read_application(product(), actor=person, application_id=application_id)
    return render_template(
        "applications/roster_import.html",
        view=view,
        found=found,
        taken=_taken(found),
        refused=None if refusal is None else shown(refusal),
        accepted=Field(
            "accepted",
            f"我知道只导入 {found['good_count']} 行，有错的 {found['wrong_count']} 行不导入，并替换现有名册",
            "checkbox",
            error=messages_of(refusal).get("accepted", "") if refusal else "",
        ),
    )


def _taken(found: dict[str, Any]) -> str:
    remarks = f"有 {len(found['warnings'])} 处请留意，见下。" if found["warnings"] else ""
    return f"名册已保存，共 {found['good_count']} 人。{remarks}"


@blueprint.get("/roster-template.xlsx")
def template() -> Response:
    """The empty workbook to fill in."""
    return workbook_reply(roster_template(), "学员名册模板")


@blueprint.get("/list-template/<subsidy>.xlsx")
def beneficiary_template(subsidy: str) -> Response:
    """The empty workbook of the list of persons for one subsidy."""
    known = next((each for each in ROWS if each == subsidy), None)
    if known is None:
        raise NotFound("没有这种名单模板")
    return workbook_reply(list_template(known), f"受益人员名单模板（{known.label}）")


def _page(application_id: int, refusal: Refused | None = None) -> str:
    person = require_actor()
    view = applications.read_application(product(), actor=person, application_id=application_id)
    number = ordinal_typed(request.args.get("page", "")) or 1
    roster = rosters.read_roster_page(product(), actor=person, application_id=application_id, page=number)
    return render_template(
        "applications/roster.html",
        view=view,
        roster=roster,
        columns=list_columns(view),
        may_edit=may_replace_list(view),
        refusal=refusal,
        file=_file_field(view, messages_of(refusal).get("file", "") if refusal else ""),
        wrong=wrong_rows(refusal) if isinstance(refusal, Malformed) else [],
    )


def _file_field(view: dict[str, Any], error: str) -> Field:
    return Field(
        "file",
        "受益人员名单文件" if list_columns(view) else "学员名册文件",
        "file",
        error=error,
        help=".xlsx 文件，不超过 5 MB",
        required=True,
        accept=".xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )


def wrong_rows(refusal: Malformed) -> list[WrongRow]:
    """The faults of an uploaded sheet, each with its place as people say it."""
    found: list[WrongRow] = []
    for error in refusal.errors:
        place = _PLACE.fullmatch(error.field)
        # The message names the row again, for readers of the API.
        message = error.message.partition("：")[2] if place else error.message
        found.append(WrongRow(f"第 {place[1]} 行" if place else "整个文件", message))
    return found
