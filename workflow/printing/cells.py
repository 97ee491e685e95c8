"""What the printed table is made of: cells in rows, rows in sections, and tables that go on behind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from workflow.clock import day_cn
from workflow.form.pages import LEVELS

COLUMNS = 7
"""Of the printed table: the section's name, a label, and five more; the cells of a row add up to them."""
NO_DAY = "　　年　　月　　日"
_LEVELS = dict(LEVELS)


@dataclass(frozen=True, slots=True)
class Cell:
    """A label of the form, or what is filled in; each line a paragraph, ``small`` ones beneath."""

    lines: tuple[str, ...]
    kind: Literal["label", "value"] = "value"
    small: tuple[str, ...] = ()
    colspan: int = 1
    rowspan: int = 1


@dataclass(frozen=True, slots=True)
class Signed:
    """A cell that is signed: paragraphs, who signs as what, and where a seal goes its place and the date."""

    paragraphs: tuple[str, ...]
    signs: tuple[tuple[str, str], ...]
    day: str = NO_DAY
    seal: bool = True
    colspan: int = 5
    kind: Literal["signed"] = "signed"


Row = Sequence[Cell | Signed]


@dataclass(frozen=True, slots=True)
class Part:
    """A section of the form; its name stands on the left of all its rows, or nothing for the head."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table behind the form; ``width`` is its share of the page."""

    label: str
    width: float
    align: Literal["left", "center", "right"] = "left"


@dataclass(frozen=True, slots=True)
class Continuation:
    """A table behind the form, for what does not fit into a cell (note 1); its head repeats on each page."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that is printed, in words; nothing in it is markup. A page may go on over several sheets."""

    title: str
    heads: tuple[str, ...]
    pages: tuple[tuple[Part, ...], ...]
    notes: tuple[str, ...]
    feet: tuple[str, ...]
    continuations: tuple[Continuation, ...] = field(default=())


def label(text: str, *small: str, colspan: int = 1, rowspan: int = 1) -> Cell:
    """A label as it is printed on the form."""
    return Cell((text,), kind="label", small=small, colspan=colspan, rowspan=rowspan)


def value(*lines: str, colspan: int = 1, small: Iterable[str] = ()) -> Cell:
    """What is filled in; empty lines are left out, and with nothing the cell stays empty."""
    return Cell(tuple(filter(None, lines)), small=tuple(filter(None, small)), colspan=colspan)


def people(count: Any) -> str:
    """How many heads; nothing where nobody has counted."""
    return "" if count is None else f"{count} 人"


def yes_no(answer: bool | None) -> str:
    """是 or 否; nothing where it was not said."""
    return "" if answer is None else "是" if answer else "否"


def level_of(level: Any) -> str:
    """初级工（五级） and so on; nothing where there are no levels."""
    return "" if level is None else _LEVELS.get(str(level), str(level))


def occupation_of(entry: Mapping[str, Any]) -> str:
    """The occupation, the kind of work and the level, as far as given."""
    work = entry.get("kind_of_work")
    named = f"{entry.get('occupation') or ''}{f'（{work}）' if work else ''}"
    return " ".join(filter(None, (named, level_of(entry.get("level")))))


def opinion(reviews: Sequence[Mapping[str, Any]], step: str, seats: Sequence[str]) -> Signed:
    """The opinion of a department on a step: what stands, who signed, the place of its seal, the date.

    The date is that of the last seat, with whose signature the department has spoken. A signature that was
    superseded is not printed: it no longer counts.
    """
    standing = {
        review["seat"]: review for review in reviews if review["step"] == step and not review["superseded"]
    }
    order = ("only",) if len(seats) == 1 else ("first", "second")
    given = [standing.get(seat) for seat in order]
    paragraphs = tuple(_said(review) for review in given if review is not None)
    last = given[-1] or next((each for each in given if each and each["outcome"] == "rejected"), None)
    return Signed(
        paragraphs,
        tuple((seat, review["name"] if review else "") for seat, review in zip(seats, given, strict=True)),
        day=day_cn(last["decided_at"]) if last else NO_DAY,
    )


def _said(review: Mapping[str, Any]) -> str:
    words = f"{review['seat_label'].removesuffix('人')}意见：{review['outcome_label']}"
    if review["opinion"]:
        words += f"。{review['opinion']}"
    return f"{words}（{day_cn(review['decided_at'])}）"
