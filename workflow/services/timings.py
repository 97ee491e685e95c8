"""The clocks behind 各部门用时: which applications the dashboard counted, with the working days each used.

As the dashboard counts them: clocks of departments that a decision ended in the period.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import and_, or_, select

from workflow.access import Actor
from workflow.errors import FieldError, Forbidden, Malformed
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.policy import region_labels
from workflow.services.actors import work_of
from workflow.services.dashboard import scope_of
from workflow.services.overdue import oversees
from workflow.services.pages import Page, gather, is_key, read_cursor, write_cursor
from workflow.services.product import Product
from workflow.services.tallies import used_within_limits
from workflow.vocabulary import ClockKind, Department, Subsidy

MOST_EXPORTED = 10_000
_LISTED = "timings"
_application, _clock = tables.application, tables.clock
_EXPORTED = {
    "number": "申请编号",
    "applicant_name": "申请人",
    "region_label": "地区",
    "subsidy_label": "补贴种类",
    "kind_label": "时限",
    "started_on": "起算日期",
    "ended_on": "办结日期",
    "limit_days": "规定（工作日）",
    "used_days": "所用（工作日）",
    "over_days": "超过规定（工作日）",
}


@work_of(oversees)
def list_timings(
    product: Product,
    *,
    actor: Actor,
    department: Department,
    kind: ClockKind,
    limit_days: int,
    period: str,
    region: str | None = None,
    used_from: int | None = None,
    used_until: int | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """The clocks of a department, kind and limit that ended in the period, the longest first.

    ``used_from`` and ``used_until`` narrow the working days used, both included. Heads see their own region
    and department. Raises ``Forbidden``, and ``Malformed`` as the dashboard does.
    """
    scope = scope_of(actor, period, region)
    if scope.department not in {None, department}:
        raise Forbidden("只能查看本部门的用时")
    conditions = [
        used_within_limits(),
        _clock.c.department == department.value,
        _clock.c.kind == kind.value,
        _clock.c.limit_count == limit_days,
    ]
    if scope.days is not None:
        conditions.append(_clock.c.ended_on.between(*scope.days))
    if used_from is not None:
        conditions.append(_clock.c.used_days >= used_from)
    if used_until is not None:
        conditions.append(_clock.c.used_days <= used_until)
    if cursor is not None:
        conditions.append(_after(cursor))
    order = (_clock.c.used_days.desc(), _clock.c.ended_on.desc(), _clock.c.id.desc())
    names = ("number", "applicant_name", "subsidy")
    statement = (
        select(_clock, *(_application.c[name] for name in names))
        .join(_application, _application.c.id == _clock.c.application_id)
        .where(*conditions)
        .order_by(*order)
        .limit(limit + 1)
    )
    # Merged out of the beginnings of each region's stretch of the index, however many were counted.
    regions = region_labels() if scope.region is None else [scope.region]
    with reading(product.engine) as connection:
        rows = [
            dict(row)
            for each in regions
            for row in connection.execute(statement.where(_clock.c.region == each)).mappings()
        ]
    rows.sort(key=lambda row: (row["used_days"], row["ended_on"], row["id"]), reverse=True)
    more, rows = len(rows) > limit, rows[:limit]
    last = [rows[-1]["used_days"], rows[-1]["ended_on"].isoformat(), rows[-1]["id"]] if rows else None
    return {"items": list(map(_view, rows)), "next": write_cursor(_LISTED, last) if more else None}


def timings_report(product: Product, *, actor: Actor, **wanted: Any) -> dict[str, Any]:
    """At most ``MOST_EXPORTED`` of ``list_timings``, the longest first, as a report for a workbook."""
    items, more_follow = gather(list_timings, MOST_EXPORTED, product=product, actor=actor, **wanted)
    more = f"（用时最长的{len(items)}件）" if more_follow else ""
    title = f"{wanted['department'].label} {wanted['kind'].label} 用时{more}"
    columns = [{"key": key, "label": label} for key, label in _EXPORTED.items()]
    return {"name": _LISTED, "title": title, "columns": columns, "rows": items}


def _after(cursor: str) -> Any:
    at = read_cursor(cursor, _LISTED)
    try:
        used, ended_on, key = at
        if not (is_key(used) and is_key(key)):
            raise ValueError
        day = date.fromisoformat(ended_on)
    except (TypeError, ValueError):
        raise Malformed("翻页标记无效", [FieldError("cursor", "翻页标记无效")], status=400) from None
    same = _clock.c.used_days == used
    return or_(
        _clock.c.used_days < used,
        and_(same, _clock.c.ended_on < day),
        and_(same, _clock.c.ended_on == day, _clock.c.id < key),
    )


def _view(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "application_id": row["application_id"],
        "clock_id": row["id"],
        "number": row["number"],
        "applicant_name": row["applicant_name"],
        "subsidy_label": Subsidy(row["subsidy"]).label,
        "region": row["region"],
        "region_label": region_labels().get(row["region"], row["region"]),
        "department": row["department"],
        "kind": row["kind"],
        "kind_label": ClockKind(row["kind"]).label,
        "started_on": row["started_on"].isoformat(),
        "ended_on": row["ended_on"].isoformat(),
        "limit_days": row["limit_count"],
        "used_days": row["used_days"],
        "over_days": max(row["used_days"] - row["limit_count"], 0),
    }
