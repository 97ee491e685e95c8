"""Every endpoint and who may call it. What is not in the table cannot be reached: the web refuses to start.

This is the outer door, open to substitutes of those it names as well. Whether this person may touch this
application is decided by the services.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, redirect, request, url_for
from flask.typing import ResponseReturnValue

from web.current import absent, actor, require_actor, wants_problem
from workflow.access import Actor
from workflow.attachments.limits import MOST_BYTES_AT_ONCE
from workflow.errors import Forbidden
from workflow.vocabulary import Role

UPLOAD_BYTES = 10 * 1024 * 1024
# Several files at once, and what a form adds to them; a single one that is too large is told so by its name.
FILE_BYTES = MOST_BYTES_AT_ONCE + 64 * 1024
# The same in base64.
ENCODED_FILE_BYTES = FILE_BYTES * 3 // 2


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may call an endpoint.

    ``roles`` None means everybody who is signed in. ``identifies`` False spares the look-up of the caller
    where it could not matter. ``max_bytes`` allows a larger body than usual, of JSON with ``files_in_json``.
    """

    public: bool = False
    roles: frozenset[Role] | None = None
    identifies: bool = True
    max_bytes: int | None = None
    files_in_json: bool = False


def only(*roles: Role, max_bytes: int | None = None) -> Rule:
    """Signed in and of one of these roles."""
    return Rule(roles=frozenset(roles), max_bytes=max_bytes)


PUBLIC = Rule(public=True)
ANONYMOUS = Rule(public=True, identifies=False)
SIGNED_IN = Rule()
STAFF = only(*(role for role in Role if role is not Role.APPLICANT))

# Whoever stands in for a colleague has that colleague's work: the services look closer.
_OFFICERS = (Role.REVIEWER, Role.INSPECTOR, Role.CASHIER, Role.HEAD)
OFFICERS = only(*_OFFICERS)
ABSENCE_KEEPERS = only(*_OFFICERS, Role.ADMIN)
ABSENCE_READERS = only(*_OFFICERS, Role.ADMIN, Role.AUDITOR)

# Of the heads only those of 人社部门, and for their own region: the services look closer.
CLOSURE_KEEPERS = only(Role.ADMIN, Role.OFFICE, Role.HEAD)
CLOSURE_READERS = only(Role.ADMIN, Role.OFFICE, Role.HEAD, Role.AUDITOR)

# Of the reviewers and heads only those of 人社部门, and for their own region: the services look closer.
LIST_KEEPERS = only(Role.REVIEWER, Role.HEAD)
LIST_UPLOADERS = only(Role.REVIEWER, Role.HEAD, max_bytes=UPLOAD_BYTES)
# Of 人社部门 and for their own region: the services look closer.
MAKE_UP_DECIDERS = OFFICERS

INSPECTORS = only(Role.INSPECTOR)
# Of the departments only 人社部门: the services look closer.
DRAW_READERS = only(Role.REVIEWER, Role.INSPECTOR, Role.HEAD, Role.OFFICE, Role.AUDITOR)

POLICY_READERS = only(Role.ADMIN, Role.OFFICE, Role.AUDITOR)

# Of the departments only 财政部门, and for their own region: the services look closer.
FUND_READERS = only(Role.REVIEWER, Role.CASHIER, Role.HEAD, Role.OFFICE, Role.AUDITOR)
FUND_KEEPERS = only(Role.HEAD)

# Heads of departments for their own region and department: the services look closer.
OVERSEERS = only(Role.OFFICE, Role.AUDITOR, Role.ADMIN, Role.HEAD)
REFRESHERS = only(Role.OFFICE, Role.AUDITOR, Role.ADMIN)

# Of the region's 财政部门, and who reads every region: the services look closer.
PAYERS = only(Role.CASHIER)
BANK_FILE_FETCHERS = only(Role.CASHIER, Role.HEAD)
BANK_RESULT_UPLOADERS = only(Role.CASHIER, max_bytes=UPLOAD_BYTES)

# Where the form asks each of them for a seal or a proof: the services look closer.
_ADDERS = (Role.APPLICANT, *_OFFICERS)
FILE_ADDERS, FILE_REMOVERS = only(*_ADDERS, max_bytes=FILE_BYTES), only(*_ADDERS)

