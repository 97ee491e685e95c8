"""What each event does to a case, one file per section of the form, and one for what crosses them.

An act checks what only it can check, fills its boxes of the form and writes its register. Person, state and
version have been checked before it; the chart, the clocks, the audit trail and the outbox follow after it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workflow.services.acts import assessment, claim, crossing, disbursement, notice, opening, training
from workflow.services.case import Case
from workflow.vocabulary import Event, State

Act = Callable[[Case, Any], None]

ACTS: dict[Event, Act] = {
    Event.RETURN_TO_FIRST: crossing.return_to_first,
    Event.RETURN_FOR_CORRECTION: crossing.return_for_correction,
    Event.REJECT: crossing.reject,
    Event.WITHDRAW: crossing.withdraw,
    Event.SUSPEND: crossing.suspend,
    Event.RESUME: crossing.resume,
    Event.TERMINATE: crossing.terminate,
    Event.APPROVE: crossing.approve,
    Event.RECORD_OPENING_INSPECTION: training.record_opening_inspection,
    Event.RECORD_INSPECTION: training.record_inspection,
    Event.FINISH_TRAINING: training.finish_training,
    Event.PROPOSE_ASSESSMENT: assessment.propose_assessment,
    Event.RECORD_RESULTS: assessment.record_results,
    Event.ACCEPT: claim.accept,
    Event.PUBLISH: notice.publish,
    Event.FILE_OBJECTION: notice.file_objection,
    Event.RESOLVE_OBJECTION: notice.resolve_objection,
    Event.CLOSE_NOTICE: notice.close_notice,
    Event.PAY: disbursement.pay,
    Event.PAYMENT_FAILED: disbursement.payment_failed,
    Event.RECOVER: disbursement.recover,
    Event.RECORD_RECOVERY: disbursement.record_recovery,
}
"""Every event but ``submit``, whose act depends on the state."""

SUBMISSIONS: dict[State, Act] = {
    State.DRAFT: opening.submit,
    State.OPENING_CORRECTION: opening.resubmit,
    State.CLAIM_DRAFT: claim.submit,
    State.CLAIM_CORRECTION: claim.resubmit,
}

AFTERWARDS: dict[Event, Callable[[Case], None]] = {
    Event.PUBLISH: notice.clocks_after_publishing,
    Event.FILE_OBJECTION: notice.clocks_after_objection,
    Event.RESOLVE_OBJECTION: notice.clocks_after_answer,
}
"""What an event does to clocks beyond the move from state to state."""


def act_of(event: Event, state: State) -> Act:
    """The act of an event in a state."""
    return SUBMISSIONS[state] if event is Event.SUBMIT else ACTS[event]
