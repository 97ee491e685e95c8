"""结业考核: the applicant proposes a date, the inspector records the results, HR gives its opinion."""

from __future__ import annotations

from workflow.chart.moves import APPLICANT, HR_REVIEWER, INSPECTOR, Move
from workflow.vocabulary import Event, State

STATES = (State.ASSESSMENT_AWAITING_PROPOSAL, State.ASSESSMENT_PROPOSED, State.ASSESSMENT_HR_OPINION)

MOVES = (
    Move(Event.PROPOSE_ASSESSMENT, State.ASSESSMENT_AWAITING_PROPOSAL, State.ASSESSMENT_PROPOSED, APPLICANT),
    # Another date may be proposed until results are recorded.
    Move(Event.PROPOSE_ASSESSMENT, State.ASSESSMENT_PROPOSED, State.ASSESSMENT_PROPOSED, APPLICANT),
    Move(Event.RECORD_RESULTS, State.ASSESSMENT_PROPOSED, State.ASSESSMENT_HR_OPINION, INSPECTOR),
    Move(Event.APPROVE, State.ASSESSMENT_HR_OPINION, State.CLAIM_DRAFT, HR_REVIEWER),
)
