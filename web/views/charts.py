"""Bars as a page draws them: words beside each, so that no colour is needed and every browser can. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# In units of the drawing, which is stretched to the width there is; a mark at the end keeps a little room.
WIDTH = 99.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its series (0 solid, 1 striped upright, 2 striped across), how long, and the words for it."""

    series: int
    start: float
    length: float
    words: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a chart: a label, its bars one after the other or below each other, and a mark (a limit)."""

    label: str
    bars: tuple[Bar, ...]
    words: str
    mark: float | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart: its series by name in their order, and its rows; stacked bars stand in one line."""

    title: str
    series: tuple[str, ...]
    lines: tuple[Line, ...]
    stacked: bool = False
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """What a row is made of: a value and its words for each series, and the value that is marked."""

    label: str
    values: Sequence[tuple[float, str]]
    mark: float | None = None


def chart(
    title: str, series: Sequence[str], rows: Iterable[Row], *, stacked: bool = False, mark: str = ""
) -> Chart:
    """The rows drawn to one scale, the longest of all as long as there is room."""
    rows = list(rows)
    longest = max((_extent(row, stacked) for row in rows), default=0.0) or 1.0

    def drawn(value: float) -> float:
        return round(value * WIDTH / longest, 2)

    lines = []
    for row in rows:
        start, bars = 0.0, []
        for number, (value, words) in enumerate(row.values):
            bars.append(Bar(number, drawn(start), drawn(value), words))
            start += value if stacked else 0.0
        marked = None if row.mark is None else drawn(row.mark)
        said = "，".join(words for _, words in row.values)
        lines.append(Line(row.label, tuple(bars), said, marked))
    return Chart(title, tuple(series), tuple(lines), stacked, mark)


def _extent(row: Row, stacked: bool) -> float:
    values = [value for value, _ in row.values]
    return max(sum(values) if stacked else max(values, default=0.0), row.mark or 0.0)
