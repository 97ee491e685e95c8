"""The trainee roster of an application: the template, the upload, and what is wrong with it row by row."""

from __future__ import annotations

import re
from typing import NamedTuple

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.api.replies import workbook_reply
from web.current import product, require_actor
from web.views.applications import open_parts
from web.views.fields import ordinal_typed
from workflow.errors import FieldError, Malformed, NotSignedIn, Refused
from workflow.form.roster import roster_template
from workflow.services import applications, rosters

blueprint = Blueprint("rosters", __name__)
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
    """Replaces the roster by the uploaded workbook; wrong rows are listed and nothing is replaced."""
    sent = request.files.get("file")
    typed = request.form.get("version", "")
    try:
        if sent is None or not sent.filename:
            raise Malformed("请选择要上传的名册文件（.xlsx）", [FieldError("file", "请选择文件")])
        answer = rosters.replace_roster(
            product(),
            actor=require_actor(),
            application_id=application_id,
            rows=None,
            workbook=sent.read(),
            expected_version=int(typed) if typed.isdecimal() and len(typed) < 10 else None,
        )
    except NotSignedIn:
        raise
    except Refused as refusal:
        return _page(application_id, refusal), refusal.status
    flash(f"名册已保存，共 {answer['count']} 人。", "good")
    return redirect(url_for("rosters.show", application_id=application_id), code=303)


@blueprint.get("/roster-template.xlsx")
def template() -> Response:
    """The empty workbook to fill in."""
    return workbook_reply(roster_template(), "学员名册模板")


def _page(application_id: int, refusal: Refused | None = None) -> str:
    person = require_actor()
    view = applications.read_application(product(), actor=person, application_id=application_id)
    number = ordinal_typed(request.args.get("page", "")) or 1
    roster = rosters.read_roster_page(product(), actor=person, application_id=application_id, page=number)
    return render_template(
        "applications/roster.html",
        view=view,
        roster=roster,
        may_edit="opening" in open_parts(view),
        refusal=refusal,
        wrong=wrong_rows(refusal) if isinstance(refusal, Malformed) else [],
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
