"""Running clocks after the calendar changed: derived anew application by application, each with its record.

Batches resume where they were killed, since a clock says by which calendar version it was derived. A command
that comes first moves its own application's clocks before it acts. Ended clocks keep what judged them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_, select

from workflow.access import SYSTEM
from workflow.notifications.outbox import post
from workflow.persistence import tables
from workflow.persistence.engine import reading, writing
from workflow.services.audit import append_entry
from workflow.services.case import Case, open_case
from workflow.services.clocks import keeper_of
from workflow.services.product import Product

BATCH = 200


def is_behind(case: Case) -> bool:
    """Whether an open clock was derived by another calendar than the one in force."""
    return any(
        clock.ended is None and clock.calendar_version != case.calendar.version for clock in case.clocks
    )


def recompute(case: Case) -> list[dict[str, Any]]:
    """Derives the open clocks of a locked case anew, with an audit entry if one moved; answers the moves."""
    before = next((clock.calendar_version for clock in case.clocks if clock.ended is None), "")
    moved = [
        {
            "clock_id": clock.id,
            "kind": clock.kind.value,
            "due_before": due_before.isoformat() if due_before else None,
            "due_after": clock.due_on.isoformat() if clock.due_on else None,
            "provisional": clock.provisional,
        }
        for clock, due_before in keeper_of(case).recompute()
    ]
    notice = case.open_notice()
    for clock in case.clocks:
        if notice and clock.subject_id == notice["id"] and clock.kind == "public_notice" and clock.due_on:
            notice["minimum_until"] = clock.due_on.isoformat()
            notice["provisional"] = clock.provisional
    case.write()
    if moved:
        append_entry(
            case,
            "recompute",
            outcome="done",
            old=case.state,
            new=case.state,
            details={"calendar_before": before, "clocks": moved},
        )
        post(case.connection, "calendar", case.id, {"clocks": moved}, case.now)
    return moved


def recompute_some(product: Product, limit: int = BATCH) -> int:
    """Recomputes up to ``limit`` applications that are behind; answers how many were."""
    clock = tables.clock
    with reading(product.engine) as connection:
        current = product.calendar(connection).version
        behind = (
            connection.execute(
                select(clock.c.application_id)
                .where(
                    clock.c.ended.is_(None),
                    # Not "!=": only ranges can be looked up in the index.
                    or_(clock.c.calendar_version < current, clock.c.calendar_version > current),
                )
                .distinct()
                .limit(limit)
            )
            .scalars()
            .all()
        )
    for application_id in behind:
        with writing(product.engine) as connection:
            case = open_case(product, connection, SYSTEM, application_id, lock=True)
            if is_behind(case):
                recompute(case)
                case.write_row()
    return len(behind)
