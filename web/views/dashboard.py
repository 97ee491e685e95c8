"""领导小组工作台: charts, each with its table, every number with a way to the list behind it."""

from __future__ import annotations

from calendar import monthrange
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.api.parameters import DashboardQuery, OverdueQuery, TimingsQuery
from web.api.replies import report_reply, workbook_reply
from web.current import product, require_actor
from web.views.charts import Chart, Row, chart
from web.views.filters import read_filters
from web.views.paging import cursor, page_addresses
from workflow.clock import shanghai_date
from workflow.form.money import FEN_PER_YUAN, fen_from_yuan, yuan_text
from workflow.policy import region_labels
from workflow.services import dashboard as dashboards
from workflow.services import overdue as overdue_lists
from workflow.services import test_clock
from workflow.services import timings as timing_lists
from workflow.services.dashboard import ALL_TIME, OF_ALL_REGIONS
from workflow.services.overdue import BANDS, Band, Holder
from workflow.vocabulary import Section

blueprint = Blueprint("dashboard", __name__)
_YEARS_BACK, _MONTHS_BACK = 5, 12
_TIMINGS = ("department", "kind", "limit_days", "period", "region", "used_from", "used_until", "format")
_MONEY = (("asked", "申请"), ("approved", "核定"), ("paid", "已拨付"))


@blueprint.get("/dashboard")
def show() -> ResponseReturnValue:
    """The dashboard; with ``format=xlsx`` it, or the ``table`` of it, as a workbook."""
    person = require_actor()
    chosen, refused = read_filters(DashboardQuery, ("period", "region", "format", "table"))
    period, region = (None, None) if refused else (chosen["period"], chosen["region"])
    found = dashboards.read_dashboard(product(), actor=person, period=period, region=region)
    if refused is None and chosen["format"] == "xlsx":
        title, workbook = dashboards.dashboard_workbook(found, chosen["table"])
        return workbook_reply(workbook, title)
    tables = {each["name"]: each for each in found["tables"]}
    page = render_template(
        "dashboard/show.html",
        found=found,
        tables=tables,
        charts=_charts(tables),
        links=Links(found),
        bands=BANDS,
        month_end=_month_end,
        periods=_periods(),
        regions=list(region_labels().items()) if person.role in OF_ALL_REGIONS else [],
        refused=refused,
    )
    return page, 422 if refused else 200


@blueprint.post("/dashboard/refresh")
def refresh() -> ResponseReturnValue:
    """Counts anew now."""
    dashboards.refresh_dashboard(product(), actor=require_actor())
    flash("已重新统计。", "good")
    kept: dict[str, Any] = {
        name: request.form[name] for name in ("period", "region") if request.form.get(name)
    }
    return redirect(url_for("dashboard.show", **kept), code=303)


@blueprint.get("/dashboard/overdue")
def overdue() -> ResponseReturnValue:
    """The overdue applications with the names of those they wait for."""
    person = require_actor()
    chosen, refused = read_filters(OverdueQuery, ("region", "holder", "band", "format"))
    shape = chosen.pop("format")
    page: dict[str, Any] = {"items": [], "next": None}
    if refused is None and shape == "xlsx":
        return report_reply(overdue_lists.overdue_report(product(), actor=person, **chosen))
    if refused is None:
        page = overdue_lists.list_overdue(product(), actor=person, **chosen, cursor=cursor())
    shown_page = render_template(
        "dashboard/overdue.html",
        items=page["items"],
        chosen=chosen,
        everywhere=person.role in OF_ALL_REGIONS,
        regions=list(region_labels().items()),
        holders=[(each.value, each.label) for each in Holder],
        bands=BANDS,
        refused=refused,
        **page_addresses(page),
    )
    return shown_page, 422 if refused else 200


@blueprint.get("/dashboard/timings")
def timings() -> ResponseReturnValue:
    """The applications behind a row of the working days used, the longest first."""
    person = require_actor()
    if not all(request.args.get(name) for name in ("department", "kind", "limit_days")):
        # Opened by hand: the rows of the dashboard lead here.
        return redirect(url_for("dashboard.show", _anchor="table-timings"), code=303)
    chosen, refused = read_filters(TimingsQuery, _TIMINGS)
    shape = chosen.pop("format")
    chosen["period"] = chosen["period"] or ALL_TIME
    page: dict[str, Any] = {"items": [], "next": None}
    if refused is None and shape == "xlsx":
        return report_reply(timing_lists.timings_report(product(), actor=person, **chosen))
    if refused is None:
        page = timing_lists.list_timings(product(), actor=person, **chosen, cursor=cursor())
    shown_page = render_template(
        "dashboard/timings.html",
        items=page["items"],
        chosen=chosen,
        kept={name: value for name, value in chosen.items() if value is not None},
        everywhere=person.role in OF_ALL_REGIONS,
        regions=list(region_labels().items()),
        department=chosen["department"] if refused is None else None,
        kind=chosen["kind"] if refused is None else None,
        periods=_periods(),
        refused=refused,
        **page_addresses(page),
    )
    return shown_page, 422 if refused else 200


