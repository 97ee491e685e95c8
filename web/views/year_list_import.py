"""The year's list as a workbook: taken away, and brought in after a look at what it would change."""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from web.api.parameters import YearListImportQuery, YearListQuery
from web.api.replies import workbook_reply
from web.current import product, require_actor
from web.views.fields import Field
from web.views.listed import this_year, years_to_choose
from web.views.refused import messages_of, shown
from web.views.year_list import keeper
from workflow.errors import Conflict, FieldError, Malformed, NotFound, Refused
from workflow.form.reading import read
from workflow.services import year_list_import
from workflow.services.year_list_sheets import MOST_BYTES

blueprint = Blueprint("year_list_import", __name__)
_LIMIT = f"文件最大 {MOST_BYTES // 1000} KB"


@blueprint.get("/year-list/export.xlsx")
def export() -> ResponseReturnValue:
    """The list of a region and year as the workbook that the import takes."""
    wanted = read(YearListQuery, {name: value for name, value in request.args.items() if value})
    workbook, name = year_list_import.export_year_list(
        product(), actor=require_actor(), region=wanted.region, year=wanted.year
    )
    return workbook_reply(workbook, name)


@blueprint.get("/year-list/import")
def show() -> ResponseReturnValue:
    """The form for the workbook."""
    keeper()
    return _page()


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """The form with its limit; nothing of what was sent has been read."""
    message = f"提交的内容过大，没有读取：{_LIMIT}"
    return _page(refusal=Malformed(message, [FieldError("file", message)])), 413


@blueprint.post("/year-list/import")
def send() -> ResponseReturnValue:
    """Shows what a workbook would change, or brings in what was shown."""
    person, act = require_actor(), request.form.get("act", "")
    content = b""
    try:
        if act == "preview":
            content = _uploaded()
            found = year_list_import.preview_import(product(), actor=person, content=content)
            return _page(content, found)
        if act == "apply":
            content = _carried()
            seen = read(YearListImportQuery, {"seen": request.form.get("seen", "")}).seen
            done = year_list_import.apply_import(product(), actor=person, content=content, seen=seen)
            flash(_done(done), "good")
            return redirect(url_for("year_list.list_all"), code=303)
    except Conflict as refusal:
        # Somebody else was faster: what would happen now is looked at anew.
        found = year_list_import.preview_import(product(), actor=person, content=content)
        return _page(content, found, refusal), refusal.status
    except Refused as refusal:
        return _page(refusal=refusal), refusal.status
    raise NotFound("没有这个操作")


def _uploaded() -> bytes:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        message = "请选择要导入的工作簿（.xlsx）"
        raise Malformed(message, [FieldError("file", message)])
    with sent.stream as stream:
        return stream.read()


def _carried() -> bytes:
    """The very file that was previewed: the page carries it, so nothing is kept on the way."""
    try:
        return urlsafe_b64decode(request.form.get("workbook", "").encode())
    except (binascii.Error, ValueError):
        message = "预览的文件没有完整送达，请重新选择文件"
        raise Malformed(message, [FieldError("file", message)]) from None


def _done(answer: dict[str, Any]) -> str:
    added, changed, ended = (answer[f"{act}_count"] for act in ("added", "changed", "ended"))
    return f"已导入：增加 {added} 条，修改 {changed} 条，终止 {ended} 条。"


def _page(content: bytes = b"", preview: dict[str, Any] | None = None, refusal: Refused | None = None) -> str:
    errors = messages_of(refusal) if refusal else {}
    return render_template(
        "year_list/import.html",
        preview=preview,
        workbook=urlsafe_b64encode(content).decode() if preview else "",
        # That of a year without a list is the empty template.
        years=sorted({*years_to_choose(), this_year() + 1}, reverse=True),
        this_year=this_year(),
        field=Field(
            "file",
            "目录清单工作簿",
            "file",
            error=errors.get("file", ""),
            help=f".xlsx，{_LIMIT}；含工作表“机构”“职业”“平台”，其中没有的条目保持不变",
            required=True,
            accept=".xlsx,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        refused=shown(refusal) if refusal else None,
    )
