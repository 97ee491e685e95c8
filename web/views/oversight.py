"""For auditors: whether the sealed trails still hold, and who has read personal data."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.api.parameters import AuditQuery, PageQuery, ReadingsQuery
from web.api.replies import folder_reply, workbook_reply
from web.current import product, require_actor
from web.views.filters import read_filters
from web.views.paging import cursor, page_addresses
from web.views.refused import Shown, messages_of, shown
from workflow.errors import Malformed, Refused
from workflow.policy import region_labels
from workflow.reports import workbook
from workflow.services import audit_search, audit_verification, case_exports
from workflow.services import readings as readings_in_clear
from workflow.vocabulary import AuditChain, AuditOutcome, ReadingPurpose, ReadingSubject, State, Word

blueprint = Blueprint("oversight", __name__)
_READ = tuple(name for name in ReadingsQuery.model_fields if name not in PageQuery.model_fields)
_CHOICES: dict[str, type[Word]] = {"outcome": AuditOutcome, "chain": AuditChain, "state": State}
_SEARCHED = tuple(name for name in AuditQuery.model_fields if name not in PageQuery.model_fields)


@blueprint.get("/audit")
def show_verification() -> ResponseReturnValue:
    """The last proof of the whole trail."""
    return _verification_page()


@blueprint.post("/audit")
def request_verification() -> ResponseReturnValue:
    """Asks for a proof of the whole trail; a scheduler does it within a minute."""
    try:
        audit_verification.request_verification(product(), actor=require_actor())
    except Refused as refusal:
        return _verification_page(shown(refusal)), refusal.status
    flash("已安排核验，定时任务在一分钟内开始；记录多时需要一段时间，刷新本页查看结果。", "good")
    return redirect(url_for("oversight.show_verification"), code=303)


def _verification_page(refused: Shown | None = None) -> str:
    check = audit_verification.read_verification(product(), actor=require_actor())
    return render_template("audit/verify.html", check=check, refused=refused)


@blueprint.get("/audit/entries")
def search() -> ResponseReturnValue:
    """The search over all chains, newest first; filters stay in the address."""
    filters, refused = read_filters(AuditQuery, _SEARCHED)
    page: dict[str, Any] = {"items": [], "next": None, "looked_until": None}
    errors: dict[str, str] = {}
    if refused is None:
        try:
            page = audit_search.search_audit(product(), actor=require_actor(), **filters, cursor=cursor())
        except Malformed as refusal:
            refused, errors = shown(refusal, scope="filter"), messages_of(refusal)
    shown_page = render_template(
        "audit/entries.html",
        page=page,
        filters=filters,
        errors=errors,
        refused=refused,
        events=audit_search.EVENT_LABELS,
        regions=list(region_labels().items()),
        choices={name: [(each.value, each.label) for each in words] for name, words in _CHOICES.items()},
        **page_addresses(page),
    )
    return shown_page, 422 if refused else 200


@blueprint.get("/applications/<key:application_id>/folder")
def export(application_id: int) -> ResponseReturnValue:
    """One case as a folder, to be saved; each look at an attachment is recorded."""
    return folder_reply(
        case_exports.export_case(product(), actor=require_actor(), application_id=application_id)
    )


@blueprint.get("/audit/readings")
def readings() -> ResponseReturnValue:
    """Who has read whose personal data, newest first; or, with ``format=xlsx``, the newest as a workbook."""
    filters, refused = read_filters(ReadingsQuery, _READ)
    wanted = filters.pop("format")
    page: dict[str, Any] = {"items": [], "next": None, "looked_until": None}
    errors: dict[str, str] = {}
    if refused is None:
        try:
            if wanted == "xlsx":
                report = readings_in_clear.readings_report(product(), actor=require_actor(), **filters)
                return workbook_reply(workbook(report), report["title"])
            page = readings_in_clear.list_readings(
                product(), actor=require_actor(), **filters, cursor=cursor()
            )
        except Malformed as refusal:
            refused, errors = shown(refusal, scope="filter"), messages_of(refusal)
    given: dict[str, Any] = {name: value for name, value in request.args.items() if name in _READ and value}
    shown_page = render_template(
        "audit/readings.html",
        page=page,
        filters=filters,
        errors=errors,
        refused=refused,
        workbook_address=url_for("oversight.readings", **given | {"format": "xlsx"}),
        choices={
            "subject": [(each.value, each.label) for each in ReadingSubject],
            "purpose": [(each.value, each.label) for each in ReadingPurpose],
        },
        **page_addresses(page),
    )
    return shown_page, 422 if refused else 200
