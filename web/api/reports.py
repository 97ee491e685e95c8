"""Reports, as JSON or as workbooks."""

from __future__ import annotations

from flask import Response

from web.api.parameters import ReportQuery
from web.api.replies import reply, workbook_reply
from web.current import product, require_actor
from workflow.services import reports


def list_reports() -> Response:
    """The reports there are."""
    return reply({"items": reports.list_reports(), "next": None})


def make_report(name: str, query: ReportQuery) -> Response:
    """One report, as JSON or as a workbook."""
    report = reports.make_report(
        product(), actor=require_actor(), name=name, region=query.region, year=query.year, month=query.month
    )
    if query.format == "xlsx":
        return workbook_reply(reports.report_workbook(report), report["title"])
    return reply(report)
