"""Whether the registers beside the form (decisions, payments, notices, roster …) still say what it says.

The form is sealed by the audit trail; a register that was edited by hand no longer agrees with it. The ledger
of funds is held against both.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, select

from workflow.form.money import yuan_from_fen
from workflow.persistence import tables
from workflow.persistence.types import canonical
from workflow.sealing import sm3
from workflow.services.ledger_proof import funds_faults
from workflow.vocabulary import Section, Subsidy

_SIGNATURE = ("step", "seat", "account_id", "outcome", "opinion", "superseded")


def register_faults(connection: Connection, application: Any) -> Iterator[str]:
    """What in the registers of an application contradicts its form."""
    form = json.loads(application["form"])
    reviews = [review for section in Section for review in form.get(section.value, {}).get("reviews", ())]
    decisions = _rows(connection, tables.decision, application["id"])
    if sorted(map(_signature, reviews)) != sorted(map(_signature, decisions)):
        yield "审核登记与申请表上的签字不符"
    disbursement = form.get(Section.DISBURSEMENT.value, {})
    payments = _rows(connection, tables.payment, application["id"])
    if _on_form(disbursement.get("payments", ()), "paid_on") != _in_register(payments, "paid_on"):
        yield "拨付登记与申请表不符"
    recoveries = _rows(connection, tables.recovery, application["id"])
    if _on_form(disbursement.get("recoveries", ()), "received_on") != _in_register(recoveries, "received_on"):
        yield "追缴登记与申请表不符"
    yield from funds_faults(connection, application["id"], disbursement)
    claim = form.get(Section.CLAIM.value, {})
    notices = _rows(connection, tables.notice, application["id"])
    told = ("id", "site", "published_by", "ended_because")
    if [_of(each, told) for each in claim.get("notices", ())] != [_of(row, told) for row in notices]:
        yield "公示登记与申请表不符"
    objections = _rows(connection, tables.objection, application["id"])
    filed = ("id", "notice_id", "receipt", "content", "outcome")
    # One that an interrupted notice left unanswered stands under the next.
    carried = [
        each | {"notice_id": each.get("carried_to", each["notice_id"])}
        for each in claim.get("objections", ())
    ]
    if [_of(each, filed) for each in carried] != [_of(row, filed) for row in objections]:
        yield "异议登记与申请表不符"
    if application["subsidy"] != Subsidy.TRAINING.value:
        listed = list_of(connection, application["id"])
        if application["roster_count"] != len(listed) or (
            listed and application["roster_digest"] != list_digest(listed)
        ):
            yield "受益人员名单与登记的摘要不符"
        return
    trainees = roster_of(connection, application["id"])
    if application["roster_count"] != len(trainees) or (
        trainees and application["roster_digest"] != roster_digest(trainees)
    ):
        yield "学员花名册与登记的摘要不符"


def roster_digest(trainees: Iterable[tuple[int, str]]) -> str:
    """Who is on a roster (class and the person's token), as one digest."""
    return sm3(canonical(sorted([class_no, token] for class_no, token in trainees)))


_LISTED = (
    *("certificate_kind", "level", "occupation_code", "certificate_number", "issued_on"),
    *("hired_on", "placed_on", "insured_from_on", "insured_until_on", "employer_uscc"),
)


def list_of(connection: Connection, application_id: int) -> list[list[Any]]:
    """Who is on a list of beneficiaries (the person's token), and for what."""
    table, person = tables.beneficiary, tables.person
    rows = connection.execute(
        select(person.c.token, *(table.c[name] for name in _LISTED))
        .join(person, person.c.id == table.c.person_id)
        .where(table.c.application_id == application_id)
        .order_by(table.c.row_no)
    )
    return [[each.isoformat() if isinstance(each, date) else each for each in row] for row in rows]


def list_digest(listed: list[list[Any]]) -> str:
    """A list of beneficiaries as one digest."""
    return sm3(canonical(listed))


def roster_of(connection: Connection, application_id: int) -> list[tuple[int, str]]:
    """Who is on the roster of an application: class and the person's token."""
    trainee, person = tables.trainee, tables.person
    rows = connection.execute(
        select(trainee.c.class_no, person.c.token)
        .join(person, person.c.id == trainee.c.person_id)
        .where(trainee.c.application_id == application_id)
    )
    return [(row.class_no, row.token) for row in rows]


def _rows(connection: Connection, table: Table, application_id: int) -> list[Any]:
    of_application = select(table).where(table.c.application_id == application_id)
    return list(connection.execute(of_application.order_by(table.c.id)).mappings())


def _signature(entry: Any) -> tuple[Any, ...]:
    # Only what a substitute signed says in whose place.
    return (*_of(entry, _SIGNATURE), entry.get("on_behalf_of_id") or 0)


def _of(entry: Any, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(entry[name] for name in names)


def _on_form(entries: Any, day: str) -> list[tuple[Any, ...]]:
    return [
        (each["voucher"], each["amount"], each[day], each.get("source"), bool(each.get("failed", False)))
        for each in entries
    ]


def _in_register(rows: list[Any], day: str) -> list[tuple[Any, ...]]:
    return [
        (
            row["voucher"],
            yuan_from_fen(row["amount_fen"]),
            row[day].isoformat(),
            row.get("source"),
            bool(row.get("failed_at")),
        )
        for row in rows
    ]
