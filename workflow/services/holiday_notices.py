"""A holiday notice of the State Council, from its text: looked at first, then put in force."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Connection

from calendars import (
    CalendarRangeError,
    CalendarYear,
    ChinaWorkingDays,
    NoticeError,
    apply_with_cautions,
)
from workflow.access import SYSTEM, Actor
from workflow.errors import FieldError, Forbidden, Malformed, NotNow
from workflow.persistence.engine import reading, writing
from workflow.services.calendar import year_view
from workflow.services.calendar_versions import (
    ANSWER_SECONDS,
    MOST_LISTED,
    changes_between,
    describe_moves,
    moves_answer,
    newest_ordinal,
    put_in_force,
    require_ordinal,
)
from workflow.services.product import Product
from workflow.services.recompute import preview_moves, recompute_behind
from workflow.vocabulary import Role

MOST_TEXT = 20_000
MOST_FILE_BYTES = 200_000
# What people save a page as, or send on, where a text is wanted: known by how the file begins.
_NO_TEXTS = {
    b"%PDF": "PDF",
    b"PK\x03\x04": "Word（.docx）或压缩文件",
    b"\xd0\xcf\x11\xe0": "Word（.doc）",
    b"{\\rtf": "RTF",
    b"\x89PNG": "图片",
    b"\xff\xd8\xff": "图片",
    b"GIF8": "图片",
    b"BM": "图片",
}


def text_of_file(content: bytes, name: str) -> str:
    """The text in a file in UTF-8 or GB18030; ``Malformed`` says what else the file is."""
    kind = next((kind for begins, kind in _NO_TEXTS.items() if content.startswith(begins)), None)
    if kind is None and len(content) > MOST_FILE_BYTES:
        message = f"{name} 过大，不像是放假通知的正文（最多 {MOST_FILE_BYTES // 1000} KB）"
        raise Malformed(message, [FieldError("file", message)])
    if kind is None and b"\x00" not in content:
        # Notices are copied from web pages into whatever the desktop's editor writes.
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
    found = f"，而是{kind}" if kind else "（应为 UTF-8 或 GB18030 编码）"
    message = f"{name} 不是文本文件{found}；请把通知的文字粘贴到文本文件（.txt）中"
    raise Malformed(message, [FieldError("file", message)])


def preview_notices(
    product: Product, *, actor: Actor | None, texts: list[str], year: int | None, seen: int | None = None
) -> dict[str, Any]:
    """What the notices say, what differs from what was known, and every running clock that would move.

    ``actor`` None is the command line, where the machine's owner stands. ``seen`` is the ordinal of the
    version the caller looked at. Raises ``Malformed`` naming the first line that does not add up, and
    ``Conflict`` where another version is in force by now.
    """
    _require_admin(actor)
    answer, _ = _look(product, texts, year, seen)
    return answer


def stream_moves(
    product: Product, *, actor: Actor | None, texts: list[str], year: int | None, seen: int | None = None
) -> Iterator[dict[str, Any]]:
    """Every running clock that would move, of which the preview lists only the first; raises as it does."""
    _require_admin(actor)
    with reading(product.engine) as connection:
        _, calendar, changed, _ = _told(product, connection, texts, year, seen)
        moves = preview_moves(product, connection, calendar.with_years(changed))
        while listed := list(islice(moves, MOST_LISTED)):
            yield from describe_moves(connection, listed)


def apply_notices(
    product: Product,
    *,
    actor: Actor | None,
    texts: list[str],
    year: int | None,
    seen: int | None = None,
    seconds: float | None = ANSWER_SECONDS,
) -> dict[str, Any]:
    """Makes the notices a new calendar version, in force at once, and moves the running clocks.

    What cannot be moved within ``seconds`` is left to the scheduler. Raises as the preview does, and
    ``NotNow`` where nothing changes.
    """
    _require_admin(actor)
    answer, new = _look(product, texts, year, seen)
    if not answer["changes"] and new.version == answer["calendar_before"]:
        raise NotNow(f"这些通知的内容已经在现行日历（第 {answer['ordinal_before']} 版）中，没有变化")
    with writing(product.engine) as connection:
        ordinal = put_in_force(
            connection,
            new,
            seen=answer["ordinal_before"],
            actor=actor or SYSTEM,
            event="import_calendar",
            note=_note(answer),
            now=product.now(connection),
            details={"before": answer["calendar_before"], "years": answer["years"]},
        )
    recompute_behind(product, seconds=seconds)
    return answer | {"ordinal": ordinal}


def _note(answer: dict[str, Any]) -> str:
    years = "、".join(map(str, answer["years"]))
    what = "调整" if answer["amendment"] else "放假安排"
    return f"{years}年{what}（{answer['source']}），改变{len(answer['changes'])}天"


def _require_admin(actor: Actor | None) -> None:
    if actor is not None and actor.role is not Role.ADMIN:
        raise Forbidden("只有系统管理员可以导入放假安排")


def _look(
    product: Product, texts: list[str], year: int | None, seen: int | None
) -> tuple[dict[str, Any], ChinaWorkingDays]:
    with reading(product.engine) as connection:
        ordinal, calendar, changed, cautions = _told(product, connection, texts, year, seen)
        new = calendar.with_years(changed)
        last = max(changed, key=lambda each: each.year)
        return {
            **year_view(new, last.year),
            "years": [each.year for each in changed],
            # A year that has its notice is amended; one that had none gets it.
            "amendment": not calendar.year(last.year).provisional,
            "ordinal_before": ordinal,
            "ordinal": None,
            "calendar_before": calendar.version,
            "calendar_version": new.version,
            # What is unusual but possible; somebody should compare it with the printed notice.
            "cautions": cautions,
            "changes": changes_between(calendar, new, [each.year for each in changed]),
            **moves_answer(product, connection, new),
        }, new


def _told(
    product: Product, connection: Connection, texts: list[str], year: int | None, seen: int | None
) -> tuple[int, ChinaWorkingDays, list[CalendarYear], list[str]]:
    """The version in force, its calendar, the years as the notices make them, and what looks unusual."""
    ordinal = newest_ordinal(connection)
    if seen is not None:
        require_ordinal(seen, ordinal)
    calendar = product.calendar(connection)
    return ordinal, calendar, *_read(calendar, texts, year)


def _read(
    calendar: ChinaWorkingDays, texts: list[str], year: int | None
) -> tuple[list[CalendarYear], list[str]]:
    if not texts or not any(text.strip() for text in texts):
        raise Malformed("没有通知的正文", [FieldError("texts.0", "没有通知的正文")])
    for place, text in enumerate(texts):
        if len(text) > MOST_TEXT:
            message = f"通知的正文不能超过 {MOST_TEXT} 字，现为 {len(text)} 字"
            raise Malformed(message, [FieldError(f"texts.{place}", message)])
    try:
        return apply_with_cautions(calendar, texts, year)
    except NoticeError as error:
        message = f"第{error.place + 1}份通知{error}" if len(texts) > 1 else str(error)
        raise Malformed(message, [FieldError(f"texts.{error.place}", message)]) from error
    except CalendarRangeError as error:
        raise Malformed(str(error), [FieldError("year", str(error))]) from error
