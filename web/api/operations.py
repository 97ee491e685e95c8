"""Every call of the API in one table: address, function, what goes in and what comes out.

Routes are registered and the OpenAPI document is written from these rows, so neither can miss one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response
from pydantic import BaseModel

from web.api import (
    answers,
    applications,
    attachment_answers,
    attachments,
    bodies,
    calendar,
    clocks,
    closures,
    direct_claims,
    feeds,
    fund_answers,
    funds,
    notices,
    parameters,
    payment_batch_answers,
    payment_batches,
    policies,
    reading_answers,
    readings,
    reports,
    rule_answers,
    trainee_bodies,
    trainees,
    training,
    training_bodies,
    visit_answers,
    visits,
    year_list,
    year_list_answers,
    year_list_bodies,
)
from workflow.form.fields import Typed
from workflow.form.payment_batches import BatchCancellation, NewBatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One call.

    ``body`` are the models of which the JSON body is one; ``answer`` is None where nothing but a file is
    answered, ``other_answer`` what some callers get instead of it; ``file_in`` and ``file_out`` are scans and
    photographs; ``conflicts`` says that the state of
    things can refuse it (409); ``key`` whether an ``Idempotency-Key`` is ``required``, ``optional`` or not
    looked at.
    """

    method: str
    path: str
    view: Callable[..., Response]
    tag: str
    answer: type[BaseModel] | None
    other_answer: type[BaseModel] | None = None
    status: int = 200
    query: type[Typed] = parameters.NoQuery
    body: tuple[type[BaseModel], ...] = ()
    listed: bool = False
    also_workbook_in: bool = False
    also_csv_in: bool = False
    file_in: bool = False
    file_out: bool = False
    also_workbook_out: bool = False
    also_csv_out: bool = False
    pdf_out: bool = False
    conflicts: bool = False
    limited: bool = False
    key: str = ""
    test_clock_only: bool = False

    @property
    def name(self) -> str:
        """The endpoint inside the blueprint, and the operation's id."""
        return self.view.__name__

    @property
    def takes_body(self) -> bool:
        """Whether something is sent in the body."""
        return bool(self.body) or self.also_workbook_in or self.file_in

    @property
    def summary(self) -> str:
        """The first line of the function's docstring."""
        return (self.view.__doc__ or "").strip().splitlines()[0]


def _get(
    path: str, view: Callable[..., Response], tag: str, answer: type[BaseModel] | None, **more: Any
) -> Operation:
    return Operation(method="GET", path=path, view=view, tag=tag, answer=answer, **more)


