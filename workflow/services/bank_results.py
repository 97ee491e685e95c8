"""The bank's answer to a batch: uploaded and looked at, then recorded line by line.

What a line leads to is derived from the batch as it stands, each time anew. So the same file twice changes
nothing, a recording that was interrupted goes on where it stopped, and of two at once each line is one's.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, select, update

from workflow.access import Actor, require_reading
from workflow.clock import shanghai_date
from workflow.errors import Conflict, FieldError, Malformed, NotFound, NotNow, Refused
from workflow.form.masking import cover_numbers
from workflow.form.money import yuan_from_fen
from workflow.form.payment_sheets import ResultRow, check_payment_table, read_payment_table
from workflow.persistence import tables
from workflow.persistence.engine import reading, upsert, writing
from workflow.persistence.types import LARGEST_ID
from workflow.reports import workbook
from workflow.sealing import keyed_digest
from workflow.services.actors import work_of
from workflow.services.alerts import raise_alerts
from workflow.services.audience import People
from workflow.services.audit import PAYMENT_LINE_FAILED, append_entry
from workflow.services.case import Case, open_case
from workflow.services.door import send_event
from workflow.services.payment_batch_reading import find_batch, keep_batch, keeps_batches, line_view
from workflow.services.payment_lines import SETTLED, frozen_lines, mark_failed
from workflow.services.product import Product
from workflow.vocabulary import BankOutcome, Event, PaymentBatchState, PaymentLineState, ResultStanding
from workflow.workbooks.errors import UnreadableWorkbook

_result, _line, _batch = tables.bank_result, tables.payment_line, tables.payment_batch
_RECORDABLE = frozenset({ResultStanding.PAID, ResultStanding.FAILED, ResultStanding.RETURNED})
_LONGEST_NAME = 200
_TITLE = "银行支付失败，待重新拨付"


@work_of(keeps_batches)
def upload_result(
    product: Product, *, actor: Actor, batch_id: int, file_name: str, content: bytes
) -> dict[str, Any]:
    """Takes the bank's file in; answers what each of its lines would lead to. Nothing is recorded yet.

    The same file again answers the same result. Raises ``NotFound``, ``Forbidden``, ``NotNow`` for a batch
    that the bank was not given, and ``Malformed`` for a file that cannot be read.
    """
    with writing(product.engine) as connection:
        number = _answerable(connection, actor, batch_id).number
    # Outside any transaction, and only for those who may: a hostile file takes its time.
    try:
        table = read_payment_table(content)
    except UnreadableWorkbook as fault:
        raise Malformed(str(fault), [FieldError("file", str(fault))]) from fault
    keys = product.settings.keys
    with writing(product.engine) as connection:
        batch = _answerable(connection, actor, batch_id)
        now = product.now(connection)
        found = check_payment_table(
            table,
            number=number,
            digest=batch.digest,
            lines=frozen_lines(connection, batch_id, keys=keys),
            today=shanghai_date(now),
        )
        if not found:
            message = "文件中没有本批次的行，请核对是否取错文件"
            raise Malformed(message, [FieldError("file", message)])
        # Under whichever key: the same bytes are the same file after the key was replaced.
        text = content.hex()
        digests = [keyed_digest(text, key=secret) for secret in keys.all]
        same = select(_result.c.id).where(_result.c.batch_id == batch_id, _result.c.digest.in_(digests))
        known = connection.execute(same).scalars().first()
        if known is None:
            connection.execute(
                upsert(connection, _result)
                .values(
                    batch_id=batch_id,
                    file_name=cover_numbers(file_name)[-_LONGEST_NAME:] or "银行结果",
                    digest=digests[0],
                    rows=[_stored(row) for row in found],
                    uploaded_by=actor.account_id,
                    uploaded_on_behalf_of_id=actor.on_behalf_of_id,
                    uploaded_at=now,
                )
                .on_conflict_do_nothing(index_elements=[_result.c.batch_id, _result.c.digest])
            )
            known = connection.execute(same).scalars().one()
    return read_result(product, actor=actor, batch_id=batch_id, result_id=known)


@work_of(keeps_batches)
def read_result(product: Product, *, actor: Actor, batch_id: int, result_id: int) -> dict[str, Any]:
    """What the bank's file says, line by line, and what each leads to as the batch stands now."""
    with reading(product.engine) as connection:
        batch = find_batch(connection, actor, batch_id)
        result = _find(connection, batch_id, result_id)
        items = _standings(connection, batch_id, result.rows)
    counts = dict.fromkeys(ResultStanding, 0)
    for item in items:
        counts[ResultStanding(item["standing"])] += 1
    return {
        "id": result.id,
        "batch_id": batch_id,
        "batch_number": batch.number,
        "file_name": result.file_name,
        "uploaded_at": result.uploaded_at.isoformat(),
        "applied_at": result.applied_at.isoformat() if result.applied_at else None,
        "may_apply": keeps_batches(actor) and any(counts[each] for each in _RECORDABLE),
        "counts": {standing.value: count for standing, count in counts.items()},
        "items": items,
    }


