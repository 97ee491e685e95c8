"""The calendar, its arithmetic and its versions, the import of holiday notices, and the test clock."""

from __future__ import annotations

from typing import Any

from flask import Response

from web.api.bodies import NoticeImport, TestClockSetting
from web.api.intake import json_object
from web.api.parameters import (
    BetweenQuery,
    ChangesQuery,
    DueQuery,
    NoticeQuery,
    PageQuery,
    RegionQuery,
    VersionQuery,
)
from web.api.replies import moves_reply, reply
from web.current import actor, product, require_actor
from workflow.errors import FieldError, Malformed
from workflow.form.reading import read
from workflow.services import calendar, calendar_versions, holiday_notices, test_clock


def show_calendar(year: int, query: RegionQuery) -> Response:
    """A year of the calendar, day by day."""
    return reply(calendar.show_year(product(), year=year, region=query.region))


def count_due(query: DueQuery) -> Response:
    """The date that so many working days lead to, with the days counted and skipped."""
    return reply(
        calendar.count_due(
            product(),
            start=query.start.isoformat(),
            working_days=query.working_days,
            backwards=query.direction == "backwards",
            region=query.region,
        )
    )


def count_between(query: BetweenQuery) -> Response:
    """How many working days lie between two dates, with the days counted and skipped."""
    return reply(
        calendar.count_between(
            product(), start=query.start.isoformat(), end=query.end.isoformat(), region=query.region
        )
    )


def list_calendar_versions(query: PageQuery) -> Response:
    """Every version of the calendar that ever was in force, newest first."""
    page = calendar_versions.list_versions(product(), cursor=query.cursor, limit=query.limit)
    return reply(page | {"items": [for_caller(version) for version in page["items"]]})


def read_calendar_version(ordinal: int, query: VersionQuery) -> Response:
    """One version of the calendar, with the days of a year where asked for."""
    return reply(
        for_caller(
            calendar_versions.read_version(product(), ordinal=ordinal, year=query.year, region=query.region)
        )
    )


def compare_calendar_versions(ordinal: int, query: ChangesQuery) -> Response:
    """What differs in this version from another one: days, and local closures."""
    found = calendar_versions.compare_versions(product(), before=query.since, after=ordinal)
    return reply(found | {side: for_caller(found[side]) for side in ("before", "after")})


def for_caller(version: dict[str, Any]) -> dict[str, Any]:
    """A version as the caller may see it: who made it is nobody's business outside."""
    return version if actor() else version | {"created_by_name": None}


def import_notices(query: NoticeQuery) -> Response:
    """A holiday notice: what it would change and which clocks it moves; in force only with ``apply``."""
    wanted = read(NoticeImport, json_object())
    if query.format == "csv":
        return _all_moves(wanted)
    act = holiday_notices.apply_notices if wanted.apply else holiday_notices.preview_notices
    return reply(
        act(product(), actor=require_actor(), texts=list(wanted.texts), year=wanted.year, seen=wanted.seen)
    )


def _all_moves(wanted: NoticeImport) -> Response:
    if wanted.apply:
        message = "表格只用于预览；生效时请不要给出 format=csv"
        raise Malformed(message, [FieldError("format", message)])
    moves = holiday_notices.stream_moves(
        product(), actor=require_actor(), texts=list(wanted.texts), year=wanted.year, seen=wanted.seen
    )
    return moves_reply(moves)


def set_test_clock() -> Response:
    """Sets the present moment of the business, and sweeps once before it answers."""
    wanted = read(TestClockSetting, json_object())
    return reply(test_clock.set_test_clock(product(), actor=require_actor(), now=wanted.now))
