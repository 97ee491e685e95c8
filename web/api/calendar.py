"""The calendar, its arithmetic, the import of holiday notices, and the test clock."""

from __future__ import annotations

from flask import Response

from web.api.bodies import NoticeImport, TestClockSetting
from web.api.intake import json_object
from web.api.parameters import DueQuery
from web.api.replies import reply
from web.current import product, require_actor
from workflow.form.reading import read
from workflow.services import calendar, test_clock


def show_calendar(year: int) -> Response:
    """A year of the calendar, day by day."""
    return reply(calendar.show_year(product(), year=year))


def count_due(query: DueQuery) -> Response:
    """The date that so many working days lead to, with the days counted and skipped."""
    return reply(
        calendar.count_due(product(), start=query.start.isoformat(), working_days=query.working_days)
    )


def import_notices() -> Response:
    """A holiday notice: what it would change and which clocks it moves; in force only with ``apply``."""
    wanted = read(NoticeImport, json_object())
    act = calendar.apply_notices if wanted.apply else calendar.preview_notices
    return reply(act(product(), actor=require_actor(), texts=list(wanted.texts), year=wanted.year))


def set_test_clock() -> Response:
    """Sets the present moment of the business, and sweeps once before it answers."""
    wanted = read(TestClockSetting, json_object())
    return reply(test_clock.set_test_clock(product(), actor=require_actor(), now=wanted.now))
