"""The dashboard of the leading group office: where applications stand, how long departments take, the money.

Counts and working days come out of tallies that are refreshed from time to time (``services/tallies.py``);
what is overdue is looked up at the moment. The office, auditors and administrators see all regions, the head
of a department the own region and department.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, select

from workflow.access import Actor
from workflow.clock import SHANGHAI, real_now, shanghai_date
from workflow.errors import FieldError, Forbidden, Malformed
from workflow.form.money import yuan_from_fen
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.policy import region_labels
from workflow.reports import workbook
from workflow.services.actors import work_of
from workflow.services.case import DEPARTMENT_CLOCKS
from workflow.services.overdue import BANDS, overdue_counts, oversees
from workflow.services.product import Product
from workflow.services.tallies import count_if_never, made_at, refresh_tallies
from workflow.vocabulary import ClockKind, Department, Role, Section, State

OF_ALL_REGIONS = frozenset({Role.OFFICE, Role.AUDITOR, Role.ADMIN})
ALL_TIME = "all"
PERIOD = r"all|[0-9]{4}(-(0[1-9]|1[0-2]))?"
MEDIAN, NINETY = 50, 90
_matter, _timing = tables.matter_tally, tables.timing_tally
_TOTALS = frozenset(ClockKind(kind) for kind in DEPARTMENT_CLOCKS.values())


@dataclass(frozen=True, slots=True)
class Scope:
    """What a dashboard covers: months, both ends included and None for all; a region and a department."""

    period: str
    region: str | None
    department: Department | None

    @property
    def months(self) -> tuple[str, str] | None:
        """The first and the last month."""
        if self.period == ALL_TIME:
            return None
        return (
            (self.period, self.period) if "-" in self.period else (f"{self.period}-01", f"{self.period}-12")
        )

    @property
    def days(self) -> tuple[date, date] | None:
        """The first and the last day."""
        if self.months is None:
            return None
        (first_year, first), (last_year, last) = (map(int, month.split("-")) for month in self.months)
        return date(first_year, first, 1), date(last_year, last, monthrange(last_year, last)[1])

    @property
    def label(self) -> str:
        """2026年 or 2026年9月."""
        return "全部" if self.period == ALL_TIME else _period_label(self.period)


@work_of(oversees)
def read_dashboard(
    product: Product, *, actor: Actor, period: str | None = None, region: str | None = None
) -> dict[str, Any]:
    """Every table of the dashboard, and as of when it was counted; without a ``period``, of the present year.

    A table is ``{"name", "title", "columns", "rows"}`` like a report; money is in yuan. ``matters`` and
    ``money`` are of applications made in the period, ``timings`` of clocks ended in it, ``overdue`` of now.
    Raises ``Forbidden`` for whom it is not, ``Malformed`` for a period or region that there is not.
    """
    with reading(product.engine) as connection:
        today = shanghai_date(product.now(connection))
        scope = scope_of(actor, period or str(today.year), region)
    count_if_never(product)
    with reading(product.engine) as connection:
        as_of = made_at(connection)
        tables_shown = [
            _matters(connection, scope),
            _timings(connection, scope),
            _overdue(product, connection, scope, today),
            _money(connection, scope),
            _months(connection, scope),
        ]
    days = scope.days
    return {
        "period": scope.period,
        "period_label": scope.label,
        "first_on": days[0].isoformat() if days else None,
        "last_on": days[1].isoformat() if days else None,
        "region": scope.region,
        "region_label": region_labels()[scope.region] if scope.region else "全部地区",
        "department": scope.department.value if scope.department else None,
        "department_label": scope.department.label if scope.department else None,
        "made_at": as_of.astimezone(SHANGHAI).isoformat() if as_of else None,
        "today": today.isoformat(),
        "may_refresh": actor.role in OF_ALL_REGIONS,
        "tables": tables_shown,
    }


def refresh_dashboard(product: Product, *, actor: Actor) -> dict[str, Any]:
    """Counts anew now; answers as of when. Raises ``Forbidden`` for all but those who see every region."""
    if actor.role not in OF_ALL_REGIONS:
        raise Forbidden("重新统计由领导小组办公室、审计和系统管理员进行，平时每隔几分钟自动统计")
    refresh_tallies(product, older_than=timedelta(seconds=1))
    with reading(product.engine) as connection:
        as_of = made_at(connection)
    return {"made_at": (as_of or real_now()).astimezone(SHANGHAI).isoformat()}


def dashboard_workbook(dashboard: dict[str, Any], table: str | None = None) -> tuple[str, bytes]:
    """The whole dashboard, a sheet for each table, or one table alone; with a name for the file."""
    chosen = [each for each in dashboard["tables"] if table in {None, each["name"]}]
    about = f"{dashboard['region_label']} {dashboard['period_label']}"
    title = f"领导小组工作台 {about}" if table is None else f"{chosen[0]['title']} {about}"
    return title, workbook(
        *(each | {"title": f"{each['title']}（{about}）", "sheet": each["title"]} for each in chosen)
    )


def scope_of(actor: Actor, period: str, region: str | None) -> Scope:
    """What this person may look at of a period and region; raises ``Forbidden`` and ``Malformed``."""
    if not re.fullmatch(PERIOD, period):
        message = "统计期间应为年度（如 2026）、月份（如 2026-09）或者 all"
        raise Malformed(message, [FieldError("period", message)])
    if region is not None and region not in region_labels():
        message = f"没有行政区划“{region[:20]}”，应为 {'、'.join(region_labels())}"
        raise Malformed(message, [FieldError("region", message)])
    if actor.role in OF_ALL_REGIONS:
        return Scope(period, region, None)
    if actor.role is not Role.HEAD or actor.department is None or actor.region is None:
        raise Forbidden("领导小组工作台供领导小组办公室、审计、系统管理员和各部门负责人使用")
    if region not in {None, actor.region}:
        raise Forbidden("只能查看本地区的统计")
    return Scope(period, actor.region, actor.department)


def _where(scope: Scope, table: Any) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if scope.months is not None:
        found.append(table.c.month.between(*scope.months))
    if scope.region is not None:
        found.append(table.c.region == scope.region)
    return found


def _table(name: str, title: str, columns: dict[str, str], rows: list[dict[str, Any]]) -> dict[str, Any]:
    shown = [{"key": key, "label": label} for key, label in columns.items()]
    return {"name": name, "title": title, "columns": shown, "rows": rows}


def _matters(connection: Connection, scope: Scope) -> dict[str, Any]:
    """How many applications stand in which section and state. Drafts are the applicant's own affair."""
    found = connection.execute(
        select(_matter.c.section, _matter.c.state, func.sum(_matter.c.application_count).label("number"))
        .where(*_where(scope, _matter), _matter.c.state != State.DRAFT.value)
        .group_by(_matter.c.section, _matter.c.state)
    )
    sections, states = list(Section), list(State)
    rows = [
        {
            "section": row.section,
            "section_label": Section(row.section).label,
            "state": row.state,
            "state_label": State(row.state).label,
            "application_count": int(row.number),
        }
        for row in found
    ]
    rows.sort(key=lambda row: (sections.index(Section(row["section"])), states.index(State(row["state"]))))
    columns = {"section_label": "阶段", "state_label": "状态", "application_count": "件数"}
    return _table("matters", "各阶段、各状态的申请", columns, rows)


