"""The sweep: clocks whose next rung has come are claimed in small batches, and the rungs given.

Any number of sweeps may run, be killed or come back after days: a batch is one transaction, a rung is unique
by clock, name and due date in the database, and a claimed row is skipped by the others.
"""

from __future__ import annotations

import os
import socket
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, not_, select, update

from workflow.access import SYSTEM
from workflow.clock import real_now, shanghai_date
from workflow.deadlines.ladder import has_lapsed, rung_instant
from workflow.deadlines.ledger import Ledger
from workflow.errors import Refused
from workflow.persistence import tables
from workflow.persistence.engine import reading, upsert, writing
from workflow.policy import Policy, Rung
from workflow.services.alerts import raise_alerts
from workflow.services.audience import People, excused_of
from workflow.services.case import Case, open_case
from workflow.services.door import send_event
from workflow.services.product import Product
from workflow.services.readiness import is_possible_now
from workflow.services.recompute import behind, recompute_behind
from workflow.services.reminders import remind_of_missing_notice
from workflow.vocabulary import ClockKind, Event

BATCH = 200
# The rest is left to the next sweep, so that rungs and heartbeat do not wait for a large import.
RECOMPUTING_SECONDS = 15.0
_CLAIM = (
    select(
        tables.clock,
        tables.application.c.state,
        tables.application.c.section,
        tables.application.c.policy_version,
        tables.application.c.organisation_id,
        tables.application.c.created_by,
        tables.application.c.assigned_to_id,
    )
    .join(tables.application, tables.application.c.id == tables.clock.c.application_id)
    .where(tables.clock.c.next_alert_at <= bindparam("now"))
    .order_by(tables.clock.c.next_alert_at)
    .limit(BATCH)
    .with_for_update(of=tables.clock, skip_locked=True, key_share=True)
)
_ADVANCE = (
    update(tables.clock)
    .where(tables.clock.c.id == bindparam("_id"))
    .values(next_rung=bindparam("_rung"), next_alert_at=bindparam("_at"))
)


def sweep(product: Product) -> dict[str, int]:
    """Gives every rung that has come by now, by the calendar in force; answers how many were raised."""
    recomputed = recompute_behind(product, seconds=RECOMPUTING_SECONDS)
    remind_of_missing_notice(product)
    raised = 0
    while True:
        with writing(product.engine) as connection:
            claimed, given = _sweep_batch(product, connection)
        raised += given
        if claimed < BATCH:
            break
    closed = _close_notices(product)
    return {"raised": raised, "closed_notices": closed, "recomputed": recomputed}


def record_heartbeat(
    product: Product, *, started_at: datetime, facts: dict[str, int], milliseconds: int
) -> None:
    """Notes that this scheduler is alive, and what its sweep did in how long; shown to administrators."""
    node = tables.scheduler_node
    values = {
        "last_sweep_at": real_now(),
        "last_raised_count": facts["raised"],
        "last_recomputed_count": facts["recomputed"],
        "last_closed_count": facts["closed_notices"],
        "last_sweep_ms": milliseconds,
    }
    with writing(product.engine) as connection:
        statement = upsert(connection, node).values(name=node_name(), started_at=started_at, **values)
        connection.execute(statement.on_conflict_do_update(index_elements=[node.c.name], set_=values))


def record_delivery(product: Product, *, facts: dict[str, int]) -> None:
    """Notes what this scheduler's last delivery did, once it is known by its first sweep."""
    node = tables.scheduler_node
    values = {
        "last_delivery_at": real_now(),
        "last_sent_count": facts["sent"],
        "last_failed_count": facts["failed"],
    }
    with writing(product.engine) as connection:
        connection.execute(update(node).where(node.c.name == node_name()).values(values))


def node_name() -> str:
    """The name of this process among schedulers."""
    return f"{socket.gethostname()}:{os.getpid()}"[:100]