def _list(
    path: str, view: Callable[..., Response], tag: str, answer: type[BaseModel], **more: Any
) -> Operation:
    return _get(path, view, tag, answer, listed=True, **{"query": parameters.PageQuery, **more})


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        method="POST",
        path="/v1/applications",
        view=applications.create_application,
        tag="applications",
        body=bodies.NEW_APPLICATION,
        answer=answers.ApplicationAnswer,
        status=201,
        key="optional",
    ),
    _list(
        "/v1/applications",
        applications.list_applications,
        "applications",
        answers.ApplicationSummary,
        query=parameters.ApplicationsQuery,
    ),
    _get(
        "/v1/applications/{application_id}",
        applications.read_application,
        "applications",
        answers.ApplicationAnswer,
    ),
    _get(
        "/v1/applications/{application_id}/official-form",
        applications.read_official_form,
        "applications",
        None,
        pdf_out=True,
    ),
    Operation(
        method="PATCH",
        path="/v1/applications/{application_id}",
        view=applications.edit_application,
        tag="applications",
        body=bodies.APPLICATION_PATCH,
        answer=answers.ApplicationAnswer,
        conflicts=True,
    ),
    _get(
        "/v1/applications/{application_id}/roster",
        applications.read_roster,
        "applications",
        answers.RosterAnswer,
    ),
    Operation(
        method="PUT",
        path="/v1/applications/{application_id}/roster",
        view=applications.replace_roster,
        tag="applications",
        query=parameters.RosterQuery,
        body=bodies.ROSTER,
        also_workbook_in=True,
        answer=answers.RosterReplaced,
        conflicts=True,
    ),
    Operation(
        method="POST",
        path="/v1/applications/{application_id}/roster/trainees",
        view=trainees.add_trainee,
        tag="applications",
        body=trainee_bodies.TRAINEE,
        answer=answers.RosterChanged,
        status=201,
        conflicts=True,
    ),
    Operation(
        method="PATCH",
        path="/v1/applications/{application_id}/roster/trainees/{row_no}",
        view=trainees.change_trainee,
        tag="applications",
        body=trainee_bodies.TRAINEE_CHANGE,
        answer=answers.RosterChanged,
        conflicts=True,
    ),
    Operation(
        method="DELETE",
        path="/v1/applications/{application_id}/roster/trainees/{row_no}",
        view=trainees.remove_trainee,
        tag="applications",
        query=parameters.RosterQuery,
        answer=answers.RosterChanged,
        conflicts=True,
    ),
    _get(
        "/v1/applications/{application_id}/findings",
        applications.preview_findings,
        "applications",
        answers.Preview,
    ),
    Operation(
        method="GET",
        path="/v1/applications/{application_id}/computation",
        view=applications.read_computation,
        tag="applications",
        answer=direct_claims.Computation,
        conflicts=True,
    ),
    _get(
        "/v1/applications/{application_id}/changes",
        applications.read_changes,
        "applications",
        answers.Changes,
    ),
    Operation(
        method="POST",
        path="/v1/applications/{application_id}/findings",
        view=applications.preview_typed,
        tag="applications",
        body=bodies.FORM_BEING_TYPED,
        answer=answers.Preview,
    ),
    Operation(
        method="POST",
        path="/v1/applications/{application_id}/events",
        view=applications.send_event,
        tag="applications",
        body=bodies.EVENTS,
        answer=answers.ApplicationAnswer,
        other_answer=answers.EventReceipt,
        conflicts=True,
        key="required",
    ),
    Operation(
        method="POST",
        path="/v1/applications/{application_id}/urges",
        view=applications.urge,
        tag="applications",
        body=bodies.URGING,
        answer=answers.Urged,
        conflicts=True,
    ),
    Operation(
        method="POST",
        path="/v1/approvals",
        view=applications.approve_several,
        tag="applications",
        body=bodies.APPROVALS,
        answer=answers.ApprovalResults,
        key="required",
    ),
    Operation(
        method="POST",
        path="/v1/applications/{application_id}/make-ups",
        view=training.ask_make_up,
        tag="training",
        body=training_bodies.MAKE_UP,
        answer=answers.ApplicationAnswer,
        status=201,
        conflicts=True,
        key="optional",
    ),
    Operation(
        method="POST",
        path="/v1/applications/{application_id}/make-ups/{make_up_id}/consent",
        view=training.consent_make_up,
        tag="training",
        body=training_bodies.MAKE_UP_CONSENT,
        answer=answers.ApplicationAnswer,
        conflicts=True,
        key="optional",
    ),
    Operation(
        method="POST",
        path="/v1/applications/{application_id}/make-ups/{make_up_id}/decline",
        view=training.decline_make_up,
        tag="training",
        body=training_bodies.MAKE_UP_REFUSAL,
        answer=answers.ApplicationAnswer,
        conflicts=True,
        key="optional",
    ),
    Operation(
        method="POST",
        path="/v1/applications/{application_id}/observations/strike",
        view=training.strike_observations,
        tag="training",
        body=training_bodies.OBSERVATION_STRIKE,
        answer=answers.ApplicationAnswer,
        conflicts=True,
        key="optional",
    ),
    _list(
        "/v1/applications/{application_id}/attachments",
        attachments.list_attachments,
        "attachments",
        attachment_answers.AttachmentAnswer,
        query=parameters.NoQuery,
    ),
    _list(
        "/v1/applications/{application_id}/attachment-places",
        attachments.list_attachment_places,
        "attachments",
        attachment_answers.AttachmentPlaceAnswer,
        query=parameters.NoQuery,
    ),
    Operation(
        method="POST",
        path="/v1/applications/{application_id}/attachments",
        view=attachments.add_attachment,
        tag="attachments",
        query=parameters.AttachmentQuery,
        file_in=True,
        answer=attachment_answers.AttachmentChanged,
        status=201,
        conflicts=True,
        key="optional",
    ),
    _get(
        "/v1/applications/{application_id}/attachments/{attachment_id}",
        attachments.read_attachment,
        "attachments",
        None,
        file_out=True,
    ),
    Operation(
        method="DELETE",
        path="/v1/applications/{application_id}/attachments/{attachment_id}",
        view=attachments.remove_attachment,
        tag="attachments",
        query=parameters.AttachmentVersionQuery,
        answer=attachment_answers.AttachmentChanged,
        conflicts=True,
        key="optional",
    ),
    _list(
        "/v1/applications/{application_id}/history",
        applications.read_history,
        "applications",
        answers.HistoryEntry,
    ),
    Operation(
        method="POST",
        path="/v1/applications/{application_id}/readings",
        view=readings.read_in_clear,
        tag="readings in clear",
        body=bodies.READING,
        answer=reading_answers.ClearReading,
        limited=True,
    ),
    _list(
        "/v1/worklist",
        applications.read_worklist,
        "applications",
        answers.WorklistItem,
        query=parameters.WorklistQuery,
    ),
    _list("/v1/visits", visits.list_visits, "visits", visit_answers.Visit, query=parameters.VisitsQuery),
    _list("/v1/clocks", clocks.list_clocks, "clocks", answers.ClockListItem, query=parameters.ClocksQuery),
    _get("/v1/clocks/{clock_id}", clocks.read_clock, "clocks", answers.ExplainedClock),
    _list("/v1/alerts", clocks.list_alerts, "clocks", answers.AlertAnswer, query=parameters.AlertsQuery),
    Operation(
        method="POST",
        path="/v1/alerts/read",
        view=clocks.mark_alerts_read,
        tag="clocks",
        body=bodies.READ_MARK,
        answer=answers.AlertsMarked,
    ),
    _get("/v1/mail-choice", clocks.read_mail_choice, "clocks", answers.MailChosen),
    Operation(
        method="PUT",
        path="/v1/mail-choice",
        view=clocks.choose_mail,
        tag="clocks",
        body=bodies.MAIL_CHOICE,
        answer=answers.MailChosen,
    ),
    Operation(
        method="POST",
        path="/v1/alerts/{alert_id}/read",
        view=clocks.mark_alert_read,
        tag="clocks",
        answer=answers.AlertAnswer,
    ),
    Operation(
        method="POST",
        path="/v1/calendar-feed",
        view=feeds.create_calendar_feed,
        tag="calendar feed",
        answer=answers.NewCalendarFeed,
        status=201,
    ),
    _get("/v1/calendar-feed", feeds.show_calendar_feed, "calendar feed", answers.CalendarFeed),
    Operation(
        method="DELETE",
        path="/v1/calendar-feed",
        view=feeds.revoke_calendar_feed,
        tag="calendar feed",
        answer=answers.CalendarFeed,
    ),
    _list(
        "/v1/public-notices",
        notices.list_public_notices,
        "notices",
        answers.PublicNotice,
        query=parameters.NoticesQuery,
    ),
    _get("/v1/public-notices/{notice_id}", notices.read_public_notice, "notices", answers.PublicNotice),
    Operation(
        method="POST",
        path="/v1/public-notices/{notice_id}/objections",
        view=notices.file_objection,
        tag="notices",
        body=bodies.OBJECTION,
        answer=answers.ObjectionReceipt,
        status=201,
        conflicts=True,
        limited=True,
        key="optional",
    ),
    _get(
        "/v1/objections/{receipt}",
        notices.follow_objection,
        "notices",
        answers.FollowedObjection,
        limited=True,
    ),
    _get(
        "/v1/rules",
        policies.read_plain_rules,
        "policies",
        rule_answers.PlainRules,
        query=parameters.RegionQuery,
    ),
    _get(
        "/v1/calendar/{year}",
        calendar.show_calendar,
        "calendar",
        answers.CalendarYearAnswer,
        query=parameters.RegionQuery,
    ),
    _get(
        "/v1/calendar/due",
        calendar.count_due,
        "calendar",
        answers.DueAnswer,
        query=parameters.DueQuery,
    ),
    _get(
        "/v1/calendar/between",
        calendar.count_between,
        "calendar",
        answers.BetweenAnswer,
        query=parameters.BetweenQuery,
    ),
    _list(
        "/v1/calendar/versions", calendar.list_calendar_versions, "calendar", answers.CalendarVersionSummary
    ),
    _get(
        "/v1/calendar/versions/{ordinal}",
        calendar.read_calendar_version,
        "calendar",
        answers.CalendarVersion,
        query=parameters.VersionQuery,
    ),
    _get(
        "/v1/calendar/versions/{ordinal}/changes",
        calendar.compare_calendar_versions,
        "calendar",
        answers.VersionComparison,
        query=parameters.ChangesQuery,
    ),
    Operation(
        method="POST",
        path="/v1/calendar/notices",
        view=calendar.import_notices,
        tag="calendar",
        query=parameters.NoticeQuery,
        also_csv_out=True,
        body=bodies.NOTICE_IMPORT,
        answer=answers.CalendarImport,
        conflicts=True,
    ),
    _list(
        "/v1/calendar/closures",
        closures.list_closures,
        "local closures",
        answers.LocalClosure,
        query=parameters.ClosuresQuery,
    ),
    Operation(
        method="POST",
        path="/v1/calendar/closures",
        view=closures.propose_closure,
        tag="local closures",
        body=bodies.CLOSURE,
        answer=answers.LocalClosureShown,
        status=201,
    ),
    _get(
        "/v1/calendar/closures/{closure_id}",
        closures.read_closure,
        "local closures",
        answers.LocalClosureShown,
    ),
    Operation(
        method="POST",
        path="/v1/calendar/closures/{closure_id}/decision",
        view=closures.decide_closure,
        tag="local closures",
        body=bodies.CLOSURE_DECISION,
        answer=answers.LocalClosureShown,
        conflicts=True,
    ),
    Operation(
        method="POST",
        path="/v1/calendar/closures/{closure_id}/withdrawal",
        view=closures.propose_closure_withdrawal,
        tag="local closures",
        body=bodies.CLOSURE_WITHDRAWAL,
        answer=answers.LocalClosureShown,
        conflicts=True,
    ),
    _list(
        "/v1/policies", policies.list_policies, "policies", answers.PolicySummary, query=parameters.NoQuery
    ),
    _get("/v1/policies/{policy}", policies.read_policy, "policies", answers.PolicyAnswer),
    _get(
        "/v1/policies/{policy}/changes",
        policies.compare_policies,
        "policies",
        answers.PolicyComparison,
        query=parameters.PolicyChangesQuery,
    ),
    _list(
        "/v1/funds",
        funds.list_fund_pools,
        "funds",
        fund_answers.FundPool,
        query=parameters.PoolsQuery,
    ),
    Operation(
        method="POST",
        path="/v1/funds/appropriations",
        view=funds.appropriate_funds,
        tag="funds",
        body=bodies.FUND_ENTRY,
        answer=fund_answers.FundPool,
        status=201,
    ),
    Operation(
        method="POST",
        path="/v1/funds/withdrawals",
        view=funds.withdraw_funds,
        tag="funds",
        body=bodies.FUND_ENTRY,
        answer=fund_answers.FundPool,
        status=201,
    ),
    Operation(
        method="POST",
        path="/v1/funds/carry-overs",
        view=funds.carry_funds_over,
        tag="funds",
        body=bodies.CARRY_OVER,
        answer=fund_answers.FundPool,
        listed=True,
        status=201,
    ),
    _list(
        "/v1/funds/ledger",
        funds.read_fund_ledger,
        "funds",
        fund_answers.FundMovement,
        query=parameters.LedgerQuery,
        also_workbook_out=True,
    ),
    _get(
        "/v1/funds/balance",
        funds.read_fund_balance,
        "funds",
        fund_answers.FundBalance,
        query=parameters.PoolsQuery,
    ),
    _get(
        "/v1/applications/{application_id}/funds",
        funds.read_application_funds,
        "funds",
        fund_answers.ApplicationFunds,
    ),
    Operation(
        method="POST",
        path="/v1/applications/{application_id}/reservation",
        view=funds.reserve_funds_anew,
        tag="funds",
        body=bodies.RESERVATION,
        answer=fund_answers.ApplicationFunds,
        conflicts=True,
    ),
    _list(
        "/v1/year-list/institutions",
        year_list.list_listed_institutions,
        "year list",
        year_list_answers.ListedInstitution,
        query=parameters.ListedInstitutionsQuery,
    ),
    Operation(
        method="POST",
        path="/v1/year-list/institutions",
        view=year_list.add_listed_institution,
        tag="year list",
        body=year_list_bodies.INSTITUTION,
        answer=year_list_answers.ListedInstitutionShown,
        status=201,
        conflicts=True,
    ),
    _get(
        "/v1/year-list/institutions/{institution_id}",
        year_list.read_listed_institution,
        "year list",
        year_list_answers.ListedInstitutionShown,
    ),
    Operation(
        method="PATCH",
        path="/v1/year-list/institutions/{institution_id}",
        view=year_list.change_listed_institution,
        tag="year list",
        body=year_list_bodies.INSTITUTION_CHANGE,
        answer=year_list_answers.ListedInstitutionShown,
        conflicts=True,
    ),
    Operation(
        method="POST",
        path="/v1/year-list/institutions/{institution_id}/occupations",
        view=year_list.add_listed_occupation,
        tag="year list",
        body=year_list_bodies.OCCUPATION,
        answer=year_list_answers.ListedInstitutionShown,
        status=201,
        conflicts=True,
    ),
    Operation(
        method="PATCH",
        path="/v1/year-list/occupations/{occupation_id}",
        view=year_list.change_listed_occupation,
        tag="year list",
        body=year_list_bodies.OCCUPATION_CHANGE,
        answer=year_list_answers.ListedInstitutionShown,
        conflicts=True,
    ),
    _list(
        "/v1/year-list/platforms",
        year_list.list_listed_platforms,
        "year list",
        year_list_answers.ListedPlatform,
        query=parameters.ListedPlatformsQuery,
    ),
    Operation(
        method="POST",
        path="/v1/year-list/platforms",
        view=year_list.add_listed_platform,
        tag="year list",
        body=year_list_bodies.PLATFORM,
        answer=year_list_answers.ListedPlatformShown,
        status=201,
        conflicts=True,
    ),
    _get(
        "/v1/year-list/platforms/{platform_id}",
        year_list.read_listed_platform,
        "year list",
        year_list_answers.ListedPlatformShown,
    ),
    Operation(
        method="PATCH",
        path="/v1/year-list/platforms/{platform_id}",
        view=year_list.change_listed_platform,
        tag="year list",
        body=year_list_bodies.PLATFORM_CHANGE,
        answer=year_list_answers.ListedPlatformShown,
        conflicts=True,
    ),
    _list(
        "/v1/year-list/sanctions",
        year_list.list_sanctions,
        "year list",
        year_list_answers.SanctionAnswer,
        query=parameters.SanctionsQuery,
    ),
    Operation(
        method="POST",
        path="/v1/year-list/sanctions",
        view=year_list.impose_sanction,
        tag="year list",
        body=year_list_bodies.SANCTION,
        answer=year_list_answers.SanctionAnswer,
        status=201,
        conflicts=True,
    ),
    _get(
        "/v1/year-list/sanctions/{sanction_id}",
        year_list.read_sanction,
        "year list",
        year_list_answers.SanctionAnswer,
    ),
    Operation(
        method="POST",
        path="/v1/year-list/sanctions/{sanction_id}/lift",
        view=year_list.lift_sanction,
        tag="year list",
        body=year_list_bodies.LIFTING,
        answer=year_list_answers.SanctionAnswer,
        conflicts=True,
    ),
    _list(
        "/v1/year-list/surveys",
        year_list.list_satisfaction_surveys,
        "year list",
        year_list_answers.SurveyAnswer,
        query=parameters.SurveysQuery,
    ),
    Operation(
        method="POST",
        path="/v1/year-list/surveys",
        view=year_list.record_satisfaction_survey,
        tag="year list",
        body=year_list_bodies.SURVEY,
        answer=year_list_answers.SurveyRecorded,
        status=201,
        conflicts=True,
    ),
    Operation(
        method="POST",
        path="/v1/year-list/surveys/{survey_id}/correct",
        view=year_list.correct_satisfaction_survey,
        tag="year list",
        body=year_list_bodies.SURVEY_CORRECTION,
        answer=year_list_answers.SurveyRecorded,
        conflicts=True,
    ),
    _get(
        "/v1/year-list/export.xlsx",
        year_list.export_year_list,
        "year list",
        None,
        query=parameters.YearListQuery,
        also_workbook_out=True,
    ),
    Operation(
        method="POST",
        path="/v1/year-list/import",
        view=year_list.import_year_list,
        tag="year list",
        query=parameters.YearListImportQuery,
        also_workbook_in=True,
        answer=year_list_answers.YearListImport,
        conflicts=True,
    ),
    _get(
        "/v1/finance",
        payment_batches.read_finance_desk,
        "finance",
        payment_batch_answers.FinanceDesk,
        query=parameters.FinanceQuery,
    ),
    _list(
        "/v1/payment-batches",
        payment_batches.list_payment_batches,
        "finance",
        payment_batch_answers.PaymentBatchSummary,
        query=parameters.BatchesQuery,
    ),
    Operation(
        method="POST",
        path="/v1/payment-batches",
        view=payment_batches.make_payment_batch,
        tag="finance",
        body=(NewBatch,),
        answer=payment_batch_answers.PaymentBatch,
        status=201,
        conflicts=True,
        key="optional",
    ),
    _get(
        "/v1/payment-batches/{batch_id}",
        payment_batches.read_payment_batch,
        "finance",
        payment_batch_answers.PaymentBatch,
    ),
    Operation(
        method="POST",
        path="/v1/payment-batches/{batch_id}/lines/{line_no}/removal",
        view=payment_batches.take_out_payment_line,
        tag="finance",
        answer=payment_batch_answers.PaymentBatch,
        conflicts=True,
    ),
    Operation(
        method="POST",
        path="/v1/payment-batches/{batch_id}/cancellation",
        view=payment_batches.cancel_payment_batch,
        tag="finance",
        body=(BatchCancellation,),
        answer=payment_batch_answers.PaymentBatch,
        conflicts=True,
    ),
    Operation(
        method="POST",
        path="/v1/payment-batches/{batch_id}/file",
        view=payment_batches.fetch_payment_file,
        tag="finance",
        query=parameters.BatchFileQuery,
        answer=None,
        also_workbook_out=True,
        also_csv_out=True,
        conflicts=True,
    ),
    Operation(
        method="POST",
        path="/v1/payment-batches/{batch_id}/results",
        view=payment_batches.upload_bank_result,
        tag="finance",
        also_workbook_in=True,
        also_csv_in=True,
        answer=payment_batch_answers.BankResult,
        status=201,
        conflicts=True,
    ),
    _get(
        "/v1/payment-batches/{batch_id}/results/{result_id}",
        payment_batches.read_bank_result,
        "finance",
        payment_batch_answers.BankResult,
        query=parameters.BatchResultQuery,
        also_workbook_out=True,
    ),
    Operation(
        method="POST",
        path="/v1/payment-batches/{batch_id}/results/{result_id}/recording",
        view=payment_batches.record_bank_result,
        tag="finance",
        answer=payment_batch_answers.BankResult,
        conflicts=True,
    ),
    _list("/v1/reports", reports.list_reports, "reports", answers.ReportName, query=parameters.NoQuery),
    _get(
        "/v1/reports/{name}",
        reports.make_report,
        "reports",
        answers.Report,
        query=parameters.ReportQuery,
        also_workbook_out=True,
    ),
    _list(
        "/v1/readings",
        readings.list_readings,
        "readings in clear",
        reading_answers.ReadingRecord,
        query=parameters.ReadingsQuery,
    ),
    _get("/v1/audit/verify", reports.verify_audit, "audit", answers.AuditVerdict),
    Operation(
        method="PUT",
        path="/v1/test-clock",
        view=calendar.set_test_clock,
        tag="test clock",
        body=bodies.TEST_CLOCK,
        answer=answers.TestClockAnswer,
        test_clock_only=True,
    ),
)


def operations(*, test_clock: bool) -> tuple[Operation, ...]:
    """The calls that exist in this start."""
    return tuple(operation for operation in OPERATIONS if test_clock or not operation.test_clock_only)