def _timings(connection: Connection, scope: Scope) -> dict[str, Any]:
    """Working days that departments used, by kind of clock and limit: median and 90th percentile.

    Counted are the clocks of departments that a decision ended in the period (``met`` or ``missed``), limited
    in working days and no minimum; what was withdrawn or terminated, and what still runs, is left out. Days
    are those for which the clock ran, pauses left out. A percentile is the nearest rank: of *n* clocks in
    order the one at place ⌈p·n/100⌉, so it is always a number of days that some department really used.
    """
    where = _where(scope, _timing)
    if scope.department is not None:
        where.append(_timing.c.department == scope.department.value)
    found = connection.execute(percentiles(where))
    rows = [
        {
            "department": row.department,
            "department_label": Department(row.department).label,
            "kind": row.kind,
            "kind_label": ClockKind(row.kind).label,
            "limit_days": row.limit_count,
            "clock_count": int(row.number),
            "median_days": row.median_days,
            "ninety_days": row.ninety_days,
            "most_days": row.most_days,
            "late_count": int(row.late),
        }
        for row in found
    ]
    departments, kinds = list(Department), list(ClockKind)
    rows.sort(
        key=lambda row: (
            departments.index(Department(row["department"])),
            ClockKind(row["kind"]) not in _TOTALS,
            kinds.index(ClockKind(row["kind"])),
            row["limit_days"],
        )
    )
    columns = {
        "department_label": "部门",
        "kind_label": "时限",
        "limit_days": "规定（工作日）",
        "clock_count": "办结（个）",
        "median_days": "中位数（工作日）",
        "ninety_days": "九成在此之内（工作日）",
        "most_days": "最长（工作日）",
        "late_count": "逾期办结（个）",
    }
    return _table("timings", "各部门用时", columns, rows)


