"""Personal data in clear, and for auditors who has read it."""

from __future__ import annotations

from flask import Response

from web.api.intake import json_object
from web.api.parameters import ReadingsQuery
from web.api.replies import reply, workbook_reply
from web.current import product, require_actor
from web.rate import check_reading_rate
from workflow.form.clear_reading import ReadingRequest
from workflow.form.reading import read
from workflow.reports import workbook
from workflow.services import readings


def read_in_clear(application_id: int) -> Response:
    """Personal data of an application in clear, for a purpose; each reading is recorded for auditors."""
    wanted = read(ReadingRequest, json_object())
    check_reading_rate()
    return reply(
        readings.read_in_clear(
            product(),
            actor=require_actor(),
            application_id=application_id,
            subject=wanted.subject,
            purpose=wanted.purpose,
            note=wanted.note or "",
            row_nos=[] if wanted.row_no is None else [wanted.row_no],
            objection_id=wanted.objection_id,
        )
    )


def list_readings(query: ReadingsQuery) -> Response:
    """Who read whose personal data in clear, when and what for; newest first; or the newest as a workbook."""
    filters = query.model_dump(exclude={"cursor", "limit", "format"})
    if query.format == "xlsx":
        report = readings.readings_report(product(), actor=require_actor(), **filters)
        return workbook_reply(workbook(report), report["title"])
    found = readings.list_readings(
        product(), actor=require_actor(), **filters, cursor=query.cursor, limit=query.limit
    )
    return reply({name: found[name] for name in ("items", "next")})
