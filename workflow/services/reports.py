"""The reports, and for whom: departments of their region; office, auditors and administrators of all."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, exists, or_, select

from workflow.access import Actor
from workflow.clock import shanghai_date
from workflow.errors import FieldError, Forbidden, Malformed, NotFound
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.policy import region_labels
from workflow.reports import REPORTS, Scope, period_of, workbook
from workflow.services.product import Product
from workflow.vocabulary import Role

_EVERYWHERE = frozenset({Role.OFFICE, Role.AUDITOR, Role.ADMIN})
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


def list_reports() -> list[dict[str, str]]:
    """Name and title of every report."""
    return [{"name": report.name, "title": report.title} for report in REPORTS.values()]


def make_report(
    product: Product,
    *,
    actor: Actor | None,
    name: str,
    region: str | None = None,
    year: int | None = None,
    month: int | None = None,
    most: int | None = None,
) -> dict[str, Any]:
    """One report as ``{"name", "title", "columns": [{"key", "label"}], "rows"}``; money in yuan.

    Of a list of matters at most ``most``, with ``left_out`` saying how many more there are.

    ``actor`` None is the command line, where the machine's owner stands. A report of a quarter, half year or
    year covers the one in which ``month`` lies; without a month, the running one, or the last of a past year.
    Raises ``NotFound`` for an unknown name, ``Malformed`` for a region, year or month that there is not,
    ``Forbidden`` for applicants and for another region than one's own.
    """
    report = REPORTS.get(name)
    if report is None:
        raise NotFound(f"没有名为“{name}”的报表，现有：{'、'.join(REPORTS)}")
    _check(region, year, month)
    regions = _regions(actor, region)
    with reading(product.engine) as connection:
        regions = regions or _in_use(connection)
        today = shanghai_date(product.now(connection))
        year = year or today.year
        month = month or (today.month if year == today.year else 12)
        period = period_of(report.span, year, month, today)
        scope = Scope(period, regions, today, product.calendar(connection), most)
        rows = report.rows(connection, scope)
        counted = len(rows)
        if report.count is not None and most is not None and counted >= most:
            counted = report.count(connection, scope)
    return {
        "name": report.name,
        "title": f"{report.title}（{period.title}）",
        "columns": [{"key": key, "label": label} for key, label in report.columns.items()],
        "rows": rows,
    } | ({} if most is None else {"left_out": counted - len(rows)})


def report_workbook(report: dict[str, Any]) -> bytes:
    """A report that ``make_report`` answered, as an Excel workbook."""
    return workbook(report)


def _in_use(connection: Connection) -> tuple[str, ...]:
    # The policies cover more cities than one office looks after: regions where nobody works have no row. One
    # look for each, rather than at every row.
    regions = tuple(region_labels())
    used = connection.execute(
        select(
            *(
                or_(
                    *(
                        exists().where(table.c.region == region)
                        for table in (tables.account, tables.application)
                    )
                )
                for region in regions
            )
        )
    ).one()
    return tuple(region for region, is_used in zip(regions, used, strict=True) if is_used)


def _regions(actor: Actor | None, region: str | None) -> tuple[str, ...]:
    if actor is None or actor.role in _EVERYWHERE:
        return (region,) if region else ()
    if actor.department is None or actor.region is None:
        raise Forbidden("报表供各部门、领导小组办公室和审计人员使用")
    if region not in {None, actor.region}:
        raise Forbidden("只能查看本地区的报表")
    return (actor.region,)


def _check(region: str | None, year: int | None, month: int | None) -> None:
    errors = []
    if region is not None and region not in region_labels():
        errors.append(FieldError("region", f"没有行政区划“{region}”，应为 {'、'.join(region_labels())}"))
    if year is not None and not _FIRST_YEAR <= year <= _LAST_YEAR:
        errors.append(FieldError("year", f"年度应为 {_FIRST_YEAR} 到 {_LAST_YEAR} 的整数"))
    if month is not None and not 1 <= month <= 12:
        errors.append(FieldError("month", "月份应为 1 到 12 的整数"))
    if errors:
        raise Malformed("；".join(error.message for error in errors), errors)
