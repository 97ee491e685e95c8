"""The machine itself: kept and revived, equal to the compiled table, deaf to what it does not know."""

from __future__ import annotations

import timeit
from itertools import product
from typing import cast

import pytest

from tests.workflow.chart.situations import BASIC, CORRECTED, INSTITUTION, SUSPENDED
from workflow.chart.chart import ApplicationChart
from workflow.chart.moves import Situation
from workflow.chart.table import events_from, next_state
from workflow.errors import Broken, NotNow
from workflow.vocabulary import FINAL_STATES, Event, State

TARGETED = {
    State.OPENING_CORRECTION: CORRECTED,
    State.CLAIM_CORRECTION: CORRECTED,
    State.SUSPENDED: SUSPENDED,
}
SAMPLE = [
    Situation(starts_at_claim=True),
    *(situation for situation in BASIC if not situation.starts_at_claim),
    Situation(
        correction_target=State.CLAIM_HR_FIRST,
        suspension_target=State.CLAIM_PUBLIC_NOTICE,
    ),
]


@pytest.mark.parametrize("state", State, ids=str)
def test_the_machine_and_the_compiled_table_answer_the_same(state: State) -> None:
    wrong = []
    chart = ApplicationChart(state)
    for situation in [*SAMPLE, *TARGETED.get(state, [])]:
        assert chart.possible(situation) == events_from(state, situation)
        for event in Event:
            try:
                answer = str(chart.take(event, situation))
                moved = True
            except (NotNow, Broken) as refused:
                answer, moved = repr(refused), False
                assert chart.state is state, "a refusal moved the state"
            try:
                compiled = str(next_state(state, event, situation))
            except (NotNow, Broken) as refused:
                compiled = repr(refused)
            if answer != compiled:
                wrong.append((event.value, situation, answer, compiled))
            if moved:
                chart = ApplicationChart(state)
    assert wrong == []


@pytest.mark.parametrize("state", State, ids=str)
def test_every_state_survives_save_and_load(state: State) -> None:
    saved = str(ApplicationChart(state).state.value)
    loaded = ApplicationChart(saved)
    assert loaded.state is state
    assert [kept.value for kept in loaded.configuration] == [state]
    assert loaded.possible(INSTITUTION) == events_from(state, INSTITUTION)


def test_a_new_application_is_a_draft() -> None:
    assert ApplicationChart().state is State.DRAFT


def test_a_state_after_a_move_is_a_word_of_the_vocabulary_with_the_stored_value() -> None:
    chart = ApplicationChart("opening_hr_second")
    assert chart.take("approve", INSTITUTION) is State.TRAINING_AWAITING_START
    assert chart.state.value == "training_awaiting_start"


@pytest.mark.parametrize("stored", ["", "Draft", "DRAFT", "paid", "opening", "draft ", None])
def test_an_unknown_stored_state_is_broken(stored: str | None) -> None:
    with pytest.raises(Broken):
        ApplicationChart(cast(str, stored))
    with pytest.raises(Broken):
        next_state(cast(State, stored), Event.SUBMIT, INSTITUTION)
    with pytest.raises(Broken):
        events_from(cast(State, stored), INSTITUTION)


@pytest.mark.parametrize(
    "event", ["", "Submit", "draft", "take", "send", "model", "state", "__init__", "开班"]
)
@pytest.mark.parametrize("state", [State.DRAFT, State.SUSPENDED, State.TERMINATED], ids=str)
def test_an_unknown_event_is_refused_and_moves_nothing(state: State, event: str) -> None:
    chart = ApplicationChart(state)
    with pytest.raises(NotNow, match=f"不能“{event}”"):
        chart.take(event, INSTITUTION)
    assert chart.state is state
    with pytest.raises(NotNow, match=f"不能“{event}”"):
        next_state(state, cast(Event, event), INSTITUTION)


@pytest.mark.parametrize(
    ("state", "event"),
    [(state, event) for state, event in product(sorted(FINAL_STATES), Event)],
    ids=str,
)
def test_nothing_leads_out_of_a_final_state(state: State, event: Event) -> None:
    with pytest.raises(NotNow):
        ApplicationChart(state).take(event, INSTITUTION)


def test_a_machine_that_has_just_ended_refuses_aloud() -> None:
    chart = ApplicationChart()
    chart.take(Event.WITHDRAW, INSTITUTION)
    with pytest.raises(NotNow):
        chart.take(Event.SUBMIT, INSTITUTION)
    assert chart.state is State.WITHDRAWN


def test_an_error_in_a_guard_is_heard_and_moves_nothing() -> None:
    chart = ApplicationChart()
    with pytest.raises(AttributeError):
        chart.take(Event.SUBMIT, cast(Situation, None))
    assert chart.state is State.DRAFT


def test_two_machines_share_no_state() -> None:
    one, other = ApplicationChart(), ApplicationChart()
    one.take(Event.SUBMIT, INSTITUTION)
    assert other.state is State.DRAFT


def test_a_look_into_the_table_costs_about_a_microsecond() -> None:
    def look() -> State:
        return next_state(State.OPENING_HR_FIRST, Event.APPROVE, INSTITUTION)

    # The best of several runs, and a wide margin: the machine may be busy with other tests.
    assert min(timeit.repeat(look, number=2_000, repeat=7)) / 2_000 < 5e-6
