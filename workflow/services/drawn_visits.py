"""Visits that were drawn by lot, as inspectors carry them out; the drawing itself is in ``draws.py``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Select, exists, select, update

from workflow.clock import shanghai_date
from workflow.form.payloads import Inspection, OpeningInspection
from workflow.persistence import tables
from workflow.services.case import Case


def settle_drawn_visits(case: Case, payload: OpeningInspection | Inspection) -> None:
    """An inspection on or after the day of the draw, by who was drawn or a substitute, carries it out."""
    visit, seat, draw = tables.drawn_visit, tables.drawn_inspector, tables.draw
    waiting = case.connection.execute(
        select(visit.c.id, draw.c.drawn_at)
        .join(draw, draw.c.id == visit.c.draw_id)
        .where(
            visit.c.application_id == case.id,
            visit.c.class_no == payload.class_no,
            visit.c.done_at.is_(None),
            exists().where(
                seat.c.visit_id == visit.c.id,
                seat.c.account_id.in_([person.account_id for person in (case.actor, *case.absent)]),
                seat.c.left_at.is_(None),
            ),
        )
    ).all()
    done = [each.id for each in waiting if _is_after(payload.inspected_at, each.drawn_at)]
    if done:
        values = {"done_at": case.now, "done_by": case.actor.account_id}
        case.connection.execute(update(visit).where(visit.c.id.in_(done)).values(values))


def _is_after(inspected_at: datetime, drawn_at: datetime) -> bool:
    return shanghai_date(inspected_at) >= shanghai_date(drawn_at)


def drawn_for(account_ids: Iterable[int]) -> Select[tuple[int]]:
    """The ids of the drawn visits that are still to be carried out by one of these persons."""
    visit, seat = tables.drawn_visit, tables.drawn_inspector
    return (
        select(visit.c.id)
        .join(seat, seat.c.visit_id == visit.c.id)
        .where(seat.c.account_id.in_(account_ids), seat.c.left_at.is_(None), visit.c.done_at.is_(None))
    )