class Links:
    """The lists behind the numbers, in the period and region that are looked at."""

    def __init__(self, found: dict[str, Any]) -> None:
        self._region = found["region"]
        self._period = found["period"]
        self._made = {"since": found["first_on"], "until": found["last_on"]}

    def matters(self, **narrowed: str) -> str:
        """The applications made in the period; drafts are counted nowhere."""
        given: dict[str, Any] = {"region": self._region, **self._made, "submitted": "1", **narrowed}
        return url_for("applications.list_all", **{name: value for name, value in given.items() if value})

    def overdue(self, holder: str, band: str = "") -> str:
        """The overdue ones of now."""
        given = {"region": self._region, "holder": holder, "band": band}
        return url_for("dashboard.overdue", **{name: value for name, value in given.items() if value})

    def timings(
        self, row: dict[str, Any], used_from: int | None = None, used_until: int | None = None
    ) -> str:
        """The clocks that were counted in a row, or those that used so many working days."""
        kept = {name: row[name] for name in ("department", "kind", "limit_days")}
        more = {"region": self._region, "used_from": used_from, "used_until": used_until}
        narrowed = {name: value for name, value in more.items() if value is not None}
        return url_for("dashboard.timings", period=self._period, **kept, **narrowed)


def _periods() -> list[tuple[str, str]]:
    today = shanghai_date(test_clock.business_now(product()))
    years = [(str(year), f"{year} 年") for year in range(today.year, today.year - _YEARS_BACK, -1)]
    months, year, month = [], today.year, today.month
    for _ in range(_MONTHS_BACK):
        months.append((f"{year}-{month:02d}", f"{year} 年 {month} 月"))
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return [*years, *months, (ALL_TIME, "全部")]


def _month_end(month: str) -> str:
    year, number = map(int, month.split("-"))
    return f"{month}-{monthrange(year, number)[1]}"


def _charts(tables: dict[str, dict[str, Any]]) -> dict[str, Chart]:
    return {
        "matters": _of_sections(tables["matters"]["rows"]),
        "timings": chart(
            "各部门用时：中位数和九成",
            ("中位数", "九成在此之内"),
            (
                Row(
                    f"{row['department_label']}　{row['kind_label']}",
                    [
                        (row["median_days"], f"中位数 {row['median_days']} 个工作日"),
                        (row["ninety_days"], f"九成在 {row['ninety_days']} 个工作日之内"),
                    ],
                    mark=row["limit_days"],
                )
                for row in tables["timings"]["rows"]
            ),
            mark="规定的工作日",
        ),
        "overdue": chart(
            "目前逾期",
            tuple(band.label for band in BANDS),
            (
                Row(row["holder_label"], [_band(row, band) for band in BANDS])
                for row in tables["overdue"]["rows"]
            ),
            stacked=True,
        ),
        "money": _of_money("各地区资金", tables["money"]["rows"], "region_label"),
        "months": _of_money("按月资金", tables["months"]["rows"], "month_label"),
    }


def _of_sections(rows: list[dict[str, Any]]) -> Chart:
    counts = {
        section: sum(row["application_count"] for row in rows if row["section"] == section)
        for section in Section
    }
    return chart(
        "各阶段的申请",
        ("件数",),
        (Row(section.label, [(count, f"{count} 件")]) for section, count in counts.items()),
    )


def _of_money(title: str, rows: list[dict[str, Any]], label: str) -> Chart:
    return chart(
        title,
        tuple(words for _, words in _MONEY),
        (Row(str(row[label]), [_amount(row[name], words) for name, words in _MONEY]) for row in rows),
    )


def _band(row: dict[str, Any], band: Band) -> tuple[float, str]:
    count = row[f"{band.name}_count"]
    return count, f"{band.label} {count} 件"


def _amount(yuan: str, words: str) -> tuple[float, str]:
    fen = fen_from_yuan(yuan)
    return fen / FEN_PER_YUAN, f"{words} {yuan_text(fen)}"
