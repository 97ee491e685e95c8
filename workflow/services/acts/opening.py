"""一 开班申请: the first submission, and a correction of it."""

from __future__ import annotations

from workflow.errors import FieldError, Malformed
from workflow.form.payloads import Submission
from workflow.rules import Occasion
from workflow.services.acts.claim import fill_claim, require_complete
from workflow.services.case import Case
from workflow.services.checks import check_rules
from workflow.vocabulary import ApplicationKind


def submit(case: Case, payload: Submission) -> None:
    """The draft becomes an application; the policy in force is kept from here on.

    An individual has trained elsewhere already, and submits the claim at once (form, note 2).
    """
    policy = case.product.policy_of_the_day(case.row["policy_key"])
    case.product.keep_policy(case.connection, policy, case.now)
    case.policy, case.row["policy_version"] = policy, policy.version
    if case.kind is ApplicationKind.INDIVIDUAL:
        fill_claim(case, payload)
        require_complete(case, claim=True)
        check_rules(case, Occasion.CLAIM_SUBMIT)
    else:
        _refuse_claim(payload)
        require_complete(case)
        check_rules(case, Occasion.OPENING_SUBMIT)


def resubmit(case: Case, payload: Submission) -> None:
    """The corrected opening goes back to the department that returned it."""
    _refuse_claim(payload)
    require_complete(case)
    check_rules(case, Occasion.OPENING_SUBMIT)


def _refuse_claim(payload: Submission) -> None:
    if payload.claim is not None:
        message = "开班申请阶段不能提交补贴资金申领内容，请在结业考核后提交"
        raise Malformed(message, [FieldError("payload.claim", message)])
