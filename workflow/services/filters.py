"""Filters that lists of applications share, as conditions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from sqlalchemy import ColumnElement

from calendars import ChinaWorkingDays
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
) -> Iterator[ColumnElement[bool]]:
    """The filters that were given."""
    given = {"state": state, "section": section, "subsidy": subsidy, "region": region}
    for name, value in given.items():
        if value is not None:
            yield _application.c[name] == value


def due(urgency: Urgency, today: date, calendar: ChinaWorkingDays) -> ColumnElement[bool]:
    """With a clock that is overdue, or with none yet but one due within ``SOON_DAYS`` working days."""
    if urgency is Urgency.OVERDUE:
        return _application.c.due_on < today
    return _application.c.due_on.between(today, calendar.nth_working_day_after(today, SOON_DAYS))
