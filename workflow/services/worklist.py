"""我的待办: what waits for a person now, what is due first on top."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select, tuple_, union_all

from workflow.access import AWAITED_EVENTS, Actor, capacities, is_awaited
from workflow.clock import shanghai_date
from workflow.errors import FieldError, Malformed
from workflow.persistence import tables
from workflow.persistence.engine import reading
from workflow.services.actors import absent_persons
from workflow.services.awaiting import awaiting
from workflow.services.case import Case, read_cases
from workflow.services.collaboration_view import open_delegation
from workflow.services.filters import due, narrowing
from workflow.services.pages import Page, is_key, read_cursor, write_cursor
from workflow.services.product import Product
from workflow.services.search import looked_up, read_through
from workflow.services.summaries import summary_of
from workflow.services.training_records import consents_in, waiting_make_ups
from workflow.services.view import capacities_now
from workflow.vocabulary import Event, State, Urgency

_WORKLIST = "worklist"
# What is not possible yet by the form alone is passed over, but not without end: the page is then shorter.
_MOST_LOOKS = 5
_application = tables.application
_Place = tuple[date, int]


def read_worklist(
    product: Product,
    *,
    actor: Actor,
    state: str | None = None,
    subsidy: str | None = None,
    region: str | None = None,
    urgency: Urgency | None = None,
    text: str | None = None,
    cursor: str | None = None,
    limit: int = 20,
) -> Page:
    """What this person can act on now, what is due first on top; each with its most urgent clock.

    ``urgency``: overdue, or due soon; ``text`` as ``search.found_by`` has it. Raises ``Malformed`` (400)
    for a cursor that this product did not give.
    """
    after = None if cursor is None else _place_of(cursor)
    with reading(product.engine) as connection:
        today = shanghai_date(product.now(connection))
        conditions = list(narrowing(state=state, subsidy=subsidy, region=region))
        if urgency is not None:
            calendar = product.calendar(connection).for_region(region or actor.region)
            conditions.append(due(urgency, today, calendar))
        stretches = awaiting(actor, today, region, absent_persons(connection, actor, today))
        if text:
            ids = looked_up(connection, actor, text, region)
            if ids is None:
                conditions.append(read_through(text))
            else:
                # These few are looked through once, not along every stretch.
                stretches = [and_(_application.c.id.in_(ids), or_(False, *stretches))]
        items: list[dict[str, Any]] = []
        for _ in range(_MOST_LOOKS):
            places = _first(connection, stretches, conditions, after, limit + 1) if stretches else []
            cases = read_cases(product, connection, actor, [key for _, key in places])
            for place in places:
                item = _item(cases[place[1]], actor)
                if len(items) == limit and item is not None:
                    return {"items": items, "next": _cursor_of(after)}
                after = place
                items += [item | {"place": _cursor_of(place)}] if item is not None else []
            if len(places) <= limit:
                return {"items": items, "next": None}
        return {"items": items, "next": _cursor_of(after)}


def states_awaited(actor: Actor, absent: Sequence[Actor] = ()) -> list[State]:
    """The states that can stand on this person's worklist, in the order of the form."""
    people = (actor, *absent)
    consenting = frozenset().union(*map(consents_in, people))
    return [
        state
        for state in State
        if state in consenting or any(is_awaited(one.role, one.department, state) for one in people)
    ]


def _first(
    connection: Connection,
    stretches: Sequence[ColumnElement[bool]],
    conditions: Sequence[ColumnElement[bool]],
    after: _Place | None,
    count: int,
) -> list[_Place]:
    """The first of all stretches together: each is read from its own beginning, and no further."""
    place = tuple_(_application.c.due_on, _application.c.id)
    beyond = [] if after is None else [place > after]
    beginnings = [
        select(
            select(_application.c.due_on, _application.c.id)
            .where(stretch, *conditions, *beyond)
            .order_by(_application.c.due_on, _application.c.id)
            .limit(count)
            .subquery()
        )
        for stretch in stretches
    ]
    merged = union_all(*beginnings).subquery()
    ordered = select(merged.c.due_on, merged.c.id).order_by(merged.c.due_on, merged.c.id).limit(count)
    return [(row.due_on, row.id) for row in connection.execute(ordered)]


def _item(case: Case, actor: Actor) -> dict[str, Any] | None:
    """The application as an item of the list; None where nothing can be done about it yet."""
    able = {
        event: name for event, name in capacities_now(case, actor).items() if Event(event) in AWAITED_EVENTS
    }
    make_ups = waiting_make_ups(case)
    marks = list(_marks(case, able))
    if not able and make_ups is None and not marks:
        return None
    return summary_of(case.row, case, case.today) | {
        "allowed_events": list(able),
        "make_ups": make_ups,
        "marks": marks,
    }


def _marks(case: Case, able: dict[str, str | None]) -> Iterator[str]:
    """Whose it is, where it is not simply the person's own: handed over, asked of somebody, another's."""
    matter = case.matter()
    asked = matter.delegated_to
    mine = {person.account_id: person for person in (case.actor, *case.absent)}
    if asked is not None and asked.account_id in mine:
        yield f"受{open_delegation(case).asked_by_name}委派"
        if asked.account_id != case.actor.account_id:
            yield f"代{asked.name}"
    elif asked is not None:
        free = capacities(case.actor, replace(matter, delegated_to=None), case.situation(), case.absent)
        if any(event in AWAITED_EVENTS for event in free):
            yield f"已委派{asked.name}，待答复"
    if able and matter.assigned_to is not None and matter.assigned_to.account_id in mine:
        yield "转办"
    for name in dict.fromkeys(able.values()):
        if name is not None:
            yield f"代{name}"


def _cursor_of(place: _Place | None) -> str | None:
    return None if place is None else write_cursor(_WORKLIST, [place[0].isoformat(), place[1]])


def _place_of(cursor: str) -> _Place:
    at = read_cursor(cursor, _WORKLIST)
    try:
        on, key = at
        if is_key(key):
            return date.fromisoformat(on), key
    except (TypeError, ValueError):
        pass
    raise Malformed("翻页标记无效", [FieldError("cursor", "翻页标记无效")], status=400)
