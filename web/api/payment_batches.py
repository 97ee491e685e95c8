"""The desk of finance, payment batches, the bank's files and its results."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from web.api.intake import XLSX, bad_request, idempotency_key, json_object, raw_body
from web.api.parameters import BatchesQuery, BatchFileQuery, BatchResultQuery, FinanceQuery
from web.api.replies import CSV, reply, workbook_reply
from web.current import product, require_actor
from workflow.services import bank_results, finance_desk, payment_batch_reading, payment_batches
from workflow.services.payment_files import FileFormat, fetch_file


def read_finance_desk(query: FinanceQuery) -> Response:
    """The desk of finance: late, due soon, coming, with sums; pools, batches that wait, alerts."""
    return reply(
        finance_desk.read_desk(
            product(), actor=require_actor(), region=query.region, by_amount=query.order == "amount"
        )
    )


def list_payment_batches(query: BatchesQuery) -> Response:
    """The payment batches the caller may see, newest first."""
    return reply(
        payment_batch_reading.list_batches(
            product(), actor=require_actor(), region=query.region, cursor=query.cursor, limit=query.limit
        )
    )


def make_payment_batch() -> Response:
    """Puts applications that wait for payment into a batch; all of them or none."""
    command_id = idempotency_key(required=False)
    batch = payment_batches.make_batch(
        product(), actor=require_actor(), body=json_object(), command_id=command_id
    )
    return reply(batch, status=201)


def read_payment_batch(batch_id: int) -> Response:
    """A batch with its lines, the files that were fetched, and the bank's results."""
    return reply(payment_batch_reading.read_batch(product(), actor=require_actor(), batch_id=batch_id))


def take_out_payment_line(batch_id: int, line_no: int) -> Response:
    """Takes a line out of a batch that is not exported yet."""
    return reply(
        payment_batches.take_out(product(), actor=require_actor(), batch_id=batch_id, line_no=line_no)
    )


def cancel_payment_batch(batch_id: int) -> Response:
    """Gives up a batch before the bank has said anything of it."""
    return reply(
        payment_batches.cancel_batch(product(), actor=require_actor(), batch_id=batch_id, body=json_object())
    )


def fetch_payment_file(batch_id: int, query: BatchFileQuery) -> Response:
    """The file for the bank, accounts in clear; each fetching is recorded, the first one closes the batch."""
    return bank_file_reply(batch_id, query.format)


def upload_bank_result(batch_id: int) -> Response:
    """Takes the bank's result in and says what each line would lead to; records nothing yet."""
    if request.mimetype == "multipart/form-data":
        sent = request.files.get("file")
        if sent is None:
            bad_request("file", "请以 file 为名上传银行结果（.xlsx 或者 .csv）")
        name, content = sent.filename or "", sent.read()
    elif request.mimetype in {XLSX, CSV}:
        name, content = "", raw_body()
    else:
        raise UnsupportedMediaType
    result = bank_results.upload_result(
        product(), actor=require_actor(), batch_id=batch_id, file_name=name, content=content
    )
    return reply(result, status=201)


def read_bank_result(batch_id: int, result_id: int, query: BatchResultQuery) -> Response:
    """The bank's result line by line, as JSON or as a workbook with the reason of each failure."""
    command = {"batch_id": batch_id, "result_id": result_id}
    if query.format == "xlsx":
        title, workbook = bank_results.result_report(product(), actor=require_actor(), **command)
        return workbook_reply(workbook, title)
    return reply(bank_results.read_result(product(), actor=require_actor(), **command))


def record_bank_result(batch_id: int, result_id: int) -> Response:
    """Records the payments and failures of a result; what is recorded already is left alone."""
    return reply(
        bank_results.apply_result(product(), actor=require_actor(), batch_id=batch_id, result_id=result_id)
    )


def bank_file_reply(batch_id: int, shape: FileFormat) -> Response:
    """The file for the bank, kept by no cache on the way."""
    file = fetch_file(product(), actor=require_actor(), batch_id=batch_id, shape=shape)
    if shape is FileFormat.XLSX:
        response = workbook_reply(file.content, file.name)
    else:
        charset = "gb18030" if shape is FileFormat.CSV_GB18030 else "utf-8"
        response = Response(file.content, content_type=f"{CSV}; charset={charset}")
        name = quote(file.name)
        response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}.csv"
    response.headers["Cache-Control"] = "private, no-store"
    return response
