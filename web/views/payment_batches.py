"""拨付批次: chosen by the cashier, exported for the bank, taken apart again while nobody has paid."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.api.parameters import BatchesQuery, BatchFileQuery
from web.api.payment_batches import bank_file_reply
from web.current import product, require_actor
from web.views.applications import OF_ALL_REGIONS
from web.views.fields import Field, fields_of, ordinal_typed
from web.views.filters import read_filters
from web.views.paging import cursor, page_addresses
from web.views.refused import Shown, messages_of, shown
from workflow.errors import FieldError, Malformed, NotFound, Refused
from workflow.form.payment_batches import BatchCancellation
from workflow.form.reading import read
from workflow.policy import region_labels
from workflow.services import finance_desk, payment_batch_reading, payment_batches
from workflow.services.payment_files import FileFormat
from workflow.vocabulary import FundSource

blueprint = Blueprint("payment_batches", __name__)
_ADDRESS = "/payment-batches/<key:batch_id>"
FILE_LABELS = {
    FileFormat.XLSX: "Excel 工作簿（.xlsx）",
    FileFormat.CSV_UTF8: "逗号分隔（.csv，UTF-8）",
    FileFormat.CSV_GB18030: "逗号分隔（.csv，GB18030）",
}


@blueprint.get("/payment-batches")
def list_all() -> ResponseReturnValue:
    """The batches, newest first."""
    person = require_actor()
    chosen, refused = read_filters(BatchesQuery, ("region",))
    page: dict[str, Any] = {"items": [], "next": None}
    if refused is None:
        page = payment_batch_reading.list_batches(product(), actor=person, **chosen, cursor=cursor())
    shown_page = render_template(
        "payment_batches/list.html",
        items=page["items"],
        chosen=chosen,
        regions=list(region_labels().items()) if person.role in OF_ALL_REGIONS else [],
        refused=refused,
        **page_addresses(page),
    )
    return shown_page, 422 if refused else 200


@blueprint.get("/payment-batches/new")
def new() -> ResponseReturnValue:
    """What may be put into a batch now."""
    return _new_page()


@blueprint.post("/payment-batches/new")
def make() -> ResponseReturnValue:
    """Makes the batch; refused, the page keeps what was chosen and says what stands against each."""
    chosen = request.form.getlist("chosen")
    lines = []
    for each in chosen:
        source = request.form.get(f"source.{each}", "")
        lines.append({"application_id": ordinal_typed(each)} | ({"source": source} if source else {}))
    body: dict[str, Any] = {"applications": lines}
    if request.form.get("source"):
        body["source"] = request.form["source"]
    try:
        if not chosen:
            message = "请至少勾选一件申请"
            raise Malformed(message, [FieldError("applications", message)])
        batch = payment_batches.make_batch(
            product(),
            actor=require_actor(),
            body=body,
            command_id=request.form.get("command_id") or None,
        )
    except Refused as refusal:
        return _new_page(refusal, chosen), refusal.status
    flash(f"已建立批次 {batch['number']}，共 {batch['line_count']} 行。请核对后导出银行文件。", "good")
    return redirect(url_for("payment_batches.show", batch_id=batch["id"]), code=303)


@blueprint.get(_ADDRESS)
def show(batch_id: int) -> ResponseReturnValue:
    """A batch."""
    return page_of(batch_id)


@blueprint.post(f"{_ADDRESS}/file")
def fetch(batch_id: int) -> ResponseReturnValue:
    """The file for the bank."""
    try:
        wanted = read(BatchFileQuery, {"format": request.form.get("format", "")})
        return bank_file_reply(batch_id, wanted.format)
    except NotFound:
        raise
    except Refused as refusal:
        return page_of(batch_id, shown(refusal, scope="file")), refusal.status


@blueprint.post(f"{_ADDRESS}/lines/<key:line_no>/removal")
def take_out(batch_id: int, line_no: int) -> ResponseReturnValue:
    """Takes a line out."""
    try:
        payment_batches.take_out(product(), actor=require_actor(), batch_id=batch_id, line_no=line_no)
    except NotFound:
        raise
    except Refused as refusal:
        return page_of(batch_id, shown(refusal)), refusal.status
    flash(f"已取出第 {line_no} 行，该件申请可以列入其他批次。", "good")
    return redirect(url_for("payment_batches.show", batch_id=batch_id), code=303)


@blueprint.post(f"{_ADDRESS}/cancellation")
def cancel(batch_id: int) -> ResponseReturnValue:
    """Gives the batch up."""
    sent = {"reason": request.form.get("reason", "")}
    try:
        body = {"reason": sent["reason"]} if sent["reason"].strip() else {}
        payment_batches.cancel_batch(product(), actor=require_actor(), batch_id=batch_id, body=body)
    except NotFound:
        raise
    except Refused as refusal:
        page = page_of(
            batch_id, shown(refusal, scope="cancel"), typed=sent, errors=messages_of(refusal), opened="cancel"
        )
        return page, refusal.status
    flash("已取消批次，其中的申请可以重新列入。", "good")
    return redirect(url_for("payment_batches.show", batch_id=batch_id), code=303)


def page_of(
    batch_id: int,
    refused: Shown | None = None,
    *,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    opened: str = "",
) -> str:
    """The page of a batch; with what was refused, and the form in which it was typed."""
    batch = payment_batch_reading.read_batch(product(), actor=require_actor(), batch_id=batch_id)
    upload = Field(
        "file",
        "银行结果文件",
        "file",
        error=(errors or {}).get("file", "") if opened == "result" else "",
        help="在导出的文件中填好后四列再上传；.xlsx 不超过 5 MB，.csv 不超过 1 MB",
        required=True,
        accept=".xlsx,.csv,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        scope="result",
    )
    wrong = (errors or {}) if opened == "cancel" else {}
    cancelling = fields_of(BatchCancellation, values=typed or {}, errors=wrong, scope="cancel")
    return render_template(
        "payment_batches/show.html",
        batch=batch,
        labels=FILE_LABELS,
        upload=upload,
        cancelling=cancelling,
        opened=opened,
        refused=refused,
    )


def _new_page(refusal: Refused | None = None, chosen: list[str] | None = None) -> str:
    items = finance_desk.list_payable(product(), actor=require_actor())
    errors = messages_of(refusal) if refusal else {}
    # An error names its place among those that were chosen; the page knows it by the application.
    wrong = {
        (chosen or [])[int(name.rpartition(".")[2])]: message
        for name, message in errors.items()
        if name.startswith("applications.") and name.count(".") == 1
    }
    place_of = {f"applications.{place}": f"chosen.{each}" for place, each in enumerate(chosen or [])}
    return render_template(
        "payment_batches/new.html",
        items=items,
        most=finance_desk.MOST_LISTED,
        chosen=set(chosen or []),
        wrong=wrong,
        sources=[(source.value, source.label) for source in FundSource],
        source=request.form.get("source", ""),
        typed_sources={item["id"]: request.form.get(f"source.{item['id']}", "") for item in items},
        command_id=uuid4().hex,
        refused=shown(refusal, place=lambda name: place_of.get(name, name)) if refusal else None,
    )
