"""``ApplicationChart``: the sections' states and moves assembled into the machine that says what may be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from statemachine import Event as ChartEvent
from statemachine import State as ChartState
from statemachine import StateChart
from statemachine.exceptions import TransitionNotAllowed
from statemachine.states import States

from workflow.chart import assessment, claim, crossing, disbursement, opening, training
from workflow.chart.moves import Move, Situation, stored_state
from workflow.errors import Broken, NotNow
from workflow.vocabulary import FINAL_STATES, Event, Section, State

SECTION_STATES: dict[Section, tuple[State, ...]] = {
    Section.OPENING: opening.STATES,
    Section.TRAINING: training.STATES,
    Section.ASSESSMENT: assessment.STATES,
    Section.CLAIM: claim.STATES,
    Section.DISBURSEMENT: disbursement.STATES,
}
SECTION_MOVES: dict[Section, tuple[Move, ...]] = {
    Section.OPENING: opening.MOVES,
    Section.TRAINING: training.MOVES,
    Section.ASSESSMENT: assessment.MOVES,
    Section.CLAIM: claim.MOVES,
    Section.DISBURSEMENT: disbursement.MOVES,
}
STATES = (*(state for states in SECTION_STATES.values() for state in states), *crossing.STATES)
MOVES = (*(move for moves in SECTION_MOVES.values() for move in moves), *crossing.MOVES)

EVENTS = {event.value: event for event in Event}
WHY_CLOSED = {(move.source, move.event): move.otherwise for move in MOVES if move.otherwise}
ON_THE_CHART = frozenset((move.source, move.event) for move in MOVES)


def refusal(state: State, event: str, possible: Iterable[Event]) -> NotNow | Broken:
    """Why the event does not lead on: not now, or ``Broken`` because the stored facts make no sense."""
    known = EVENTS.get(event)
    why = WHY_CLOSED.get((state, known), "") if known else ""
    if known and not why and (state, known) in ON_THE_CHART:
        return Broken(f"{event} is due in {state} but the stored targets lead nowhere")
    name = known.label if known else event
    labels = "、".join(other.label for other in possible)
    way_on = f"现在可以：{labels}。" if labels else "申请已经办结。"
    return NotNow(f"当前状态为“{state.label}”，不能“{name}”{'：' + why if why else ''}。{way_on}")


def _assembled() -> States:
    """The library's states, one per stored value, joined by the library's transitions, one per move."""
    events = {event: ChartEvent(id=event.value, name=event.label) for event in Event}
    states = {
        state: ChartState(
            name=state.label, value=state, initial=state is State.DRAFT, final=state in FINAL_STATES
        )
        for state in STATES
    }
    for move in MOVES:
        states[move.source].to(states[move.target], event=events[move.event], cond=move.when)
    return States({state.value: chart_state for state, chart_state in states.items()})


@dataclass(slots=True)
class Standing:
    """What the machine writes its state to; no more, as the library calls methods it finds here by name."""

    state: State


class ApplicationChart(StateChart[Standing]):
    """An application's machine, standing at a stored state. Never shared between threads.

    The flags undo the library's defaults, under which events that lead nowhere pass silently and an error
    in a callback is swallowed while the state moves on.
    """

    allow_event_without_transition = False
    catch_errors_as_events = False
    atomic_configuration_update = True
    states = _assembled()

    def __init__(self, stored: str = State.DRAFT) -> None:
        # The library starts happily at a value it does not know, and fails at the first event.
        super().__init__(Standing(stored_state(stored)))

    @property
    def state(self) -> State:
        """Where the application stands."""
        return self.model.state

    def possible(self, situation: Situation) -> tuple[Event, ...]:
        """The events that lead on from here."""
        enabled = {str(event) for event in self.enabled_events(situation=situation)}
        return tuple(event for event in Event if event.value in enabled)

    def take(self, event: str, situation: Situation) -> State:
        """Send the event and say where it led; ``NotNow`` when it leads nowhere, and nothing has moved."""
        # ``send`` would take the name of any attribute for an event.
        if event not in EVENTS:
            raise refusal(self.state, event, self.possible(situation))
        try:
            self.send(str(event), situation=situation)
        except TransitionNotAllowed:
            raise refusal(self.state, event, self.possible(situation)) from None
        return self.state
