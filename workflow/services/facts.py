"""The facts of a case for the rules: its form and roster, and what lies outside it about the same people.

Everything is looked up by indexed keys, however many trainees other applications have had.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, func, select
from sqlalchemy import case as one_of

from workflow.form.application import is_individual
from workflow.persistence import tables
from workflow.rules import Facts, Occasion
from workflow.rules.facts import (
    CertificateCounts,
    CertificateFacts,
    PaidHead,
    PastTraining,
    TraineeFacts,
    YearList,
)
from workflow.rules.occupations import awarded_level
from workflow.services.beneficiaries import direct_claim_of
from workflow.services.case import Case
from workflow.services.personal import open_form
from workflow.services.persons import Person, find_persons
from workflow.services.year_list import year_list_facts
from workflow.vocabulary import ApplicationKind, CertificateKind, Subsidy, TraineeCategory

Entry = TypeVar("Entry")
Named = TypeVar("Named")
_ABOUT_PEOPLE = {Occasion.OPENING_SUBMIT, Occasion.RESULTS, Occasion.CLAIM_SUBMIT}
_COUNTING = {Occasion.INSPECTION, Occasion.TRAINING_END, *_ABOUT_PEOPLE}


def facts_of(case: Case, occasion: Occasion, payload: dict[str, Any]) -> Facts:
    """What the rules of this occasion look at; ``payload`` is not yet on the form."""
    if occasion is Occasion.DIRECT_CLAIM:
        return Facts(
            form=case.form,
            payload=payload,
            today=case.today,
            now=case.now,
            year_list=_year_list(case) if case.subsidy is Subsidy.EVALUATION else None,
            direct=direct_claim_of(case),
        )
    people = people_of(case) if occasion in _COUNTING else ()
    outside = bool(people) and occasion in _ABOUT_PEOPLE
    holders = _holders(case, payload) if occasion is Occasion.RESULTS else {}
    listed = _listed(case, occasion, payload, holders)
    return Facts(
        form=case.form,
        payload=payload,
        roster={} if is_individual(case.form) else Counter(person.class_no for person in people),
        roster_ids=_roster_ids(people, payload, holders) if occasion is Occasion.RESULTS else None,
        today=case.today,
        now=case.now,
        year_list=_year_list(case) if occasion in _COUNTING else None,
        people=people,
        past=_past(case, people) if outside else {},
        paid=_paid(case, people) if outside else {},
        certificates=_certificates(case) if occasion in _ABOUT_PEOPLE else None,
        applicant_kind=case.kind,
        subsidy=case.subsidy,
        certified=listed,
        numbers_elsewhere=_numbers_elsewhere(case, occasion, listed),
        apprentices=_apprentices(case, people) if outside else {},
    )


def claim_occasion(case: Case) -> Occasion:
    """The occasion on which what this application claims is measured."""
    return Occasion.CLAIM_SUBMIT if case.subsidy is Subsidy.TRAINING else Occasion.DIRECT_CLAIM


def people_of(case: Case) -> tuple[TraineeFacts, ...]:
    """The trainees of the roster in its order; of an individual the applicant, once known as a person."""
    if is_individual(case.form):
        return _individual(case)
    if not case.row["roster_count"]:
        return ()
    trainee, person = tables.trainee, tables.person
    rows = case.connection.execute(
        select(trainee, person.c.id_number_masked)
        .join(person, person.c.id == trainee.c.person_id)
        .where(trainee.c.application_id == case.id)
        .order_by(trainee.c.row_no)
    )
    return tuple(
        TraineeFacts(
            person=row.person_id,
            row_no=row.row_no,
            class_no=row.class_no,
            name=row.name,
            masked=row.id_number_masked,
            category=TraineeCategory(row.category),
            employer=row.employer,
            post=row.occupation,
            post_code=row.post_code,
            changing_post=bool(row.changing_post),
            major=row.major,
            major_code=row.major_code,
        )
        for row in rows
    )


def enrolled_by_class(case: Case) -> dict[int, int]:
    """How many trainees of the roster each class has."""
    trainee = tables.trainee
    rows = case.connection.execute(
        select(trainee.c.class_no, func.count())
        .where(trainee.c.application_id == case.id)
        .group_by(trainee.c.class_no)
    )
    return {row[0]: row[1] for row in rows}


def _year_list(case: Case) -> YearList:
    return year_list_of(
        case.connection,
        region=case.row["region"],
        organisation_id=case.row["organisation_id"],
        provider=case.form.get("provider", {}),
    )


def year_list_of(
    connection: Connection, *, region: str, organisation_id: int | None, provider: Mapping[str, Any]
) -> YearList:
    """What the list says of the organisation that applies, or of the institution that trained an individual.

    An organisation is the one that was registered: whatever code is typed on the form.
    """
    uscc = provider.get("institution_uscc")
    if organisation_id is not None:
        organisation = tables.organisation
        registered = select(organisation.c.uscc).where(organisation.c.id == organisation_id)
        uscc = connection.execute(registered).scalar_one()
    return year_list_facts(connection, region=region, uscc=uscc)


def _individual(case: Case) -> tuple[TraineeFacts, ...]:
    keys = case.product.settings.keys
    applicant = open_form(case.form.get("applicant", {}), keys=keys)
    number = applicant.get("id_number")
    person = find_persons(case.connection, [number], keys=keys).get(number) if number else None
    if person is None:
        return ()
    name, category = applicant.get("name", ""), TraineeCategory.OTHER
    return (TraineeFacts(person.id, 1, 1, name, person.masked, category),)


def _holders(case: Case, payload: dict[str, Any]) -> dict[str, Person]:
    """The persons behind the numbers of the listed certificates, as far as they are known."""
    numbers = {number for _, number in _listed_numbers(payload)}
    return find_persons(case.connection, numbers, keys=case.product.settings.keys)


def _listed_numbers(payload: dict[str, Any]) -> list[tuple[int, str]]:
    return [
        (result["class_no"], certificate["id_number"])
        for result in payload.get("results") or ()
        for certificate in result.get("certificates") or ()
    ]


def _roster_ids(
    people: tuple[TraineeFacts, ...], payload: dict[str, Any], holders: Mapping[str, Person]
) -> Mapping[int, frozenset[str]] | None:
    listed = _listed_numbers(payload)
    if not listed:
        return None
    on_roster = {(person.class_no, person.person) for person in people}
    found = _grouped(
        (class_no, number)
        for class_no, number in listed
        if number in holders and (class_no, holders[number].id) in on_roster
    )
    return {class_no: frozenset(numbers) for class_no, numbers in found.items()}


def _listed(
    case: Case, occasion: Occasion, payload: dict[str, Any], holders: Mapping[str, Person]
) -> dict[tuple[int, int], tuple[CertificateFacts, ...]]:
    """By class and person the certificates of the payload, or at the claim those that were recorded."""
    if occasion is Occasion.RESULTS:
        return _grouped(
            (
                (result["class_no"], holders[certificate["id_number"]].id),
                CertificateFacts(
                    kind=CertificateKind(result["kind"]),
                    level=awarded_level(result["kind"], result.get("level")),
                    number=certificate["number"],
                    issued_on=date.fromisoformat(certificate["issued_on"]),
                ),
            )
            for result in payload.get("results") or ()
            for certificate in result.get("certificates") or ()
            if certificate["id_number"] in holders
        )
    if occasion is not Occasion.CLAIM_SUBMIT:
        return {}
    table = tables.certificate
    rows = case.connection.execute(
        select(table).where(table.c.application_id == case.id).order_by(table.c.id)
    )
    return _grouped(
        (
            (row.class_no, row.person_id),
            CertificateFacts(CertificateKind(row.kind), row.level or None, row.number, row.issued_on),
        )
        for row in rows
    )


def _numbers_elsewhere(
    case: Case, occasion: Occasion, listed: Mapping[tuple[int, int], tuple[CertificateFacts, ...]]
) -> frozenset[str]:
    if occasion not in _ABOUT_PEOPLE:
        return frozenset()
    numbers = {each.number for certificates in listed.values() for each in certificates if each.number}
    if case.kind is ApplicationKind.INDIVIDUAL:
        own = case.form.get("certificate", {}).get("number")
        numbers |= {own} if own else set()
    if not numbers:
        return frozenset()
    if occasion is Occasion.RESULTS:
        table, column = tables.certificate, tables.certificate.c.number
        rows = select(column).where(column.in_(numbers), table.c.application_id != case.id)
    else:
        held = tables.entitlement
        rows = select(held.c.certificate_number).where(
            held.c.certificate_number.in_(numbers),
            held.c.subsidy == case.row["subsidy"],
            ~held.c.released,
            held.c.application_id != case.id,
        )
    return frozenset(case.connection.scalars(rows))


def _past(case: Case, people: tuple[TraineeFacts, ...]) -> Mapping[int, tuple[PastTraining, ...]]:
    enrolment, application = tables.enrolment, tables.application
    rows = case.connection.execute(
        select(enrolment, application.c.number)
        .join(application, application.c.id == enrolment.c.application_id)
        .where(
            _of_the_same(case, people, enrolment.c.person_id),
            enrolment.c.application_id != case.id,
            func.coalesce(enrolment.c.ended, "") != "released",
        )
        .order_by(enrolment.c.starts_on)
    )
    return _grouped(
        (
            row.person_id,
            PastTraining(
                application_number=row.number,
                class_no=row.class_no,
                occupation_code=row.occupation_code,
                occupation=row.occupation,
                level=row.level,
                starts_on=row.starts_on,
                ends_on=row.ends_on,
                assessed_on=row.assessed_on,
            ),
        )
        for row in rows
    )


def _paid(case: Case, people: tuple[TraineeFacts, ...]) -> Mapping[int, tuple[PaidHead, ...]]:
    entitlement, application = tables.entitlement, tables.application
    rows = case.connection.execute(
        select(entitlement, application.c.number)
        .join(application, application.c.id == entitlement.c.application_id)
        .where(
            _of_the_same(case, people, entitlement.c.person_id),
            entitlement.c.application_id != case.id,
            entitlement.c.subsidy == case.row["subsidy"],
            ~entitlement.c.released,
        )
        .order_by(entitlement.c.id)
    )
    return _grouped(
        (
            row.person_id,
            PaidHead(
                application_number=row.number,
                subsidy=row.subsidy,
                occupation_code=row.occupation_code,
                level=row.level or None,
                certificate_number=row.certificate_number,
            ),
        )
        for row in rows
    )


def _of_the_same(
    case: Case, people: tuple[TraineeFacts, ...], column: ColumnElement[int]
) -> ColumnElement[bool]:
    # Asked by the roster itself, so that ten thousand trainees need no ten thousand parameters.
    trainee = tables.trainee
    if is_individual(case.form):
        return column.in_([person.person for person in people])
    return column.in_(select(trainee.c.person_id).where(trainee.c.application_id == case.id))


def _certificates(case: Case) -> CertificateCounts:
    """Of the year in which this application's assessment is, or today's."""
    result = tables.class_result
    assess_on = case.form.get("assessment", {}).get("assess_on")
    year = (date.fromisoformat(assess_on) if assess_on else case.today).year
    minor = one_of(
        (
            result.c.kind.in_([kind.value for kind in case.policy.minor_certificates]),
            result.c.certified_count,
        ),
        else_=0,
    )
    counted = case.connection.execute(
        select(
            func.coalesce(func.sum(result.c.certified_count), 0).label("everything"),
            func.coalesce(func.sum(minor), 0).label("minor"),
        ).where(
            result.c.region == case.row["region"],
            result.c.assessed_on.between(date(year, 1, 1), date(year, 12, 31)),
            result.c.certified_count > 0,
            result.c.application_id != case.id,
        )
    ).one()
    return CertificateCounts(year=year, minor=int(counted.minor), all=int(counted.everything))


def _apprentices(case: Case, people: tuple[TraineeFacts, ...]) -> Mapping[str, int]:
    if all(person.category is not TraineeCategory.APPRENTICE for person in people):
        return {}
    enrolment, application = tables.enrolment, tables.application
    rows = case.connection.execute(
        select(enrolment.c.occupation_code, func.count().label("heads"))
        .join(application, application.c.id == enrolment.c.application_id)
        .where(
            application.c.organisation_id == case.row["organisation_id"],
            enrolment.c.application_id != case.id,
            enrolment.c.category == TraineeCategory.APPRENTICE.value,
            enrolment.c.ended.is_(None),
        )
        .group_by(enrolment.c.occupation_code)
    )
    return {row.occupation_code: row.heads for row in rows}


def _grouped(pairs: Iterable[tuple[Named, Entry]]) -> dict[Named, tuple[Entry, ...]]:
    groups: dict[Named, list[Entry]] = {}
    for name, entry in pairs:
        groups.setdefault(name, []).append(entry)
    return {name: tuple(entries) for name, entries in groups.items()}
