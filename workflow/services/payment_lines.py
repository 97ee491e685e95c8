"""A line of a payment batch inside the transaction of an event: which one a payment settles, and how.

The line waits for the bank while it is ``waiting``. Whoever settles it has locked the application first and
the line after it, so that two results that come at once find it settled by the other.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select, update

from workflow.errors import NotNow
from workflow.form.money import fen_from_yuan, yuan_text
from workflow.form.payloads import Payment, PaymentFailure
from workflow.form.payment_sheets import LONGEST_REASON, FrozenLine
from workflow.persistence import tables
from workflow.sealing import KeyRing, unseal
from workflow.services.case import Case
from workflow.vocabulary import FundSource, PaymentBatchState, PaymentLineState

_line, _batch = tables.payment_line, tables.payment_batch
SETTLED = "payment_line_id"
"""Under which of a case's notes the line stands that its payment has settled."""


def line_to_settle(case: Case, payload: Payment) -> Any:
    """The line that waits for the bank and that this payment settles, locked; None where none waits.

    Raises ``NotNow`` where the payment is not what the bank was told: the same money would leave twice.
    """
    found = case.connection.execute(
        select(_line, _batch.c.number, _batch.c.state.label("batch_state"))
        .join(_batch, _batch.c.id == _line.c.batch_id)
        .where(_line.c.application_id == case.id, _line.c.state == PaymentLineState.WAITING.value)
        .with_for_update(of=_line)
    ).one_or_none()
    if found is None:
        return None
    place = f"本申请已列入拨付批次{found.number}第{found.line_no}行"
    if found.batch_state != PaymentBatchState.EXPORTED:
        raise NotNow(f"{place}，批次尚未导出；请先从批次中取出，再单独登记拨付")
    if (fen_from_yuan(payload.stored()["amount"]), payload.source) != (found.amount_fen, found.source):
        told = f"{FundSource(found.source).label}{yuan_text(found.amount_fen)}"
        raise NotNow(f"{place}，正在等待银行结果；登记的拨付须与批次一致（{told}），其余部分在此之后登记")
    return found


def mark_paid(case: Case, line: Any, payload: Payment) -> None:
    """The bank has paid the line."""
    _settle(case, line.id, state=PaymentLineState.PAID, voucher=payload.voucher, paid_on=payload.paid_on)
    case.notes[SETTLED] = line.id


def mark_returned(case: Case, payload: PaymentFailure) -> None:
    """The bank sent back what it had paid for a line: the line has failed after all."""
    payment = tables.payment
    line_id = case.connection.execute(
        select(payment.c.line_id).where(
            payment.c.application_id == case.id, payment.c.voucher == payload.voucher
        )
    ).scalar_one()
    if line_id is not None:
        _settle(case, line_id, state=PaymentLineState.FAILED, reason=payload.reason[:LONGEST_REASON])


def mark_failed(case: Case, line_id: int, reason: str) -> None:
    """The money never left: nothing was paid, and the line is over."""
    _settle(case, line_id, state=PaymentLineState.FAILED, reason=reason)


def _settle(case: Case, line_id: int, *, state: PaymentLineState, **result: Any) -> None:
    case.connection.execute(
        update(_line)
        .where(_line.c.id == line_id)
        .values(state=state.value, settled_by=case.actor.account_id, settled_at=case.now, **result)
    )


def frozen_lines(connection: Connection, batch_id: int, *, keys: KeyRing) -> list[FrozenLine]:
    """The lines of a batch in their order, the accounts in clear, but for those that were taken out."""
    rows = connection.execute(
        select(_line, tables.application.c.number)
        .join(tables.application, tables.application.c.id == _line.c.application_id)
        .where(_line.c.batch_id == batch_id, _line.c.state != PaymentLineState.REMOVED.value)
        .order_by(_line.c.line_no)
    )
    return [
        FrozenLine(
            line_no=row.line_no,
            application_number=row.number,
            payee_name=row.payee_name,
            bank_name=row.bank_name,
            account=unseal(row.account_sealed, keys=keys),
            amount_fen=row.amount_fen,
            purpose=row.purpose,
        )
        for row in rows
    ]
