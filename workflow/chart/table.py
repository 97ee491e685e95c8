"""The transition table, compiled once from ``ApplicationChart``: the same answers in a microsecond.

For lists, allowed events and bulk decisions; a test holds it equal to the machine on the full matrix.
"""

from __future__ import annotations

from workflow.chart import claim, opening
from workflow.chart.chart import EVENTS, MOVES, ApplicationChart, refusal
from workflow.chart.moves import Actor, Guard, Situation, stored_state
from workflow.errors import NotNow
from workflow.vocabulary import Event, State

Branch = tuple[Guard | None, State]
"""What must hold, and where the event then leads."""


def _compiled() -> dict[State, dict[Event, tuple[Branch, ...]]]:
    table: dict[State, dict[Event, tuple[Branch, ...]]] = {state: {} for state in State}
    for chart_state in ApplicationChart.states:
        branches = table[chart_state.value]
        for transition in chart_state.transitions:
            guard = next((spec.func for spec in transition.cond), None)
            for event in (EVENTS[name] for name in transition.events):
                targets = tuple((guard, target.value) for target in transition.targets)
                branches[event] = branches.get(event, ()) + targets
    # The order of the vocabulary, so that lists of events read the same everywhere.
    return {
        state: {event: branches[event] for event in Event if event in branches}
        for state, branches in table.items()
    }


_TABLE = _compiled()
_ACTORS: dict[tuple[State, Event], Actor] = {(move.source, move.event): move.actor for move in MOVES}
_CORRECTION_TARGETS: dict[State, State] = {**opening.RETURNS, **claim.RETURNS}


def next_state(state: State, event: Event, situation: Situation) -> State:
    """Where the event leads; ``NotNow`` when nowhere, ``Broken`` when the stored facts make no sense."""
    branches = _TABLE.get(state)
    if branches is not None:
        for guard, target in branches.get(event, ()):
            if guard is None or guard(situation):
                return target
    known = stored_state(state)
    raise refusal(known, event, events_from(known, situation))


def events_from(state: State, situation: Situation) -> tuple[Event, ...]:
    """The events that lead on from the state, whoever may send them."""
    return tuple(
        event
        for event, branches in _TABLE[stored_state(state)].items()
        if any(guard is None or guard(situation) for guard, _ in branches)
    )


def actor_of(state: State, event: Event) -> Actor:
    """Who may send the event in the state; ``NotNow`` when the state does not know the event at all."""
    actor = _ACTORS.get((state, event))
    if actor is None:
        raise _never_here(state, event)
    return actor


def correction_target(state: State) -> State:
    """What to store when a matter is returned for correction in ``state``: where ``submit`` will lead."""
    target = _CORRECTION_TARGETS.get(state)
    if target is None:
        raise _never_here(state, Event.RETURN_FOR_CORRECTION)
    return target


def _never_here(state: State, event: Event) -> NotNow:
    return NotNow(f"当前状态为“{stored_state(state).label}”，不能“{event.label}”。")
