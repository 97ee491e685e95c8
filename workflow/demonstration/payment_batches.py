"""Two batches of the city's cashier: one that the bank has answered in part, and one that is still open."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from workflow.access import Actor
from workflow.form.payment_sheets import PAYMENT_SHEET
from workflow.services import bank_results, finance_desk, payment_batches
from workflow.services.payment_files import FileFormat, fetch_file
from workflow.services.product import Product
from workflow.vocabulary import BankOutcome

_IN_BATCHES = 3
_FAILED = "收款账户状态异常，退汇（示例）"


def play_batches(product: Product, people: Mapping[str, Actor]) -> int:
    """Gives two applications to the bank, which cannot pay the first of them, and lists a third.

    Answers how many batches there are. The oldest application that waits is left to be paid by hand.
    """
    cashier = people["cashier"]
    waiting = sorted(each["id"] for each in finance_desk.list_payable(product, actor=cashier))
    *first, last = waiting[-_IN_BATCHES:]
    exported = _make(product, cashier, first)
    file = fetch_file(product, actor=cashier, batch_id=exported, shape=FileFormat.CSV_UTF8)
    result = bank_results.upload_result(
        product,
        actor=cashier,
        batch_id=exported,
        file_name="银行回单（示例）.csv",
        content=_with_a_failure(file.content),
    )
    bank_results.apply_result(product, actor=cashier, batch_id=exported, result_id=result["id"])
    _make(product, cashier, [last])
    return 2


def _make(product: Product, cashier: Actor, ids: list[int]) -> int:
    body = {"applications": [{"application_id": each} for each in ids]}
    batch_id: int = payment_batches.make_batch(product, actor=cashier, body=body)["id"]
    return batch_id


def _with_a_failure(file: bytes) -> bytes:
    """The file as the bank gives it back: the first line failed, of the others it has not spoken yet."""
    head, *rows = csv.reader(io.StringIO(file.decode("utf-8-sig"), newline=""))
    places = {column.field: head.index(column.label) for column in PAYMENT_SHEET.columns}
    rows[0][places["outcome"]], rows[0][places["reason"]] = BankOutcome.FAILED.label, _FAILED
    written = io.StringIO(newline="")
    csv.writer(written).writerows([head, *rows])
    return written.getvalue().encode()
