"""The tables. ``_on`` is a date in China, ``_at`` an instant in UTC, ``_fen`` money, ``_days`` working days.

The form (年度补贴培训资金申请表) is one document in ``application.form``, filled box by box like the paper.
Beside it stand registers of what the database itself must guard: decisions, notices, objections, payments,
clocks, alerts, commands and the audit chain.
"""

from __future__ import annotations

from workflow.persistence.tables.accounts import (
    access_token,
    account,
    calendar_feed,
    organisation,
    sign_in_session,
)
from workflow.persistence.tables.applications import (
    application,
    decision,
    name_part,
    notice,
    objection,
    payment,
    recovery,
    returned_list,
)
from workflow.persistence.tables.attachments import attachment, attachment_check
from workflow.persistence.tables.base import metadata
from workflow.persistence.tables.beneficiaries import beneficiary
from workflow.persistence.tables.clocks import alert, alert_recipient, clock, outbox, scheduler_node
from workflow.persistence.tables.collaboration import absence, circulation, delegation, hand_over
from workflow.persistence.tables.funds import fund_pool, fund_reservation, ledger_movement
from workflow.persistence.tables.ground import calendar_version, local_closure, policy_version, test_clock
from workflow.persistence.tables.imports import roster_import
from workflow.persistence.tables.payment_batches import (
    bank_result,
    payment_batch,
    payment_batch_file,
    payment_line,
)
from workflow.persistence.tables.people import (
    certificate,
    class_result,
    enrolment,
    entitlement,
    person,
    person_index,
    trainee,
)
from workflow.persistence.tables.registrations import registration, registration_proof
from workflow.persistence.tables.tallies import (
    ledger_tally,
    matter_tally,
    policy_tally,
    tally_run,
    timing_tally,
)
from workflow.persistence.tables.trail import audit_entry, audit_verification, command, system_chain
from workflow.persistence.tables.visits import draw, drawn_inspector, drawn_visit, due_visit
from workflow.persistence.tables.year_list import (
    listed_institution,
    listed_occupation,
    listed_platform,
    sanction,
    satisfaction_survey,
    year_list_change,
)

__all__ = [
    "absence",
    "access_token",
    "account",
    "alert",
    "alert_recipient",
    "application",
    "attachment",
    "attachment_check",
    "audit_entry",
    "audit_verification",
    "bank_result",
    "beneficiary",
    "calendar_feed",
    "calendar_version",
    "certificate",
    "circulation",
    "class_result",
    "clock",
    "command",
    "decision",
    "delegation",
    "draw",
    "drawn_inspector",
    "drawn_visit",
    "due_visit",
    "enrolment",
    "entitlement",
    "fund_pool",
    "fund_reservation",
    "hand_over",
    "ledger_movement",
    "ledger_tally",
    "listed_institution",
    "listed_occupation",
    "listed_platform",
    "local_closure",
    "matter_tally",
    "metadata",
    "name_part",
    "notice",
    "objection",
    "organisation",
    "outbox",
    "payment",
    "payment_batch",
    "payment_batch_file",
    "payment_line",
    "person",
    "person_index",
    "policy_tally",
    "policy_version",
    "recovery",
    "registration",
    "registration_proof",
    "returned_list",
    "roster_import",
    "sanction",
    "satisfaction_survey",
    "scheduler_node",
    "sign_in_session",
    "system_chain",
    "tally_run",
    "test_clock",
    "timing_tally",
    "trainee",
    "year_list_change",
]
