"""Applications over the API: drafts, roster, events, history, worklist."""

from __future__ import annotations

from typing import Any

from flask import Response, request, url_for
from werkzeug.exceptions import UnsupportedMediaType

from web.api.intake import XLSX, bad_request, idempotency_key, json_body, json_object, raw_body, version_of
from web.api.parameters import ApplicationsQuery, PageQuery, RosterQuery, WorklistQuery, truth
from web.api.replies import pdf_reply, reply
from web.current import product, require_actor
from workflow.errors import FieldError, Malformed
from workflow.services import (
    applications,
    approvals,
    audit,
    changes,
    door,
    listing,
    official_forms,
    previews,
    previous_applications,
    rosters,
    urging,
    worklist,
)
from workflow.vocabulary import Event


def create_application() -> Response:
    """A new draft."""
    view = applications.create_application(
        product(),
        actor=require_actor(),
        body=json_object(),
        command_id=idempotency_key(required=False),
    )
    response = reply(view, status=201)
    response.headers["Location"] = url_for("api.read_application", application_id=view["id"])
    return response


def list_applications(query: ApplicationsQuery) -> Response:
    """The applications the caller may see, page by page."""
    return reply(
        listing.list_applications(
            product(),
            actor=require_actor(),
            state=query.state,
            section=query.section,
            subsidy=query.subsidy,
            region=query.region,
            overdue=truth(query.overdue),
            mine=truth(query.mine),
            submitted=truth(query.submitted),
            text=query.text,
            since=query.since,
            until=query.until,
            cursor=query.cursor,
            limit=query.limit,
        )
    )


def read_application(application_id: int) -> Response:
    """One application."""
    return reply(
        applications.read_application(product(), actor=require_actor(), application_id=application_id)
    )


def read_official_form(application_id: int) -> Response:
    """The official form (附件2) as a PDF, filled as far as the case has come; numbers masked."""
    return pdf_reply(
        official_forms.print_official_form(product(), actor=require_actor(), application_id=application_id)
    )


def read_carry_over(application_id: int) -> Response:
    """What of an own submitted application may go into a new one, of today."""
    return reply(
        previous_applications.read_carry_over(product(), actor=require_actor(), application_id=application_id)
    )


def edit_application(application_id: int) -> Response:
    """Changes the form while it is the applicant's. ``version`` in the body guards against lost updates."""
    body = json_object()
    version = version_of(body.pop("version", None), required=False)
    return reply(
        applications.edit_application(
            product(),
            actor=require_actor(),
            application_id=application_id,
            body=body,
            expected_version=version,
            merge=True,
        )
    )


def replace_roster(application_id: int, query: RosterQuery) -> Response:
    """Replaces the roster: a JSON list, ``{"rows": […], "version": n}``, or a workbook (raw or as a file)."""
    rows: list[dict[str, Any]] | None = None
    workbook: bytes | None = None
    version = query.version
    if request.mimetype == "application/json":
        body = json_body()
        if isinstance(body, dict):
            version = version_of(body.get("version", version), required=False)
        rows = _rows(body)
    elif request.mimetype == XLSX:
        workbook = raw_body()
    elif request.mimetype == "multipart/form-data":
        sent = request.files.get("file")
        if sent is None:
            bad_request("file", "请以 file 为名上传人员名册工作簿（.xlsx）")
        workbook = sent.read()
    else:
        raise UnsupportedMediaType
    return reply(
        rosters.replace_roster(
            product(),
            actor=require_actor(),
            application_id=application_id,
            rows=rows,
            workbook=workbook,
            expected_version=version,
            good_rows=query.good_rows,
        )
    )


def _rows(body: Any) -> list[dict[str, Any]]:
    if isinstance(body, dict):
        unknown = sorted(set(body) - {"rows", "version"})
        if unknown:
            raise Malformed("请求内容有误", [FieldError(name, "没有这一项") for name in unknown])
        body = body.get("rows")
    if not isinstance(body, list):
        bad_request("rows", '人员名册应为列表，或 {"rows": […]}')
    wrong = [
        FieldError(f"rows.{number}", f"第 {number} 行：应为 JSON 对象")
        for number, row in enumerate(body, start=1)
        if not isinstance(row, dict)
    ]
    if wrong:
        raise Malformed("人员名册有误", wrong)
    return body


def read_roster(application_id: int) -> Response:
    """The roster, numbers masked."""
    return reply(rosters.read_roster(product(), actor=require_actor(), application_id=application_id))


def preview_findings(application_id: int) -> Response:
    """What the rules would say now, without sending anything."""
    return reply(previews.preview_findings(product(), actor=require_actor(), application_id=application_id))


def read_computation(application_id: int) -> Response:
    """Head by head what may be claimed or was claimed, with the reason for every head left out."""
    return reply(previews.read_computation(product(), actor=require_actor(), application_id=application_id))


def read_changes(application_id: int) -> Response:
    """What the applicant changed since the application was last returned."""
    return reply(changes.read_changes(product(), actor=require_actor(), application_id=application_id))


def preview_typed(application_id: int) -> Response:
    """What the rules say to sections of the form as they are being typed."""
    return reply(
        previews.preview_typed(
            product(), actor=require_actor(), application_id=application_id, body=json_object()
        )
    )


def send_event(application_id: int) -> Response:
    """Sends an event to an application; the same key and content again give the stored answer."""
    command_id = idempotency_key(required=True)
    body = json_object()
    version = version_of(body.get("version"), required=True)
    unknown = sorted(set(body) - {"event", "payload", "version"})
    if unknown:
        raise Malformed("请求内容有误", [FieldError(name, "没有这一项") for name in unknown])
    payload = body.get("payload", {})
    if not isinstance(payload, dict):
        raise Malformed("payload 应为 JSON 对象", [FieldError("payload", "应为 JSON 对象")])
    return reply(
        door.send_event(
            product(),
            actor=require_actor(),
            application_id=application_id,
            event=_event(body.get("event")),
            payload=payload,
            expected_version=version,
            command_id=command_id,
        )
    )


def _event(value: Any) -> str:
    if not isinstance(value, str) or value not in set(Event):
        raise Malformed("没有这个事件", [FieldError("event", "须为下列之一：" + "、".join(Event))])
    return value


def urge(application_id: int) -> Response:
    """Reminds those in whose hands an application is; at most once in a working day."""
    return reply(
        urging.urge(product(), actor=require_actor(), application_id=application_id, body=json_object())
    )


def approve_several() -> Response:
    """Approves several applications with one opinion, each with a result of its own."""
    command_id = idempotency_key(required=True)
    result = approvals.approve_several(
        product(), actor=require_actor(), body=json_object(), command_id=command_id
    )
    return reply(result)


def read_history(application_id: int, query: PageQuery) -> Response:
    """The audit trail, oldest first."""
    return reply(
        audit.read_history(
            product(),
            actor=require_actor(),
            application_id=application_id,
            cursor=query.cursor,
            limit=query.limit,
        )
    )


def read_worklist(query: WorklistQuery) -> Response:
    """What the caller can act on now, most urgent first."""
    return reply(
        worklist.read_worklist(
            product(),
            actor=require_actor(),
            text=query.text,
            state=query.state,
            urgency=query.urgency,
            subsidy=query.subsidy,
            region=query.region,
            cursor=query.cursor,
            limit=query.limit,
        )
    )
