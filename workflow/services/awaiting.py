"""What waits for a person, as conditions for lists: by state, and by who must not sign twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import Boolean, ColumnElement, and_, exists, literal_column, or_

from workflow.access import Actor, is_awaited
from workflow.persistence import tables
from workflow.policy import region_labels
from workflow.services.case import REVIEW_STEPS
from workflow.services.training_records import consents_in
from workflow.services.visibility import visible
from workflow.vocabulary import ClockKind, Role, State

application = tables.application
Stretches = list[ColumnElement[bool]]


def awaiting(actor: Actor, today: date, region: str | None = None, absent: Sequence[Actor] = ()) -> Stretches:
    """Where this person has something to do, as conditions of which no application meets two.

    Each of an officer is one stretch of the index over region, state and due date, so that a worklist is
    merged out of their beginnings however long they are. ``region`` narrows it, ``absent`` are those in whose
    place the person acts. What it lets through may still turn out to be not possible yet, by the form alone.
    """
    people = (actor, *absent)
    states = [state for state in State if any(_is_awaited(person, state) for person in people)]
    if actor.role is Role.APPLICANT:
        return [and_(visible(actor), application.c.state.in_([state.value for state in states]))]
    own = list(region_labels()) if actor.role is Role.OFFICE else [actor.region]
    regions = own if region is None else [each for each in own if each == region]
    consenting = sorted(frozenset().union(*map(consents_in, people)) - set(states))
    ids = [person.account_id for person in people]
    asked = application.c.delegated_to_id.in_(ids)
    not_asked = or_(application.c.delegated_to_id.is_(None), application.c.delegated_to_id.not_in(ids))
    in_hand = or_(application.c.assigned_to_id.is_(None), application.c.assigned_to_id.in_(ids))
    stretches = [
        and_(
            application.c.region == each,
            application.c.state == state.value,
            in_hand,
            not_asked,
            *_open_to(actor, state, today),
        )
        for each in regions
        for state in states
    ]
    if actor.department is not None:
        stretches += [and_(application.c.region == each, asked) for each in regions]
    if consenting:
        stretches += [
            and_(
                application.c.region == each,
                # As it stands in the index, or PostgreSQL does not see that it is the one.
                literal_column("application.waiting_make_up_count > 0", Boolean),
                application.c.state.in_([state.value for state in consenting]),
                not_asked,
            )
            for each in regions
        ]
    return stretches


def _is_awaited(person: Actor, state: State) -> bool:
    return is_awaited(person.role, person.department, state)


def _open_to(actor: Actor, state: State, today: date) -> Iterator[ColumnElement[bool]]:
    """Who signed first does not sign second; whoever published a notice neither answers nor closes it."""
    if actor.organisation_id is not None:
        yield or_(
            application.c.organisation_id.is_(None), application.c.organisation_id != actor.organisation_id
        )
    if state.value.endswith("_second"):
        decision = tables.decision
        yield ~exists().where(
            decision.c.application_id == application.c.id,
            decision.c.step == REVIEW_STEPS[state][0],
            decision.c.seat == "first",
            or_(decision.c.account_id == actor.account_id, decision.c.on_behalf_of_id == actor.account_id),
            ~decision.c.superseded,
        )
    if state is State.CLAIM_PUBLIC_NOTICE:
        notice, objection, clock = tables.notice, tables.objection, tables.clock
        yield ~exists().where(
            notice.c.application_id == application.c.id,
            notice.c.ended_because.is_(None),
            or_(
                notice.c.published_by == actor.account_id,
                notice.c.published_on_behalf_of_id == actor.account_id,
            ),
        )
        yield or_(
            exists().where(objection.c.application_id == application.c.id, objection.c.outcome.is_(None)),
            exists().where(
                clock.c.application_id == application.c.id,
                clock.c.kind == ClockKind.PUBLIC_NOTICE.value,
                clock.c.ended.is_(None),
                clock.c.due_on < today,
            ),
        )
