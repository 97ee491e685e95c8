"""资金拨付: one or several payments, payments that fail, and recovering what was wrongly paid."""

from __future__ import annotations

from workflow.chart.moves import CASHIER, FINANCE_HEAD, Move, settled, unsettled
from workflow.vocabulary import Event, State

STATES = (State.DISBURSEMENT_AWAITING_PAYMENT, State.DISBURSED, State.RECOVERING, State.RECOVERED)

MOVES = (
    Move(
        Event.PAY,
        State.DISBURSEMENT_AWAITING_PAYMENT,
        State.DISBURSED,
        CASHIER,
        when=settled,
        on_condition="已付清",
    ),
    Move(
        Event.PAY,
        State.DISBURSEMENT_AWAITING_PAYMENT,
        State.DISBURSEMENT_AWAITING_PAYMENT,
        CASHIER,
        when=unsettled,
        on_condition="未付清",
    ),
    Move(
        Event.PAYMENT_FAILED,
        State.DISBURSEMENT_AWAITING_PAYMENT,
        State.DISBURSEMENT_AWAITING_PAYMENT,
        CASHIER,
    ),
    Move(Event.PAYMENT_FAILED, State.DISBURSED, State.DISBURSEMENT_AWAITING_PAYMENT, CASHIER),
    Move(Event.RECOVER, State.DISBURSED, State.RECOVERING, FINANCE_HEAD),
    Move(
        Event.RECORD_RECOVERY,
        State.RECOVERING,
        State.RECOVERED,
        CASHIER,
        when=settled,
        on_condition="已全部追回",
    ),
    Move(
        Event.RECORD_RECOVERY,
        State.RECOVERING,
        State.RECOVERING,
        CASHIER,
        when=unsettled,
        on_condition="未全部追回",
    ),
)
