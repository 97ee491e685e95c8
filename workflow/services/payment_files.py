"""A batch as the file for the bank: the accounts in clear, for two eyes only, and every fetching recorded."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import insert, select, update

from workflow.access import Actor
from workflow.errors import FieldError, Forbidden, NotNow
from workflow.form.masking import mask_account
from workflow.form.payment_sheets import FrozenLine, payment_text, payment_workbook
from workflow.form.reading import malformed
from workflow.persistence import tables
from workflow.persistence.engine import writing
from workflow.persistence.types import canonical
from workflow.sealing import keyed_digest
from workflow.services.actors import work_of
from workflow.services.payment_batch_reading import fetches_files, find_batch
from workflow.services.payment_batches import record
from workflow.services.payment_lines import frozen_lines
from workflow.services.product import Product
from workflow.services.readings import record_payees
from workflow.vocabulary import PaymentBatchState, PaymentLineState, State


class FileFormat(StrEnum):
    """In which shape the bank takes the batch."""

    XLSX = "xlsx"
    CSV_UTF8 = "csv_utf8"
    CSV_GB18030 = "csv_gb18030"


_ENCODINGS = {FileFormat.CSV_UTF8: "utf-8-sig", FileFormat.CSV_GB18030: "gb18030"}


class BankFile(NamedTuple):
    """The file, and the name without its ending."""

    name: str
    content: bytes


@work_of(fetches_files)
def fetch_file(product: Product, *, actor: Actor, batch_id: int, shape: FileFormat) -> BankFile:
    """The batch for the bank; from the first time on nothing can be taken out of it.

    Who fetched it when is kept with the batch, and the reading of every account in the audit trail. Raises
    ``NotFound``, ``Forbidden`` for all but the region's cashiers and head of finance, and ``NotNow`` for a
    batch that was given up, is empty, or names an application that does not wait for payment any more.
    """
    batch, application, line = tables.payment_batch, tables.application, tables.payment_line
    with writing(product.engine) as connection:
        row = find_batch(connection, actor, batch_id, lock=True)
        if not fetches_files(actor) or actor.region != row.region:
            raise Forbidden("银行文件中有完整的收款账号，只能由本地区的拨付经办人和财政部门负责人下载")
        if row.state == PaymentBatchState.CANCELLED:
            raise NotNow(f"批次{row.number}已取消，不能导出")
        now, keys = product.now(connection), product.settings.keys
        lines = frozen_lines(connection, batch_id, keys=keys)
        if not lines:
            raise NotNow(f"批次{row.number}中没有申请，不能导出")
        digest = row.digest
        if row.state == PaymentBatchState.OPEN:
            gone = connection.execute(
                select(line.c.line_no, application.c.number, application.c.state)
                .join(application, application.c.id == line.c.application_id)
                .where(
                    line.c.batch_id == batch_id,
                    line.c.state == PaymentLineState.WAITING.value,
                    application.c.state != State.DISBURSEMENT_AWAITING_PAYMENT.value,
                )
                .order_by(line.c.line_no)
            ).all()
            if gone:
                raise malformed(
                    [
                        FieldError(
                            f"lines.{each.line_no}",
                            f"第{each.line_no}行（{each.number}）现为“{State(each.state).label}”，请先取出",
                        )
                        for each in gone
                    ]
                )
            digest = digest_of(row.number, lines, key=keys.current)
            connection.execute(
                update(batch)
                .where(batch.c.id == batch_id)
                .values(state=PaymentBatchState.EXPORTED.value, exported_at=now, digest=digest)
            )
        connection.execute(
            insert(tables.payment_batch_file).values(
                batch_id=batch_id,
                format=shape.value,
                fetched_by=actor.account_id,
                fetched_on_behalf_of_id=actor.on_behalf_of_id,
                fetched_at=now,
            )
        )
        record(connection, actor, "fetch_payment_file", now, row.number, format=shape.value)
        ids = connection.execute(
            select(line.c.application_id)
            .where(line.c.batch_id == batch_id, line.c.state != PaymentLineState.REMOVED.value)
            .order_by(line.c.line_no)
        ).scalars()
        payees = [
            (application_id, each.application_number, f"{each.payee_name} {mask_account(each.account)}")
            for application_id, each in zip(ids, lines, strict=True)
        ]
        record_payees(connection, actor, now, payees, note=f"拨付批次{row.number}")
    return BankFile(row.number, _written(shape, row.number, lines, digest))


def digest_of(number: str, lines: list[FrozenLine], *, key: str) -> str:
    """Of a batch as the bank is told it."""
    return keyed_digest(canonical([number, *(line.told() for line in lines)]), key=key)


def _written(shape: FileFormat, number: str, lines: list[FrozenLine], digest: str) -> bytes:
    if shape is FileFormat.XLSX:
        return payment_workbook(number, lines, digest)
    return payment_text(number, lines, digest, encoding=_ENCODINGS[shape])
