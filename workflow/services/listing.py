"""Applications in lists: all that a person may see, and what waits for this person now."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, String, and_, cast, exists, func, or_, select

from workflow.access import AWAITED_EVENTS, Actor, is_awaited
from workflow.clock import SHANGHAI
from workflow.errors import FieldError, Malformed
from workflow.form.money import yuan_from_fen
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.services.case import open_case
from workflow.services.pages import Page, containing, is_key, page_of, read_cursor, write_cursor
from workflow.services.product import Product
from workflow.services.training_records import may_have_waiting, waiting_make_ups
from workflow.services.view import allowed_now, clock_view
from workflow.services.visibility import visible
from workflow.vocabulary import Event, Section, State

_WORKLIST = "worklist"
_SUMMARY = (
    tables.application.c.id,
    tables.application.c.number,
    tables.application.c.kind,
    tables.application.c.subsidy,
    tables.application.c.region,
    tables.application.c.applicant_name,
    tables.application.c.state,
    tables.application.c.section,
    tables.application.c.version,
    tables.application.c.state_since_on,
    tables.application.c.asked_fen,
    tables.application.c.policy_key,
)


def list_applications(
    product: Product,
    *,
    actor: Actor,
    state: str | None = None,
    section: str | None = None,
    subsidy: str | None = None,
    region: str | None = None,
    overdue: bool | None = None,
    mine: bool | None = None,
    text: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """Applications that this person may see, newest first, filtered.

    ``overdue``: with a clock past its due date; ``mine``: in which this person can act now; ``text``: part
    of the number or of the applicant's name.
    """
    application = tables.application
    with reading(product.engine) as connection:
        today = product.now(connection).astimezone(SHANGHAI).date()
        statement = select(*_SUMMARY).where(visible(actor))
        if state is not None:
            statement = statement.where(application.c.state == state)
        if section is not None:
            statement = statement.where(application.c.section == section)
        if subsidy is not None:
            statement = statement.where(application.c.subsidy == subsidy)
        if region is not None:
            statement = statement.where(application.c.region == region)
        if text:
            pattern = containing(text)
            statement = statement.where(
                or_(
                    application.c.number.like(pattern, escape="\\"),
                    application.c.applicant_name.like(pattern, escape="\\"),
                )
            )
        if overdue is not None:
            late = exists().where(
                tables.clock.c.application_id == application.c.id,
                tables.clock.c.ended.is_(None),
                ~tables.clock.c.minimum,
                tables.clock.c.due_on < today,
            )
            statement = statement.where(late if overdue else ~late)
        if mine:
            statement = statement.where(_actionable(actor))
        page = page_of(connection, statement, application.c.id, cursor, limit, dict, descending=True)
        page["items"] = _summaries(product, connection, actor, page["items"])
        return page


def read_worklist(product: Product, *, actor: Actor, cursor: str | None = None, limit: int = 20) -> Page:
    """What this person can act on now, what is due first on top; each with its most urgent clock."""
    application, clock = tables.application, tables.clock
    with reading(product.engine) as connection:
        due = (
            select(func.min(clock.c.due_on))
            .where(
                clock.c.application_id == application.c.id,
                clock.c.ended.is_(None),
                ~clock.c.minimum,
                clock.c.due_on.is_not(None),
            )
            .scalar_subquery()
        )
        # Whatever has no due date stands behind all that has one.
        urgency = func.coalesce(cast(due, String(10)), "9999-12-31").label("urgency")
        statement: Select[Any] = select(*_SUMMARY, urgency).where(visible(actor), _actionable(actor))
        if cursor is not None:
            at = read_cursor(cursor, _WORKLIST)
            if not isinstance(at, list) or len(at) != 2 or not isinstance(at[0], str) or not is_key(at[1]):
                raise Malformed("翻页标记无效", [FieldError("cursor", "翻页标记无效")], status=400)
            statement = statement.where(
                or_(urgency.element > at[0], and_(urgency.element == at[0], application.c.id > at[1]))
            )
        found = (
            connection.execute(statement.order_by(urgency.element, application.c.id).limit(limit + 1))
            .mappings()
            .all()
        )
        rows = [dict(row) for row in found]
        more = len(rows) > limit
        rows = rows[:limit]
        last = [rows[-1].get("urgency"), rows[-1]["id"]] if rows else None
        items = _summaries(product, connection, actor, rows, with_events=True)
        return {
            "items": [item for item in items if item["allowed_events"] or item["make_ups"]],
            "next": write_cursor(_WORKLIST, last) if more else None,
        }


def _actionable(actor: Actor) -> Any:
    """Where this role of this department has something to do: by the state, or for a make-up lesson."""
    states = [state.value for state in State if is_awaited(actor.role, actor.department, state)]
    awaited = tables.application.c.state.in_(states)
    made_up = may_have_waiting(actor)
    return awaited if made_up is None else or_(awaited, made_up)


def _summaries(
    product: Product, connection: Any, actor: Actor, rows: list[dict[str, Any]], *, with_events: bool = False
) -> list[dict[str, Any]]:
    summaries = []
    for row in rows:
        case = open_case(product, connection, actor, row["id"], lock=False)
        today = case.today
        running = [
            clock_view(clock, case, today)
            for clock in case.clocks
            if clock.ended is None and not clock.limit.minimum
        ]
        shown = [clock for clock in running if clock["due_on"]]
        urgent = min(shown, key=lambda clock: clock["due_on"], default=None)
        if urgent is None and running and case.state is State.SUSPENDED:
            urgent = running[-1]
        summary = {
            "id": row["id"],
            "number": row["number"],
            "kind": row["kind"],
            "subsidy": row["subsidy"],
            "subsidy_label": case.subsidy.label,
            "region": row["region"],
            "region_label": case.policy.regions.get(row["region"], row["region"]),
            "applicant_name": row["applicant_name"],
            "state": case.state.value,
            "state_label": case.state.label,
            "section": row["section"],
            "section_label": Section(row["section"]).label,
            "version": row["version"],
            "state_since_on": row["state_since_on"].isoformat(),
            "amount": yuan_from_fen(row["asked_fen"]),
            "clock": urgent,
            "due_on": urgent["due_on"] if urgent else None,
            "clock_state": urgent["state"] if urgent else None,
            "clock_label": urgent["label"] if urgent else None,
            "clock_kind": urgent["kind"] if urgent else None,
            "limit_unit": urgent["limit"]["unit"] if urgent else None,
            "left_days": urgent["left_days"] if urgent else None,
            "provisional": bool(urgent and urgent["provisional"]),
        }
        if with_events:
            allowed = allowed_now(case, actor)
            summary["allowed_events"] = [event for event in allowed if Event(event) in AWAITED_EVENTS]
            summary["make_ups"] = waiting_make_ups(case)
        summaries.append(summary)
    return summaries