@work_of(keeps_batches)
def apply_result(product: Product, *, actor: Actor, batch_id: int, result_id: int) -> dict[str, Any]:
    """Records what the file says: each success by ``pay``, each failure on its line; answers like reading it.

    Every line is a transaction of its own. One that is refused says why and hinders no other; what was
    recorded already, by this file or another, is left alone. Raises ``NotFound`` and ``Forbidden``.
    """
    with writing(product.engine) as connection:
        _answerable(connection, actor, batch_id)
        rows = list(_find(connection, batch_id, result_id).rows)
    for row in rows:
        row["refused"] = _record_row(product, actor, batch_id, row)
    with writing(product.engine) as connection:
        connection.execute(
            update(_result)
            .where(_result.c.id == result_id)
            .values(rows=rows, applied_by=actor.account_id, applied_at=product.now(connection))
        )
    return read_result(product, actor=actor, batch_id=batch_id, result_id=result_id)


def result_report(product: Product, *, actor: Actor, batch_id: int, result_id: int) -> tuple[str, bytes]:
    """The result line by line as a workbook, with the reason of each that failed, and a name for it."""
    found = read_result(product, actor=actor, batch_id=batch_id, result_id=result_id)
    title = f"{found['batch_number']} 银行结果处理情况"
    columns = {
        "row": "文件行",
        "line_no": "批次行号",
        "application_number": "申请编号",
        "payee_name": "户名",
        "account": "收款账号（尾号）",
        "amount": "金额（元）",
        "outcome_label": "银行结果",
        "standing_label": "处理情况",
        "voucher": "凭证号",
        "paid_on": "支付日期",
        "explanation": "失败或者未处理的原因",
    }
    return title, workbook(
        {
            "title": title,
            "columns": [{"key": key, "label": label} for key, label in columns.items()],
            "rows": found["items"],
        }
    )


# --- one line ----------------------------------------------------------------------------------------------


def _record_row(product: Product, actor: Actor, batch_id: int, row: dict[str, Any]) -> str:
    """Records one row if there is something to record; answers why not where it was refused."""
    standing, line = _look(product, batch_id, row)
    if standing not in _RECORDABLE:
        return ""
    try:
        _CARRY_OUT[standing](product, actor, line, row)
    except Refused as refusal:
        # Whoever was faster has recorded the same.
        after, _ = _look(product, batch_id, row)
        return "" if after is ResultStanding.DONE else refusal.message
    return ""


def _pay(product: Product, actor: Actor, line: Any, row: dict[str, Any]) -> None:
    def require_settled(case: Case) -> dict[str, Any]:
        # Inside the payment's transaction: a payment that is not this line's is not made.
        if case.notes.get(SETTLED) != line.id:
            raise Conflict(f"第{line.line_no}行刚刚已由他人处理")
        return {}

    send_event(
        product,
        actor=actor,
        application_id=line.application_id,
        event=Event.PAY.value,
        payload={
            "amount": yuan_from_fen(line.amount_fen),
            "paid_on": row["paid_on"],
            "source": line.source,
            "voucher": row["voucher"],
        },
        expected_version=None,
        command_id=None,
        answer=require_settled,
    )


def _take_back(product: Product, actor: Actor, line: Any, row: dict[str, Any]) -> None:
    send_event(
        product,
        actor=actor,
        application_id=line.application_id,
        event=Event.PAYMENT_FAILED.value,
        payload={"voucher": line.voucher, "reason": row["reason"]},
        expected_version=None,
        command_id=None,
        answer=lambda _case: {},
    )


def _fail(product: Product, actor: Actor, line: Any, row: dict[str, Any]) -> None:
    """The money never left: the line is over, the applicant is told, and nothing was paid."""
    with writing(product.engine) as connection:
        case = open_case(product, connection, actor, line.application_id, lock=True)
        require_reading(actor, case.matter())
        state = connection.execute(
            select(_line.c.state).where(_line.c.id == line.id).with_for_update()
        ).scalar_one()
        if state != PaymentLineState.WAITING:
            raise Conflict(f"第{line.line_no}行刚刚已由他人处理")
        mark_failed(case, line.id, row["reason"])
        _tell_applicant(case, line.id, row["reason"])
        append_entry(
            case,
            PAYMENT_LINE_FAILED,
            outcome="done",
            old=case.state,
            new=case.state,
            details={
                "payment_batch": line.batch_number,
                "line_no": line.line_no,
                "amount": yuan_from_fen(line.amount_fen),
                "reason": row["reason"],
            },
        )
        case.write_row()


