"""The events of ``contract.md``, copied out by hand; measuring the chart, it borrows nothing from it."""

from __future__ import annotations


def _words(text: str) -> list[str]:
    return text.split()


STATES = _words("""
draft opening_industry_first opening_industry_second opening_hr_first opening_hr_second opening_correction
training_awaiting_start training_in_progress training_hr_opinion
assessment_awaiting_proposal assessment_proposed assessment_hr_opinion
claim_draft claim_awaiting_acceptance claim_industry_first claim_industry_second claim_awaiting_publication
claim_public_notice claim_hr_first claim_hr_second claim_finance_first claim_finance_second claim_correction
disbursement_awaiting_payment disbursed recovering recovered
suspended rejected withdrawn terminated
""")

FINAL = {"rejected", "withdrawn", "terminated", "recovered"}

EVENTS = _words("""
submit approve return_to_first return_for_correction reject withdraw
record_opening_inspection record_inspection
finish_training propose_assessment record_results accept publish file_objection resolve_objection close_notice
pay payment_failed suspend resume terminate recover record_recovery
""")

PEOPLE: dict[str, set[tuple[str, str | None]]] = {
    "applicant": {
        ("applicant", None),
        ("applicant", "industry"),
        ("applicant", "hr"),
        ("applicant", "finance"),
    },
    "industry reviewer": {("reviewer", "industry")},
    "hr reviewer": {("reviewer", "hr")},
    "hr reviewer or system": {("reviewer", "hr")},
    "finance reviewer": {("reviewer", "finance")},
    "inspector": {("inspector", "hr")},
    "cashier": {("cashier", "finance")},
    "hr head": {("head", "hr")},
    "finance head": {("head", "finance")},
    "hr head, office": {
        ("head", "hr"),
        ("office", None),
        ("office", "industry"),
        ("office", "hr"),
        ("office", "finance"),
    },
}
"""Role and department; applicants and the office are so whatever department stands beside them."""

_ROWS = """
submit | applicant | draft | opening_industry_first | organisation
submit | applicant | draft | claim_awaiting_acceptance | individual
submit | applicant | claim_draft | claim_awaiting_acceptance |
submit | applicant | opening_correction | opening_industry_first | returned
submit | applicant | opening_correction | opening_hr_first | returned
submit | applicant | claim_correction | claim_awaiting_acceptance | returned
submit | applicant | claim_correction | claim_industry_first | returned
submit | applicant | claim_correction | claim_awaiting_publication | returned
submit | applicant | claim_correction | claim_awaiting_publication | changed
submit | applicant | claim_correction | claim_hr_first | returned unchanged
submit | applicant | claim_correction | claim_finance_first | returned unchanged

approve | industry reviewer | opening_industry_first | opening_industry_second |
approve | industry reviewer | opening_industry_second | opening_hr_first |
approve | hr reviewer | opening_hr_first | opening_hr_second |
approve | hr reviewer | opening_hr_second | training_awaiting_start |
approve | hr reviewer | training_hr_opinion | assessment_awaiting_proposal |
approve | hr reviewer | assessment_hr_opinion | claim_draft |
approve | industry reviewer | claim_industry_first | claim_industry_second |
approve | industry reviewer | claim_industry_second | claim_awaiting_publication |
approve | hr reviewer | claim_hr_first | claim_hr_second |
approve | hr reviewer | claim_hr_second | claim_finance_first |
approve | finance reviewer | claim_finance_first | claim_finance_second |
approve | finance reviewer | claim_finance_second | disbursement_awaiting_payment |

return_to_first | industry reviewer | opening_industry_second | opening_industry_first |
return_to_first | hr reviewer | opening_hr_second | opening_hr_first |
return_to_first | industry reviewer | claim_industry_second | claim_industry_first |
return_to_first | hr reviewer | claim_hr_second | claim_hr_first |
return_to_first | finance reviewer | claim_finance_second | claim_finance_first |

return_for_correction | industry reviewer | opening_industry_first | opening_correction |
return_for_correction | industry reviewer | opening_industry_second | opening_correction |
return_for_correction | hr reviewer | opening_hr_first opening_hr_second | opening_correction |
return_for_correction | industry reviewer | claim_awaiting_acceptance | claim_correction |
return_for_correction | industry reviewer | claim_industry_first claim_industry_second | claim_correction |
return_for_correction | hr reviewer | claim_awaiting_publication | claim_correction |
return_for_correction | hr reviewer | claim_public_notice | claim_correction | upheld
return_for_correction | hr reviewer | claim_hr_first claim_hr_second | claim_correction |
return_for_correction | finance reviewer | claim_finance_first claim_finance_second | claim_correction |

reject | industry reviewer | opening_industry_first opening_industry_second | rejected |
reject | hr reviewer | opening_hr_first opening_hr_second | rejected |
reject | hr reviewer | training_hr_opinion assessment_hr_opinion | rejected |
reject | industry reviewer | claim_awaiting_acceptance | rejected |
reject | industry reviewer | claim_industry_first claim_industry_second | rejected |
reject | hr reviewer | claim_awaiting_publication | rejected |
reject | hr reviewer | claim_public_notice | rejected | upheld
reject | hr reviewer | claim_hr_first claim_hr_second | rejected |
reject | finance reviewer | claim_finance_first claim_finance_second | rejected |

withdraw | applicant | draft opening_industry_first opening_industry_second opening_hr_first | withdrawn |
withdraw | applicant | opening_hr_second opening_correction | withdrawn |
withdraw | applicant | training_awaiting_start training_in_progress training_hr_opinion | withdrawn |
withdraw | applicant | assessment_awaiting_proposal assessment_proposed assessment_hr_opinion | withdrawn |
withdraw | applicant | claim_draft claim_awaiting_acceptance claim_industry_first | withdrawn |
withdraw | applicant | claim_industry_second claim_awaiting_publication claim_public_notice | withdrawn |
withdraw | applicant | claim_correction | withdrawn | before the end of the notice

record_opening_inspection | inspector | training_awaiting_start | training_in_progress |
record_opening_inspection | inspector | training_in_progress | training_in_progress |
record_inspection | inspector | training_in_progress | training_in_progress |
finish_training | applicant | training_in_progress | training_hr_opinion |
propose_assessment | applicant | assessment_awaiting_proposal assessment_proposed | assessment_proposed |
record_results | inspector | assessment_proposed | assessment_hr_opinion |

accept | industry reviewer | claim_awaiting_acceptance | claim_industry_first |
publish | hr reviewer | claim_awaiting_publication | claim_public_notice |
file_objection | anyone | claim_public_notice | claim_public_notice |
resolve_objection | hr reviewer | claim_public_notice | claim_public_notice |
close_notice | hr reviewer or system | claim_public_notice | claim_hr_first | not upheld

pay | cashier | disbursement_awaiting_payment | disbursement_awaiting_payment | in part
pay | cashier | disbursement_awaiting_payment | disbursed | in full
payment_failed | cashier | disbursement_awaiting_payment disbursed | disbursement_awaiting_payment |
recover | finance head | disbursed | recovering |
record_recovery | cashier | recovering | recovering | in part
record_recovery | cashier | recovering | recovered | in full
terminate | hr head | suspended | terminated |
"""

