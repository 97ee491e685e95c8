"""The chart against the contract's table: every state, event, situation, role and department."""

from __future__ import annotations

from itertools import product

import pytest

from tests.workflow.chart import written_table as written
from tests.workflow.chart.situations import EVERY_SITUATION, INSTITUTION, written_target
from workflow.chart.chart import MOVES
from workflow.chart.moves import Actor
from workflow.chart.table import actor_of, correction_target, events_from, next_state
from workflow.errors import Broken, NotNow
from workflow.vocabulary import FINAL_STATES, Department, Event, Role, State

WHO = {(state, event): who for event, who, state, _target, _condition in written.rows()}
ONLY_STORED_FACTS_SAY_WHERE = {
    ("opening_correction", "submit"),
    ("claim_correction", "submit"),
    ("suspended", "resume"),
}


def test_the_states_are_the_contracts_and_nothing_else() -> None:
    assert [state.value for state in State] == written.STATES
    assert {state.value for state in FINAL_STATES} == written.FINAL


def test_the_events_are_the_contracts_and_nothing_else() -> None:
    assert [event.value for event in Event] == written.EVENTS
    assert {event for event, *_ in written.rows()} == set(written.EVENTS)


def test_every_event_leads_from_every_state_in_every_situation_where_the_written_table_says() -> None:
    wrong = []
    for state, event, situation in product(State, Event, EVERY_SITUATION):
        try:
            target: str | None = next_state(state, event, situation)
        except (NotNow, Broken):
            target = None
        if target != written_target(state, event, situation):
            wrong.append((state.value, event.value, situation, target))
    assert wrong == []


def test_the_possible_events_are_those_of_the_written_table() -> None:
    wrong = [
        (state.value, situation)
        for state, situation in product(State, EVERY_SITUATION)
        if [event.value for event in events_from(state, situation)]
        != [event for event in written.EVENTS if written_target(state, event, situation)]
    ]
    assert wrong == []


def test_stored_targets_that_lead_nowhere_are_broken_and_all_else_is_merely_not_now() -> None:
    wrong = []
    for state, event, situation in product(State, Event, EVERY_SITUATION):
        if written_target(state, event, situation) is None:
            expected = Broken if (state, event) in ONLY_STORED_FACTS_SAY_WHERE else NotNow
            try:
                next_state(state, event, situation)
            except (NotNow, Broken) as refused:
                if type(refused) is not expected:
                    wrong.append((state.value, event.value, situation))
    assert wrong == []


def test_each_event_is_open_to_exactly_the_roles_and_departments_of_the_written_table() -> None:
    wrong = []
    everybody = list(product(Role, (None, *Department)))
    for state, event in product(State, Event):
        who = WHO.get((state, event))
        for role, department in everybody:
            try:
                admitted = actor_of(state, event).admits(role, department)
            except NotNow:
                admitted = False
            expected = who == "anyone" or (who is not None and (role, department) in written.PEOPLE[who])
            if admitted != expected:
                wrong.append((state.value, event.value, role.value, department, admitted))
    assert wrong == []


def test_only_applicants_act_on_their_own_anyone_objects_and_the_system_closes_notices() -> None:
    for (state, event), who in WHO.items():
        actor = actor_of(State(state), Event(event))
        assert actor.own is (who == "applicant")
        assert actor.anyone is (who == "anyone")
        assert actor.system is (who == "hr reviewer or system")


def test_who_may_send_an_event_does_not_depend_on_where_it_leads() -> None:
    actors: dict[tuple[State, Event], set[Actor]] = {}
    for move in MOVES:
        actors.setdefault((move.source, move.event), set()).add(move.actor)
    assert all(len(found) == 1 for found in actors.values())


@pytest.mark.parametrize("state", State, ids=str)
def test_a_return_comes_back_to_the_first_review_of_the_step_that_asked(state: State) -> None:
    target = written.CORRECTION_TARGETS.get(state)
    if target is None:
        with pytest.raises(NotNow):
            correction_target(state)
    else:
        assert correction_target(state) == target


def test_a_refusal_names_the_state_the_event_the_reason_and_what_is_possible() -> None:
    with pytest.raises(NotNow) as refused:
        next_state(State.CLAIM_PUBLIC_NOTICE, Event.REJECT, INSTITUTION)
    assert refused.value.message == (
        "当前状态为“补贴申领·公示中”，不能“不予通过”：公示期间，只有异议成立后才可以退回补正或者不予通过。"
        "现在可以：撤回申请、提出异议、处理异议、结束公示、暂停办理、终止办理。"
    )


def test_a_refusal_in_a_final_state_says_that_it_is_over() -> None:
    with pytest.raises(NotNow) as refused:
        next_state(State.REJECTED, Event.SUBMIT, INSTITUTION)
    assert refused.value.message == "当前状态为“不予通过”，不能“提交”。申请已经办结。"
