"""Public notices, and objections to them; for everybody."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.current import actor, product
from web.rate import check_objection_rate
from web.views.fields import Errors, Sent, fields_of, sent_by
from web.views.paging import cursor, page_addresses
from web.views.refused import Shown, messages_of, shown
from workflow.errors import NotFound, Refused
from workflow.form import from_inputs
from workflow.form.payloads import Objection
from workflow.services import notices

blueprint = Blueprint("notices", __name__)


@blueprint.get("/notices")
def list_all() -> ResponseReturnValue:
    """The notices, newest first."""
    page = notices.list_public_notices(product(), cursor=cursor())
    return render_template("notices/list.html", notices=page["items"], **page_addresses(page))


@blueprint.get("/notices/<key:notice_id>")
def show(notice_id: int) -> ResponseReturnValue:
    """One notice, with the form for an objection while it hangs."""
    return _page(notices.read_public_notice(product(), notice_id=notice_id), {})


@blueprint.post("/notices/<key:notice_id>/objections")
def file_objection(notice_id: int) -> ResponseReturnValue:
    """Files an objection; the receipt stands on the page afterwards."""
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
    flash(
        f"异议已收到，回执编号：{answer['receipt']}。请妥善保存，处理结果将按您留下的联系方式答复。", "good"
    )
    return redirect(url_for("notices.show", notice_id=notice_id), code=303)


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
