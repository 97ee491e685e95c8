"""What crosses the sections: reviews and their returns, withdrawal, suspension and termination."""

from __future__ import annotations

from workflow.chart import table
from workflow.errors import FieldError, Malformed
from workflow.form.payloads import CorrectionRequest, Opinion, Reason
from workflow.services import ledger
from workflow.services.acts.notice import take_down
from workflow.services.case import REVIEW_STEPS, Case
from workflow.services.changes import keep_returned
from workflow.services.enrolments import release_people
from workflow.services.warnings import answer_warnings, supersede_answers
from workflow.vocabulary import SECTION_OF, CorrectionSection, Section, State, Subsidy

_MONEY_IS_HELD = frozenset({State.CLAIM_HR_SECOND, State.CLAIM_FINANCE_FIRST, State.CLAIM_FINANCE_SECOND})
"""Whoever approves here approves money: HR's second signature, and finance's where that one still stands."""


def approve(case: Case, payload: Opinion) -> None:
    """The reviewer answers the warnings, agrees and signs; finance's second signature fixes the amount.

    HR's second signature reserves what is asked for. What a correction gave back and no decision of HR
    reserves anew, finance's approval does.
    """
    answer_warnings(case, payload.answers or [])
    if case.state in _MONEY_IS_HELD:
        ledger.reserve(case)
    case.sign("approved", payload.opinion)
    if case.state is State.CLAIM_FINANCE_SECOND:
        case.row["approved_fen"] = case.row["asked_fen"]


def return_to_first(case: Case, payload: Reason) -> None:
    """The second reviewer hands it back; the first signature and its answers are superseded, not erased."""
    step, _ = REVIEW_STEPS[case.state]
    case.supersede(step)
    supersede_answers(case, step)
    case.sign("returned_to_first", payload.reason, standing=False)


def return_for_correction(case: Case, payload: CorrectionRequest) -> None:
    """退回补正: the applicant is asked for what is missing; every signature of the step is superseded.

    Money reserved for it is given back.
    """
    if SECTION_OF[case.state] is Section.OPENING and CorrectionSection.CLAIM in payload.sections:
        message = "“需要补正的部分”不能包括补贴资金申领：开班申请阶段还没有申领内容"
        raise Malformed(message, [FieldError("payload.sections", message)])
    if case.subsidy is not Subsidy.TRAINING and CorrectionSection.OPENING in payload.sections:
        message = f"“需要补正的部分”不能包括开班申请：{case.subsidy.label}不经开班，人员名单属于补贴资金申领"
        raise Malformed(message, [FieldError("payload.sections", message)])
    case.row["correction_target"] = table.correction_target(case.state).value
    request = payload.stored() | {
        "returned_by": case.signature,
        "returned_at": case.now.isoformat(),
        "returned_from": case.state.value,
    }
    keep_returned(case, request)
    case.form.setdefault("corrections", []).append(request)
    if case.state in REVIEW_STEPS:
        step, _ = REVIEW_STEPS[case.state]
        case.supersede(step)
        case.sign("returned", payload.reason, standing=False)
    take_down(case, "returned")
    ledger.release(case)


def reject(case: Case, payload: Reason) -> None:
    """不予通过: the application ends here; the signature stands."""
    if case.state in REVIEW_STEPS:
        case.sign("rejected", payload.reason)
    _end(case, payload, "rejected")


def withdraw(case: Case, payload: Reason) -> None:
    """The applicant takes it back."""
    _end(case, payload, "withdrawn")


def suspend(case: Case, payload: Reason) -> None:
    """暂停: every clock rests; a notice that hangs is taken down and published anew afterwards."""
    case.row["suspension_target"] = case.state.value
    case.form.setdefault("suspensions", []).append(
        {"reason": payload.reason, "by": case.signature, "on": case.today.isoformat()}
    )
    take_down(case, "suspended")


def resume(case: Case, payload: Reason) -> None:
    """恢复: the clocks go on with what was left."""
    case.form["suspensions"][-1] |= {
        "resumed_on": case.today.isoformat(),
        "resumed_by": case.signature,
        "resume_reason": payload.reason,
    }


def terminate(case: Case, payload: Reason) -> None:
    """终止: HR's head ends it for good."""
    _end(case, payload, "terminated")


def _end(case: Case, payload: Reason, how: str) -> None:
    case.form["ending"] = {
        "how": how,
        "reason": payload.reason,
        "by": case.signature,
        "on": case.today.isoformat(),
    }
    release_people(case)
    take_down(case, how)
    ledger.release(case)
