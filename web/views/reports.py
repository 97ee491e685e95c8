"""The reports: a list, each as a table, and the same as a workbook."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from web.api.parameters import ReportQuery
from web.api.replies import workbook_reply
from web.current import product, require_actor
from web.views.applications import OF_ALL_REGIONS
from web.views.filters import read_filters
from workflow.clock import shanghai_date
from workflow.policy import region_labels
from workflow.services import reports, test_clock

blueprint = Blueprint("reports", __name__)
MOST_ROWS = 200
"""A page shows so many rows of a list of matters; the workbook has all."""
_FILTERS = ("region", "year", "month", "format")
_FIGURE = re.compile(r"-?[\d.,]+%?|—", re.ASCII)


@blueprint.get("/reports")
def list_all() -> ResponseReturnValue:
    """Which reports there are."""
    return render_template("reports/list.html", reports=reports.list_reports())


@blueprint.get("/reports/<name>")
def show(name: str) -> ResponseReturnValue:
    """One report, as a table or, with ``format=xlsx``, as a workbook."""
    person = require_actor()
    chosen, refused = read_filters(ReportQuery, _FILTERS)
    wanted = chosen.pop("format")
    most = None if wanted == "xlsx" else MOST_ROWS
    report = reports.make_report(product(), actor=person, name=name, **chosen, most=most)
    if refused is None and wanted == "xlsx":
        return workbook_reply(reports.report_workbook(report), report["title"])
    this_year = shanghai_date(test_clock.business_now(product())).year
    page = render_template(
        "reports/show.html",
        report=report,
        figures=_figures(report),
        name=name,
        chosen=chosen,
        years=range(this_year + 1, this_year - 6, -1),
        regions=list(region_labels().items()) if person.role in OF_ALL_REGIONS else [],
        refused=refused,
    )
    return page, 422 if refused else 200


def _figures(report: dict[str, Any]) -> set[str]:
    """The columns that hold nothing but figures: these stand to the right."""
    columns = [column["key"] for column in report["columns"]]
    return {key for key in columns if all(_FIGURE.fullmatch(str(row[key])) for row in report["rows"])}