def _tell_applicant(case: Case, line_id: int, reason: str) -> None:
    """A message to the applicant's people; of no clock, since none has moved."""
    rung = f"payment_failed_{line_id}"
    alert = {
        "application_id": case.id,
        "clock_id": None,
        "rung": rung,
        "title": _TITLE,
        "reason": reason,
        "due_on": case.today,
        "provisional": False,
        "scheduled_at": case.now,
        "raised_at": case.now,
    }
    told = People(case.connection, {case.row["region"]}, case.today, [case.row]).applicants_of(case.row)
    raise_alerts(case.connection, [alert], {(None, rung): told}, case.now)


_CARRY_OUT = {
    ResultStanding.PAID: _pay,
    ResultStanding.FAILED: _fail,
    ResultStanding.RETURNED: _take_back,
}


# --- what a row leads to -----------------------------------------------------------------------------------


def _look(product: Product, batch_id: int, row: dict[str, Any]) -> tuple[ResultStanding, Any]:
    with reading(product.engine) as connection:
        line = connection.execute(
            select(_line, _batch.c.number.label("batch_number"))
            .join(_batch, _batch.c.id == _line.c.batch_id)
            .where(_batch.c.id == batch_id, _line.c.line_no == row["line_no"])
        ).one_or_none()
    return _standing(row, line)[0], line


def _standing(row: dict[str, Any], line: Any) -> tuple[ResultStanding, str]:
    """What a row of the file leads to with its line as it stands, and why where it leads to nothing."""
    if row["fault"] or line is None:
        return ResultStanding.UNMATCHED, row["fault"] or "批次中没有这一行"
    if row["outcome"] is None:
        return ResultStanding.BLANK, ""
    state = PaymentLineState(line.state)
    if row["outcome"] == BankOutcome.PAID:
        if state is PaymentLineState.WAITING:
            return ResultStanding.PAID, ""
        if state is PaymentLineState.PAID and line.voucher == row["voucher"]:
            return ResultStanding.DONE, ""
        if line.voucher == row["voucher"]:
            # It was paid by this very voucher, and came back since.
            return ResultStanding.DONE, f"已登记拨付，后又退回：{line.reason}"
        said = f"凭证号{line.voucher}" if state is PaymentLineState.PAID else "未支付"
        return ResultStanding.UNMATCHED, f"该行{state.label}（{said}），与文件不一致，请与银行核实"
    if state is PaymentLineState.WAITING:
        return ResultStanding.FAILED, row["reason"]
    if state is PaymentLineState.PAID:
        return ResultStanding.RETURNED, row["reason"]
    if state is PaymentLineState.FAILED:
        return ResultStanding.DONE, line.reason
    return ResultStanding.UNMATCHED, f"该行{state.label}，与文件不一致，请与银行核实"


def _standings(connection: Connection, batch_id: int, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    lines = {
        line["line_no"]: line
        for line in connection.execute(
            select(_line, tables.application.c.number.label("application_number"))
            .join(tables.application, tables.application.c.id == _line.c.application_id)
            .where(_line.c.batch_id == batch_id)
        ).mappings()
    }
    items = []
    for row in rows:
        line = lines.get(row["line_no"])
        standing, reason = _standing(row, line)
        outcome = BankOutcome(row["outcome"]) if row["outcome"] else None
        shown = line_view(line) if line is not None else {}
        items.append(
            {
                "row": row["row"],
                "line_no": row["line_no"] or None,
                **{
                    name: shown.get(name)
                    for name in ("application_id", "application_number", "payee_name", "account", "amount")
                },
                "outcome": outcome.value if outcome else None,
                "outcome_label": outcome.label if outcome else None,
                "voucher": row["voucher"] or None,
                "paid_on": row["paid_on"],
                "standing": standing.value,
                "standing_label": standing.label,
                "explanation": "；".join(filter(None, (reason, row.get("refused", "")))) or None,
            }
        )
    return items


def _stored(row: ResultRow) -> dict[str, Any]:
    return asdict(row) | {
        "outcome": row.outcome.value if row.outcome else None,
        "paid_on": row.paid_on.isoformat() if row.paid_on else None,
    }


def _answerable(connection: Connection, actor: Actor, batch_id: int) -> Any:
    batch = keep_batch(connection, actor, batch_id)
    if batch.state != PaymentBatchState.EXPORTED:
        label = PaymentBatchState(batch.state).label
        raise NotNow(f"批次{batch.number}{label}，没有交给银行，不能导入银行结果")
    return batch


def _find(connection: Connection, batch_id: int, result_id: int) -> Any:
    row = None
    if 0 < result_id <= LARGEST_ID:
        row = connection.execute(
            select(_result).where(_result.c.id == result_id, _result.c.batch_id == batch_id)
        ).one_or_none()
    if row is None:
        raise NotFound(f"本批次没有编号为 {result_id} 的银行结果")
    return row