def _sweep_batch(product: Product, connection: Connection) -> tuple[int, int]:
    now = product.now(connection)
    calendar = product.calendar(connection)
    # A clock that a new calendar has yet to move gives no rung by its old date.
    waiting = behind(product, connection, calendar)
    claim = _CLAIM if waiting is None else _CLAIM.where(not_(waiting))
    rows = connection.execute(claim, {"now": now}).mappings().all()
    if not rows:
        return 0, 0
    people = People(connection, {row["region"] for row in rows}, shanghai_date(now), rows)
    excused = excused_of(connection, rows)
    raised: list[dict[str, Any]] = []
    audience: dict[tuple[int, str], set[int]] = {}
    advanced: list[dict[str, Any]] = []
    for row in rows:
        policy = product.policy_of(connection, row["policy_version"])
        ledger = Ledger.from_list(row["segments"])
        ahead = _rungs_from(policy, ClockKind(row["kind"]), row["next_rung"])
        next_rung: tuple[str, datetime] | None = None
        for rung in ahead:
            at = rung_instant(rung, ledger, row["due_on"], calendar.for_region(row["region"]))
            if has_lapsed(rung, at, now):
                continue
            if at > now:
                next_rung = (rung.name, at)
                break
            raised.append(_alert(row, rung, at, now))
            audience[row["id"], rung.name] = people.told(rung, row) - excused[row["application_id"]]
        advanced.append(
            {
                "_id": row["id"],
                "_rung": next_rung[0] if next_rung else None,
                "_at": next_rung[1] if next_rung else None,
            }
        )
    given = raise_alerts(connection, raised, audience, now)
    connection.execute(_ADVANCE, advanced)
    return len(rows), given


def _rungs_from(policy: Policy, kind: ClockKind, name: str | None) -> tuple[Rung, ...]:
    rungs = policy.rungs(kind)
    place = next((index for index, rung in enumerate(rungs) if rung.name == name), len(rungs))
    return rungs[place:]


def _alert(row: Any, rung: Rung, at: datetime, now: datetime) -> dict[str, Any]:
    return {
        "application_id": row["application_id"],
        "clock_id": row["id"],
        "rung": rung.name,
        "title": rung.title,
        "due_on": row["due_on"],
        "provisional": row["provisional"],
        "scheduled_at": at,
        "raised_at": now,
    }


def _close_notices(product: Product) -> int:
    """Closes notices whose minimum is over, for policies that want it; shown as the system's act."""
    notice, clock, application = tables.notice, tables.clock, tables.application
    with reading(product.engine) as connection:
        versions = connection.execute(select(tables.policy_version.c.version)).scalars().all()
        automatic = [each for each in versions if product.policy_of(connection, each).notice_auto_close]
        if not automatic:
            return 0
        waiting = (
            connection.execute(
                select(notice.c.application_id)
                .join(application, application.c.id == notice.c.application_id)
                .join(
                    clock,
                    and_(
                        clock.c.application_id == notice.c.application_id,
                        clock.c.kind == ClockKind.PUBLIC_NOTICE.value,
                        clock.c.subject_id == notice.c.id,
                    ),
                )
                .where(
                    notice.c.ended_because.is_(None),
                    clock.c.due_on < shanghai_date(product.now(connection)),
                    application.c.policy_version.in_(automatic),
                )
            )
            .scalars()
            .all()
        )
        cases = [open_case(product, connection, SYSTEM, each, lock=False) for each in waiting]
        ready = [(case.id, case.row["version"]) for case in cases if _may_be_closed(case)]
    closed = 0
    for application_id, version in ready:
        try:
            send_event(
                product,
                actor=SYSTEM,
                application_id=application_id,
                event=Event.CLOSE_NOTICE.value,
                payload={},
                expected_version=version,
                command_id=None,
            )
            closed += 1
        except Refused:
            # Somebody acted in between; the next sweep looks again.
            continue
    return closed


def _may_be_closed(case: Case) -> bool:
    return is_possible_now(case, Event.CLOSE_NOTICE) and not case.objection_upheld()


def count_waiting(connection: Connection, now: datetime) -> int:
    """How many rungs have come and are not given yet."""
    return connection.execute(
        select(func.count()).select_from(tables.clock).where(tables.clock.c.next_alert_at <= now)
    ).scalar_one()