# Of the reviewers and heads only those of 人社部门, and for their own region: the services look closer.
REGISTRATION_DECIDERS = only(Role.REVIEWER, Role.HEAD)
# The owner of an organisation looks at its own proof.
PROOF_READERS = only(Role.REVIEWER, Role.HEAD, Role.APPLICANT)

ACCESS: dict[str, Rule] = {
    # operators
    "static": ANONYMOUS,
    "operators.healthz": ANONYMOUS,
    "operators.readyz": ANONYMOUS,
    "operators.metrics": ANONYMOUS,
    # signing in
    "sign_in.show": PUBLIC,
    "sign_in.enter": PUBLIC,
    "sign_in.leave": PUBLIC,
    "registrations.create": PUBLIC,
    "registrations.register": Rule(public=True, max_bytes=FILE_BYTES),
    "registrations.status": PUBLIC,
    "registrations.look_up": PUBLIC,
    "registrations.mend": PUBLIC,
    "registrations.send_again": Rule(public=True, max_bytes=FILE_BYTES),
    "registration_reviews.list_all": REGISTRATION_DECIDERS,
    "registration_reviews.show": REGISTRATION_DECIDERS,
    "registration_reviews.decide": REGISTRATION_DECIDERS,
    "registration_reviews.contact": REGISTRATION_DECIDERS,
    "registration_reviews.contact_form": REGISTRATION_DECIDERS,
    "registration_reviews.proof": PROOF_READERS,
    # API
    "api.openapi": ANONYMOUS,
    "api.create_application": only(Role.APPLICANT),
    "api.list_applications": SIGNED_IN,
    "api.read_application": SIGNED_IN,
    "api.read_official_form": SIGNED_IN,
    "api.edit_application": only(Role.APPLICANT),
    "api.replace_roster": only(Role.APPLICANT, max_bytes=UPLOAD_BYTES),
    "api.read_roster": SIGNED_IN,
    "api.add_trainee": only(Role.APPLICANT),
    "api.change_trainee": only(Role.APPLICANT),
    "api.remove_trainee": only(Role.APPLICANT),
    "api.list_attachments": SIGNED_IN,
    "api.list_attachment_places": SIGNED_IN,
    "api.add_attachment": FILE_ADDERS,
    "api.read_attachment": SIGNED_IN,
    "api.remove_attachment": FILE_REMOVERS,
    "api.preview_findings": SIGNED_IN,
    "api.read_computation": SIGNED_IN,
    "api.read_changes": SIGNED_IN,
    "api.urge": SIGNED_IN,
    "api.read_collaboration": STAFF,
    "api.hand_over": OFFICERS,
    "api.give_back": OFFICERS,
    "api.delegate": OFFICERS,
    "api.answer_delegation": OFFICERS,
    "api.take_back_delegation": OFFICERS,
    "api.circulate": OFFICERS,
    "api.list_absences": ABSENCE_READERS,
    "api.enter_absence": ABSENCE_KEEPERS,
    "api.end_absence": ABSENCE_KEEPERS,
    "api.approve_several": OFFICERS,
    "api.preview_typed": only(Role.APPLICANT),
    "api.send_event": SIGNED_IN,
    "api.ask_make_up": only(Role.APPLICANT),
    "api.consent_make_up": MAKE_UP_DECIDERS,
    "api.decline_make_up": MAKE_UP_DECIDERS,
    "api.strike_observations": OFFICERS,
    "api.read_history": SIGNED_IN,
    "api.read_worklist": SIGNED_IN,
    "api.list_visits": INSPECTORS,
    "api.list_draws": DRAW_READERS,
    "api.draw_visits": only(Role.HEAD),
    "api.read_draw": DRAW_READERS,
    "api.verify_draw": DRAW_READERS,
    "api.substitute_inspector": only(Role.HEAD),
    "api.list_clocks": SIGNED_IN,
    "api.read_clock": SIGNED_IN,
    "api.list_alerts": SIGNED_IN,
    "api.mark_alert_read": SIGNED_IN,
    "api.mark_alerts_read": SIGNED_IN,
    "api.read_mail_choice": SIGNED_IN,
    "api.choose_mail": SIGNED_IN,
    "api.create_calendar_feed": SIGNED_IN,
    "api.show_calendar_feed": SIGNED_IN,
    "api.revoke_calendar_feed": SIGNED_IN,
    "api.list_public_notices": PUBLIC,
    "api.read_public_notice": PUBLIC,
    "api.file_objection": PUBLIC,
    "api.follow_objection": PUBLIC,
    "api.read_plain_rules": PUBLIC,
    "api.show_calendar": PUBLIC,
    "api.count_due": PUBLIC,
    "api.count_between": PUBLIC,
    "api.list_calendar_versions": PUBLIC,
    "api.read_calendar_version": PUBLIC,
    "api.compare_calendar_versions": PUBLIC,
    "api.import_notices": only(Role.ADMIN),
    "api.list_closures": CLOSURE_READERS,
    "api.read_closure": CLOSURE_READERS,
    "api.propose_closure": CLOSURE_KEEPERS,
    "api.decide_closure": CLOSURE_KEEPERS,
    "api.propose_closure_withdrawal": CLOSURE_KEEPERS,
    "api.list_policies": POLICY_READERS,
    "api.read_policy": POLICY_READERS,
    "api.compare_policies": POLICY_READERS,
    "api.list_fund_pools": FUND_READERS,
    "api.appropriate_funds": FUND_KEEPERS,
    "api.withdraw_funds": FUND_KEEPERS,
    "api.carry_funds_over": FUND_KEEPERS,
    "api.read_fund_ledger": FUND_READERS,
    "api.read_fund_balance": FUND_READERS,
    "api.read_application_funds": FUND_READERS,
    "api.reserve_funds_anew": FUND_KEEPERS,
    "api.read_dashboard": OVERSEERS,
    "api.refresh_dashboard": REFRESHERS,
    "api.list_overdue": OVERSEERS,
    "api.list_timings": OVERSEERS,
    "api.read_finance_desk": FUND_READERS,
    "api.list_payment_batches": FUND_READERS,
    "api.make_payment_batch": PAYERS,
    "api.read_payment_batch": FUND_READERS,
    "api.take_out_payment_line": PAYERS,
    "api.cancel_payment_batch": PAYERS,
    "api.fetch_payment_file": BANK_FILE_FETCHERS,
    "api.upload_bank_result": BANK_RESULT_UPLOADERS,
    "api.read_bank_result": FUND_READERS,
    "api.record_bank_result": PAYERS,
    "api.list_listed_institutions": SIGNED_IN,
    "api.read_listed_institution": SIGNED_IN,
    "api.add_listed_institution": LIST_KEEPERS,
    "api.change_listed_institution": LIST_KEEPERS,
    "api.add_listed_occupation": LIST_KEEPERS,
    "api.change_listed_occupation": LIST_KEEPERS,
    "api.list_listed_platforms": SIGNED_IN,
    "api.read_listed_platform": SIGNED_IN,
    "api.add_listed_platform": LIST_KEEPERS,
    "api.change_listed_platform": LIST_KEEPERS,
    "api.list_sanctions": SIGNED_IN,
    "api.read_sanction": SIGNED_IN,
    "api.impose_sanction": LIST_KEEPERS,
    "api.lift_sanction": LIST_KEEPERS,
    "api.list_satisfaction_surveys": SIGNED_IN,
    "api.record_satisfaction_survey": LIST_KEEPERS,
    "api.correct_satisfaction_survey": LIST_KEEPERS,
    "api.export_year_list": STAFF,
    "api.import_year_list": LIST_UPLOADERS,
    "api.register_organisation": Rule(public=True, max_bytes=ENCODED_FILE_BYTES, files_in_json=True),
    "api.look_up_registration": PUBLIC,
    "api.send_registration_again": Rule(public=True, max_bytes=ENCODED_FILE_BYTES, files_in_json=True),
    "api.list_registrations": REGISTRATION_DECIDERS,
    "api.read_registration": REGISTRATION_DECIDERS,
    "api.decide_registration": REGISTRATION_DECIDERS,
    "api.read_registration_contact": REGISTRATION_DECIDERS,
    "api.read_registration_proof": PROOF_READERS,
    "api.read_carry_over": only(Role.APPLICANT),
    "api.read_organisation": only(Role.APPLICANT),
    "api.add_colleague": only(Role.APPLICANT),
    "api.set_colleague_active": only(Role.APPLICANT),
    "api.hand_over_organisation": only(Role.APPLICANT),
    "api.read_in_clear": SIGNED_IN,
    "api.list_readings": only(Role.AUDITOR, Role.ADMIN),
    "api.list_reports": STAFF,
    "api.make_report": STAFF,
    "api.prove_history": SIGNED_IN,
    "api.export_case": only(Role.AUDITOR, Role.OFFICE),
    "api.search_audit": only(Role.AUDITOR, Role.ADMIN),
    "api.verify_audit": only(Role.AUDITOR, Role.ADMIN, Role.OFFICE),
    "api.read_verification": only(Role.AUDITOR, Role.ADMIN, Role.OFFICE),
    "api.request_verification": only(Role.AUDITOR, Role.ADMIN, Role.OFFICE),
    "api.set_test_clock": only(Role.ADMIN),
    "api.list_accounts": only(Role.ADMIN),
    "api.add_account": only(Role.ADMIN),
    "api.read_account": only(Role.ADMIN),
    "api.change_account": only(Role.ADMIN),
    "api.close_account": only(Role.ADMIN),
    "api.reopen_account": only(Role.ADMIN),
    "api.unlock_account": only(Role.ADMIN),
    "api.require_new_password": only(Role.ADMIN),
    "api.set_one_time_password": only(Role.ADMIN),
    "api.sign_out_everywhere": only(Role.ADMIN),
    "api.read_seats": only(Role.ADMIN),
    "api.read_outbox": only(Role.ADMIN),
    "api.list_renewals": only(Role.ADMIN),
    "api.read_attachment_check": only(Role.ADMIN),
    "api.request_attachment_check": only(Role.ADMIN),
    "api.read_message": only(Role.ADMIN),
    "api.retry_messages": only(Role.ADMIN),
    "api.give_up_message": only(Role.ADMIN),
    # pages
    "home.show": PUBLIC,
    "home.set_display": PUBLIC,
    "search.find": SIGNED_IN,
    "worklist.show": SIGNED_IN,
    "draws.list_all": DRAW_READERS,
    "draws.draw": only(Role.HEAD),
    "draws.show": DRAW_READERS,
    "draws.verify": DRAW_READERS,
    "draws.show_substitution": DRAW_READERS,
    "draws.substitute": only(Role.HEAD),
    "visits.list_all": INSPECTORS,
    "visits.show": INSPECTORS,
    "visits.send": INSPECTORS,
    "visits.record": SIGNED_IN,
    "visits.show_photos": SIGNED_IN,
    "visits.add_photos": only(Role.INSPECTOR, max_bytes=FILE_BYTES),
    "worklist.approve": OFFICERS,
    "collaboration.hand_over": OFFICERS,
    "collaboration.give_back": OFFICERS,
    "collaboration.delegate": OFFICERS,
    "collaboration.answer_delegation": OFFICERS,
    "collaboration.take_back_delegation": OFFICERS,
    "collaboration.circulate": OFFICERS,
    "absences.show": ABSENCE_READERS,
    "absences.enter": ABSENCE_KEEPERS,
    "absences.end": ABSENCE_KEEPERS,
    "urging.send": SIGNED_IN,
    "applications.list_all": SIGNED_IN,
    "applications.show": SIGNED_IN,
    "applications.history": SIGNED_IN,
    "applications.clock": SIGNED_IN,
    "official_forms.show": SIGNED_IN,
    "official_forms.verify": PUBLIC,
    "drafts.create": only(Role.APPLICANT),
    "drafts.begin": only(Role.APPLICANT),
    "drafts.check_new": only(Role.APPLICANT),
    "drafts.check": only(Role.APPLICANT),
    "drafts.edit": only(Role.APPLICANT),
    "drafts.save": only(Role.APPLICANT),
    "drafts.save_claim": only(Role.APPLICANT),
    "attachments.show": SIGNED_IN,
    "attachments.add": FILE_ADDERS,
    "attachments.read": SIGNED_IN,
    "attachments.remove": FILE_REMOVERS,
    "rosters.show": SIGNED_IN,
    "rosters.follow": only(Role.APPLICANT),
    "rosters.decide": only(Role.APPLICANT),
    "rosters.error_file": only(Role.APPLICANT),
    "rosters.upload": only(Role.APPLICANT, max_bytes=UPLOAD_BYTES),
    "rosters.template": SIGNED_IN,
    "rosters.beneficiary_template": SIGNED_IN,
    "trainees.new": only(Role.APPLICANT),
    "trainees.add": only(Role.APPLICANT),
    "trainees.show": only(Role.APPLICANT),
    "trainees.change": only(Role.APPLICANT),
    "results_sheets.show": OFFICERS,
    "results_sheets.template": OFFICERS,
    "results_sheets.send": only(*_OFFICERS, max_bytes=UPLOAD_BYTES),
    "events.show": SIGNED_IN,
    "events.send": SIGNED_IN,
    "events.objector": SIGNED_IN,
    "events.payee": OFFICERS,
    "training_records.show": SIGNED_IN,
    "training_records.ask_make_up": only(Role.APPLICANT),
    "training_records.decide_make_up": MAKE_UP_DECIDERS,
    "training_records.strike_observations": OFFICERS,
    "readings.choose": SIGNED_IN,
    "readings.read": SIGNED_IN,
    "alerts.show": SIGNED_IN,
    "alerts.mark_read": SIGNED_IN,
    "notices.list_all": PUBLIC,
    "notices.show": PUBLIC,
    "notices.file_objection": PUBLIC,
    "notices.objection_form": PUBLIC,
    "notices.follow_objection": PUBLIC,
    "calendar.show_current": PUBLIC,
    "calendar.show": PUBLIC,
    "calendar.due": PUBLIC,
    "calendar_versions.list_all": PUBLIC,
    "calendar_versions.show": PUBLIC,
    "calendar_versions.compare": PUBLIC,
    "calendar_import.show": only(Role.ADMIN),
    "calendar_import.send": only(Role.ADMIN, max_bytes=UPLOAD_BYTES),
    "closures.list_all": CLOSURE_READERS,
    "closures.propose": CLOSURE_KEEPERS,
    "closures.show": CLOSURE_READERS,
    "closures.decide": CLOSURE_KEEPERS,
    "closures.withdraw": CLOSURE_KEEPERS,
    "funds.show": FUND_READERS,
    "funds.appropriate": FUND_KEEPERS,
    "funds.withdraw": FUND_KEEPERS,
    "funds.carry_over": FUND_KEEPERS,
    "funds.ledger": FUND_READERS,
    "funds.balance": FUND_READERS,
    "funds.application": FUND_READERS,
    "funds.reserve_anew": FUND_KEEPERS,
    "dashboard.show": OVERSEERS,
    "dashboard.refresh": REFRESHERS,
    "dashboard.overdue": OVERSEERS,
    "dashboard.timings": OVERSEERS,
    "finance.show": FUND_READERS,
    "payment_batches.list_all": FUND_READERS,
    "payment_batches.new": PAYERS,
    "payment_batches.make": PAYERS,
    "payment_batches.show": FUND_READERS,
    "payment_batches.fetch": BANK_FILE_FETCHERS,
    "payment_batches.take_out": PAYERS,
    "payment_batches.cancel": PAYERS,
    "bank_results.upload": BANK_RESULT_UPLOADERS,
    "bank_results.show": FUND_READERS,
    "bank_results.record": PAYERS,
    "bank_results.report": FUND_READERS,
    "listed.list_all": PUBLIC,
    "rules.show": PUBLIC,
    "year_list.list_all": SIGNED_IN,
    "year_list.new": LIST_KEEPERS,
    "year_list.add": LIST_KEEPERS,
    "year_list.show": SIGNED_IN,
    "year_list.send": LIST_KEEPERS,
    "year_list.occupation": LIST_KEEPERS,
    "year_list.change_occupation": LIST_KEEPERS,
    "year_list.survey": LIST_KEEPERS,
    "year_list.correct_survey": LIST_KEEPERS,
    "year_list.platforms": SIGNED_IN,
    "year_list.add_platform": LIST_KEEPERS,
    "year_list.platform": SIGNED_IN,
    "year_list.change_platform": LIST_KEEPERS,
    "year_list_import.export": STAFF,
    "year_list_import.show": LIST_KEEPERS,
    "year_list_import.send": LIST_UPLOADERS,
    "sanctions.list_all": SIGNED_IN,
    "sanctions.new": LIST_KEEPERS,
    "sanctions.impose": LIST_KEEPERS,
    "sanctions.show": SIGNED_IN,
    "sanctions.lift": LIST_KEEPERS,
    "reports.list_all": STAFF,
    "reports.show": STAFF,
    "account.show": SIGNED_IN,
    "account.change_password": SIGNED_IN,
    "account.choose_mail": SIGNED_IN,
    "account.create_token": SIGNED_IN,
    "account.revoke_token": SIGNED_IN,
    "account.create_feed": SIGNED_IN,
    "account.revoke_feed": SIGNED_IN,
    "organisation.show": only(Role.APPLICANT),
    "organisation.add": only(Role.APPLICANT),
    "organisation.change": only(Role.APPLICANT),
    "organisation.hand_over": only(Role.APPLICANT),
    "feeds.read": ANONYMOUS,
    "outbox.list_all": only(Role.ADMIN),
    "outbox.retry": only(Role.ADMIN),
    "outbox.show": only(Role.ADMIN),
    "outbox.give_up": only(Role.ADMIN),
    "accounts.list_all": only(Role.ADMIN),
    "accounts.show_seats": only(Role.ADMIN),
    "accounts.new": only(Role.ADMIN),
    "accounts.add": only(Role.ADMIN),
    "accounts.show": only(Role.ADMIN),
    "accounts.change": only(Role.ADMIN),
    "accounts.act": only(Role.ADMIN),
    "admin.overview": only(Role.ADMIN),
    "admin.show_system": only(Role.ADMIN),
    "admin.check_attachments": only(Role.ADMIN),
    "admin.set_test_clock": only(Role.ADMIN),
    "policies.list_all": POLICY_READERS,
    "policies.show": POLICY_READERS,
    "policies.compare": POLICY_READERS,
    "oversight.export": only(Role.AUDITOR, Role.OFFICE),
    "oversight.search": only(Role.AUDITOR, Role.ADMIN),
    "oversight.readings": only(Role.AUDITOR, Role.ADMIN),
    "oversight.show_verification": only(Role.AUDITOR, Role.ADMIN, Role.OFFICE),
    "oversight.request_verification": only(Role.AUDITOR, Role.ADMIN, Role.OFFICE),
}
# Where somebody with a one-time password is let in: to set an own one, and nowhere else.
_BEFORE_OWN_PASSWORD = frozenset({"account.show", "account.change_password"})
TEST_CLOCK_ONLY = frozenset({"api.set_test_clock"})


