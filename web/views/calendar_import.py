"""A holiday notice brought in: its text looked at first, with what it would change, then put in force."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from web.api.replies import moves_reply
from web.current import product, require_actor
from web.views.fields import Field, ordinal_typed
from web.views.months import Months, festivals_of, months_of
from web.views.refused import messages_of, shown
from workflow.errors import Conflict, FieldError, Malformed, Refused
from workflow.services import calendar, holiday_notices
from workflow.services.holiday_notices import MOST_FILE_BYTES, MOST_TEXT

blueprint = Blueprint("calendar_import", __name__)
_TEXTS = {"notice": "通知全文", "amendment": "调整通知全文"}
_LIMITS = f"每份正文最多 {MOST_TEXT} 字，每个文件最多 {MOST_FILE_BYTES // 1000} KB"
_INPUTS = (
    (
        "notice",
        "通知全文（与下面的文件二者填一）",
        "textarea",
        "从中国政府网复制“国务院办公厅关于某年部分节假日安排的通知”全文，粘贴在此",
    ),
    (
        "notice_file",
        "通知的文本文件（与上面的全文二者填一）",
        "file",
        f".txt，UTF-8 或 GB18030 编码，最多 {MOST_FILE_BYTES // 1000} KB；不能是 PDF、Word 或图片",
    ),
    (
        "amendment",
        "调整通知全文（选填）",
        "textarea",
        "同时导入同一年的调整通知时填写，如 2019 年劳动节、2020 年春节的调整",
    ),
    ("amendment_file", "调整通知的文本文件（选填）", "file", "要求同上"),
    ("year", "年度（选填）", "number", "一般由通知标题得出，不必填写"),
)


@blueprint.get("/calendar/import")
def show() -> ResponseReturnValue:
    """The form for a notice's text."""
    return _page({})


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> ResponseReturnValue:
    """The form with its limits; nothing of what was sent has been read."""
    message = f"提交的内容过大，没有读取：{_LIMITS}"
    return _page({}, refusal=Malformed(message, [FieldError("notice", message)])), 413


@blueprint.post("/calendar/import")
def send() -> ResponseReturnValue:
    """Shows what a notice changes, gives the list of moving clocks to take away, or puts it in force."""
    typed = {name: request.form.get(name, "") for name in (*_TEXTS, "year")}
    act, person = request.form.get("act", ""), require_actor()
    seen = ordinal_typed(request.form.get("seen", ""))
    try:
        for name in _TEXTS:
            typed[name] = _text_of(name, typed[name])
        wanted: dict[str, Any] = {"actor": person, "texts": _texts(typed), "year": _year(typed["year"])}
        if act == "apply":
            return _applied(holiday_notices.apply_notices(product(), **wanted, seen=seen))
        if act == "moves":
            return moves_reply(holiday_notices.stream_moves(product(), **wanted))
        return _page(typed, preview=holiday_notices.preview_notices(product(), **wanted))
    except Conflict as refusal:
        # Somebody else was faster: what would happen now is looked at anew.
        return _page(typed, preview=_fresh(wanted), refusal=refusal), refusal.status
    except Refused as refusal:
        return _page(typed, refusal=refusal), refusal.status


def _fresh(wanted: Mapping[str, Any]) -> dict[str, Any] | None:
    try:
        return holiday_notices.preview_notices(product(), **wanted)
    except Refused:
        return None


def _applied(found: dict[str, Any]) -> ResponseReturnValue:
    years = "、".join(map(str, found["years"]))
    flash(
        f"{years} 年放假安排已生效：日历第 {found['ordinal']} 版（{found['calendar_version']}），"
        f"{found['moved_count']} 个时限变动（到期日改变，或者不再暂定）。",
        "good",
    )
    return redirect(url_for("calendar.show", year=found["year"]), code=303)


def _text_of(name: str, typed: str) -> str:
    """What was pasted, or what stands in the file that was chosen instead."""
    sent = request.files.get(f"{name}_file")
    if sent is None or not sent.filename:
        return typed
    place = f"{name}_file"
    if typed.strip():
        message = f"{_TEXTS[name]}已经粘贴，又选择了文件“{sent.filename}”，请只用一种"
        raise Malformed(message, [FieldError(place, message)])
    try:
        content = sent.stream.read(MOST_FILE_BYTES + 1)
        return holiday_notices.text_of_file(content, f"“{sent.filename}”")
    except Malformed as refusal:
        raise Malformed(refusal.message, [FieldError(place, refusal.message)]) from refusal


def _texts(typed: dict[str, str]) -> list[str]:
    texts = [typed[name] for name in _given(typed)]
    if not texts:
        message = "请粘贴通知全文，或者选择文本文件"
        raise Malformed(message, [FieldError("notice", message)])
    return texts


def _given(typed: dict[str, str]) -> list[str]:
    """The inputs that hold a text, in the order in which the texts are handed over."""
    return [name for name in _TEXTS if typed.get(name, "").strip()]


def _year(typed: str) -> int | None:
    typed = typed.strip()
    if not typed:
        return None
    first, last = calendar.bounds(product())
    if not (typed.isascii() and typed.isdigit() and len(typed) == 4 and first <= int(typed) <= last):
        message = f"年度应为 {first} 到 {last} 的整数，现为“{typed[:20]}”"
        raise Malformed(message, [FieldError("year", message)])
    return int(typed)


def _page(
    typed: dict[str, str], preview: dict[str, Any] | None = None, refusal: Refused | None = None
) -> str:
    given = _given(typed)

    def place(path: str) -> str:
        kind, _, place = path.partition(".")
        return given[int(place)] if kind == "texts" and place else path

    errors = messages_of(refusal, place) if refusal else {}
    fields = [
        Field(
            name,
            label,
            widget,
            typed.get(name, ""),
            error=errors.get(name, ""),
            help=help_text,
            rows={"notice": 12, "amendment": 5}.get(name, 3),
            width="third" if widget == "number" else "",
            accept=".txt,text/plain" if widget == "file" else "",
        )
        for name, label, widget, help_text in _INPUTS
    ]
    return render_template(
        "calendar/import.html",
        fields=fields,
        preview=preview,
        years=_drawn(preview) if preview else [],
        festivals=festivals_of(preview) if preview else [],
        refused=shown(refusal, place=place) if refusal else None,
        typed=typed,
    )


def _drawn(preview: dict[str, Any]) -> list[tuple[int, Months]]:
    """Every year that changes, the newest first: the answer holds that one, and the changes of all."""
    after = {
        change["date"]: {
            "date": change["date"],
            "working": change["working_after"],
            "reason": change["after"],
        }
        for change in preview["changes"]
    }
    drawn = [(preview["year"], months_of(preview, preview["changes"]))]
    for year in sorted(set(preview["years"]) - {preview["year"]}, reverse=True):
        known = calendar.show_year(product(), year=year)
        days = [after.get(day["date"], day) for day in known["days"]]
        drawn.append((year, months_of({"year": year, "days": days}, preview["changes"])))
    return drawn
