"""What crosses the sections: refusing, withdrawing, suspending, resuming and terminating."""

from __future__ import annotations

from workflow.chart import assessment, claim, opening, training
from workflow.chart.moves import (
    APPLICANT,
    HR_HEAD,
    HR_HEAD_OR_OFFICE,
    ONLY_WHEN_UPHELD,
    UPHELD,
    Guard,
    Move,
    Situation,
    reviewer_of,
    upheld,
)
from workflow.vocabulary import Event, State

STATES = (State.SUSPENDED, State.REJECTED, State.WITHDRAWN, State.TERMINATED)

UNDER_WAY = (
    *(state for state in opening.STATES if state is not State.DRAFT),
    *training.STATES,
    *assessment.STATES,
    *claim.STATES,
    State.DISBURSEMENT_AWAITING_PAYMENT,
)
"""Where the administration holds the application, from the first submission until the money is out."""

REJECTABLE = (
    *opening.RETURNS,
    State.TRAINING_HR_OPINION,
    State.ASSESSMENT_HR_OPINION,
    *claim.RETURNS,
)
WITHDRAWABLE = (*opening.STATES, *training.STATES, *assessment.STATES, *claim.UP_TO_THE_NOTICE)


def returned_before_the_notice_closed(situation: Situation) -> bool:
    """The correction was asked for up to and with the public notice."""
    return situation.correction_target in claim.UP_TO_THE_NOTICE


def was_suspended_in(state: State) -> Guard:
    """The application stood in ``state`` when it was suspended."""

    def holds(situation: Situation) -> bool:
        return situation.suspension_target is state

    return holds


def resumes_at(state: State) -> State:
    """Where an application suspended in ``state`` goes on: an interrupted notice is published anew."""
    return State.CLAIM_AWAITING_PUBLICATION if state is State.CLAIM_PUBLIC_NOTICE else state


MOVES = (
    *(
        Move(Event.REJECT, source, State.REJECTED, reviewer_of(source))
        for source in REJECTABLE
        if source is not State.CLAIM_PUBLIC_NOTICE
    ),
    Move(
        Event.REJECT,
        State.CLAIM_PUBLIC_NOTICE,
        State.REJECTED,
        reviewer_of(State.CLAIM_PUBLIC_NOTICE),
        when=upheld,
        on_condition=UPHELD,
        otherwise=ONLY_WHEN_UPHELD,
    ),
    *(Move(Event.WITHDRAW, source, State.WITHDRAWN, APPLICANT) for source in WITHDRAWABLE),
    Move(
        Event.WITHDRAW,
        State.CLAIM_CORRECTION,
        State.WITHDRAWN,
        APPLICANT,
        when=returned_before_the_notice_closed,
        on_condition="公示结束之前退回",
        otherwise="公示结束之后退回补正的申请，不能再撤回",
    ),
    *(Move(Event.SUSPEND, source, State.SUSPENDED, HR_HEAD_OR_OFFICE) for source in UNDER_WAY),
    *(
        Move(
            Event.RESUME,
            State.SUSPENDED,
            resumes_at(state),
            HR_HEAD_OR_OFFICE,
            when=was_suspended_in(state),
        )
        for state in UNDER_WAY
    ),
    *(Move(Event.TERMINATE, source, State.TERMINATED, HR_HEAD) for source in (*UNDER_WAY, State.SUSPENDED)),
)
