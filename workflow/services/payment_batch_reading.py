"""Batches of payments as people see them: who reads and keeps them, the list, and one with all its lines."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, case, func, select

from workflow.access import Actor
from workflow.errors import Forbidden, NotFound
from workflow.form.money import yuan_from_fen
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.persistence.types import LARGEST_ID
from workflow.policy import region_labels
from workflow.services.actors import signature, work_of
from workflow.services.pages import Page, page_of
from workflow.services.product import Product
from workflow.vocabulary import Department, FundSource, PaymentBatchState, PaymentLineState, Role

_batch, _line = tables.payment_batch, tables.payment_line
_CREATED_BY = signature(_batch.c.created_by, _batch.c.created_on_behalf_of_id).label("created_by_name")
_READERS_OF_ALL = frozenset({Role.OFFICE, Role.AUDITOR})


def keeps_batches(actor: Actor) -> bool:
    """Whether this person makes batches of the own region and brings the bank's results in."""
    return actor.role is Role.CASHIER and actor.region is not None


def fetches_files(actor: Actor) -> bool:
    """Whether this person may take files of the own region away, in which the accounts stand in clear."""
    return keeps_batches(actor) or (actor.role is Role.HEAD and actor.department is Department.FINANCE)


def list_batches(
    product: Product,
    *,
    actor: Actor,
    region: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """The batches this person may see, newest first, each with its count, sum and how far it is."""
    region = _readable_region(actor, region)
    statement = select(_batch, _CREATED_BY, *_TOTALS)
    if region is not None:
        statement = statement.where(_batch.c.region == region)
    with reading(product.engine) as connection:
        return page_of(connection, statement, _batch.c.id, cursor, limit, _summary, descending=True)


@work_of(keeps_batches)
@work_of(fetches_files)
def read_batch(product: Product, *, actor: Actor, batch_id: int) -> dict[str, Any]:
    """A batch with its lines, the files that were fetched and the results that were uploaded."""
    with reading(product.engine) as connection:
        row = _find(connection, actor, batch_id)
        lines = connection.execute(
            select(_line, tables.application.c.number.label("application_number"))
            .join(tables.application, tables.application.c.id == _line.c.application_id)
            .where(_line.c.batch_id == batch_id)
            .order_by(_line.c.line_no)
        ).mappings()
        file, result = tables.payment_batch_file, tables.bank_result
        files = connection.execute(
            select(
                file.c.format,
                file.c.fetched_at,
                signature(file.c.fetched_by, file.c.fetched_on_behalf_of_id).label("name"),
            )
            .where(file.c.batch_id == batch_id)
            .order_by(file.c.id)
        ).all()
        results = connection.execute(
            select(
                result.c.id,
                result.c.file_name,
                result.c.uploaded_at,
                result.c.applied_at,
                signature(result.c.uploaded_by, result.c.uploaded_on_behalf_of_id).label("name"),
            )
            .where(result.c.batch_id == batch_id)
            .order_by(result.c.id)
        ).all()
        shown = list(map(line_view, lines))
    return _summary(row) | {
        "may_keep": keeps_batches(actor) and actor.region == row["region"],
        "may_fetch": fetches_files(actor) and actor.region == row["region"],
        "lines": shown,
        "files": [
            {"format": each.format, "fetched_at": each.fetched_at.isoformat(), "fetched_by_name": each.name}
            for each in files
        ],
        "results": [
            {
                "id": each.id,
                "file_name": each.file_name,
                "uploaded_at": each.uploaded_at.isoformat(),
                "uploaded_by_name": each.name,
                "applied_at": each.applied_at.isoformat() if each.applied_at else None,
            }
            for each in results
        ],
    }


def keep_batch(connection: Connection, actor: Actor, batch_id: int) -> Any:
    """A batch, locked, for its cashiers; raises ``NotFound`` and ``Forbidden``."""
    row = _row(connection, batch_id, lock=True)
    if row is None or row.region != actor.region:
        raise NotFound(f"没有编号为 {batch_id} 的拨付批次")
    if not keeps_batches(actor):
        raise Forbidden("拨付批次只能由本地区的拨付经办人办理")
    return row


def find_batch(connection: Connection, actor: Actor, batch_id: int, *, lock: bool = False) -> Any:
    """A batch, for whoever may see it; raises ``NotFound`` for all others."""
    region = _readable_region(actor, None)
    row = _row(connection, batch_id, lock=lock)
    if row is None or region not in {None, row.region}:
        raise NotFound(f"没有编号为 {batch_id} 的拨付批次")
    return row


def line_view(row: Any) -> dict[str, Any]:
    """A line as people see it: the account with its last digits only."""
    state = PaymentLineState(row["state"])
    return {
        "line_no": row["line_no"],
        "application_id": row["application_id"],
        "application_number": row["application_number"],
        "payee_name": row["payee_name"],
        "bank_name": row["bank_name"],
        "account": row["account_masked"],
        "amount": yuan_from_fen(row["amount_fen"]),
        "source": row["source"],
        "source_label": FundSource(row["source"]).label,
        "purpose": row["purpose"],
        "state": state.value,
        "state_label": state.label,
        "voucher": row["voucher"],
        "paid_on": row["paid_on"].isoformat() if row["paid_on"] else None,
        "reason": row["reason"],
    }


def _row(connection: Connection, batch_id: int, *, lock: bool) -> Any:
    if not 0 < batch_id <= LARGEST_ID:
        return None
    statement = select(_batch).where(_batch.c.id == batch_id)
    return connection.execute(statement.with_for_update() if lock else statement).one_or_none()


def _find(connection: Connection, actor: Actor, batch_id: int) -> Any:
    find_batch(connection, actor, batch_id)
    return (
        connection.execute(select(_batch, _CREATED_BY, *_TOTALS).where(_batch.c.id == batch_id))
        .mappings()
        .one()
    )


def _of_lines(value: Any) -> Any:
    return (
        select(func.coalesce(func.sum(value), 0))
        .where(_line.c.batch_id == _batch.c.id, _line.c.state != PaymentLineState.REMOVED.value)
        .scalar_subquery()
    )


def _in(state: PaymentLineState, value: Any) -> Any:
    return case((_line.c.state == state.value, value), else_=0)


_TOTALS = (
    _of_lines(1).label("line_count"),
    _of_lines(_line.c.amount_fen).label("total_fen"),
    *(_of_lines(_in(state, 1)).label(f"{state.value}_count") for state in PaymentLineState),
    _of_lines(_in(PaymentLineState.PAID, _line.c.amount_fen)).label("paid_fen"),
)


def _summary(row: Any) -> dict[str, Any]:
    state = state_of(row["state"], waiting=int(row["waiting_count"]))
    return {
        "id": row["id"],
        "number": row["number"],
        "region": row["region"],
        "region_label": region_labels().get(row["region"], row["region"]),
        "state": state.value,
        "state_label": state.label,
        "line_count": int(row["line_count"]),
        "total": yuan_from_fen(int(row["total_fen"])),
        "waiting_count": int(row["waiting_count"]),
        "paid_count": int(row["paid_count"]),
        "failed_count": int(row["failed_count"]),
        "paid": yuan_from_fen(int(row["paid_fen"])),
        "created_by_name": row["created_by_name"],
        "created_at": row["created_at"].isoformat(),
        "exported_at": row["exported_at"].isoformat() if row["exported_at"] else None,
        "digest": row["digest"],
        "cancelled_at": row["cancelled_at"].isoformat() if row["cancelled_at"] else None,
        "cancel_reason": row["cancel_reason"],
    }


def state_of(stored: str, *, waiting: int = 1) -> PaymentBatchState:
    state = PaymentBatchState(stored)
    return PaymentBatchState.SETTLED if state is PaymentBatchState.EXPORTED and not waiting else state


def _readable_region(actor: Actor, region: str | None) -> str | None:
    """Of which region batches are listed; raises ``Forbidden`` for those that are not this person's."""
    if actor.role in _READERS_OF_ALL:
        return region
    if actor.department is not Department.FINANCE or actor.region is None:
        raise Forbidden("拨付批次供财政部门、领导小组办公室和审计人员使用")
    if region not in {None, actor.region}:
        raise Forbidden("只能查看本地区的拨付批次")
    return actor.region
