"""The clocks of a case, kept under its policy and calendar."""

from __future__ import annotations

from workflow.deadlines.keeping import ClockKeeper
from workflow.services.case import Case


def keeper_of(case: Case) -> ClockKeeper:
    """The keeper of the case's clocks, at the moment of the case."""
    return ClockKeeper(
        clocks=case.clocks, policy=case.policy, calendar=case.calendar, now=case.now, today=case.today
    )
