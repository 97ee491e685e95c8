"""The table of rules: which are checked on which occasion, and ``check``, which measures them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from workflow.errors import Finding, RuleBroken
from workflow.form.reading import malformed
from workflow.policy import Policy, Severity
from workflow.rules import assessment, claim, opening, payment, shape, training
from workflow.rules.facts import Facts, Occasion

Rule = Callable[[Facts, Policy], Iterator[Finding]]

# By the rulebook's id; one that the policy has switched off is not asked.
_CLASS_RULES: tuple[tuple[str, Rule], ...] = (
    ("roster", opening.roster),
    ("class-size", opening.class_size),
    ("teacher-ratio", opening.teacher_ratio),
    ("workstation-ratio", opening.workstation_ratio),
    ("lesson-length", opening.lesson_length),
    ("practical-share", opening.practical_share),
    ("online-theory-share", opening.online_theory_share),
    ("certificate-only-hours", opening.certificate_only_hours),
)
RULES: dict[Occasion, tuple[tuple[str, Rule], ...]] = {
    Occasion.OPENING_SUBMIT: _CLASS_RULES,
    Occasion.INSPECTION: (
        ("class-size", training.class_size),
        ("teacher-ratio", training.teacher_ratio),
        ("workstation-ratio", training.workstation_ratio),
        ("roster", training.roster),
    ),
    Occasion.ASSESSMENT_PROPOSAL: (("assessment-notice", assessment.assessment_notice),),
    Occasion.RESULTS: (
        ("roster", assessment.results_within_roster),
        ("best-certificate", assessment.results_as_planned),
        ("no-certificate-no-money", assessment.certificates_listed),
    ),
    # The roster and the form may have been corrected since the opening: its rules are measured again.
    Occasion.CLAIM_SUBMIT: (*_CLASS_RULES, ("headcount", claim.headcount), ("amount", claim.amount)),
    Occasion.PAYMENT: (("payment-amount", payment.payment_amount),),
    Occasion.RECOVERY: (("payment-amount", payment.recovery_amount),),
    Occasion.RECOVERY_RECEIPT: (("payment-amount", payment.receipt_amount),),
    # How many inspections there must be is a matter of the state, not of a rule.
    Occasion.TRAINING_END: (),
}
SHAPES: dict[Occasion, shape.Shape] = {
    Occasion.INSPECTION: shape.inspection,
    Occasion.TRAINING_END: shape.training_end,
    Occasion.RESULTS: shape.results,
    Occasion.CLAIM_SUBMIT: shape.claim,
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
    return [
        finding
        for rule, measure in RULES[occasion]
        if rule in policy.rules
        for finding in measure(facts, policy)
    ]


def check_draft(occasion: Occasion, facts: Facts, policy: Policy) -> list[Finding]:
    """The same while the form is being filled: what is not there yet is passed over; never raises."""
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
