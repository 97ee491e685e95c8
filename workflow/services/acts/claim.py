"""四 补贴资金申领: what is claimed, its acceptance, and a correction of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workflow.errors import FieldError, Malformed
from workflow.form import completeness
from workflow.form.money import fen_from_yuan
from workflow.form.payloads import Nothing, Submission
from workflow.persistence.types import canonical
from workflow.policy import Policy
from workflow.rules import Facts, settlement
from workflow.rules.eligibility import EligibilityLine
from workflow.sealing import sm3
from workflow.services.beneficiaries import lock_direct_claim
from workflow.services.case import Case
from workflow.services.checks import check_rules
from workflow.services.computations import summary_of
from workflow.services.enrolments import ClaimedHead, claim_heads, lock_trainees
from workflow.services.facts import claim_occasion
from workflow.services.personal import open_form
from workflow.services.persons import Person, lock_persons, register_persons
from workflow.vocabulary import ApplicationKind, IdentityType, Section, Subsidy


def submit(case: Case, payload: Submission) -> None:
    """The claim, with the commitment to truthfulness."""
    fill_claim(case, payload)
    check_claim(case)


def resubmit(case: Case, payload: Submission) -> None:
    """The corrected claim; one whose people, heads or amounts changed since is published anew."""
    fill_claim(case, payload)
    require_complete(case, claim=True)
    check_claim(case)
    published = case.row["published_digest"]
    case.publish_again = published is not None and published != claim_digest(case)
    if case.publish_again:
        # What HR and finance found of other people, heads or amounts no longer stands.
        case.supersede("claim_hr")
        case.supersede("claim_finance")


def accept(case: Case, _payload: Nothing) -> None:
    """受理: the industry department's ten working days begin."""
    claim = case.section(Section.CLAIM)
    claim["accepted_on"] = case.today.isoformat()
    claim["accepted_by"] = case.signature


def fill_claim(case: Case, payload: Submission) -> None:
    """Fills the boxes of the claim from what was submitted, or from what stands on the form already."""
    claim = case.section(Section.CLAIM)
    if payload.claim is not None:
        claim.update(payload.claim.stored())
    given = {name: claim[name] for name in ("lines", "commitment") if name in claim}
    if "lines" not in given or "commitment" not in given:
        message = "“补贴资金申领”未填写：须有申领明细和申请承诺"
        raise Malformed(message, [FieldError("payload.claim", message)])
    claim["submitted_on"] = case.today.isoformat()
    claim["submitted_by"] = case.signature
    case.row["asked_fen"] = _sum(claim["lines"])


def check_claim(case: Case) -> None:
    """Checks the claim and takes hold of the heads it is for, so that nobody else is paid for them.

    Raises ``RuleBroken``; of two who claim for one person at once the second is told that the first has.
    """
    if case.subsidy is not Subsidy.TRAINING:
        lock_direct_claim(case)
    elif case.kind is ApplicationKind.INDIVIDUAL:
        lock_persons(case.connection, [_applicant(case).id])
    else:
        lock_trainees(case)
    facts = check_rules(case, claim_occasion(case))
    claim_heads(case, _heads(facts, case.policy))
    case.section(Section.CLAIM)["computation"] = summary_of(case, facts)


def _heads(facts: Facts, policy: Policy) -> Iterator[ClaimedHead]:
    """Whom the lines are for. Where nobody is named it may be anybody of the class who is not left out."""
    for settled in settlement(facts, policy):
        unnamed = [line for line in settled.lines if line.eligible and line.person is None]
        for line in settled.lines:
            if line.eligible and line.person is not None:
                yield _head(line, line.person)
        left_out = {line.person for line in settled.lines if not line.eligible}
        for trainee in facts.people if unnamed else ():
            if trainee.class_no == settled.class_no and trainee.person not in left_out:
                yield _head(unnamed[0], trainee.person)


def _head(line: EligibilityLine, person: int) -> ClaimedHead:
    return ClaimedHead(person, line.class_no, line.occupation_code, line.level or 0, line.certificate_number)


def _applicant(case: Case) -> Person:
    keys = case.product.settings.keys
    applicant = open_form(case.form["applicant"], keys=keys)
    number, kind = applicant["id_number"], IdentityType(applicant.get("id_type", IdentityType.RESIDENT_ID))
    return register_persons(case.connection, {number: kind}, keys=keys)[number]


def claim_digest(case: Case) -> str:
    """People, heads and amounts of the claim, as one digest."""
    lines = [
        [line["class_no"], line["heads"], line["amount"]] for line in case.section(Section.CLAIM)["lines"]
    ]
    people = case.row["roster_digest"]
    if case.kind is ApplicationKind.INDIVIDUAL:
        people = _applicant(case).token
    return sm3(canonical([lines, people]))


def _sum(lines: list[dict[str, Any]]) -> int:
    return sum(fen_from_yuan(line["amount"]) for line in lines)


def require_complete(case: Case, *, claim: bool = False) -> None:
    """Raises ``Malformed`` naming each box that still has to be filled before the form may be submitted."""
    missing = missing_in(case, claim=claim)
    if missing:
        raise Malformed("申请表还没有填完整，不能提交", missing)


def missing_in(case: Case, *, claim: bool = False) -> list[FieldError]:
    """Each box that still has to be filled before the form may be submitted."""
    form = open_form(case.form, keys=case.product.settings.keys)
    form["claim"] = {
        name: value for name, value in form.get("claim", {}).items() if name in {"lines", "commitment"}
    }
    missing = completeness(form, case.kind, subsidy=case.subsidy, claim=claim)
    if case.subsidy is not Subsidy.TRAINING and not case.row["roster_count"]:
        missing.append(FieldError("roster", "“受益人员名单”未填写"))
    return missing
