"""三 结业考核: the proposed day and the results."""

from __future__ import annotations

from datetime import date

from workflow.errors import NotNow
from workflow.form.payloads import AssessmentProposal, Results
from workflow.rules import Occasion
from workflow.services.case import Case
from workflow.services.certificate_numbers import cover_in_results
from workflow.services.checks import check_rules
from workflow.services.enrolments import record_assessment
from workflow.services.personal import sealed_value
from workflow.services.persons import find_persons
from workflow.vocabulary import Section


def propose_assessment(case: Case, payload: AssessmentProposal) -> None:
    """The day of the assessment, proposed ahead; another day may be proposed until it is held."""
    assessment = case.section(Section.ASSESSMENT)
    if assessment.get("assess_on") == payload.assess_on.isoformat():
        raise NotNow(f"考核时间已经是{payload.assess_on}，如需更改请填写另一日期")
    check_rules(case, Occasion.ASSESSMENT_PROPOSAL, payload.stored(), place="assessment")
    assessment["assess_on"] = payload.assess_on.isoformat()
    assessment["proposed_on"] = case.today.isoformat()


def record_results(case: Case, payload: Results) -> None:
    """Who sat the assessment and who got a certificate; not before the proposed day."""
    assessment = case.section(Section.ASSESSMENT)
    assess_on = date.fromisoformat(assessment["assess_on"])
    if case.today < assess_on:
        raise NotNow(f"考核时间为{assess_on}，考核之前不能登记考核结果")
    results = payload.stored()["results"]
    keys = case.product.settings.keys
    holders = [each["id_number"] for result in results for each in result.get("certificates", ())]
    persons = find_persons(case.connection, holders, keys=keys)
    cover_in_results(results, persons)
    # The rules find every holder on the roster.
    check_rules(case, Occasion.RESULTS, {"results": results}, place="assessment")
    record_assessment(case, results, persons)
    for result in results:
        for certificate in result.get("certificates", ()):
            number = certificate["id_number"]
            certificate["id_index"] = persons[number].token
            certificate["id_number"] = sealed_value(number, "identity", keys=keys)
    assessment["results"] = results
    assessment["inspector"] = case.actor.name
    assessment["recorded_on"] = case.today.isoformat()
