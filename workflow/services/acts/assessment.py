"""三 结业考核: the proposed day and the results."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from workflow.clock import day_cn
from workflow.errors import FieldError, NotNow
from workflow.form.payloads import AssessmentProposal, Results
from workflow.form.reading import malformed
from workflow.persistence import tables
from workflow.rules import Occasion
from workflow.sealing import unseal
from workflow.services.case import Case
from workflow.services.certificate_numbers import cover_in_results
from workflow.services.checks import check_rules
from workflow.services.enrolments import record_assessment
from workflow.services.personal import sealed_value
from workflow.services.persons import Person, find_persons
from workflow.vocabulary import Section


def propose_assessment(case: Case, payload: AssessmentProposal) -> None:
    """The day of the assessment, proposed ahead; another day may be proposed until it is held."""
    assessment = case.section(Section.ASSESSMENT)
    if assessment.get("assess_on") == payload.assess_on.isoformat():
        raise NotNow(f"考核时间已经是{day_cn(payload.assess_on)}，如需更改请填写另一日期")
    check_rules(case, Occasion.ASSESSMENT_PROPOSAL, payload.stored(), place="assessment")
    assessment["assess_on"] = payload.assess_on.isoformat()
    assessment["proposed_on"] = case.today.isoformat()


def record_results(case: Case, payload: Results) -> None:
    """Who sat the assessment and who got a certificate; not before the proposed day."""
    assessment = case.section(Section.ASSESSMENT)
    assess_on = date.fromisoformat(assessment["assess_on"])
    if case.today < assess_on:
        raise NotNow(f"考核时间为{day_cn(assess_on)}，考核之前不能登记考核结果")
    results = payload.stored()["results"]
    _name_holders(case, results)
    keys = case.product.settings.keys
    holders = [each["id_number"] for result in results for each in result.get("certificates", ())]
    persons = find_persons(case.connection, holders, keys=keys)
    cover_in_results(results, persons)
    _require_each_once(results, persons)
    # The rules find every holder on the roster.
    check_rules(case, Occasion.RESULTS, {"results": results}, place="assessment")
    record_assessment(case, results, persons)
    for result in results:
        for certificate in result.get("certificates", ()):
            number = certificate["id_number"]
            certificate["id_index"] = persons[number].token
            certificate["id_number"] = sealed_value(number, "identity", keys=keys)
    assessment["results"] = results
    assessment["inspector"] = case.signature
    assessment["recorded_on"] = case.today.isoformat()


def _name_holders(case: Case, results: list[dict[str, Any]]) -> None:
    """Whoever is named by the row of the roster gets the identity number, never to be shown."""
    named = {
        (result_index, index): (result["class_no"], certificate)
        for result_index, result in enumerate(results)
        for index, certificate in enumerate(result.get("certificates", ()))
        if "row_no" in certificate
    }
    if not named:
        return
    keys, errors = case.product.settings.keys, []
    trainee, person = tables.trainee, tables.person
    rows = case.connection.execute(
        select(trainee.c.row_no, trainee.c.class_no, person.c.id_number_sealed)
        .join(person, person.c.id == trainee.c.person_id)
        .where(trainee.c.application_id == case.id)
    )
    roster = {row.row_no: row for row in rows}
    for (result_index, index), (class_no, certificate) in named.items():
        row_no = certificate.pop("row_no")
        row = roster.get(row_no)
        if row is not None and row.class_no == class_no:
            certificate["id_number"] = unseal(row.id_number_sealed, keys=keys)
            continue
        fault = "名册中没有这一序号" if row is None else f"是{row.class_no}班的学员，不在{class_no}班"
        where = f"payload.results.{result_index}.certificates.{index}.row_no"
        errors.append(FieldError(where, f"“名册序号”{row_no}{fault}"))
    if errors:
        raise malformed(errors)


def _require_each_once(results: list[dict[str, Any]], persons: Mapping[str, Person]) -> None:
    """Nobody stands twice in one kind of assessment, once by the number and once by the row."""
    errors = []
    for result_index, result in enumerate(results):
        seen: set[int] = set()
        for index, certificate in enumerate(result.get("certificates", ())):
            person = persons.get(certificate["id_number"])
            if person is None:
                continue
            if person.id in seen:
                where = f"payload.results.{result_index}.certificates.{index}"
                errors.append(FieldError(where, f"{person.masked}重复：同一人在一种考核中只能列一本证书"))
            seen.add(person.id)
    if errors:
        raise malformed(errors)
