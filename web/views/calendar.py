"""The calendar of working days, the counting of a period, and the import of a holiday notice."""

from __future__ import annotations

from calendar import Calendar
from datetime import date
from typing import Any, NamedTuple

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from calendars import ChinaWorkingDays
from web.current import product, require_actor
from web.views.fields import Field
from web.views.refused import messages_of, shown
from web.views.wording import as_date
from workflow.clock import shanghai_date
from workflow.errors import FieldError, Malformed, NotFound, NotSignedIn, Refused
from workflow.services import calendar, test_clock

blueprint = Blueprint("calendar", __name__)
_RANGE = ChinaWorkingDays.published()
FIRST_YEAR, LAST_YEAR = _RANGE.first_day.year, _RANGE.last_day.year
_SATURDAY = 5
_WEEKS = Calendar(firstweekday=0)


class Day(NamedTuple):
    """One square of a month: ``kind`` is work, off (a weekend), holiday or make-up."""

    number: int
    kind: str
    mark: str
    reason: str


@blueprint.get("/calendar")
def show_current() -> ResponseReturnValue:
    """The year at hand."""
    return show(_this_year())


@blueprint.get("/calendar/<int:year>")
def show(year: int) -> ResponseReturnValue:
    """Twelve months of a year."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotFound(f"没有 {year} 年的日历")
    found = calendar.show_year(product(), year=year)
    days = {entry["date"]: entry for entry in found["days"]}
    months = [_weeks_of(year, month, days) for month in range(1, 13)]
    named = [entry for entry in found["days"] if _kind(entry) in {"holiday", "make-up"}]
    return render_template(
        "calendar/year.html",
        year=year,
        found=found,
        months=months,
        named=named,
        first=FIRST_YEAR,
        last=LAST_YEAR,
    )


@blueprint.get("/calendar/due")
def due() -> ResponseReturnValue:
    """Counts a period of working days."""
    start, days = request.args.get("start", ""), request.args.get("working_days", "")
    answer: dict[str, Any] | None = None
    refused, errors, status = None, {}, 200
    if start or days:
        try:
            answer = calendar.count_due(product(), start=_start(start), working_days=_days(days))
        except Refused as refusal:
            refused, errors, status = shown(refusal), messages_of(refusal), refusal.status
    fields = [
        Field(
            "start",
            "起始日（不计入）",
            "date",
            start or _today().isoformat(),
            error=errors.get("start", ""),
            enforced=True,
        ),
        Field(
            "working_days",
            "工作日天数",
            "number",
            days or "10",
            error=errors.get("working_days", ""),
            enforced=True,
        ),
    ]
    page = render_template("calendar/due.html", fields=fields, answer=answer, refused=refused)
    return page, status


@blueprint.get("/calendar/import")
def import_form() -> ResponseReturnValue:
    """The form for a notice's text."""
    return _import_page({})


@blueprint.post("/calendar/import")
def import_notices() -> ResponseReturnValue:
    """Shows what a notice changes; applies it when asked to."""
    person = require_actor()
    typed = {name: request.form.get(name, "") for name in ("notice", "amendment", "year")}
    texts = [text for text in (typed["notice"], typed["amendment"]) if text.strip()]
    applies = request.form.get("act") == "apply"
    try:
        if not texts:
            raise Malformed("请粘贴通知全文", [FieldError("notice", "请粘贴通知全文")])
        act = calendar.apply_notices if applies else calendar.preview_notices
        found = act(product(), actor=person, texts=texts, year=_year(typed["year"]))
    except NotSignedIn:
        raise
    except Refused as refusal:
        return _import_page(typed, refusal=refusal), refusal.status
    if not applies:
        return _import_page(typed, preview=found)
    flash(
        f"{found['year']} 年的日历已更新（版本 {found['version']}），{found['moved_count']} 个时限重新计算。",
        "good",
    )
    return redirect(url_for("calendar.show", year=found["year"]), code=303)


_IMPORT_INPUTS = (
    (
        "notice",
        "通知全文",
        "textarea",
        "从中国政府网复制“国务院办公厅关于某年部分节假日安排的通知”全文，粘贴在此",
    ),
    ("amendment", "调整通知全文（选填）", "textarea", "如 2019 年劳动节、2020 年春节的调整"),
    ("year", "年度（选填）", "number", "一般由通知标题得出，不必填写"),
)


def _import_page(
    typed: dict[str, str], preview: dict[str, Any] | None = None, refusal: Refused | None = None
) -> str:
    errors = messages_of(refusal, _import_place) if refusal else {}
    fields = [
        Field(
            name,
            label,
            widget,
            typed.get(name, ""),
            error=errors.get(name, ""),
            help=help_text,
            required=name == "notice",
            width="third" if widget == "number" else "",
        )
        for name, label, widget, help_text in _IMPORT_INPUTS
    ]
    refused = shown(refusal, place=_import_place) if refusal else None
    return render_template(
        "calendar/import.html", fields=fields, preview=preview, refused=refused, typed=typed
    )


def _import_place(path: str) -> str:
    return {"text": "notice"}.get(path, path)


def _today() -> date:
    return shanghai_date(test_clock.business_now(product()))


def _this_year() -> int:
    return _today().year


def _start(typed: str) -> str:
    try:
        found = as_date(typed)
    except ValueError:
        found = None
    if found is None or not FIRST_YEAR <= found.year <= LAST_YEAR:
        message = f"起始日应为日期，{FIRST_YEAR} 年至 {LAST_YEAR} 年"
        raise Malformed(message, [FieldError("start", message)])
    return found.isoformat()


def _days(typed: str) -> int:
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 4 and int(typed) <= 1000):
        raise Malformed(
            "工作日天数应为 0 到 1000 的整数", [FieldError("working_days", "应为 0 到 1000 的整数")]
        )
    return int(typed)


def _year(typed: str) -> int | None:
    if not typed.strip():
        return None
    if not (
        typed.isascii() and typed.isdigit() and FIRST_YEAR <= int(typed[:4]) <= LAST_YEAR and len(typed) == 4
    ):
        message = f"年度应为 {FIRST_YEAR} 到 {LAST_YEAR} 的整数"
        raise Malformed(message, [FieldError("year", message)])
    return int(typed)


def _weeks_of(year: int, month: int, days: dict[str, dict[str, Any]]) -> list[list[Day | None]]:
    return [
        [_square(days[f"{year:04}-{month:02}-{number:02}"], number) if number else None for number in week]
        for week in _WEEKS.monthdayscalendar(year, month)
    ]


def _square(entry: dict[str, Any], number: int) -> Day:
    kind = _kind(entry)
    mark = {"holiday": "休", "make-up": "班", "off": "", "work": ""}[kind]
    return Day(number, kind, mark, entry["reason"])


def _kind(entry: dict[str, Any]) -> str:
    """A day named by a notice or the statute is a holiday even where it falls on a weekend."""
    found = as_date(entry["date"])
    weekend = found is not None and found.weekday() >= _SATURDAY
    if entry["working"]:
        return "make-up" if weekend else "work"
    return (
        "off"
        if weekend and entry["reason"] in {"", "周末", "周六", "周日", "星期六", "星期日"}
        else "holiday"
    )
