"""过程监管: the opening checks, the checks during the training, and HR's opinion on them."""

from __future__ import annotations

from workflow.chart.moves import APPLICANT, HR_REVIEWER, INSPECTOR, Move
from workflow.vocabulary import Event, State

STATES = (State.TRAINING_AWAITING_START, State.TRAINING_IN_PROGRESS, State.TRAINING_HR_OPINION)

MOVES = (
    Move(
        Event.RECORD_OPENING_INSPECTION, State.TRAINING_AWAITING_START, State.TRAINING_IN_PROGRESS, INSPECTOR
    ),
    # Several classes may stand in one application; each has its own opening check.
    Move(Event.RECORD_OPENING_INSPECTION, State.TRAINING_IN_PROGRESS, State.TRAINING_IN_PROGRESS, INSPECTOR),
    Move(Event.RECORD_INSPECTION, State.TRAINING_IN_PROGRESS, State.TRAINING_IN_PROGRESS, INSPECTOR),
    Move(Event.FINISH_TRAINING, State.TRAINING_IN_PROGRESS, State.TRAINING_HR_OPINION, APPLICANT),
    Move(Event.APPROVE, State.TRAINING_HR_OPINION, State.ASSESSMENT_AWAITING_PROPOSAL, HR_REVIEWER),
)
