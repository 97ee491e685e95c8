"""What waits for a person, as conditions for lists: by state, and by who must not sign twice."""

from __future__ import annotations

from collections.abc import Iterator
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


def awaiting(actor: Actor, today: date, region: str | None = None) -> Stretches:
    """Where this person has something to do, as conditions of which no application meets two.

    Each of an officer is one stretch of the index over region, state and due date, so that a worklist is
    merged out of their beginnings however long they are. ``region`` narrows it. What it lets through may
    still turn out to be not possible yet, by the form alone.
    """
    states = [state for state in State if is_awaited(actor.role, actor.department, state)]
    if actor.role is Role.APPLICANT:
        return [and_(visible(actor), application.c.state.in_([state.value for state in states]))]
    own = list(region_labels()) if actor.role is Role.OFFICE else [actor.region]
    regions = own if region is None else [each for each in own if each == region]
    consenting = sorted(consents_in(actor) - set(states))
    stretches = [
        and_(application.c.region == each, application.c.state == state.value, *_open_to(actor, state, today))
        for each in regions
        for state in states
    ]
    if consenting:
        stretches += [
            and_(
                application.c.region == each,
                # As it stands in the index, or PostgreSQL does not see that it is the one.
                literal_column("application.waiting_make_up_count > 0", Boolean),
                application.c.state.in_([state.value for state in consenting]),
            )
            for each in regions
        ]
    return stretches


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
            decision.c.account_id == actor.account_id,
            ~decision.c.superseded,
        )
    if state is State.CLAIM_PUBLIC_NOTICE:
        notice, objection, clock = tables.notice, tables.objection, tables.clock
        yield ~exists().where(
            notice.c.application_id == application.c.id,
            notice.c.ended_because.is_(None),
            notice.c.published_by == actor.account_id,
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
