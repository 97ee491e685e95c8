"""A person's due dates as an iCalendar (RFC 5545), read by calendar programs at a private address."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import urlsplit

from flask import Blueprint, Response, request, url_for
from icalendar import Alarm, Calendar, Component, Event, Timezone, TimezoneStandard

from web.current import product
from web.views.wording import weekday
from workflow.clock import day_cn
from workflow.services.feeds import DueDate, read_feed
from workflow.vocabulary import SECTION_OF

blueprint = Blueprint("feeds", __name__)
REFRESH = timedelta(hours=4)
ALARM_BEFORE = timedelta(hours=15, minutes=30)
"""An all-day event begins at midnight: the alarm is at half past eight on the morning before."""
_STAMPS = re.compile(rb"^DTSTAMP:.*\r\n", re.MULTILINE)


@blueprint.get("/feeds/<token>.ics")
def read(token: str) -> Response:
    """The calendar of whom the address belongs to."""
    feed = read_feed(product(), token=token)
    body = _calendar(feed.due_dates, feed.made_at).to_ical()
    response = Response(body, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'inline; filename="due-dates.ics"'
    response.headers["X-Robots-Tag"] = "noindex"
    # Kept by the program that asked, and by nobody without asking again: an address can be revoked.
    response.headers["Cache-Control"] = "private, no-cache"
    # Weak: the moment of making stands in the calendar and is no change of it.
    response.set_etag(sha256(_STAMPS.sub(b"", body)).hexdigest(), weak=True)
    response.make_conditional(request)
    return response


def _calendar(due_dates: tuple[DueDate, ...], made_at: datetime) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//training-subsidy//due dates//ZH")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", "补贴培训资金申请到期日")
    calendar.add("x-wr-timezone", "Asia/Shanghai")
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", f"PT{REFRESH // timedelta(hours=1)}H")
    # A calendar must hold something, even where nothing is due.
    calendar.add_component(_china())
    for due in due_dates:
        calendar.add_component(_event(due, made_at))
    return calendar


def _china() -> Component:
    standard = TimezoneStandard()
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001  (RFC 5545 wants it without a zone)
    standard.add("tzoffsetfrom", timedelta(hours=8))
    standard.add("tzoffsetto", timedelta(hours=8))
    standard.add("tzname", "CST")
    china = Timezone()
    china.add("tzid", "Asia/Shanghai")
    china.add_component(standard)
    return china


def _event(due: DueDate, made_at: datetime) -> Event:
    event = Event()
    event.add("uid", f"clock-{due.clock_id}@{urlsplit(request.host_url).hostname}")
    event.add("dtstamp", made_at.astimezone(UTC))
    event.add("dtstart", due.due_on)
    event.add("dtend", due.due_on + timedelta(days=1))
    event.add("summary", _summary(due))
    event.add("description", "\n".join(_description(due)))
    event.add("categories", [SECTION_OF[due.state].label])
    event.add("status", "TENTATIVE" if due.provisional else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("url", url_for("applications.show", application_id=due.application_id, _external=True))
    if not due.overdue:
        event.add_component(_alarm(due))
    return event


def _alarm(due: DueDate) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", _summary(due))
    alarm.add("trigger", -ALARM_BEFORE)
    return alarm


def _summary(due: DueDate) -> str:
    mark = "【暂定】" if due.provisional else ""
    mark += "【已逾期】" if due.overdue else "【最早届满】" if due.limit.minimum else "【到期】"
    if not due.yours:
        what = f"{due.kind.label}（由{_who(due)}办理）"
    else:
        what = due.kind.label if due.department else f"请您办理：{due.kind.label}"
    return f"{mark}{what} {due.number} {due.applicant_name}"


def _description(due: DueDate) -> list[str]:
    limit = f"{'不少于 ' if due.limit.minimum else ''}{due.limit.count} {due.limit.unit.label}"
    ends = "最早" if due.limit.minimum else "至"
    lines = [
        f"申请：{due.number} {due.applicant_name}",
        f"当前状态：{due.state.label}",
        f"时限：{due.kind.label}，{limit}，自 {day_cn(due.started_on)} 起，"
        f"{ends} {day_cn(due.due_on)}（{weekday(due.due_on)}）{'届满' if due.limit.minimum else '到期'}",
        f"由谁办理：{_who(due)}",
    ]
    if due.source:
        lines.append(f"依据：{due.source}")
    if due.provisional:
        lines.append(
            "暂定：届满日所在年度的节假日通知尚未发布，日期为暂定，以通知发布并导入后重新计算的为准。"
        )
    return lines


def _who(due: DueDate) -> str:
    if due.yours:
        return "您所在的部门" if due.department else "您"
    return due.department.label if due.department else "申请人"
