"""The dashboard of the leading group office."""

from __future__ import annotations

from flask import Response

from web.api.parameters import DashboardQuery, OverdueQuery
from web.api.replies import reply, workbook_reply
from web.current import product, require_actor
from workflow.services import dashboard, overdue


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
    return reply(
        overdue.list_overdue(
            product(),
            actor=require_actor(),
            region=query.region,
            holder=query.holder,
            band=query.band,
            cursor=query.cursor,
            limit=query.limit,
        )
    )
