"""The escalation ladder: when each rung of a clock falls due, and which one comes next.

A rung is given at 08:30 in China on a working day, once per clock, rung and due date. Reminders before the
due date lapse when their day is over; rungs after it are given late rather than never.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from calendars import ChinaWorkingDays
from workflow.clock import at_shanghai, shanghai_date
from workflow.deadlines.ledger import Ledger, late_on
from workflow.policy import Rung


@dataclass(frozen=True, slots=True)
class NextRung:
    """The rung that comes next, and when."""

    name: str
    at: datetime


def rung_instant(rung: Rung, ledger: Ledger, due_on: date, calendar: ChinaWorkingDays) -> datetime:
    """When ``rung`` is given for a clock due on ``due_on``; a paused clock climbs nothing meanwhile."""
    if rung.offset < 0:
        day = calendar.nth_working_day_before(due_on, -rung.offset)
    else:
        day = late_on(ledger, due_on, rung.offset, calendar)
    return at_shanghai(day, rung.at.hour, rung.at.minute)


def has_lapsed(rung: Rung, at: datetime, now: datetime) -> bool:
    """Whether a reminder's day is over; "3 working days left" would be untrue by then."""
    return rung.offset <= 0 and shanghai_date(now) > shanghai_date(at)


def next_rung(
    ladder: tuple[Rung, ...], ledger: Ledger, due_on: date, calendar: ChinaWorkingDays, now: datetime
) -> NextRung | None:
    """The first rung that has not lapsed by ``now``; what was given already is known to the database."""
    for rung in ladder:
        at = rung_instant(rung, ledger, due_on, calendar)
        if not has_lapsed(rung, at, now):
            return NextRung(rung.name, at)
    return None
