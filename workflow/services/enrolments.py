"""Who is in training, who was certified and whose head is claimed, kept beside the form of an application.

The rules ask these registers about other applications; their unique keys hold what a check could lose when
two institutions submit at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, select, update

from workflow.persistence import tables
from workflow.persistence.bulk import insert_rows
from workflow.rules.facts import TraineeFacts
from workflow.services.case import Case
from workflow.services.persons import Person, lock_persons
from workflow.vocabulary import Section


def lock_trainees(case: Case) -> None:
    """Until this transaction ends nobody else submits for any of these trainees."""
    trainee = tables.trainee
    persons = case.connection.scalars(
        select(trainee.c.person_id).where(trainee.c.application_id == case.id)
    ).all()
    lock_persons(case.connection, persons)


def enrol(case: Case, people: Iterable[TraineeFacts]) -> None:
    """The trainees of a submitted opening are in training from now on, in these classes and no others."""
    enrolment = tables.enrolment
    classes = {entry["class_no"]: entry for entry in case.section(Section.OPENING)["classes"]}
    case.connection.execute(delete(enrolment).where(enrolment.c.application_id == case.id))
    insert_rows(
        case.connection,
        enrolment,
        [
            {
                "person_id": each.person,
                "application_id": case.id,
                "class_no": each.class_no,
                "occupation_code": classes[each.class_no]["occupation_code"],
                "occupation": classes[each.class_no]["occupation"],
                "level": classes[each.class_no].get("level"),
                "category": each.category.value,
                "starts_on": date.fromisoformat(classes[each.class_no]["starts_on"]),
                "ends_on": date.fromisoformat(classes[each.class_no]["ends_on"]),
                "assessed_on": None,
                "ended": None,
            }
            for each in people
        ],
    )


def record_assessment(case: Case, results: list[dict[str, Any]], persons: dict[str, Person]) -> None:
    """The classes are assessed; ``persons`` are the holders of the listed certificates by their number."""
    assessed_on = date.fromisoformat(case.section(Section.ASSESSMENT)["assess_on"])
    enrolment = tables.enrolment
    case.connection.execute(
        update(enrolment)
        .where(enrolment.c.application_id == case.id, enrolment.c.ended.is_(None))
        .values(assessed_on=assessed_on, ended="assessed")
    )
    insert_rows(
        case.connection,
        tables.class_result,
        [
            {
                "application_id": case.id,
                "region": case.row["region"],
                "class_no": result["class_no"],
                "kind": result["kind"],
                "level": result.get("level") or 0,
                "examined_count": result["examined_count"],
                "certified_count": result["certified_count"],
                "assessed_on": assessed_on,
            }
            for result in results
        ],
    )
    insert_rows(
        case.connection,
        tables.certificate,
        [
            {
                "application_id": case.id,
                "class_no": result["class_no"],
                "person_id": persons[certificate["id_number"]].id,
                "kind": result["kind"],
                "level": result.get("level") or 0,
                "number": certificate["number"],
                "issued_on": date.fromisoformat(certificate["issued_on"]),
            }
            for result in results
            for certificate in result.get("certificates", ())
        ],
    )


@dataclass(frozen=True, slots=True)
class ClaimedHead:
    """One person for whom this application claims; ``level`` 0 where the certificate has none."""

    person: int
    class_no: int
    occupation_code: str
    level: int
    certificate_number: str | None


def claim_heads(case: Case, heads: Iterable[ClaimedHead]) -> None:
    """These heads are this application's, and nobody else's, until it gives them up."""
    entitlement = tables.entitlement
    case.connection.execute(delete(entitlement).where(entitlement.c.application_id == case.id))
    insert_rows(
        case.connection,
        entitlement,
        [
            {
                "application_id": case.id,
                "subsidy": case.row["subsidy"],
                "person_id": head.person,
                "class_no": head.class_no,
                "occupation_code": head.occupation_code,
                "level": head.level,
                "certificate_number": head.certificate_number,
                "released": False,
            }
            # In one order, so that two claims on the same certificates never wait for each other.
            for head in sorted(heads, key=lambda head: head.certificate_number or "")
        ],
    )


def release_people(case: Case) -> None:
    """The application has ended without money: its trainees may be trained and claimed elsewhere."""
    enrolment, entitlement = tables.enrolment, tables.entitlement
    case.connection.execute(
        update(enrolment).where(enrolment.c.application_id == case.id).values(ended="released")
    )
    case.connection.execute(
        update(entitlement).where(entitlement.c.application_id == case.id).values(released=True)
    )
