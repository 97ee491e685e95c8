"""The list of persons of a subsidy that starts at the claim: kept masked, read for the rules, and locked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, select
from sqlalchemy import case as one_of

from workflow.form.beneficiaries import ListReading
from workflow.form.masking import mask_phone
from workflow.persistence import tables
from workflow.persistence.bulk import insert_rows
from workflow.rules.direct_facts import BeneficiaryFacts, DirectClaim, Head
from workflow.sealing import seal
from workflow.services.case import Case
from workflow.services.certificate_numbers import KeptNumbers
from workflow.services.persons import lock_persons, register_persons
from workflow.services.registers import list_digest, list_of
from workflow.vocabulary import CertificateKind, State

_DAYS = ("issued_on", "hired_on", "placed_on", "insured_from_on", "insured_until_on")
_ENDED = (State.REJECTED.value, State.WITHDRAWN.value, State.TERMINATED.value)


def store_list(case: Case, read: ListReading) -> None:
    """Puts this list, in which nothing is wrong, in the place of the one that stands."""
    keys = case.product.settings.keys
    table = tables.beneficiary
    numbers = {each.id_number: each.id_type for each in read.rows}
    persons = register_persons(case.connection, numbers, keys=keys)
    case.connection.execute(delete(table).where(table.c.application_id == case.id))
    rows, kept = [], KeptNumbers()
    for number, each in enumerate(read.rows, start=1):
        stored, person = each.stored(), persons[each.id_number]
        where = f"rows.{number}.certificate_number"
        phone = stored.get("phone")
        rows.append(
            {
                "application_id": case.id,
                "row_no": number,
                "person_id": person.id,
                "name": each.name,
                "id_type": stored["id_type"],
                "phone_sealed": seal(phone, keys=keys) if phone else None,
                "phone_masked": mask_phone(phone) if phone else None,
                "certificate_kind": stored["certificate_kind"],
                "level": each.level or 0,
                "occupation_code": each.occupation_code,
                "occupation": each.occupation,
                "certificate_number": kept.of(each.certificate_number, each.id_number, person, where),
                **{name: _day(stored.get(name)) for name in _DAYS},
                "employer": stored.get("employer"),
                "employer_uscc": stored.get("employer_uscc"),
            }
        )
    kept.require_own()
    insert_rows(case.connection, table, rows)
    case.row["roster_count"] = len(rows)
    case.row["roster_digest"] = list_digest(list_of(case.connection, case.id))


def list_view(case: Case) -> dict[str, Any]:
    """The list, masked."""
    table = tables.beneficiary
    found = case.connection.execute(
        select(table, tables.person.c.id_number_masked)
        .join(tables.person, tables.person.c.id == table.c.person_id)
        .where(table.c.application_id == case.id)
        .order_by(table.c.row_no)
    ).mappings()
    items = [
        {
            "row": row["row_no"],
            "name": row["name"],
            "id_type": row["id_type"],
            "id_number": row["id_number_masked"],
            "phone": row["phone_masked"],
            "certificate_kind": row["certificate_kind"],
            "level": row["level"] or None,
            "occupation_code": row["occupation_code"],
            "occupation": row["occupation"],
            "certificate_number": row["certificate_number"],
            **{name: row[name].isoformat() if row[name] else None for name in _DAYS},
            "employer": row["employer"],
            "employer_uscc": row["employer_uscc"],
        }
        for row in found
    ]
    return {"count": len(items), "items": items}


def names_claimed_for(case: Case) -> list[str]:
    """The names of those whose heads this application holds, in the order of the list."""
    table, entitlement = tables.beneficiary, tables.entitlement
    held = select(entitlement.c.certificate_number).where(
        entitlement.c.application_id == case.id, ~entitlement.c.released
    )
    return list(
        case.connection.scalars(
            select(table.c.name)
            .where(table.c.application_id == case.id, table.c.certificate_number.in_(held))
            .order_by(table.c.row_no)
        )
    )


# --- for the rules -----------------------------------------------------------------------------------------


def direct_claim_of(case: Case) -> DirectClaim:
    """The list with what other applications hold of the same people, certificates and applicant."""
    people = tuple(_people(case))
    return DirectClaim(
        subsidy=case.subsidy,
        region=case.row["region"],
        people=people,
        heads_elsewhere=_heads_elsewhere(case) if people else {},
        certificates_elsewhere=_certificates_elsewhere(case) if people else {},
        asked_elsewhere_fen=_asked_elsewhere_fen(case),
    )


def lock_direct_claim(case: Case) -> None:
    """Until this transaction ends nobody else claims for these people.

    Where there is a cap on what an applicant gets in all, it is measured over the applicant's other
    applications, of which none may be submitted meanwhile.
    """
    paid = case.policy.employment_subsidies.get(case.subsidy.value)
    if paid is not None and paid.cap_fen is not None:
        _lock_applicant(case)
    table = tables.beneficiary
    persons = select(table.c.person_id).where(table.c.application_id == case.id)
    lock_persons(case.connection, case.connection.scalars(persons).all())


def _lock_applicant(case: Case) -> None:
    organisation_id = case.row["organisation_id"]
    whose, number = (
        (tables.account, case.row["created_by"])
        if organisation_id is None
        else (tables.organisation, organisation_id)
    )
    applicant = select(whose.c.id).where(whose.c.id == number)
    case.connection.execute(applicant.with_for_update(key_share=True)).one()


def _people(case: Case) -> Iterator[BeneficiaryFacts]:
    table, person = tables.beneficiary, tables.person
    rows = case.connection.execute(
        select(table, person.c.id_number_masked)
        .join(person, person.c.id == table.c.person_id)
        .where(table.c.application_id == case.id)
        .order_by(table.c.row_no)
    )
    for row in rows:
        yield BeneficiaryFacts(
            person=row.person_id,
            row_no=row.row_no,
            name=row.name,
            masked=row.id_number_masked,
            certificate_kind=CertificateKind(row.certificate_kind),
            level=row.level or None,
            occupation_code=row.occupation_code,
            occupation=row.occupation,
            certificate_number=row.certificate_number,
            issued_on=row.issued_on,
            hired_on=row.hired_on,
            placed_on=row.placed_on,
            insured_from_on=row.insured_from_on,
            insured_until_on=row.insured_until_on,
            employer_uscc=row.employer_uscc,
        )


def _heads_elsewhere(case: Case) -> dict[Head, str]:
    entitlement, table = tables.entitlement, tables.beneficiary
    mine = select(table.c.person_id).where(table.c.application_id == case.id)
    return {
        (row.person_id, row.occupation_code, row.level): row.number
        for row in _held_elsewhere(case, entitlement.c.person_id.in_(mine))
    }


def _certificates_elsewhere(case: Case) -> dict[str, str]:
    entitlement, table = tables.entitlement, tables.beneficiary
    mine = select(table.c.certificate_number).where(table.c.application_id == case.id)
    return {
        row.certificate_number: row.number
        # That there is a number is said, so that the index of those that have one is used.
        for row in _held_elsewhere(
            case, entitlement.c.certificate_number.in_(mine) & entitlement.c.certificate_number.is_not(None)
        )
    }


def _held_elsewhere(case: Case, of_the_same: ColumnElement[bool]) -> Any:
    # Asked by the list itself, so that five thousand persons need no five thousand parameters.
    entitlement, application = tables.entitlement, tables.application
    return case.connection.execute(
        select(entitlement, application.c.number)
        .join(application, application.c.id == entitlement.c.application_id)
        .where(
            of_the_same,
            entitlement.c.application_id != case.id,
            entitlement.c.subsidy == case.row["subsidy"],
            ~entitlement.c.released,
        )
        .order_by(entitlement.c.id.desc())
    )


def _asked_elsewhere_fen(case: Case) -> int:
    """What counts toward the applicant's cap: approved or still asked for; of what ended, what was paid."""
    application = tables.application
    worth = one_of(
        (application.c.state == State.DRAFT.value, 0),
        (application.c.state.in_(_ENDED), application.c.paid_fen),
        (application.c.approved_fen > 0, application.c.approved_fen),
        else_=application.c.asked_fen,
    )
    organisation_id = case.row["organisation_id"]
    same = (
        and_(application.c.organisation_id.is_(None), application.c.created_by == case.row["created_by"])
        if organisation_id is None
        else application.c.organisation_id == organisation_id
    )
    asked: int = case.connection.execute(
        select(func.coalesce(func.sum(worth - application.c.recovered_fen), 0)).where(
            same, application.c.subsidy == case.row["subsidy"], application.c.id != case.id
        )
    ).scalar_one()
    return int(asked)


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
