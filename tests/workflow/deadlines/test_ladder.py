"""When the rungs of a clock come."""

from __future__ import annotations

from datetime import date

from calendars import ChinaWorkingDays
from workflow.clock import SHANGHAI, at_shanghai
from workflow.deadlines.ladder import next_rung, rung_instant
from workflow.deadlines.ledger import Ledger
from workflow.policy import load_policy
from workflow.vocabulary import ClockKind

CALENDAR = ChinaWorkingDays.published()
POLICY = load_policy("pingdingshan-2022")
LEDGER = Ledger.started(date(2026, 9, 1), "accept")
RUNGS = POLICY.rungs(ClockKind.CLAIM_INDUSTRY_REVIEW)


def test_the_rungs_of_a_due_date_around_the_national_day_fall_on_working_days() -> None:
    instants = {
        rung.name: rung_instant(rung, LEDGER, date(2026, 9, 30), CALENDAR).astimezone(SHANGHAI).isoformat()
        for rung in RUNGS
    }
    assert instants == {
        "due_in_3": "2026-09-24T08:30:00+08:00",
        "due_in_1": "2026-09-29T08:30:00+08:00",
        "overdue": "2026-10-08T08:30:00+08:00",
        "overdue_3": "2026-10-10T08:30:00+08:00",
        "overdue_10": "2026-10-20T08:30:00+08:00",
    }


def test_a_reminder_lapses_with_its_day_and_an_overdue_rung_never_does() -> None:
    due_on = date(2026, 10, 19)
    same_day = next_rung(RUNGS, LEDGER, due_on, CALENDAR, at_shanghai(date(2026, 10, 14), 20))
    assert same_day is not None
    assert same_day.name == "due_in_3"
    later = next_rung(RUNGS, LEDGER, due_on, CALENDAR, at_shanghai(date(2026, 10, 17), 9))
    assert later is not None
    assert later.name == "overdue"
    much_later = next_rung(RUNGS, LEDGER, due_on, CALENDAR, at_shanghai(date(2027, 1, 5), 9))
    assert much_later is not None
    assert much_later.name == "overdue"


def test_a_public_notice_has_no_rung() -> None:
    assert POLICY.rungs(ClockKind.PUBLIC_NOTICE) == ()
