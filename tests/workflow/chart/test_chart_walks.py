"""Walks through the chart: wherever an application gets to, it stays on the map and there is a way on."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from workflow.chart.chart import ApplicationChart
from workflow.chart.moves import Situation
from workflow.chart.table import correction_target, events_from, next_state
from workflow.errors import NotNow
from workflow.vocabulary import FINAL_STATES, REVIEW_STATES, Event, State

Place = tuple[State, Situation]


def _remembered(state: State, event: Event, situation: Situation) -> Situation:
    """What the services store when the event succeeds."""
    if event is Event.RETURN_FOR_CORRECTION:
        return replace(situation, correction_target=correction_target(state))
    if event is Event.SUSPEND:
        return replace(situation, suspension_target=state)
    if event is Event.PUBLISH:
        return replace(situation, objection_upheld=False)
    return situation


def _reachable(*, starts_at_claim: bool) -> dict[Place, set[Place]]:
    """Every state, with what is stored beside it, that such an application can come to, and its ways on."""
    ways: dict[Place, set[Place]] = {}
    waiting: list[Place] = [(State.DRAFT, Situation(starts_at_claim=starts_at_claim))]
    while waiting:
        place = waiting.pop()
        if place in ways:
            continue
        state, stored = place
        ways[place] = {
            (next_state(state, event, situation), _remembered(state, event, stored))
            for settled in (False, True)
            for changed in (False, True)
            for upheld in (False, True)
            for situation in [
                replace(stored, settled=settled, publish_again=changed, objection_upheld=upheld)
            ]
            for event in events_from(state, situation)
        }
        waiting.extend(ways[place])
    return ways


ORGANISATION = _reachable(starts_at_claim=False)
INDIVIDUAL = _reachable(starts_at_claim=True)


def test_every_state_can_be_reached() -> None:
    assert {state for state, _ in ORGANISATION} == set(State)


def test_an_individual_never_comes_to_the_training_side_of_the_form() -> None:
    reached = {state.value for state, _ in INDIVIDUAL}
    assert not {value for value in reached if value.startswith(("opening", "training", "assessment"))}
    assert reached == {
        state.value for state in State if state.value.startswith(("claim", "disb", "recover"))
    } - {"claim_draft"} | {"draft", "suspended", "rejected", "withdrawn", "terminated"}


def test_every_state_that_is_not_final_has_a_way_on_and_no_final_one_has() -> None:
    for ways in (ORGANISATION, INDIVIDUAL):
        for (state, _), onward in ways.items():
            assert bool(onward) is (state not in FINAL_STATES)


def test_from_everywhere_but_the_final_states_the_money_can_still_be_paid() -> None:
    for ways in (ORGANISATION, INDIVIDUAL):
        good = {place for place in ways if place[0] in (State.DISBURSED, State.RECOVERING)}
        grown = True
        while grown:
            more = {place for place, onward in ways.items() if place not in good and onward & good}
            good |= more
            grown = bool(more)
        stuck = {place[0] for place in set(ways) - good}
        assert stuck == FINAL_STATES


def test_a_correction_always_knows_its_way_back_and_so_does_a_suspension() -> None:
    for state, stored in ORGANISATION:
        if state in (State.OPENING_CORRECTION, State.CLAIM_CORRECTION):
            assert next_state(state, Event.SUBMIT, stored) is stored.correction_target
        if state is State.SUSPENDED:
            interrupted = stored.suspension_target is State.CLAIM_PUBLIC_NOTICE
            back = State.CLAIM_AWAITING_PUBLICATION if interrupted else stored.suspension_target
            assert next_state(state, Event.RESUME, stored) is back


def test_money_is_reached_only_past_all_reviews_and_a_public_notice() -> None:
    needed = [state for state in REVIEW_STATES if state.value.startswith("claim")]
    for skipped in (*needed, State.CLAIM_AWAITING_ACCEPTANCE, State.CLAIM_PUBLIC_NOTICE):
        seen: set[Place] = set()
        waiting = [(State.DRAFT, Situation())]
        while waiting:
            place = waiting.pop()
            if place not in seen and place[0] is not skipped:
                seen.add(place)
                waiting.extend(ORGANISATION[place])
        assert State.DISBURSEMENT_AWAITING_PAYMENT not in {state for state, _ in seen}, skipped


@settings(max_examples=60, deadline=None)
@given(data=st.data(), starts_at_claim=st.booleans())
def test_a_random_walk_never_leaves_the_map(data: st.DataObject, starts_at_claim: bool) -> None:
    state, situation = State.DRAFT, Situation(starts_at_claim=starts_at_claim)
    for _ in range(data.draw(st.integers(1, 30), label="steps")):
        situation = replace(
            situation,
            settled=data.draw(st.booleans()),
            publish_again=data.draw(st.booleans()),
            objection_upheld=data.draw(st.booleans()),
        )
        # Endings only when nothing else is possible, else most walks would be short.
        possible = events_from(state, situation)
        going_on = [event for event in possible if next_state(state, event, situation) not in FINAL_STATES]
        if not possible:
            assert state in FINAL_STATES
            break
        event = data.draw(st.sampled_from(going_on or possible))
        chart = ApplicationChart(state.value)
        reached = chart.take(event, situation)
        assert reached is next_state(state, event, situation)
        assert reached in State
        state, situation = reached, _remembered(state, event, situation)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_random_events_either_move_along_the_map_or_are_refused(data: st.DataObject) -> None:
    situation = Situation(starts_at_claim=data.draw(st.booleans()))
    state = State.DRAFT
    for event in data.draw(st.lists(st.sampled_from(Event), max_size=25)):
        try:
            reached = next_state(state, event, situation)
        except NotNow:
            assert event not in events_from(state, situation)
            continue
        assert event in events_from(state, situation)
        state, situation = reached, _remembered(state, event, situation)
    assert state in State
