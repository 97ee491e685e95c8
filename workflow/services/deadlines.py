"""Clocks, listed and explained: which days counted, which were skipped, and why."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import and_, or_, select

from calendars import ChinaWorkingDays
from workflow.access import Actor, require_reading
from workflow.clock import SHANGHAI
from workflow.deadlines.keeping import Clock
from workflow.deadlines.ledger import SegmentState
from workflow.errors import NotFound
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.persistence.types import LARGEST_ID
from workflow.services.case import open_case
from workflow.services.pages import Page, page_of
from workflow.services.product import Product
from workflow.services.view import clock_view
from workflow.services.visibility import visible
from workflow.vocabulary import ClockState, LimitUnit

LONGEST_EXPLANATION_DAYS = 800


def list_clocks(
    product: Product,
    *,
    actor: Actor,
    state: str | None = None,
    kind: str | None = None,
    region: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """The clocks of the applications this person may see, oldest first; ``state`` as on the surface."""
    clock, application = tables.clock, tables.application
    with reading(product.engine) as connection:
        today = product.now(connection).astimezone(SHANGHAI).date()
        statement = (
            select(clock.c.id, clock.c.application_id)
            .join(application, application.c.id == clock.c.application_id)
            .where(visible(actor))
        )
        if state is not None:
            statement = statement.where(_shows(ClockState(state), today))
        if kind is not None:
            statement = statement.where(clock.c.kind == kind)
        if region is not None:
            statement = statement.where(clock.c.region == region)
        page = page_of(connection, statement, clock.c.id, cursor, limit, dict)
        cases = {
            application_id: open_case(product, connection, actor, application_id, lock=False)
            for application_id in {row["application_id"] for row in page["items"]}
        }
        items = []
        for row in page["items"]:
            case = cases[row["application_id"]]
            found = next(each for each in case.clocks if each.id == row["id"])
            items.append(
                clock_view(found, case, case.today)
                | {
                    "application_id": case.id,
                    "application_number": case.row["number"],
                    "applicant_name": case.row["applicant_name"],
                    "region": case.row["region"],
                }
            )
        return page | {"items": items}


def read_clock(product: Product, *, actor: Actor, clock_id: int) -> dict[str, Any]:
    """One clock with its explanation, day by day; raises ``NotFound`` and ``Forbidden``."""
    with reading(product.engine) as connection:
        application_id = None
        if 0 < clock_id <= LARGEST_ID:
            application_id = connection.execute(
                select(tables.clock.c.application_id).where(tables.clock.c.id == clock_id)
            ).scalar_one_or_none()
        if application_id is None:
            raise NotFound(f"没有编号为 {clock_id} 的时限")
        case = open_case(product, connection, actor, application_id, lock=False)
        require_reading(actor, case.matter())
        clock = next(each for each in case.clocks if each.id == clock_id)
        # An ended clock is explained by the calendar it was judged by.
        judged_by = product.calendar_of(connection, clock.calendar_version) if clock.ended else case.calendar
        calendar = judged_by.for_region(case.row["region"])
        return clock_view(clock, case, case.today) | {
            "application_id": case.id,
            "application_number": case.row["number"],
            "explanation": explain(clock, calendar, case.today),
        }


def explain(clock: Clock, calendar: ChinaWorkingDays, today: date) -> dict[str, Any]:
    """Each day from the start to the due date, or to today if that is later: what it was, whether it counted.

    ``kind`` is ``start``, ``counted``, ``make_up`` (counted), ``weekend``, ``holiday``, ``closed`` (by local
    order) or ``paused``. A limit in months or days counts every day that it runs. Days ``ahead`` are not used
    yet, or, after the end of a clock that ran to it, never were; they show how the due date came about.
    """
    in_working_days = clock.limit.unit is LimitUnit.WORKING_DAY
    first, ended_on = clock.ledger.started_on, clock.ended_on
    last = ended_on or max(clock.due_on or today, today)
    if clock.due_on is not None and clock.ledger.last.state is SegmentState.RUNNING:
        last = max(last, clock.due_on)
    last = min(last, first + timedelta(days=LONGEST_EXPLANATION_DAYS), calendar.last_day)
    days, number, used = [], 0, 0
    for offset in range((last - first).days + 1):
        on = first + timedelta(days=offset)
        day = calendar.day(on)
        unused = ended_on is not None and on > ended_on
        counts = unused or (offset > 0 and _counts(clock, on))
        if offset == 0:
            kind, word = "start", "起算日，不计入"
        elif not in_working_days:
            number += counts
            kind, word = ("counted", f"第{number}天") if counts else ("paused", "暂停，不计入")
            word += "" if day.working else f"（{day.reason}）"
        elif calendar.is_closed(on):
            kind, word = "closed", f"{day.reason}，不计入"
        elif not day.working:
            kind = "weekend" if day.reason == "周末" else "holiday"
            word = day.reason
        elif not counts:
            kind, word = "paused", "暂停，不计入"
        else:
            number += 1
            kind = "make_up" if day.reason != "工作日" else "counted"
            word = f"第{number}个工作日" + (f"（{day.reason}）" if kind == "make_up" else "")
        if not unused:
            used = number
        elif kind in {"counted", "make_up"}:
            word += "（办结之后）"
        days.append(
            {
                "date": on.isoformat(),
                "kind": kind,
                "word": word,
                "provisional": day.provisional,
                "ahead": on > today or unused,
            }
        )
    years = range(first.year, last.year + 1)
    return {
        "days": days,
        "counted_days": used,
        "sources": [calendar.year(year).source for year in years],
    }


def _counts(clock: Clock, on: date) -> bool:
    return any(
        segment.state is SegmentState.RUNNING
        and segment.since_on < on
        and (segment.until_on is None or on <= segment.until_on)
        for segment in clock.ledger.segments
    )


def _shows(state: ClockState, today: date) -> Any:
    clock = tables.clock
    open_ = clock.c.ended.is_(None)
    shown = clock.c.runs_from_on <= today
    over = clock.c.due_on < today
    if state is ClockState.OVERDUE:
        return and_(open_, shown, over, ~clock.c.minimum)
    if state is ClockState.RUNNING:
        return and_(open_, shown, ~over)
    if state is ClockState.PAUSED:
        return and_(open_, or_(clock.c.due_on.is_(None), clock.c.runs_from_on > today))
    if state is ClockState.MET:
        return or_(clock.c.ended == state.value, and_(open_, shown, over, clock.c.minimum))
    return clock.c.ended == state.value
