"""批量拨付: applications put together for the bank, lines taken out again, a batch given up.

A batch belongs to a region. Its cashiers keep it; the finance department and auditors read it, accounts
covered.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from workflow.access import Actor, require_event, require_reading
from workflow.clock import shanghai_date
from workflow.errors import Conflict, FieldError, Forbidden, NotFound, NotNow, Refused
from workflow.form.masking import mask_account
from workflow.form.money import fen_from_yuan
from workflow.form.payment_batches import BatchCancellation, NewBatch
from workflow.form.reading import malformed, read
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.sealing import seal
from workflow.services.actors import work_of
from workflow.services.audit import append_system_entry
from workflow.services.case import Case, open_case
from workflow.services.door import check_command_id, command_reused, digests_of
from workflow.services.payment_batch_reading import keep_batch, keeps_batches, read_batch, state_of
from workflow.services.personal import open_form
from workflow.services.product import Product
from workflow.vocabulary import Event, FundSource, PaymentBatchState, PaymentLineState

_batch, _line = tables.payment_batch, tables.payment_line
_WAITING = PaymentLineState.WAITING.value
_LONGEST_NAME = 200


@work_of(keeps_batches)
def make_batch(
    product: Product, *, actor: Actor, body: dict[str, Any], command_id: str | None = None
) -> dict[str, Any]:
    """A batch of applications that wait for payment, frozen as they stand now; answers the batch.

    Each line is what the application has reserved in its source, at most what is still to be paid. All lines
    are made or none. The same ``command_id`` makes it once. Raises ``Forbidden`` for whom it does not
    concern, ``Malformed`` with what stands against each application, ``Conflict`` where somebody was faster.
    """
    check_command_id(command_id)
    wanted = read(NewBatch, body)
    if not keeps_batches(actor) or actor.region is None:
        raise Forbidden("拨付批次只能由本地区的拨付经办人办理")
    digests = digests_of(product, ["payment_batch", wanted.stored()])
    try:
        with writing(product.engine) as connection:
            known = _made_before(connection, actor, command_id, digests)
            if known is None:
                known = _make(product, connection, actor, actor.region, wanted, command_id, digests[0])
    except IntegrityError as error:
        with reading(product.engine) as connection:
            known = _made_before(connection, actor, command_id, digests)
        if known is None:
            raise Conflict("所选申请中有的刚刚被列入另一个批次，请刷新后重新选择") from error
    return read_batch(product, actor=actor, batch_id=known)


def _make(
    product: Product,
    connection: Connection,
    actor: Actor,
    region: str,
    wanted: NewBatch,
    command_id: str | None,
    digest: str,
) -> int:
    now = product.now(connection)
    errors: list[FieldError] = []
    rows: dict[int, dict[str, Any]] = {}
    # In the one order in which everybody locks them; the lines keep the order that was asked for.
    for each in sorted(wanted.applications, key=lambda line: line.application_id):
        place = wanted.applications.index(each)
        try:
            found = open_case(product, connection, actor, each.application_id, lock=True)
            rows[place] = _line_of(found, actor, each.source or wanted.source)
        except Refused as refusal:
            errors.append(FieldError(f"applications.{place}", refusal.message))
    if errors:
        raise malformed(sorted(errors, key=lambda error: int(error.field.rpartition(".")[2])))
    batch_id: int = connection.execute(
        insert(_batch)
        .values(
            # The number needs the id, so a provisional one stands there until the next statement.
            number=f"{region}-{digest[:20]}",
            region=region,
            state=PaymentBatchState.OPEN.value,
            created_by=actor.account_id,
            created_on_behalf_of_id=actor.on_behalf_of_id,
            created_at=now,
            command_id=command_id,
            command_digest=digest if command_id else None,
        )
        .returning(_batch.c.id)
    ).scalar_one()
    number = f"{region}-{shanghai_date(now).year}-P{batch_id:05d}"
    connection.execute(update(_batch).where(_batch.c.id == batch_id).values(number=number))
    lines = [
        {**rows[place], "batch_id": batch_id, "line_no": place + 1, "state": _WAITING}
        for place in range(len(rows))
    ]
    connection.execute(insert(_line), lines)
    record(connection, actor, "make_payment_batch", now, number, lines=[_told(line) for line in lines])
    return batch_id


def _line_of(found: Case, actor: Actor, source: FundSource | None) -> dict[str, Any]:
    """The line of an application as it stands, or why it cannot be listed."""
    matter, number = found.matter(), found.row["number"]
    require_reading(actor, matter)
    require_event(actor, matter, Event.PAY, found.absent)
    waiting = found.connection.execute(
        select(_batch.c.number)
        .join(_line, _line.c.batch_id == _batch.c.id)
        .where(_line.c.application_id == found.id, _line.c.state == _WAITING)
    ).scalar_one_or_none()
    if waiting is not None:
        raise NotNow(f"{number}已在拨付批次{waiting}中，一件申请同时只能在一个批次中")
    source, fen = _share(found, source)
    keys = found.product.settings.keys
    applicant = open_form(found.form["applicant"], keys=keys)
    account = applicant["bank_account"]
    return {
        "application_id": found.id,
        "payee_name": applicant["name"][:_LONGEST_NAME],
        "bank_name": applicant["bank_name"][:_LONGEST_NAME],
        "account_sealed": seal(account, keys=keys),
        "account_masked": mask_account(account),
        "amount_fen": fen,
        "source": source.value,
        "purpose": f"{found.subsidy.label} {number}",
    }


def _share(found: Case, source: FundSource | None) -> tuple[FundSource, int]:
    """From which source how much: what is reserved there first, at most what is still to be paid."""
    number = found.row["number"]
    rest = found.row["approved_fen"] - found.row["paid_fen"]
    held = found.form.get("disbursement", {}).get("reservation", [])
    if not held and source is None:
        raise NotNow(f"{number}没有预留资金，请为它选定资金来源")
    if not held and source is not None:
        return source, rest
    chosen = next((each for each in held if source is None or each["source"] == source), None)
    if chosen is None:
        names = "、".join(dict.fromkeys(FundSource(each["source"]).label for each in held))
        raise NotNow(f"{number}在所选来源没有预留资金，它的预留在：{names}")
    return FundSource(chosen["source"]), min(rest, fen_from_yuan(chosen["amount"]))


@work_of(keeps_batches)
def take_out(product: Product, *, actor: Actor, batch_id: int, line_no: int) -> dict[str, Any]:
    """Takes a line out of a batch that is not exported yet; answers the batch.

    Raises ``NotFound``, ``Forbidden``, and ``NotNow`` once the bank may have the file.
    """
    with writing(product.engine) as connection:
        batch = keep_batch(connection, actor, batch_id)
        if batch.state != PaymentBatchState.OPEN:
            raise NotNow(
                f"批次{batch.number}{state_of(batch.state).label}，只有尚未导出的批次可以取出其中的行"
            )
        now = product.now(connection)
        done = connection.execute(
            update(_line)
            .where(_line.c.batch_id == batch_id, _line.c.line_no == line_no, _line.c.state == _WAITING)
            .values(state=PaymentLineState.REMOVED.value, settled_by=actor.account_id, settled_at=now)
        )
        if done.rowcount == 0:
            raise NotFound(f"批次{batch.number}没有第{line_no}行，或者它已被取出")
        record(connection, actor, "take_out_payment_line", now, batch.number, line_no=line_no)
    return read_batch(product, actor=actor, batch_id=batch_id)


@work_of(keeps_batches)
def cancel_batch(product: Product, *, actor: Actor, batch_id: int, body: dict[str, Any]) -> dict[str, Any]:
    """Gives up a batch before the bank has said anything; its applications can be listed anew.

    Raises ``NotFound``, ``Forbidden``, ``Malformed``, and ``NotNow`` once a line has its result.
    """
    given = read(BatchCancellation, body)
    with writing(product.engine) as connection:
        batch = keep_batch(connection, actor, batch_id)
        if batch.state == PaymentBatchState.CANCELLED:
            raise NotNow(f"批次{batch.number}已经取消")
        of_batch = select(_line.c.state).where(_line.c.batch_id == batch_id).order_by(_line.c.id)
        states = set(connection.execute(of_batch.with_for_update()).scalars())
        if states & {PaymentLineState.PAID.value, PaymentLineState.FAILED.value}:
            raise NotNow(f"批次{batch.number}已有银行结果，不能取消")
        now = product.now(connection)
        settled = {"settled_by": actor.account_id, "settled_at": now}
        connection.execute(
            update(_line)
            .where(_line.c.batch_id == batch_id, _line.c.state == _WAITING)
            .values(state=PaymentLineState.CANCELLED.value, **settled)
        )
        connection.execute(
            update(_batch)
            .where(_batch.c.id == batch_id)
            .values(
                state=PaymentBatchState.CANCELLED.value,
                cancelled_by=actor.account_id,
                cancelled_at=now,
                cancel_reason=given.reason,
            )
        )
        record(connection, actor, "cancel_payment_batch", now, batch.number, reason=given.reason)
    return read_batch(product, actor=actor, batch_id=batch_id)


def _made_before(
    connection: Connection, actor: Actor, command_id: str | None, digests: tuple[str, ...]
) -> int | None:
    if command_id is None:
        return None
    known = connection.execute(
        select(_batch.c.id, _batch.c.command_digest).where(
            _batch.c.created_by == actor.account_id, _batch.c.command_id == command_id
        )
    ).one_or_none()
    if known is None:
        return None
    if known.command_digest not in digests:
        raise command_reused(command_id)
    batch_id: int = known.id
    return batch_id


def _told(line: dict[str, Any]) -> dict[str, Any]:
    """What the trail keeps of a line: no account but its last digits."""
    kept = ("line_no", "application_id", "account_masked", "amount_fen", "source")
    return {name: line[name] for name in kept}


def record(connection: Connection, actor: Actor, event: str, now: Any, number: str, **details: Any) -> None:
    """What was done with a batch as a whole, in the system's chain."""
    append_system_entry(connection, actor, event, now, {"payment_batch": number, **details})