BETWEEN_DRAFT_AND_PAYMENT = _words("""
opening_industry_first opening_industry_second opening_hr_first opening_hr_second opening_correction
training_awaiting_start training_in_progress training_hr_opinion
assessment_awaiting_proposal assessment_proposed assessment_hr_opinion
claim_draft claim_awaiting_acceptance claim_industry_first claim_industry_second claim_awaiting_publication
claim_public_notice claim_hr_first claim_hr_second claim_finance_first claim_finance_second claim_correction
disbursement_awaiting_payment
""")

UP_TO_THE_NOTICE = {
    "claim_draft",
    "claim_awaiting_acceptance",
    "claim_industry_first",
    "claim_industry_second",
    "claim_awaiting_publication",
    "claim_public_notice",
}
"""A correction that leads back here was asked for no later than at the notice."""

CORRECTION_TARGETS = {
    "opening_industry_first": "opening_industry_first",
    "opening_industry_second": "opening_industry_first",
    "opening_hr_first": "opening_hr_first",
    "opening_hr_second": "opening_hr_first",
    "claim_awaiting_acceptance": "claim_awaiting_acceptance",
    "claim_industry_first": "claim_industry_first",
    "claim_industry_second": "claim_industry_first",
    "claim_awaiting_publication": "claim_awaiting_publication",
    "claim_public_notice": "claim_awaiting_publication",
    "claim_hr_first": "claim_hr_first",
    "claim_hr_second": "claim_hr_first",
    "claim_finance_first": "claim_finance_first",
    "claim_finance_second": "claim_finance_first",
}


def rows() -> list[tuple[str, str, str, str, str]]:
    """Event, who, from, to, on which condition: one row per starting state."""
    written = []
    for line in _ROWS.strip().splitlines():
        if line:
            event, who, sources, target, condition = (part.strip() for part in line.split("|"))
            written += [(event, who, source, target, condition) for source in sources.split()]
    for state in BETWEEN_DRAFT_AND_PAYMENT:
        written.append(("suspend", "hr head, office", state, "suspended", ""))
        written.append(("terminate", "hr head", state, "terminated", ""))
        back = "claim_awaiting_publication" if state == "claim_public_notice" else state
        written.append(("resume", "hr head, office", "suspended", back, f"suspended in {state}"))
    return written
