"""The bank's result of a batch: uploaded, looked at, recorded, and taken away as a report."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from web.api.replies import workbook_reply
from web.current import product, require_actor
from web.views.payment_batches import page_of
from web.views.refused import messages_of, shown
from workflow.errors import FieldError, Malformed, NotFound, Refused
from workflow.services import bank_results

blueprint = Blueprint("bank_results", __name__)
_ADDRESS = "/payment-batches/<key:batch_id>/results"
_TAGS = {
    "paid": "tag-ok",
    "failed": "tag-late",
    "returned": "tag-late",
    "done": "tag-state",
    "unmatched": "tag-soon",
    "blank": "",
}


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """The batch with the limit; nothing of what was sent has been read."""
    message = "提交的内容过大，没有读取：.xlsx 文件不超过 5 MB，.csv 文件不超过 1 MB"
    return _refused(
        int((request.view_args or {})["batch_id"]), Malformed(message, [FieldError("file", message)])
    ), 413


@blueprint.post(_ADDRESS)
def upload(batch_id: int) -> ResponseReturnValue:
    """Takes the file in and shows what it leads to."""
    try:
        sent = request.files.get("file")
        if sent is None or not sent.filename:
            message = "请选择银行结果文件（.xlsx 或者 .csv）"
            raise Malformed(message, [FieldError("file", message)])
        found = bank_results.upload_result(
            product(),
            actor=require_actor(),
            batch_id=batch_id,
            file_name=sent.filename,
            content=sent.read(),
        )
    except NotFound:
        raise
    except Refused as refusal:
        return _refused(batch_id, refusal), refusal.status
    return redirect(url_for("bank_results.show", batch_id=batch_id, result_id=found["id"]), code=303)


@blueprint.get(f"{_ADDRESS}/<key:result_id>")
def show(batch_id: int, result_id: int) -> ResponseReturnValue:
    """What the file says, and what each line leads to now."""
    found = bank_results.read_result(product(), actor=require_actor(), batch_id=batch_id, result_id=result_id)
    return render_template("payment_batches/result.html", found=found, tags=_TAGS)


@blueprint.post(f"{_ADDRESS}/<key:result_id>/recording")
def record(batch_id: int, result_id: int) -> ResponseReturnValue:
    """Records what was shown."""
    try:
        found = bank_results.apply_result(
            product(), actor=require_actor(), batch_id=batch_id, result_id=result_id
        )
    except NotFound:
        raise
    except Refused as refusal:
        return _refused(batch_id, refusal), refusal.status
    left = sum(found["counts"][name] for name in ("paid", "failed", "returned"))
    if left:
        flash(f"有 {left} 行没有登记成，原因见各行；处理后可以再次登记，已登记的不会重复。", "warn")
    else:
        flash("已登记银行结果。", "good")
    return redirect(url_for("bank_results.show", batch_id=batch_id, result_id=result_id), code=303)


@blueprint.get(f"{_ADDRESS}/<key:result_id>/report.xlsx")
def report(batch_id: int, result_id: int) -> ResponseReturnValue:
    """The result line by line as a workbook."""
    title, workbook = bank_results.result_report(
        product(), actor=require_actor(), batch_id=batch_id, result_id=result_id
    )
    return workbook_reply(workbook, title)


def _refused(batch_id: int, refusal: Refused) -> str:
    head = shown(refusal, scope="result")
    return page_of(batch_id, head, errors=messages_of(refusal), opened="result")
