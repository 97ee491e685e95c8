"""Who may turn to which colleague about an application: hand over, ask for an opinion, send on; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workflow.access import AWAITED_EVENTS, Actor, Matter, capacities, is_of_applicant, why_not
from workflow.chart.moves import Situation
from workflow.chart.table import actor_of, events_from
from workflow.errors import Forbidden, NotNow
from workflow.vocabulary import Department, Role, State


def department_in_charge(state: State) -> Department | None:
    """The department whose people a matter in this state waits for; None where it waits for none."""
    for event in AWAITED_EVENTS:
        try:
            wanted = actor_of(state, event)
        except NotNow:
            continue
        if wanted.department is not None:
            return wanted.department
    return None


def require_directing(
    actor: Actor, matter: Matter, situation: Situation, absent: Sequence[Actor] = ()
) -> Actor | None:
    """As whom this person may hand the matter over, ask a colleague or send it for information.

    Whoever could act on it now may, and the head of the department for which it waits; None as themselves.
    Raises ``NotNow`` where it waits for no department, ``Forbidden`` for everybody else.
    """
    department = department_in_charge(matter.state)
    if department is None:
        raise NotNow(f"当前状态为“{matter.state.label}”，不在任何部门手中")
    # A colleague's opinion that is awaited hinders a decision, not that it goes on to somebody else.
    free = replace(matter, delegated_to=None)
    for event, person in capacities(actor, free, situation, absent).items():
        if event in AWAITED_EVENTS and actor_of(matter.state, event).department is department:
            return person
    for person in heads(actor, matter, absent):
        return None if person is actor else person
    raise Forbidden(f"只有现在可以办理这件申请的人员，或者{department.label}的负责人，可以转办、委派和抄送")


def heads(actor: Actor, matter: Matter, absent: Sequence[Actor] = ()) -> list[Actor]:
    """Of the person and those in whose place they act, the heads of the department in charge."""
    if is_of_applicant(actor, matter):
        return []
    return [
        person for person in (actor, *absent) if person.role is Role.HEAD and is_colleague(person, matter)
    ]


def require_taking(colleague: Actor, matter: Matter, situation: Situation) -> None:
    """Raises ``Forbidden``, with the reason, unless the colleague themselves could act on the matter now."""
    free = replace(matter, assigned_to=None, delegated_to=None)
    reason = "现在没有可以办理的事项"
    for event in events_from(matter.state, situation):
        wanted = actor_of(matter.state, event)
        if event not in AWAITED_EVENTS or wanted.own or wanted.anyone:
            continue
        refusal = why_not(colleague, free, event, wanted, colleague)
        if refusal is None:
            return
        reason = refusal
    raise Forbidden(f"不能转办给{colleague.name}：{reason}")


def is_colleague(colleague: Actor, matter: Matter) -> bool:
    """Whether the person is of the department and region in charge, and not of the applicant."""
    return (
        colleague.department is not None
        and colleague.department is department_in_charge(matter.state)
        and colleague.region == matter.region
        and not is_of_applicant(colleague, matter)
    )
