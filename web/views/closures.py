"""Local closures: who may enters one, another person confirms it or its withdrawal."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.api.bodies import ClosureEntry, ClosureWithdrawal
from web.current import able, product, require_actor
from web.views.fields import Errors, Field, ordinal_typed, sent_by
from web.views.paging import cursor, page_addresses
from web.views.refused import Shown, messages_of, shown
from workflow.clock import day_cn
from workflow.errors import FieldError, Malformed, NotFound, Refused
from workflow.form.reading import malformed, read
from workflow.policy import region_labels
from workflow.services import closures
from workflow.services.closures import MOST_DAYS

blueprint = Blueprint("closures", __name__)
_DAY = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?", re.ASCII)
_TYPED = ("region", "authority", "document_number", "reason")


@blueprint.get("/calendar/closures")
def list_all() -> ResponseReturnValue:
    """The closures, newest first, and the form for another."""
    return _list_page({})


@blueprint.post("/calendar/closures")
def propose() -> ResponseReturnValue:
    """Enters a closure; it counts once another person has confirmed it."""
    sent = {name: str(value) for name, value in sent_by(request.form).items()}
    try:
        made = closures.propose_closure(product(), actor=require_actor(), **dict(_entry(sent)))
    except Refused as refusal:

        def place(path: str) -> str:
            # The service names the days as one; most people type the first and the last.
            is_days = path.split(".")[0] == "days"
            return "first_on" if is_days and not sent.get("days", "").strip() else path

        head = shown(refusal, place=place)
        return _list_page(sent, head, messages_of(refusal, place)), refusal.status
    flash("停办已录入，须由另一人确认后才计入期限。", "good")
    return redirect(url_for("closures.show", closure_id=made["id"]), code=303)


@blueprint.get("/calendar/closures/<key:closure_id>")
def show(closure_id: int) -> ResponseReturnValue:
    """One closure and, while it waits for a decision, the clocks that would move with it."""
    return _page(closure_id)


@blueprint.post("/calendar/closures/<key:closure_id>/decision")
def decide(closure_id: int) -> ResponseReturnValue:
    """Confirms or declines what another person entered."""
    confirmed = {"confirm": True, "decline": False}.get(request.form.get("act", ""))
    if confirmed is None:
        raise NotFound("没有这个操作")
    try:
        made = closures.decide_closure(
            product(),
            actor=require_actor(),
            closure_id=closure_id,
            confirmed=confirmed,
            seen=ordinal_typed(request.form.get("seen", "")),
        )
    except NotFound:
        raise
    except Refused as refusal:
        return _page(closure_id, refusal), refusal.status
    flash(_decided(made) if confirmed else "未予确认，日历没有变动。", "good")
    return redirect(url_for("closures.show", closure_id=closure_id), code=303)


@blueprint.post("/calendar/closures/<key:closure_id>/withdrawal")
def withdraw(closure_id: int) -> ResponseReturnValue:
    """Asks to take back a closure that is in force; another person confirms."""
    reason = request.form.get("reason", "")
    try:
        asked = read(ClosureWithdrawal, {"reason": reason})
        closures.propose_withdrawal(
            product(), actor=require_actor(), closure_id=closure_id, reason=asked.reason
        )
    except NotFound:
        raise
    except Refused as refusal:
        return _page(closure_id, refusal, reason), refusal.status
    flash("撤销已申请，须由另一人确认后才生效。", "good")
    return redirect(url_for("closures.show", closure_id=closure_id), code=303)


def _decided(made: dict[str, Any]) -> str:
    moved = f"{made['moved_count']} 个时限变动（到期日改变，或者不再暂定）"
    return f"已确认：日历第 {made['ordinal']} 版生效，{moved}。"


def _entry(sent: dict[str, str]) -> ClosureEntry:
    """What was typed; raises ``Malformed`` that names everything that is missing or wrong at once."""
    errors: list[FieldError] = []
    days: list[date] = []
    try:
        days = _days(sent)
    except Malformed as refusal:
        errors += refusal.errors
    typed = {name: sent.get(name, "") for name in _TYPED}
    try:
        # Days that cannot be read are named above: here any day will do.
        entry = read(ClosureEntry, typed | {"days": [on.isoformat() for on in days or [date.min]]})
    except Malformed as refusal:
        errors += refusal.errors
    if errors:
        raise malformed(errors)
    return entry


def _days(sent: dict[str, str]) -> list[date]:
    """The days from the first to the last, or those that are listed; what cannot be read is named."""
    if sent.get("days", "").strip():
        if sent.get("first_on") or sent.get("last_on"):
            message = "停办日期已逐日列出，又填写了起止日期，请只用一种"
            raise Malformed(message, [FieldError("days", message)])
        return [_day("days", "逐日列出", typed) for typed in re.split(r"[\s,，、;；]+", sent["days"].strip())]
    first = _day("first_on", "停办首日", sent.get("first_on", ""))
    last = _day("last_on", "停办末日", sent.get("last_on", "") or sent.get("first_on", ""))
    if last < first:
        message = f"停办末日（{day_cn(last)}）不能早于首日（{day_cn(first)}）"
        raise Malformed(message, [FieldError("last_on", message)])
    count = (last - first).days + 1
    if count > MOST_DAYS:
        message = f"一项停办至多 {MOST_DAYS} 天，{day_cn(first)} 至 {day_cn(last)} 为 {count} 天"
        raise Malformed(message, [FieldError("last_on", message)])
    return [first + timedelta(days=offset) for offset in range(count)]


def _day(field: str, label: str, typed: str) -> date:
    found = _DAY.fullmatch(typed.strip())
    try:
        year, month, day = map(int, found.groups()) if found else (0, 0, 0)
        return date(year, month, day)
    except ValueError:
        said = f"现为“{typed.strip()[:40]}”" if typed.strip() else "尚未填写"
        message = f"“{label}”应为日期，如 2026-07-20，{said}"
        raise Malformed(message, [FieldError(field, message)]) from None


def _list_page(sent: dict[str, str], refused: Shown | None = None, errors: Errors | None = None) -> str:
    person, found = require_actor(), errors or {}
    page = closures.list_closures(product(), actor=person, cursor=cursor())
    own = person.region or ""
    regions = {own: region_labels()[own]} if own else region_labels()
    inputs: tuple[tuple[str, str, str, str, str], ...] = (
        ("region", "地区", "select", "third", ""),
        ("first_on", "停办首日", "date", "third", ""),
        ("last_on", "停办末日", "date", "third", "只停一天的不必填写"),
        ("days", "或者逐日列出（不连续时）", "textarea", "", "每行一天，如 2026-07-20"),
        ("authority", "决定机关", "text", "half", ""),
        ("document_number", "文号", "text", "half", ""),
        ("reason", "事由", "text", "", "如 暴雨停工、全市停电；将显示在公开的日历上"),
    )
    fields = [
        Field(
            name,
            label,
            widget,
            str(sent.get(name, own if name == "region" else "")),
            error=found.get(name, ""),
            help=help_text,
            required=name not in {"first_on", "last_on", "days"},
            options=tuple(regions.items()) if name == "region" else (),
            width=width,
        )
        for name, label, widget, width, help_text in inputs
    ]
    return render_template(
        "calendar/closures.html",
        items=page["items"],
        fields=fields,
        may_enter=able(closures.keeps_closures),
        refused=refused,
        **page_addresses(page),
    )


def _page(closure_id: int, refusal: Refused | None = None, reason: str = "") -> str:
    found = closures.read_closure(product(), actor=require_actor(), closure_id=closure_id)
    errors = messages_of(refusal) if refusal else {}
    field = Field(
        "reason", "撤销事由", "text", reason, error=errors.get("reason", ""), required=True, enforced=True
    )
    return render_template(
        "calendar/closure.html",
        found=found,
        field=field,
        refused=shown(refusal) if refusal else None,
    )
