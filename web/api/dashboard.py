"""The dashboard of the leading group office."""

from __future__ import annotations

from typing import Any

from flask import Response

from web.api.parameters import DashboardQuery, OverdueQuery, TimingsQuery
from web.api.replies import reply, report_reply, workbook_reply
from web.current import product, require_actor
from workflow.services import dashboard, overdue, timings


def read_dashboard(query: DashboardQuery) -> Response:
    """Applications by section and state, working days used, overdue, money; or the same as a workbook."""
    found = dashboard.read_dashboard(
        product(), actor=require_actor(), period=query.period, region=query.region
    )
    if query.format == "xlsx":
        title, workbook = dashboard.dashboard_workbook(found, query.table)
        return workbook_reply(workbook, title)
    if query.table is not None:
        found["tables"] = [each for each in found["tables"] if each["name"] == query.table]
    return reply(found)


def refresh_dashboard() -> Response:
    """Counts everything anew now instead of at the next tick."""
    return reply(dashboard.refresh_dashboard(product(), actor=require_actor()))


def list_overdue(query: OverdueQuery) -> Response:
    """The overdue applications, the longest overdue first, each with the names of those it waits for."""
    wanted: dict[str, Any] = {"region": query.region, "holder": query.holder, "band": query.band}
    if query.format == "xlsx":
        return report_reply(overdue.overdue_report(product(), actor=require_actor(), **wanted))
    wanted |= {"cursor": query.cursor, "limit": query.limit}
    return reply(overdue.list_overdue(product(), actor=require_actor(), **wanted))


def list_timings(query: TimingsQuery) -> Response:
    """The applications behind a row of the working days used, the longest first."""
    names = ("department", "kind", "limit_days", "period", "region", "used_from", "used_until")
    wanted: dict[str, Any] = {name: getattr(query, name) for name in names}
    if query.format == "xlsx":
        return report_reply(timings.timings_report(product(), actor=require_actor(), **wanted))
    wanted |= {"cursor": query.cursor, "limit": query.limit}
    return reply(timings.list_timings(product(), actor=require_actor(), **wanted))
