"""The escalation ladder: when each rung of a clock falls due, and which one comes next.

A rung is given at 08:30 in China on a working day, once per clock, rung and due date. Reminders before the
due date lapse when their day is over; rungs after it are given late rather than never.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from calendars import ChinaWorkingDays
from workflow.clock import at_shanghai, shanghai_date
from workflow.policy import Rung


@dataclass(frozen=True, slots=True)
class NextRung:
    """The rung that comes next, and when."""

    name: str
    at: datetime


def rung_instant(rung: Rung, due_on: date, calendar: ChinaWorkingDays) -> datetime:
    """When ``rung`` is given for a clock due on ``due_on``."""
    if rung.offset < 0:
        day = calendar.nth_working_day_before(due_on, -rung.offset)
    else:
        day = calendar.nth_working_day_after(due_on, rung.offset)
    return at_shanghai(day, rung.at.hour, rung.at.minute)


def has_lapsed(rung: Rung, at: datetime, now: datetime) -> bool:
    """Whether a reminder's day is over; "3 working days left" would be untrue by then."""
    return rung.offset <= 0 and shanghai_date(now) > shanghai_date(at)


def next_rung(
    ladder: tuple[Rung, ...],
    due_on: date,
    calendar: ChinaWorkingDays,
    now: datetime,
    *,
    after: str | None = None,
) -> NextRung | None:
    """The first rung after the one named ``after`` (all, when None) that has not lapsed by ``now``."""
    passed = after is None
    for rung in ladder:
        if not passed:
            passed = rung.name == after
            continue
        at = rung_instant(rung, due_on, calendar)
        if not has_lapsed(rung, at, now):
            return NextRung(rung.name, at)
    return None
