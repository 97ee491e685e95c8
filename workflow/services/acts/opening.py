"""一 开班申请: the first submission, and a correction of it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from workflow.clock import day_cn
from workflow.errors import FieldError, Malformed
from workflow.form.payloads import Submission
from workflow.persistence import tables
from workflow.policy import Policy, policy_in_force
from workflow.rules import Occasion
from workflow.services.acts.claim import check_claim, fill_claim, require_complete
from workflow.services.case import Case
from workflow.services.checks import check_rules
from workflow.services.enrolments import enrol, lock_trainees
from workflow.vocabulary import ApplicationKind, Subsidy


def submit(case: Case, payload: Submission) -> None:
    """The draft becomes an application; the policy in force is kept from here on.

    Where there is no class to open the claim is submitted at once (form, note 2).
    """
    policy = case.product.policy_of_the_day(case.row["policy_key"])
    _require_in_force(case, policy)
    case.product.keep_policy(case.connection, policy, case.now)
    case.policy, case.row["policy_version"] = policy, policy.version
    if case.subsidy is not Subsidy.TRAINING:
        _require_paid(case, policy)
        fill_claim(case, payload)
        require_complete(case, claim=True)
        check_claim(case)
    elif case.kind is ApplicationKind.INDIVIDUAL:
        fill_claim(case, payload)
        require_complete(case, claim=True)
        issued_on = date.fromisoformat(case.form["certificate"]["issued_on"])
        if issued_on > case.today:
            message = f"“发证日期”{day_cn(issued_on)}不能晚于今天（{day_cn(case.today)}）"
            raise Malformed(message, [FieldError("certificate.issued_on", message)])
        check_claim(case)
    else:
        _submit_opening(case, payload)


def resubmit(case: Case, payload: Submission) -> None:
    """The corrected opening goes back to the department that returned it."""
    _submit_opening(case, payload)


def _submit_opening(case: Case, payload: Submission) -> None:
    _refuse_claim(payload)
    require_complete(case)
    _require_fitting_roster(case)
    lock_trainees(case)
    enrol(case, check_rules(case, Occasion.OPENING_SUBMIT).people)


def _require_in_force(case: Case, policy: Policy) -> None:
    """A draft may have waited until its policy was replaced, or was over."""
    current = policy_in_force(case.row["region"], case.today)
    if current is not None and current.key != policy.key:
        instead = f"现行的是“{current.title}”，请按它新建申请"
    elif policy.valid_until is not None and case.today > policy.valid_until:
        instead = f"效力至{day_cn(policy.valid_until)}止，还没有后续的政策"
    else:
        return
    message = f"所选的政策“{policy.title}”在{day_cn(case.today)}没有效力：{instead}"
    raise Malformed(message, [FieldError("policy", message)])


def _require_paid(case: Case, policy: Policy) -> None:
    """The policy of the day may no longer pay what the draft was begun for."""
    if not policy.pays(case.subsidy):
        message = policy.why_not(case.subsidy)
        raise Malformed(message, [FieldError("policy", message)])


def _require_fitting_roster(case: Case) -> None:
    # Classes may have been taken off the form after the roster was filled in.
    trainees = tables.trainee
    known = [entry["class_no"] for entry in case.form["opening"]["classes"]]
    strays = case.connection.execute(
        select(func.count()).where(trainees.c.application_id == case.id, trainees.c.class_no.not_in(known))
    ).scalar_one()
    if strays:
        message = f"花名册中有{strays}名学员的班次不在开班申请中，请更新花名册"
        raise Malformed(message, [FieldError("roster", message)])


def _refuse_claim(payload: Submission) -> None:
    if payload.claim is not None:
        message = "开班申请阶段不能提交补贴资金申领内容，请在结业考核后提交"
        raise Malformed(message, [FieldError("payload.claim", message)])
