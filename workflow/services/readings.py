"""Personal data in clear: read for a purpose, by whom it concerns, and each reading recorded for auditors.

Whatever is shown to a person unmasked goes through ``read_in_clear``, or, where a file of one's own is given
back, leaves its record here; the rest of the product opens sealed values only for its own checks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from workflow.access import Actor, require_clear_reading
from workflow.clock import SHANGHAI
from workflow.errors import FieldError, Forbidden, Malformed, NotFound
from workflow.form.application import is_individual
from workflow.form.masking import MASKS, mask_name
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.persistence.types import LARGEST_ID
from workflow.sealing import unseal
from workflow.services.audit import append_system_entries, append_system_entry, behalf_of
from workflow.services.audit_search import application_id_of, look_through, within
from workflow.services.case import Case, open_case, signed_as
from workflow.services.pages import Page, gather
from workflow.services.personal import open_form
from workflow.services.product import Product
from workflow.vocabulary import ReadingPurpose, ReadingSubject, Role, Subsidy

MOST_AT_ONCE = 20
READERS = frozenset({Role.AUDITOR, Role.ADMIN})
_EVENT = "read_"
_EVENTS = [f"{_EVENT}{name}" for name in (*(each.value for each in ReadingSubject), "objection_in_clear")]
MOST_EXPORTED = 5_000
_EXPORTED = {
    "at": "时间",
    "account_name": "查看人",
    "account": "登录名",
    "application_number": "申请编号",
    "subject_label": "查看内容",
    "whose": "被查看的人（已遮盖）",
    "purpose_label": "目的",
    "note": "说明",
}
_BLANK: dict[str, Any] = dict.fromkeys(
    ("row_no", "name", "id_number", "phone", "bank_name", "bank_account", "contact")
)


@dataclass(frozen=True, slots=True)
class _Found:
    """What is shown, and who it was as the trail keeps it: masked."""

    items: list[dict[str, Any]]
    whose: list[str]
    place: dict[str, Any] = field(default_factory=dict)


def read_in_clear(
    product: Product,
    *,
    actor: Actor,
    application_id: int,
    subject: ReadingSubject,
    purpose: ReadingPurpose | None,
    note: str = "",
    row_nos: Sequence[int] = (),
    objection_id: int | None = None,
) -> dict[str, Any]:
    """Personal data in clear, for this purpose; recorded in the same transaction, so never unrecorded.

    ``purpose`` None is for a task that leaves only one. ``row_nos`` are the trainees by their place on the
    roster, ``MOST_AT_ONCE`` at most. Raises ``NotFound``, ``Malformed`` where it is not said whose, and
    ``Forbidden`` for whom it does not concern.
    """
    with writing(product.engine) as connection:
        case = open_case(product, connection, actor, application_id, lock=False)
        purpose, case.on_behalf_of = require_clear_reading(
            actor, case.matter(), subject, purpose, case.absent
        )
        _require_place(subject, row_nos, objection_id)
        found = _FINDERS[subject](case, row_nos, objection_id or 0)
        record_reading(case, subject, purpose, note=note, whose=found.whose, **found.place)
    return {
        "application_id": case.id,
        "application_number": case.row["number"],
        "subject": subject.value,
        "subject_label": subject.label,
        "purpose": purpose.value,
        "purpose_label": purpose.label,
        "note": note,
        "read_at": case.now.astimezone(SHANGHAI).isoformat(),
        "items": [_BLANK | item for item in found.items],
    }


def record_reading(
    case: Case,
    subject: ReadingSubject,
    purpose: ReadingPurpose,
    *,
    note: str,
    whose: Sequence[str],
    **place: Any,
) -> None:
    """The record of a reading by the case's actor, in the system's chain; ``whose`` is masked."""
    append_system_entry(
        case.connection,
        case.actor,
        f"{_EVENT}{subject.value}",
        case.now,
        {
            "application": case.id,
            "application_number": case.row["number"],
            "purpose": purpose.value,
            "note": note,
            "whose": list(whose),
            **place,
            **behalf_of(case),
        },
    )


def record_payees(
    connection: Connection, actor: Actor, now: datetime, payees: Sequence[tuple[int, str, str]], *, note: str
) -> None:
    """The record that the accounts of these applications went to the bank: id, number, and whose, masked."""
    append_system_entries(
        connection,
        actor,
        f"{_EVENT}{ReadingSubject.BANK_ACCOUNT.value}",
        now,
        [
            {
                "application": application_id,
                "application_number": number,
                "purpose": ReadingPurpose.PAYMENT.value,
                "note": note,
                "whose": [whose],
            }
            for application_id, number, whose in payees
        ],
    )


# --- what is read ------------------------------------------------------------------------------------------


def _require_place(subject: ReadingSubject, row_nos: Sequence[int], objection_id: int | None) -> None:
    wanted = {"row_no": subject is ReadingSubject.TRAINEE, "objection_id": subject is ReadingSubject.OBJECTOR}
    given = {"row_no": bool(row_nos), "objection_id": objection_id is not None}
    if wanted["row_no"] and not given["row_no"]:
        raise _wrong("row_no", "查看学员的证件号码和电话，须写明名册序号")
    if wanted["objection_id"] and not given["objection_id"]:
        raise _wrong("objection_id", "查看异议人的联系方式，须写明异议编号")
    for name in wanted:
        if given[name] and not wanted[name]:
            raise _wrong(name, f"查看{subject.label}，不填写这一项")
    if len(row_nos) > MOST_AT_ONCE:
        raise _wrong("row_no", f"一次最多查看{MOST_AT_ONCE}名学员，现选了{len(row_nos)}名")


def _wrong(name: str, message: str) -> Malformed:
    return Malformed(message, [FieldError(name, message)])


def _trainees(case: Case, row_nos: Sequence[int], _objection_id: int) -> _Found:
    # The persons of a list stand for trainees where there is nobody to train.
    trainee = tables.trainee if case.subsidy is Subsidy.TRAINING else tables.beneficiary
    person = tables.person
    rows = case.connection.execute(
        select(trainee, person.c.id_number_sealed, person.c.id_number_masked)
        .join(person, person.c.id == trainee.c.person_id)
        .where(trainee.c.application_id == case.id, trainee.c.row_no.in_(row_nos))
        .order_by(trainee.c.row_no)
    ).all()
    missing = sorted(set(row_nos) - {row.row_no for row in rows})
    if missing:
        raise NotFound(f"名册中没有序号为 {'、'.join(map(str, missing))} 的学员")
    keys = case.product.settings.keys
    return _Found(
        items=[
            {
                "row_no": row.row_no,
                "name": row.name,
                "id_number": unseal(row.id_number_sealed, keys=keys),
                "phone": unseal(row.phone_sealed, keys=keys) if row.phone_sealed else None,
            }
            for row in rows
        ],
        whose=[f"{mask_name(row.name)} {row.id_number_masked}" for row in rows],
        place={"row_nos": [row.row_no for row in rows]},
    )


def _applicant(case: Case, _row_nos: Sequence[int], _objection_id: int) -> _Found:
    form = open_form(case.form["applicant"], keys=case.product.settings.keys)
    person = form["name"] if is_individual(case.form) else form.get("contact_name") or form["name"]
    item = {"name": person, "id_number": form.get("id_number"), "phone": form.get("contact_phone")}
    return _Found([item], [_masked(mask_name(person), identity=item["id_number"], phone=item["phone"])])


def _bank_account(case: Case, _row_nos: Sequence[int], _objection_id: int) -> _Found:
    form = open_form(case.form["applicant"], keys=case.product.settings.keys)
    item = {name: form.get(name) for name in ("name", "bank_name", "bank_account")}
    name = mask_name(form["name"]) if is_individual(case.form) else form["name"]
    return _Found([item], [_masked(name, account=item["bank_account"])])


def _objector(case: Case, _row_nos: Sequence[int], objection_id: int) -> _Found:
    objection = tables.objection
    row = None
    if 0 < objection_id <= LARGEST_ID:
        row = case.connection.execute(
            select(objection).where(objection.c.id == objection_id, objection.c.application_id == case.id)
        ).one_or_none()
    if row is None:
        raise NotFound(f"本申请没有编号为 {objection_id} 的异议")
    keys = case.product.settings.keys
    item = {
        "name": unseal(row.name_sealed, keys=keys),
        "contact": unseal(row.contact_sealed, keys=keys),
    }
    return _Found([item], [_masked(mask_name(item["name"]), phone=item["contact"])], {"objection": row.id})


def _masked(name: str, **numbers: str | None) -> str:
    return " ".join([name, *(MASKS[mask](number) for mask, number in numbers.items() if number)])


_FINDERS: dict[ReadingSubject, Callable[[Case, Sequence[int], int], _Found]] = {
    ReadingSubject.TRAINEE: _trainees,
    ReadingSubject.APPLICANT: _applicant,
    ReadingSubject.BANK_ACCOUNT: _bank_account,
    ReadingSubject.OBJECTOR: _objector,
}


# --- who has read what -------------------------------------------------------------------------------------


def list_readings(
    product: Product,
    *,
    actor: Actor,
    application_id: int | None = None,
    number: str | None = None,
    account: str | None = None,
    person: str | None = None,
    subject: str | None = None,
    purpose: str | None = None,
    from_on: date | None = None,
    until_on: date | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """Who read whose personal data in clear, when and what for; newest first.

    ``account`` is the reader's login or whole name, ``person`` who was read about: a name or a number, in
    full or as the trail has it; the days are those of China, both included. A page that is not full may have
    a next one (``looked_until``). Raises ``Forbidden`` for all but auditors and administrators, ``Malformed``
    for the ``number`` of no application.
    """
    if actor.role not in READERS:
        raise Forbidden("只有审计、纪检和系统管理员可以查看个人信息的查看记录")

    def wanted(_row: Any, content: dict[str, Any]) -> bool:
        details = content["details"]
        return (
            (application_id is None or details.get("application") == application_id)
            and (purpose is None or details.get("purpose") == purpose)
            and (person is None or _is_about(person, details.get("whose", ())))
        )

    entry = tables.audit_entry
    events = _EVENTS if subject is None else [name for name in _EVENTS if _subject_of(name) == subject]
    conditions = [entry.c.event.in_(events), *within(from_on, until_on)]
    with reading(product.engine) as connection:
        if number is not None:
            application_id = application_id_of(connection, number)
        if account is not None:
            reader = tables.account
            same = or_(reader.c.login == account, reader.c.name == account)
            conditions.append(entry.c.actor_id.in_(connection.scalars(select(reader.c.id).where(same)).all()))
        return look_through(connection, conditions, wanted, _view, cursor=cursor, limit=limit)


def readings_report(product: Product, *, actor: Actor, **filters: Any) -> dict[str, Any]:
    """The newest ``MOST_EXPORTED`` of ``list_readings`` as a report, to be written as a workbook."""
    items, more_follow = gather(list_readings, MOST_EXPORTED, product=product, actor=actor, **filters)
    more = f"（最近{len(items)}条）" if more_follow else ""
    return {
        "name": "readings",
        "title": f"个人信息查看记录{more}",
        "columns": [{"key": key, "label": label} for key, label in _EXPORTED.items()],
        "rows": [_exported(item) for item in items],
    }


def _exported(item: dict[str, Any]) -> dict[str, Any]:
    row = {name: item[name] if item[name] is not None else "" for name in _EXPORTED if name in item}
    at = datetime.fromisoformat(item["at"]).astimezone(SHANGHAI)
    return row | {"at": f"{at:%Y-%m-%d %H:%M}", "whose": "、".join(item["whose"])}


def _is_about(person: str, whose: Sequence[str]) -> bool:
    """Whether one of those read about can be this person; what is kept of them is masked."""
    masked = {person, mask_name(person), *(mask(person) for mask in MASKS.values() if len(person) > 5)}
    return any(part == sign or person in each for each in whose for part in each.split() for sign in masked)


def _subject_of(event: str) -> str:
    # Older entries name the objector as what was read.
    return event.removeprefix(_EVENT).replace("objection_in_clear", ReadingSubject.OBJECTOR)


def _view(row: Any) -> dict[str, Any]:
    content = json.loads(row["content"])
    details = content["details"]
    # Older entries name the purpose by its label.
    subject = _subject_of(content["event"])
    purpose = details["purpose"]
    return {
        "sequence": row["sequence"],
        "at": content["at"],
        "account": content["actor"],
        "account_name": signed_as(content["actor_name"], (details.get("on_behalf_of") or {}).get("name")),
        # A registration is of no application.
        "application_id": details.get("application"),
        "application_number": details.get("application_number"),
        "subject": subject,
        "subject_label": ReadingSubject(subject).label,
        "row_nos": details.get("row_nos", []),
        "whose": details.get("whose", []),
        "purpose": purpose if purpose in set(ReadingPurpose) else None,
        "purpose_label": ReadingPurpose(purpose).label if purpose in set(ReadingPurpose) else purpose,
        "note": details.get("note", ""),
    }
