"""五 资金拨付: payments, payments that came back, and the recovery of money wrongly paid.

Each moves the money in its pool as well (``workflow.services.ledger``), and settles the line of a batch that
waits for the bank (``workflow.services.payment_lines``).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import insert, update

from workflow.clock import day_cn, shanghai_date
from workflow.errors import FieldError, Malformed, NotFound, NotNow
from workflow.form.money import fen_from_yuan
from workflow.form.payloads import Payment, PaymentFailure, Recovery, RecoveryReceipt
from workflow.persistence import tables
from workflow.rules import Occasion
from workflow.services import ledger, payment_lines
from workflow.services.case import Case
from workflow.services.checks import check_rules
from workflow.services.enrolments import release_people
from workflow.vocabulary import Section


def pay(case: Case, payload: Payment) -> None:
    """A payment out of what is reserved, whole or in part; all that was approved is paid: disbursed."""
    check_rules(case, Occasion.PAYMENT, payload.stored())
    approval = case.valid_review("claim_finance", "second")
    if approval is not None:
        approved_on = shanghai_date(datetime.fromisoformat(approval["decided_at"]))
        if payload.paid_on < approved_on:
            message = (
                f"“拨付时间”{day_cn(payload.paid_on)}不能早于财政部门复核通过的日期（{day_cn(approved_on)}）"
            )
            raise Malformed(message, [FieldError("payload.paid_on", message)])
    _require_new_voucher(_payments(case), payload.voucher)
    line = payment_lines.line_to_settle(case, payload)
    year = ledger.pay(case, payload)
    amount_fen = fen_from_yuan(payload.stored()["amount"])
    case.connection.execute(
        insert(tables.payment).values(
            application_id=case.id,
            voucher=payload.voucher,
            amount_fen=amount_fen,
            source=payload.source.value,
            paid_on=payload.paid_on,
            paid_by=case.actor.account_id,
            paid_on_behalf_of_id=case.on_behalf_of_id,
            recorded_at=case.now,
            line_id=line.id if line else None,
        )
    )
    if line:
        payment_lines.mark_paid(case, line, payload)
    _payments(case).append(payload.stored() | {"year": year, "paid_by_name": case.signature, "failed": False})
    case.row["paid_fen"] += amount_fen
    case.settled = case.row["paid_fen"] == case.row["approved_fen"]


def payment_failed(case: Case, payload: PaymentFailure) -> None:
    """The bank sent a payment back; it is reserved again, and is to be paid again."""
    paid = next((each for each in _payments(case) if each["voucher"] == payload.voucher), None)
    if paid is None:
        raise NotFound(f"没有凭证号为“{payload.voucher}”的拨付")
    if paid["failed"]:
        raise NotNow(f"凭证号为“{payload.voucher}”的拨付已经登记过失败")
    ledger.take_back(case, paid)
    payments = tables.payment
    case.connection.execute(
        update(payments)
        .where(payments.c.application_id == case.id, payments.c.voucher == payload.voucher)
        .values(failed_at=case.now, failure_reason=payload.reason)
    )
    payment_lines.mark_returned(case, payload)
    paid.update(failed=True, failure_reason=payload.reason, failed_on=case.today.isoformat())
    case.row["paid_fen"] -= fen_from_yuan(paid["amount"])


def recover(case: Case, payload: Recovery) -> None:
    """追缴 of money wrongly paid (平技领办〔2022〕5号 三(三)), at most what was paid."""
    check_rules(case, Occasion.RECOVERY, payload.stored())
    amount_fen = fen_from_yuan(payload.stored()["amount"])
    case.row["to_recover_fen"] = amount_fen
    case.section(Section.DISBURSEMENT)["recovery"] = payload.stored() | {
        "ordered_by_name": case.signature,
        "ordered_on": case.today.isoformat(),
    }


def record_recovery(case: Case, payload: RecoveryReceipt) -> None:
    """Recovered money has come in and is available again; the matter ends when all is back."""
    check_rules(case, Occasion.RECOVERY_RECEIPT, payload.stored())
    receipts = case.section(Section.DISBURSEMENT).setdefault("recoveries", [])
    _require_new_voucher(receipts, payload.voucher)
    returned_to = ledger.recover(case, _payments(case), payload)
    amount_fen = fen_from_yuan(payload.stored()["amount"])
    case.connection.execute(
        insert(tables.recovery).values(
            application_id=case.id,
            voucher=payload.voucher,
            amount_fen=amount_fen,
            received_on=payload.received_on,
            recorded_by=case.actor.account_id,
            recorded_at=case.now,
        )
    )
    receipts.append(payload.stored() | {"recorded_by_name": case.signature, "returned_to": returned_to})
    case.row["recovered_fen"] += amount_fen
    case.settled = case.row["recovered_fen"] == case.row["to_recover_fen"]
    if case.row["recovered_fen"] == case.row["paid_fen"]:
        # Nothing of the money is left with the applicant, so nobody has been paid for.
        release_people(case)


def _payments(case: Case) -> list[dict[str, Any]]:
    payments: list[dict[str, Any]] = case.section(Section.DISBURSEMENT).setdefault("payments", [])
    return payments


def _require_new_voucher(entries: list[dict[str, Any]], voucher: str) -> None:
    if any(entry["voucher"] == voucher for entry in entries):
        message = f"“凭证号”{voucher}已经登记过，不能重复登记"
        raise Malformed(message, [FieldError("payload.voucher", message)])
