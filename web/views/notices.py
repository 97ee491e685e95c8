"""Public notices, and objections to them; for everybody."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.api.parameters import NoticesQuery
from web.current import actor, product
from web.rate import check_follow_up_rate, check_objection_rate
from web.views.fields import Errors, Field, Sent, fields_of, sent_by
from web.views.filters import read_filters
from web.views.paging import cursor, page_addresses
from web.views.refused import Shown, messages_of, shown
from workflow.errors import NotFound, Refused
from workflow.form import from_inputs
from workflow.form.payloads import Objection
from workflow.policy import region_labels
from workflow.services import notices, objections
from workflow.vocabulary import NoticeStanding

blueprint = Blueprint("notices", __name__)
_LONGEST_ECHO = 60


@blueprint.get("/notices")
def list_all() -> ResponseReturnValue:
    """The notices, newest first; filters stay in the address."""
    filters, refused = read_filters(NoticesQuery, ("region", "standing", "text"))
    page: dict[str, Any] = {"items": [], "next": None}
    if refused is None:
        page = notices.list_public_notices(product(), **filters, cursor=cursor())
    shown_page = render_template(
        "notices/list.html",
        notices=page["items"],
        filters=filters,
        regions=list(region_labels().items()),
        standings=[(each.value, each.label) for each in NoticeStanding],
        refused=refused,
        **page_addresses(page),
    )
    return shown_page, 422 if refused else 200


@blueprint.get("/notices/<key:notice_id>")
def show(notice_id: int) -> ResponseReturnValue:
    """One notice, with the form for an objection while it hangs."""
    return _page(notices.read_public_notice(product(), notice_id=notice_id), {})


@blueprint.post("/notices/<key:notice_id>/objections")
def file_objection(notice_id: int) -> ResponseReturnValue:
    """Files an objection; then the page by which it is followed, with its receipt."""
    sent = sent_by(request.form)
    notice = notices.read_public_notice(product(), notice_id=notice_id)
    try:
        check_objection_rate(notice_id)
        answer = notices.file_public_objection(
            product(),
            actor=actor(),
            notice_id=notice_id,
            body=from_inputs(Objection, sent),
            command_id=request.form.get("command_id") or None,
        )
    except NotFound:
        raise
    except Refused as refusal:
        head = shown(refusal, place=_plain)
        return _page(notice, sent, head, messages_of(refusal, _plain)), refusal.status
    flash(f"异议已收到，回执编号：{answer['receipt']}。请抄下或者打印本页保存，凭编号查询办理情况。", "good")
    return redirect(url_for("notices.follow_objection", receipt=answer["receipt"]), code=303)


@blueprint.get("/objections")
def follow_objection() -> ResponseReturnValue:
    """How an objection stands, by its receipt; in the address, so that it can be kept as a bookmark."""
    typed = request.args.get("receipt", "").strip()
    if not typed:
        return _follow_page(typed)
    try:
        check_follow_up_rate()
        found = objections.follow_objection(product(), receipt=typed)
    except Refused as refusal:
        return _follow_page(typed, refused=shown(refusal), errors=messages_of(refusal)), refusal.status
    return _follow_page(found["receipt"], found=found)


@blueprint.get("/notices/<key:notice_id>/objections")
def objection_form(notice_id: int) -> ResponseReturnValue:
    """The address of the form that was sent, opened by hand."""
    return redirect(url_for("notices.show", notice_id=notice_id, _anchor="objection"), code=303)


def _plain(path: str) -> str:
    return path.rpartition(".")[2]


def _page(
    notice: dict[str, Any], sent: Sent, refused: Shown | None = None, errors: Errors | None = None
) -> str:
    fields = fields_of(Objection, values=sent, errors=errors or {})
    return render_template(
        "notices/show.html", notice=notice, fields=fields, refused=refused, command_id=str(uuid4())
    )


def _follow_page(
    typed: str,
    *,
    found: dict[str, Any] | None = None,
    refused: Shown | None = None,
    errors: Errors | None = None,
) -> str:
    field = Field(
        "receipt",
        "回执编号",
        value=typed[:_LONGEST_ECHO],
        error=(errors or {}).get("receipt", ""),
        help="提交异议后显示的编号，如 YY-12-001-7KQ4XD；大小写不限",
        required=True,
    )
    return render_template("notices/objection.html", field=field, found=found, refused=refused)
