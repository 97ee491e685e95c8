"""Training and money rules: facts in, findings out; pure.

``check(Occasion.PAYMENT, Facts(form=…, payload=…, roster=…), policy)`` lists the findings; ``demand`` raises
``RuleBroken`` when one of them is blocking; ``check_draft`` is for a form that is being filled in.
Severities, limits and sources come from the policy. ``eligibility`` and ``settlement`` say line by line who
may be paid for.
"""

from workflow.rules.checking import RULES, blocking, check, check_draft, demand
from workflow.rules.eligibility import eligibility, settlement
from workflow.rules.facts import Facts, Occasion
from workflow.rules.training import attendance_by_class, average_attendance

__all__ = [
    "RULES",
    "Facts",
    "Occasion",
    "attendance_by_class",
    "average_attendance",
    "blocking",
    "check",
    "check_draft",
    "demand",
    "eligibility",
    "settlement",
]
