"""The versions of the calendar: how a new one comes into force, and how any two are compared, for ever."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, func, select

from calendars import CalendarRangeError, CalendarYear, ChinaWorkingDays, Closure
from workflow.access import Actor
from workflow.clock import SHANGHAI
from workflow.errors import Conflict, FieldError, Malformed, NotFound
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.persistence.types import LARGEST_ID
from workflow.policy import region_labels
from workflow.services.audit import append_system_entry, lock_system_chain
from workflow.services.calendar import counted_in, year_view
from workflow.services.pages import Page, page_of
from workflow.services.product import Product
from workflow.services.recompute import Move, preview_moves
from workflow.services.reminders import settle_missing_notice
from workflow.services.setup import store_calendar
from workflow.vocabulary import ClockKind

MOST_LISTED = 500
# Who waits for an answer waits no longer; the scheduler goes on with what is left.
ANSWER_SECONDS = 20.0
_versions, _account = tables.calendar_version, tables.account


# --- coming into force -------------------------------------------------------------------------------------


def newest_ordinal(connection: Connection) -> int:
    """The ordinal of the version in force."""
    ordinal: int = connection.execute(select(func.max(_versions.c.id))).scalar_one()
    return ordinal


def require_ordinal(seen: int, current: int) -> None:
    """Raises ``Conflict``, naming the version in force, unless it is the one that was seen."""
    if seen != current:
        raise Conflict(
            f"日历刚刚已被更新：现行的是第 {current} 版，您依据的是第 {seen} 版，请按现行版本重新查看",
            current_version=current,
        )


def put_in_force(
    connection: Connection,
    calendar: ChinaWorkingDays,
    *,
    seen: int,
    actor: Actor,
    event: str,
    note: str,
    now: datetime,
    details: dict[str, Any],
) -> int:
    """Makes ``calendar`` the version in force when the transaction ends, if ``seen`` still is; its ordinal.

    Whoever changes the calendar waits here for the others: one wins, the rest get ``Conflict``.
    """
    lock_system_chain(connection)
    require_ordinal(seen, newest_ordinal(connection))
    settle_missing_notice(connection, calendar, now)
    ordinal = store_calendar(connection, calendar, note=note, created_by=actor.account_id or None, now=now)
    append_system_entry(
        connection, actor, event, now, {"after": calendar.version, "ordinal": ordinal, **details}
    )
    return ordinal


def moves_answer(product: Product, connection: Connection, new: ChinaWorkingDays) -> dict[str, Any]:
    """Every running clock that ``new`` would move: how many, and the first of them with old and new date."""
    moves = preview_moves(product, connection, new)
    listed = list(islice(moves, MOST_LISTED))
    count = len(listed) + sum(1 for _ in moves)
    return {"moved_count": count, "clocks": describe_moves(connection, listed)}


def describe_moves(connection: Connection, moves: list[Move]) -> list[dict[str, Any]]:
    """The moves with the numbers of their applications, for people."""
    application = tables.application
    numbers = {
        row.id: row
        for row in connection.execute(
            select(application.c.id, application.c.number, application.c.applicant_name).where(
                application.c.id.in_({move.row["application_id"] for move in moves})
            )
        )
    }
    return [
        move.as_dict()
        | {
            "application_id": move.row["application_id"],
            "application_number": numbers[move.row["application_id"]].number,
            "applicant_name": numbers[move.row["application_id"]].applicant_name,
            "region": move.row["region"],
            "label": ClockKind(move.row["kind"]).label,
        }
        for move in moves
    ]


# --- looking back ------------------------------------------------------------------------------------------


def list_versions(product: Product, *, cursor: str | None = None, limit: int = 20) -> Page:
    """Every version that ever was in force, newest first: since when, why, by whom."""
    statement = select(_versions, _account.c.name).outerjoin(
        _account, _account.c.id == _versions.c.created_by
    )
    with reading(product.engine) as connection:
        newest = newest_ordinal(connection)
        page = page_of(connection, statement, _versions.c.id, cursor, limit, _version_view, descending=True)
        for item in page["items"]:
            item["in_force"] = item["ordinal"] == newest
        return page


def read_version(
    product: Product, *, ordinal: int, year: int | None = None, region: str | None = None
) -> dict[str, Any]:
    """One version, with the days of ``year``, as ``region`` counted them, where asked for.

    Raises ``NotFound`` and ``Malformed``.
    """
    with reading(product.engine) as connection:
        row, calendar = _stored(product, connection, ordinal)
        shown = _version_view(row) | {"in_force": ordinal == newest_ordinal(connection)}
    closures = [_closure_view(closure) for closure in calendar.closures]
    years = [
        {"year": each.year, "version": each.version, "source": each.source}
        for each in _notice_years(calendar)
    ]
    found = shown | {"years": years, "closures": closures, "last_year": calendar.last_day.year}
    if year is None:
        return found
    try:
        return found | {"shown": year_view(counted_in(calendar, region), year)}
    except CalendarRangeError as error:
        raise Malformed(str(error), [FieldError("year", str(error))]) from error


def compare_versions(product: Product, *, before: int, after: int) -> dict[str, Any]:
    """What differs between two versions: each day, with what it was and what it is, and the closures."""
    with reading(product.engine) as connection:
        (old_row, old), (new_row, new) = (
            _stored(product, connection, ordinal) for ordinal in (before, after)
        )
    years = range(old.first_day.year, min(old.last_day.year, new.last_day.year) + 1)
    return {
        "before": _version_view(old_row),
        "after": _version_view(new_row),
        "changes": changes_between(old, new, years),
        "years_published": sorted(_years_with_notice(new) - _years_with_notice(old)),
        "years_withdrawn": sorted(_years_with_notice(old) - _years_with_notice(new)),
        "closures_added": [_closure_view(each) for each in new.closures if each not in old.closures],
        "closures_removed": [_closure_view(each) for each in old.closures if each not in new.closures],
    }


def changes_between(
    old: ChinaWorkingDays, new: ChinaWorkingDays, years: range | list[int]
) -> list[dict[str, Any]]:
    """The days of ``years`` that differ, with what they were and what they are."""
    return [
        {
            "date": after.date.isoformat(),
            "before": before.reason,
            "after": after.reason,
            "working_before": before.working,
            "working_after": after.working,
        }
        for year in years
        for before, after in zip(old.days_of(year), new.days_of(year), strict=True)
        if (before.working, before.reason) != (after.working, after.reason)
    ]


def _years_with_notice(calendar: ChinaWorkingDays) -> set[int]:
    return {each.year for each in _notice_years(calendar)}


def _notice_years(calendar: ChinaWorkingDays) -> list[CalendarYear]:
    years = (calendar.year(year) for year in range(calendar.first_day.year, calendar.last_day.year + 1))
    return [year for year in years if not year.provisional]


def _stored(product: Product, connection: Connection, ordinal: int) -> tuple[Any, ChinaWorkingDays]:
    row = None
    if 0 < ordinal <= LARGEST_ID:
        row = (
            connection.execute(
                select(_versions, _account.c.name)
                .outerjoin(_account, _account.c.id == _versions.c.created_by)
                .where(_versions.c.id == ordinal)
            )
            .mappings()
            .one_or_none()
        )
    if row is None:
        raise NotFound(f"没有第 {ordinal} 版日历")
    return row, product.calendar_of(connection, row["version"])


def _version_view(row: Any) -> dict[str, Any]:
    return {
        "ordinal": row["id"],
        "version": row["version"],
        "note": row["note"],
        "created_by_name": row["name"],
        "created_at": row["created_at"].astimezone(SHANGHAI).isoformat(),
        "years_count": len(row["years"]),
        "closures_count": len(row["closures"]),
    }


def _closure_view(closure: Closure) -> dict[str, Any]:
    return closure.as_dict() | {"region_label": region_labels().get(closure.region, closure.region)}
