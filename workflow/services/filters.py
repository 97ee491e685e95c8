"""Filters that lists of applications share, as conditions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import ColumnElement

from calendars import ChinaWorkingDays
from workflow.clock import at_shanghai
from workflow.persistence import tables
from workflow.vocabulary import Urgency

SOON_DAYS = 3
"""Due within so many working days counts as soon, as the marks on the pages have it."""
_application = tables.application


def narrowing(
    *,
    state: str | None = None,
    section: str | None = None,
    subsidy: str | None = None,
    region: str | None = None,
    since: date | None = None,
    until: date | None = None,
) -> Iterator[ColumnElement[bool]]:
    """The filters that were given; ``since`` and ``until`` are the first and last day they were made on."""
    given = {"state": state, "section": section, "subsidy": subsidy, "region": region}
    for name, value in given.items():
        if value is not None:
            yield _application.c[name] == value
    if since is not None:
        yield _application.c.created_at >= at_shanghai(since, 0)
    if until is not None:
        yield _application.c.created_at < at_shanghai(until + timedelta(days=1), 0)


def due(urgency: Urgency, today: date, calendar: ChinaWorkingDays) -> ColumnElement[bool]:
    """With a clock that is overdue, or with none yet but one due within ``SOON_DAYS`` working days."""
    if urgency is Urgency.OVERDUE:
        return _application.c.due_on < today
    return _application.c.due_on.between(today, calendar.nth_working_day_after(today, SOON_DAYS))
