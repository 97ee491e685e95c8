"""The reports: a list, each as a table, and the same as a workbook."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from web.api.replies import workbook_reply
from web.current import product, require_actor
from web.views.applications import OF_ALL_REGIONS
from workflow.clock import shanghai_date
from workflow.services import reports, test_clock
from workflow.vocabulary import REGION_LABELS

blueprint = Blueprint("reports", __name__)
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_FIGURE = re.compile(r"-?[\d.,]+%?|—", re.ASCII)


@blueprint.get("/reports")
def list_all() -> ResponseReturnValue:
    """Which reports there are."""
    return render_template("reports/list.html", reports=reports.list_reports())


@blueprint.get("/reports/<name>")
def show(name: str) -> ResponseReturnValue:
    """One report, as a table or, with ``format=xlsx``, as a workbook."""
    person = require_actor()
    region = request.args.get("region") or None
    chosen: dict[str, Any] = {
        "region": region if region in REGION_LABELS else None,
        "year": _between(request.args.get("year", ""), _FIRST_YEAR, _LAST_YEAR),
        "month": _between(request.args.get("month", ""), 1, 12),
    }
    report = reports.make_report(product(), actor=person, name=name, **chosen)
    if request.args.get("format") == "xlsx":
        return workbook_reply(reports.report_workbook(report), report["title"])
    this_year = shanghai_date(test_clock.business_now(product())).year
    return render_template(
        "reports/show.html",
        report=report,
        figures=_figures(report),
        name=name,
        chosen=chosen,
        years=range(this_year + 1, this_year - 6, -1),
        regions=list(REGION_LABELS.items()) if person.role in OF_ALL_REGIONS else [],
    )


def _figures(report: dict[str, Any]) -> set[str]:
    """The columns that hold nothing but figures: these stand to the right."""
    columns = [column["key"] for column in report["columns"]]
    return {key for key in columns if all(_FIGURE.fullmatch(str(row[key])) for row in report["rows"])}


def _between(typed: str, least: int, most: int) -> int | None:
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 4):
        return None
    return int(typed) if least <= int(typed) <= most else None
