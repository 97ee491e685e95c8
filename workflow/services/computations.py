"""For whom how much may be claimed, head by head, with the reason for every head that is left out."""

from __future__ import annotations

from collections import Counter
from typing import Any

from workflow.form.money import yuan_from_fen
from workflow.rules import Facts, eligibility, settlement
from workflow.rules.eligibility import ClassEligibility
from workflow.services.case import Case
from workflow.services.facts import claim_occasion, facts_of
from workflow.vocabulary import Section


def computation_of(case: Case, facts: Facts | None = None) -> dict[str, Any]:
    """Before the claim is submitted what may be claimed, afterwards what the claim comes to.

    Every line is a person, or where nobody is named so many ``heads``; the lines add up to the amount.
    ``facts`` of the claim are looked up where they are not at hand.
    """
    facts = facts or facts_of(case, claim_occasion(case), {})
    claimed = case.form.get(Section.CLAIM.value, {}).get("submitted_on") is not None
    found = settlement(facts, case.policy) if claimed else eligibility(facts, case.policy)
    return {
        "claimed": claimed,
        "classes": [_class(each) for each in found],
        "lines": [
            {
                "class_no": line.class_no,
                "heads": line.heads,
                "row_no": line.row_no,
                "name": line.name,
                "masked": line.masked,
                "eligible": line.eligible,
                "reason": line.reason,
                "source": line.source,
                "rate": line.rate,
                "amount": yuan_from_fen(line.amount_fen),
            }
            for each in found
            for line in each.lines
        ],
        "heads": sum(each.eligible_heads for each in found),
        "amount": yuan_from_fen(sum(each.amount_fen for each in found)),
    }


def summary_of(case: Case, facts: Facts) -> list[dict[str, Any]]:
    """What the claim comes to by class, and how many heads are left out why; kept on the form."""
    summary = []
    for each in settlement(facts, case.policy):
        left_out: Counter[tuple[str, str]] = Counter()
        for line in each.lines:
            if not line.eligible and line.heads:
                left_out[line.reason, line.source] += line.heads
        summary.append(
            {
                "class_no": each.class_no,
                "heads": each.eligible_heads,
                "amount": yuan_from_fen(each.amount_fen),
                "left_out": [
                    {"reason": reason, "source": source, "heads": heads}
                    for (reason, source), heads in left_out.items()
                ],
            }
        )
    return summary


def _class(each: ClassEligibility) -> dict[str, Any]:
    return {
        "class_no": each.class_no,
        "heads": each.eligible_heads,
        "amount": yuan_from_fen(each.amount_fen),
        "bounds": [{"label": bound.label, "heads": bound.heads} for bound in each.bounds],
    }
