"""四 补贴资金申领: what is claimed, its acceptance, and a correction of it."""

from __future__ import annotations

from typing import Any

from workflow.errors import FieldError, Malformed
from workflow.form import completeness
from workflow.form.money import fen_from_yuan
from workflow.form.payloads import Nothing, Submission
from workflow.persistence.types import canonical
from workflow.rules import Occasion
from workflow.sealing import blind_index, sm3
from workflow.services.case import Case
from workflow.services.checks import check_rules
from workflow.services.personal import open_form
from workflow.vocabulary import ApplicationKind, Section


def submit(case: Case, payload: Submission) -> None:
    """The claim, with the commitment to truthfulness."""
    fill_claim(case, payload)
    check_rules(case, Occasion.CLAIM_SUBMIT)


def resubmit(case: Case, payload: Submission) -> None:
    """The corrected claim; one whose people, heads or amounts changed since is published anew."""
    fill_claim(case, payload)
    require_complete(case, claim=True)
    check_rules(case, Occasion.CLAIM_SUBMIT)
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
    claim["accepted_by"] = case.actor.name


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
    claim["submitted_by"] = case.actor.name
    case.row["asked_fen"] = _sum(claim["lines"])


def claim_digest(case: Case) -> str:
    """People, heads and amounts of the claim, as one digest."""
    lines = [
        [line["class_no"], line["heads"], line["amount"]] for line in case.section(Section.CLAIM)["lines"]
    ]
    people = case.row["roster_digest"]
    if case.kind is ApplicationKind.INDIVIDUAL:
        secret_key = case.product.settings.secret_key
        applicant = open_form(case.form["applicant"], secret_key=secret_key)
        people = blind_index(applicant["id_number"], secret_key=secret_key)
    return sm3(canonical([lines, people]))


def _sum(lines: list[dict[str, Any]]) -> int:
    return sum(fen_from_yuan(line["amount"]) for line in lines)


def require_complete(case: Case, *, claim: bool = False) -> None:
    """Raises ``Malformed`` naming each box that still has to be filled before the form may be submitted."""
    form = open_form(case.form, secret_key=case.product.settings.secret_key)
    form["claim"] = {
        name: value for name, value in form.get("claim", {}).items() if name in {"lines", "commitment"}
    }
    missing = completeness(form, case.kind, claim=claim)
    if missing:
        raise Malformed("申请表还没有填完整，不能提交", missing)
