"""The calendar of working days for everybody: a year, and the counting of a period."""

from __future__ import annotations

from datetime import date
from typing import Any
from unicodedata import normalize

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.api.parameters import BetweenQuery, DueQuery, RegionQuery
from web.current import product
from web.views.fields import Field
from web.views.filters import read_filters
from web.views.months import festivals_of, months_of
from web.views.refused import messages_of, shown
from workflow.clock import shanghai_date
from workflow.errors import NotFound, Refused
from workflow.form.fields import Typed
from workflow.form.reading import read
from workflow.policy import region_labels
from workflow.services import calendar, calendar_versions, test_clock
from workflow.services.calendar import LABELS, MARKS, MOST_WORKING_DAYS

blueprint = Blueprint("calendar", __name__)
_DIRECTIONS = (("forwards", "向后数"), ("backwards", "向前倒数"))
_MODELS: dict[str, type[Typed]] = {"due": DueQuery, "between": BetweenQuery}


@blueprint.get("/calendar")
def show_current() -> ResponseReturnValue:
    """The year at hand, or the one that was chosen from the list of years."""
    chosen = request.args.get("year", "").strip()
    if chosen.isascii() and chosen.isdigit() and len(chosen) < 10:
        region = request.args.get("region") or None
        return redirect(url_for("calendar.show", year=int(chosen), region=region), code=303)
    return show(_today().year)


@blueprint.get("/calendar/<int:year>")
def show(year: int) -> ResponseReturnValue:
    """Twelve months of a year, with the source of each day off."""
    first, last = calendar.bounds(product())
    if not first <= year <= last:
        raise NotFound(f"没有 {year} 年的日历：日历自 {first} 年起，至 {last} 年止")
    chosen, refused = read_filters(RegionQuery, ("region",))
    found = calendar.show_year(product(), year=year, region=chosen["region"])
    page = render_template(
        "calendar/year.html",
        year=year,
        found=found,
        months=months_of(found),
        festivals=festivals_of(found),
        version=calendar_versions.list_versions(product(), limit=1)["items"][0],
        region=chosen["region"],
        regions=list(region_labels().items()),
        first=first,
        last=last,
        refused=refused,
    )
    return page, 422 if refused else 200


@blueprint.get("/calendar/due")
def due() -> ResponseReturnValue:
    """Counts a period of working days: so many from a date, or those between two dates."""
    mode = "between" if request.args.get("mode") == "between" else "due"
    # An input method may write digits in full width.
    typed = {
        name: normalize("NFKC", request.args.get(name, "")).strip() for name in _MODELS[mode].model_fields
    }
    if "direction" in typed:
        typed["direction"] = typed["direction"] or "forwards"
    # A form that was sent empty names its fields; the first visit, or a link to a mode, names none.
    asked = not _MODELS[mode].model_fields.keys().isdisjoint(request.args)
    answer, refused, errors, status = None, None, {}, 200
    if asked:
        try:
            answer = _count(mode, {name: value for name, value in typed.items() if value})
        except Refused as refusal:
            refused, errors, status = shown(refusal, scope=mode), messages_of(refusal), refusal.status
    days, closed = _by_hand(answer) if answer else ([], [])
    page = render_template(
        "calendar/due.html",
        mode=mode,
        forms={
            each: _fields(each, typed if asked and each == mode else {}, errors if each == mode else {})
            for each in _MODELS
        },
        answer=answer,
        days=days,
        closed=closed,
        region=typed["region"],
        refused=refused,
    )
    return page, status


def _count(mode: str, typed: dict[str, str]) -> dict[str, Any]:
    if mode == "between":
        between = read(BetweenQuery, typed)
        start, end = between.start.isoformat(), between.end.isoformat()
        return calendar.count_between(product(), start=start, end=end, region=between.region)
    wanted = read(DueQuery, typed)
    return calendar.count_due(
        product(),
        start=wanted.start.isoformat(),
        working_days=wanted.working_days,
        backwards=wanted.direction == "backwards",
        region=wanted.region,
    )


def _fields(mode: str, typed: dict[str, str], errors: dict[str, str]) -> list[Field]:
    today = _today().isoformat()
    inputs: dict[str, dict[str, Any]] = {
        "start": {"label": f"{LABELS['start']}（不计入）", "widget": "date", "value": today},
        "working_days": {
            "label": f"{LABELS['working_days']}（0 到 {MOST_WORKING_DAYS}）",
            "widget": "number",
            "value": "10",
        },
        "direction": {"label": "方向", "widget": "select", "value": "forwards", "options": _DIRECTIONS},
        "end": {"label": f"{LABELS['end']}（计入）", "widget": "date", "value": ""},
        "region": {
            "label": "地区",
            "widget": "select",
            "value": "",
            "options": (("", "全国（不含本地停办）"), *region_labels().items()),
        },
    }
    return [
        Field(
            name,
            enforced=name != "region",
            error=errors.get(name, ""),
            scope=mode,
            **(drawn | {"value": typed.get(name, drawn["value"])}),
        )
        for name, drawn in inputs.items()
        if name in _MODELS[mode].model_fields
    ]


def _by_hand(answer: dict[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
    """Every day between, in order: the number of each that counts, the reason of each that does not.

    The reasons of local closures are long: they stand in a list of their own, a number in the square.
    """
    counted = [{"date": on, "counts": True} for on in answer["counted"]]
    # Going back, the day before the start is the first.
    for number, day in enumerate(reversed(counted) if answer.get("backwards") else counted, start=1):
        weekend = date.fromisoformat(str(day["date"])).weekday() >= 5
        day |= {"number": number, "word": "调休上班" if weekend else ""}
    skipped = [
        day | {"word": "" if day["reason"] == "周末" else day["reason"].removesuffix("假期")}
        for day in answer["skipped"]
    ]
    closed = list(dict.fromkeys(str(day["reason"]) for day in skipped if day.get("closed")))
    for day in skipped:
        if day.get("closed"):
            day["word"] = f"{MARKS['closed']}〔{closed.index(day['reason']) + 1}〕"
    return sorted([*counted, *skipped], key=lambda day: str(day["date"])), closed


def _today() -> date:
    return shanghai_date(test_clock.business_now(product()))
