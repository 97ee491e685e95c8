"""开班申请: from the draft through both departments' reviews to the permission to begin."""

from __future__ import annotations

from workflow.chart.moves import (
    APPLICANT,
    HR_REVIEWER,
    INDUSTRY_REVIEWER,
    Guard,
    Move,
    Situation,
    reviewer_of,
)
from workflow.vocabulary import Event, State

STATES = (
    State.DRAFT,
    State.OPENING_INDUSTRY_FIRST,
    State.OPENING_INDUSTRY_SECOND,
    State.OPENING_HR_FIRST,
    State.OPENING_HR_SECOND,
    State.OPENING_CORRECTION,
)

RETURNS = {
    State.OPENING_INDUSTRY_FIRST: State.OPENING_INDUSTRY_FIRST,
    State.OPENING_INDUSTRY_SECOND: State.OPENING_INDUSTRY_FIRST,
    State.OPENING_HR_FIRST: State.OPENING_HR_FIRST,
    State.OPENING_HR_SECOND: State.OPENING_HR_FIRST,
}
"""From where an opening can be returned for correction, and where it then comes back to."""


def opens_classes(situation: Situation) -> bool:
    """An institution or an enterprise applies for training."""
    return not situation.starts_at_claim


def starts_at_claim(situation: Situation) -> bool:
    """A person applies (note 2 of the form), or it is for people who hold their certificate already."""
    return situation.starts_at_claim


def comes_back_to(target: State) -> Guard:
    """The correction was asked for by the step that begins with ``target``."""

    def holds(situation: Situation) -> bool:
        return situation.correction_target is target

    return holds


MOVES = (
    Move(
        Event.SUBMIT,
        State.DRAFT,
        State.OPENING_INDUSTRY_FIRST,
        APPLICANT,
        when=opens_classes,
        on_condition="机构或企业的培训",
    ),
    Move(
        Event.SUBMIT,
        State.DRAFT,
        State.CLAIM_AWAITING_ACCEPTANCE,
        APPLICANT,
        when=starts_at_claim,
        on_condition="个人，或者不经培训的补贴",
    ),
    Move(Event.APPROVE, State.OPENING_INDUSTRY_FIRST, State.OPENING_INDUSTRY_SECOND, INDUSTRY_REVIEWER),
    Move(Event.APPROVE, State.OPENING_INDUSTRY_SECOND, State.OPENING_HR_FIRST, INDUSTRY_REVIEWER),
    Move(Event.APPROVE, State.OPENING_HR_FIRST, State.OPENING_HR_SECOND, HR_REVIEWER),
    Move(Event.APPROVE, State.OPENING_HR_SECOND, State.TRAINING_AWAITING_START, HR_REVIEWER),
    Move(
        Event.RETURN_TO_FIRST, State.OPENING_INDUSTRY_SECOND, State.OPENING_INDUSTRY_FIRST, INDUSTRY_REVIEWER
    ),
    Move(Event.RETURN_TO_FIRST, State.OPENING_HR_SECOND, State.OPENING_HR_FIRST, HR_REVIEWER),
    *(
        Move(Event.RETURN_FOR_CORRECTION, source, State.OPENING_CORRECTION, reviewer_of(source))
        for source in RETURNS
    ),
    *(
        Move(
            Event.SUBMIT,
            State.OPENING_CORRECTION,
            target,
            APPLICANT,
            when=comes_back_to(target),
        )
        for target in dict.fromkeys(RETURNS.values())
    ),
)
