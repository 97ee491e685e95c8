"""The table of rules: which are checked on which occasion, and ``check``, which measures them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from workflow.errors import Finding, RuleBroken
from workflow.form.reading import malformed
from workflow.policy import Policy, Severity
from workflow.rules import (
    assessment,
    claim,
    direct_claims,
    listing,
    opening,
    payment,
    people,
    shape,
    training,
)
from workflow.rules.facts import Facts, Occasion

Rule = Callable[[Facts, Policy], Iterator[Finding]]

# By the rulebook's id; one that the policy has switched off is not asked. In the order of the form.
_CLASS_RULES: tuple[tuple[str, Rule], ...] = (
    ("listed-institution", listing.listed_institution),
    ("satisfaction", listing.satisfaction),
    ("roster", opening.roster),
    ("class-size", opening.class_size),
    ("teacher-ratio", opening.teacher_ratio),
    ("workstation-ratio", opening.workstation_ratio),
    ("lesson-length", opening.lesson_length),
    ("practical-share", opening.practical_share),
    ("online-theory-share", opening.online_theory_share),
    ("online-theory-share", listing.listed_platform),
    ("certificate-only-hours", opening.certificate_only_hours),
    ("best-certificate", listing.best_certificate),
    ("apprentice-quota", people.apprentice_quota),
    ("own-post", people.own_post),
    ("no-own-major", people.no_own_major),
)
_OBSERVED: tuple[tuple[str, Rule], ...] = (
    ("class-size", training.class_size),
    ("teacher-ratio", training.teacher_ratio),
    ("workstation-ratio", training.workstation_ratio),
    ("roster", training.roster),
    ("attendance", training.attendance),
    ("listed-institution", listing.unlisted_on_opening_day),
    ("satisfaction", listing.stopped_on_opening_day),
    ("recording", training.recording),
    ("online-integrity", training.online_integrity),
    ("no-fee", training.no_fee),
    ("no-merge", training.no_merge),
)
RULES: dict[Occasion, tuple[tuple[str, Rule], ...]] = {
    Occasion.OPENING_SUBMIT: (
        *_CLASS_RULES,
        ("one-month-gap", people.one_month_gap),
        ("no-duplicate", people.no_duplicate),
        ("online-integrity", assessment.purely_online),
        ("teachers", listing.teachers),
        ("premises", listing.premises),
        ("staff", listing.staff),
    ),
    Occasion.INSPECTION: _OBSERVED,
    # How many inspections there must be is a matter of the state, not of a rule. What they saw is told
    # together, to whoever gives HR's opinion.
    Occasion.TRAINING_END: tuple((rule, training.as_recorded(measure)) for rule, measure in _OBSERVED),
    Occasion.ASSESSMENT_PROPOSAL: (
        ("assessment-notice", assessment.assessment_notice),
        ("online-integrity", assessment.purely_online),
    ),
    Occasion.RESULTS: (
        ("roster", assessment.results_within_roster),
        ("best-certificate", assessment.results_as_planned),
        ("no-certificate-no-money", assessment.certificates_listed),
        ("no-certificate-no-money", assessment.certificates_in_time),
        ("no-duplicate", assessment.no_duplicate),
        ("minor-certificate-share", assessment.minor_certificate_share),
        ("make-up", training.make_up),
    ),
    # The roster and the form may have been corrected since the opening: its rules are measured again.
    Occasion.CLAIM_SUBMIT: (
        *_CLASS_RULES,
        ("recording", training.of_the_claimed(training.recording_complete)),
        ("online-integrity", training.of_the_claimed(training.online_integrity)),
        ("no-fee", training.of_the_claimed(training.no_fee)),
        ("no-merge", training.of_the_claimed(training.no_merge)),
        ("make-up", training.make_up),
        ("minor-certificate-share", claim.minor_certificate_share),
        ("one-month-gap", claim.one_month_gap),
        ("no-duplicate", claim.no_duplicate),
        ("headcount", claim.headcount),
        ("amount", claim.amount),
    ),
    Occasion.DIRECT_CLAIM: (
        ("registered-body", direct_claims.registered_body),
        ("no-certificate-no-money", direct_claims.certificates),
        ("no-duplicate", direct_claims.no_duplicate),
        ("headcount", direct_claims.headcount),
        ("amount", direct_claims.amount),
    ),
    Occasion.PAYMENT: (("payment-amount", payment.payment_amount),),
    Occasion.RECOVERY: (("payment-amount", payment.recovery_amount),),
    Occasion.RECOVERY_RECEIPT: (("payment-amount", payment.receipt_amount),),
}
SHAPES: dict[Occasion, shape.Shape] = {
    Occasion.INSPECTION: shape.inspection,
    Occasion.TRAINING_END: shape.training_end,
    Occasion.RESULTS: shape.results,
    Occasion.CLAIM_SUBMIT: shape.claim,
    Occasion.DIRECT_CLAIM: direct_claims.shape,
    Occasion.PAYMENT: shape.payment,
    Occasion.RECOVERY_RECEIPT: shape.receipt,
}


def check(occasion: Occasion, facts: Facts, policy: Policy) -> list[Finding]:
    """What the policy finds on this occasion, in the order of the form; changes nothing.

    Raises ``Malformed`` when the payload names a class that does not exist, or a day that has not come.
    """
    if occasion in SHAPES:
        errors = list(SHAPES[occasion](facts))
        if errors:
            raise malformed(errors)
    return check_draft(occasion, facts, policy)


def check_draft(occasion: Occasion, facts: Facts, policy: Policy) -> list[Finding]:
    """What the policy finds while the form is being filled in; a rule whose boxes are empty says nothing.

    Never raises, however little is filled in; whether days and classes exist is asked by ``check``.
    """
    return [
        finding
        for rule, measure in RULES[occasion]
        if rule in policy.rules
        for finding in measure(facts, policy)
    ]


def blocking(findings: list[Finding]) -> list[Finding]:
    """The findings that refuse the step."""
    return [finding for finding in findings if finding.severity == Severity.BLOCKING]


def demand(occasion: Occasion, facts: Facts, policy: Policy) -> list[Finding]:
    """The warnings of this occasion; raises ``RuleBroken`` with all findings when one of them is blocking."""
    findings = check(occasion, facts, policy)
    if blocking(findings):
        raise RuleBroken(findings)
    return findings