def percentiles(where: list[ColumnElement[bool]]) -> Any:
    """The statement behind ``_timings``: out of how many clocks used how many days, exact everywhere."""
    kept = (_timing.c.department, _timing.c.kind, _timing.c.limit_count)
    by_days = (
        select(*kept, _timing.c.used_days, func.sum(_timing.c.clock_count).label("number"))
        .where(*where)
        .group_by(*kept, _timing.c.used_days)
        .subquery()
    )
    group = [by_days.c[column.name] for column in kept]
    ranked = select(
        by_days,
        func.sum(by_days.c.number).over(partition_by=group, order_by=by_days.c.used_days).label("rank"),
        func.sum(by_days.c.number).over(partition_by=group).label("total"),
    ).subquery()

    def nearest(percent: int) -> Any:
        reached = ranked.c.rank * 100 >= ranked.c.total * percent
        return func.min(case((reached, ranked.c.used_days)))

    late = case((ranked.c.used_days > ranked.c.limit_count, ranked.c.number), else_=0)
    place = [ranked.c[column.name] for column in kept]
    return select(
        *place,
        func.sum(ranked.c.number).label("number"),
        nearest(MEDIAN).label("median_days"),
        nearest(NINETY).label("ninety_days"),
        func.max(ranked.c.used_days).label("most_days"),
        func.sum(late).label("late"),
    ).group_by(*place)


def _overdue(product: Product, connection: Connection, scope: Scope, today: date) -> dict[str, Any]:
    """Applications past a due date now, by who has to act and by how many working days late."""
    counts = overdue_counts(product, connection, today, region=scope.region, department=scope.department)
    rows = []
    for holder, by_band in counts.items():
        total = {f"{band.name}_count": by_band.get(band.name, 0) for band in BANDS}
        rows.append(
            {"holder": holder.value, "holder_label": holder.label, **total, "count": sum(total.values())}
        )
    columns = {"holder_label": "在谁手中"} | {f"{band.name}_count": f"逾期{band.label}" for band in BANDS}
    return _table("overdue", "目前逾期", columns | {"count": "合计"}, rows)


_MONEY = {"asked": "申请金额（元）", "approved": "核定金额（元）", "paid": "已拨付（元）"}


def _money(connection: Connection, scope: Scope) -> dict[str, Any]:
    """Money asked, approved and paid, by region."""
    rows = _sums(connection, scope, _matter.c.region)
    for row in rows:
        row["region"] = row.pop("place")
        row["region_label"] = region_labels().get(row["region"], row["region"])
    order = list(region_labels())
    rows.sort(key=lambda row: order.index(row["region"]) if row["region"] in order else len(order))
    columns = {"region_label": "地区", "application_count": "件数"} | _MONEY
    return _table("money", "各地区资金", columns, rows)


def _months(connection: Connection, scope: Scope) -> dict[str, Any]:
    """The same by the month in which the applications were made, oldest first."""
    rows = _sums(connection, scope, _matter.c.month)
    for row in rows:
        row["month"] = row.pop("place")
        row["month_label"] = _period_label(row["month"])
    rows.sort(key=lambda row: str(row["month"]))
    columns = {"month_label": "新建月份", "application_count": "件数"} | _MONEY
    return _table("months", "按月资金", columns, rows)


def _period_label(period: str) -> str:
    year, _, month = period.partition("-")
    return f"{year}年{int(month)}月" if month else f"{year}年"


def _sums(connection: Connection, scope: Scope, place: ColumnElement[Any]) -> list[dict[str, Any]]:
    found = connection.execute(
        select(
            place.label("place"),
            func.sum(_matter.c.application_count).label("number"),
            *(func.sum(_matter.c[f"{name}_fen"]).label(name) for name in _MONEY),
        )
        .where(*_where(scope, _matter), _matter.c.state != State.DRAFT.value)
        .group_by(place)
    ).mappings()
    return [
        {"place": row["place"], "application_count": int(row["number"])}
        | {name: yuan_from_fen(int(row[name])) for name in _MONEY}
        for row in found
    ]