class AccessTableError(Exception):
    """An endpoint has no row in the access table, or a row no endpoint; the message names them."""


def rule_of_request() -> Rule | None:
    """The row of the endpoint that was asked for; None for an address that does not exist."""
    return None if request.endpoint is None else ACCESS[request.endpoint]


def guard(app: Flask) -> None:
    """Lets in whom the table lets in, before every request."""
    app.before_request(_admit)


def _admit() -> ResponseReturnValue | None:
    rule = rule_of_request()
    if rule is None:
        return None
    # Read here, before anybody looks at the body. JSON seldom needs the larger allowance.
    if rule.max_bytes is not None and (rule.files_in_json or not request.is_json):
        request.max_content_length = rule.max_bytes
    if rule.public:
        return None
    person = require_actor()
    if person.must_change_password and request.endpoint not in _BEFORE_OWN_PASSWORD:
        if wants_problem():
            raise Forbidden("请先登录网页，把一次性密码改为自己的密码，然后才能使用接口")
        return redirect(url_for("account.show", _anchor="password"), code=303)
    if not _lets_in(rule, person):
        raise Forbidden(f"“{person.role.label if person.role else person.name}”无权使用此功能")
    return None


def may_open(endpoint: str) -> bool:
    """Whether the table lets the caller of this request open ``endpoint``; for menus."""
    rule = ACCESS[endpoint]
    person = actor()
    return rule.public or (person is not None and _lets_in(rule, person))


def _lets_in(rule: Rule, person: Actor) -> bool:
    """By the own role, or by that of somebody in whose place this person acts today (代办)."""
    if rule.roles is None or person.role in rule.roles:
        return True
    return any(other.role in rule.roles for other in absent())


def check_complete(app: Flask, *, without: frozenset[str] = frozenset()) -> None:
    """Raises ``AccessTableError`` unless endpoints and rows agree; ``without`` are rows not served."""
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    rows = set(ACCESS) - without
    faults = [f"endpoint {name} has no row" for name in sorted(endpoints - rows)]
    faults += [f"row {name} has no endpoint" for name in sorted(rows - endpoints)]
    if faults:
        raise AccessTableError("; ".join(faults))
