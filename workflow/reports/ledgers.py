"""Lists of matters: the clocks past due, and what HR asks of finance."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, select

from workflow.deadlines.keeping import clock_of_row
from workflow.deadlines.words import said
from workflow.form.money import yuan_from_fen
from workflow.persistence import tables
from workflow.policy import region_labels
from workflow.reports.figures import TOTAL_LABEL, Rows, overdue_now
from workflow.reports.scope import Scope
from workflow.vocabulary import ClockKind, LimitUnit, State, Subsidy

_application, _clock = tables.application, tables.clock
_total = _clock.alias("total")
_WITH_FINANCE = [
    state.value
    for state in (
        State.CLAIM_FINANCE_FIRST,
        State.CLAIM_FINANCE_SECOND,
        State.DISBURSEMENT_AWAITING_PAYMENT,
    )
]


def overdue_clocks(connection: Connection, scope: Scope) -> Rows:
    """Every clock past its limit, the longest overdue first. Days late are counted as the limit is."""
    found = connection.execute(
        select(
            _clock,
            _application.c.number,
            _application.c.applicant_name,
            _application.c.subsidy,
            _application.c.state,
        )
        .join(_application, _application.c.id == _clock.c.application_id)
        .where(_clock.c.region.in_(scope.regions), overdue_now(scope))
        .order_by(_clock.c.due_on, _clock.c.id)
        .limit(scope.most)
    ).mappings()
    return [_overdue_row(row, scope) for row in found]


def count_overdue(connection: Connection, scope: Scope) -> int:
    """How many clocks there are past their limit."""
    counted = select(func.count()).where(_clock.c.region.in_(scope.regions), overdue_now(scope))
    return connection.execute(counted).scalar_one()


def _overdue_row(row: Any, scope: Scope) -> dict[str, Any]:
    clock = clock_of_row(row)
    counted_in = "个工作日" if clock.limit.unit is LimitUnit.WORKING_DAY else "日"
    late = -clock.figures(scope.calendar, scope.today).left_days
    return _matter(row) | {
        "department": clock.department.value if clock.department else None,
        "department_label": clock.department.label if clock.department else "申请人",
        "clock": clock.kind.value,
        "clock_label": clock.kind.label,
        "due_on": row["due_on"].isoformat(),
        "due_text": said(row["due_on"], clock.provisional),
        "provisional": clock.provisional,
        "late_days": late,
        "late_text": f"{late}{counted_in}",
    }


def funding_requests(connection: Connection, scope: Scope) -> Rows:
    """What HR has handed over to finance by the end of the period and is not paid in full yet.

    The monthly ledger of requests (新技领办〔2023〕4号 附件3 三(三)); unpaid for over a month is arrears
    (三(四)). Until finance has approved, what was asked for stands.
    """
    month = _clock.alias("month")
    shown = (
        "number",
        "applicant_name",
        "subsidy",
        "region",
        "state",
        "asked_fen",
        "approved_fen",
        "paid_fen",
    )
    found = connection.execute(
        select(
            *(_application.c[name] for name in shown),
            _total.c.started_on.label("handed_on"),
            month.c.due_on.label("month_due_on"),
            month.c.provisional,
        )
        .join(_total, _clock_of(_total, ClockKind.FINANCE_TOTAL))
        .outerjoin(month, _clock_of(month, ClockKind.FINANCE_MONTH))
        .where(*_requested(scope))
        .order_by(_total.c.started_on, _application.c.id)
        .limit(scope.most)
    ).mappings()
    rows = [_request_row(row, scope.today) for row in found]
    return [*rows, _sum_of_requests(connection, scope)] if rows else []


def count_requests(connection: Connection, scope: Scope) -> int:
    """How many requests there are, and one for their sum below them."""
    counted = _sums_of_requests(scope, func.count())
    count = connection.execute(counted).scalar_one()
    return count + 1 if count else 0


def _sum_of_requests(connection: Connection, scope: Scope) -> dict[str, Any]:
    sums = {
        "asked": _application.c.asked_fen,
        "approved": _application.c.approved_fen,
        "paid": _application.c.paid_fen,
        "unpaid": case(
            (_application.c.approved_fen > 0, _application.c.approved_fen), else_=_application.c.asked_fen
        )
        - _application.c.paid_fen,
    }
    total = _sums_of_requests(scope, *(func.sum(column).label(name) for name, column in sums.items()))
    # PostgreSQL sums integers into a decimal.
    found = {
        name: yuan_from_fen(int(fen)) for name, fen in connection.execute(total).mappings().one().items()
    }
    return {"application_number": TOTAL_LABEL} | found


def _sums_of_requests(scope: Scope, *sums: Any) -> Select[Any]:
    return (
        select(*sums)
        .select_from(_application)
        .join(_total, _clock_of(_total, ClockKind.FINANCE_TOTAL))
        .where(*_requested(scope))
    )


def _requested(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    return (
        _application.c.region.in_(scope.regions),
        _application.c.state.in_(_WITH_FINANCE),
        _total.c.started_on <= scope.period.last_on,
    )


def _request_row(row: Any, today: date) -> dict[str, Any]:
    due_on = row["month_due_on"]
    return _matter(row) | {
        "handed_on": row["handed_on"].isoformat(),
        "asked": yuan_from_fen(row["asked_fen"]),
        "approved": yuan_from_fen(row["approved_fen"]),
        "paid": yuan_from_fen(row["paid_fen"]),
        "unpaid": yuan_from_fen((row["approved_fen"] or row["asked_fen"]) - row["paid_fen"]),
        "month_due_on": due_on.isoformat() if due_on else "",
        "month_due_text": said(due_on, row["provisional"]),
        "provisional": bool(row["provisional"]),
        "arrears_label": "超过一个月" if due_on and due_on < today else "",
    }


def _clock_of(clock: Any, kind: ClockKind) -> Any:
    return and_(clock.c.application_id == _application.c.id, clock.c.kind == kind.value)


def _matter(row: Any) -> dict[str, Any]:
    state = State(row["state"])
    return {
        "application_number": row["number"],
        "applicant_name": row["applicant_name"],
        "subsidy": row["subsidy"],
        "subsidy_label": Subsidy(row["subsidy"]).label,
        "region": row["region"],
        "region_label": region_labels()[row["region"]],
        "state": state.value,
        "state_label": state.label,
    }
