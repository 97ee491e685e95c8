"""Inside the child: the cells of one sheet, as JSON.

Run by ``sheets``. It needs nothing but the standard library: a pass of expat over the sheet is cheaper than
building a workbook, and it tells what must be told (a formula, merged cells, a hidden row).

The answer is ``{"name", "rows": [[number, hidden, cells], …]}`` of the rows in which anything stands.
A cell is null, its text, or ``[kind, text]`` for whatever is no plain text (see ``sheets.Kind``).
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

from workflow.workbooks.archive import Archive
from workflow.workbooks.child import BROKEN, TOO_COSTLY, run, say_progress
from workflow.workbooks.errors import UnreadableWorkbook
from workflow.workbooks.limits import (
    LAST_COLUMN,
    LAST_ROW,
    MOST_CELL_CHARACTERS,
    MOST_CHARACTERS,
    MOST_COLUMNS,
    MOST_MEMORY,
    MOST_MERGED,
    MOST_STRINGS,
    READING_SECONDS,
)
from workflow.workbooks.markup import Attributes, go_over, parse, parser

Cell = str | list[str] | None
STANDARD_STREAMS = 3
PROGRESS_ROWS = 500

_DIGITS = "0123456789"
_LETTERS = re.compile(r"[A-Z]{1,3}", re.ASCII)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
# Numbers under these formats are dates or times, in Chinese versions too; and so they are under any format of
# one's own with a letter of the date outside quotes, brackets and escapes.
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_NO_DATE_LETTERS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_DATE_LETTERS = re.compile(r"[ymdhs年月日]", re.IGNORECASE)
_LONGEST_FORMAT = 255


def main() -> None:
    """Reads the sheet of the task."""
    run(_scan, seconds=READING_SECONDS, memory=MOST_MEMORY, files=STANDARD_STREAMS)


def _scan(task: dict[str, Any], content: bytes) -> bytes:
    archive = Archive(content)
    book = _Book(archive)
    name, part = book.sheet(str(task["sheet"]))
    strings = _shared_strings(archive.part(book.shared))
    dates = _date_styles(archive.part(book.styles))
    sheet = _Sheet(strings, dates, from_1904=book.from_1904, most_rows=int(task["rows"]))
    sheet.scan(archive.part(part))
    answer = {"name": name, "rows": sheet.rows}
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


class _Book:
    """The workbook part: which sheets there are, and where what belongs to them stands."""

    def __init__(self, archive: Archive) -> None:
        self._sheets: list[tuple[str, str, bool]] = []
        self.from_1904 = False
        go_over(archive.part(archive.workbook), self._start)
        self._relations = archive.relations(archive.workbook)
        self.shared = self._of_kind("sharedStrings")
        self.styles = self._of_kind("styles")

    def sheet(self, wanted: str) -> tuple[str, str]:
        """Name and part of the sheet of that name, or else of the first that is not hidden."""
        visible = [
            (name, self._relations[key][1])
            for name, key, hidden in self._sheets
            if not hidden and self._relations.get(key, ("", ""))[0] == "worksheet"
        ]
        if not visible:
            raise UnreadableWorkbook("工作簿中没有可见的工作表，请使用下载的模板填写")
        return next((sheet for sheet in visible if sheet[0] == wanted), visible[0])

    def _of_kind(self, wanted: str) -> str:
        return next((name for kind, name in self._relations.values() if kind == wanted), "")

    def _start(self, tag: str, given: Attributes) -> None:
        if tag == "sheet":
            key = next((value for name, value in given.items() if name.endswith(" id")), "")
            hidden = given.get("state", "visible") != "visible"
            self._sheets.append((given.get("name", ""), key, hidden))
        elif tag == "workbookPr":
            self.from_1904 = given.get("date1904") in {"1", "true"}


def _shared_strings(part: bytes) -> list[str]:
    """The texts to which cells refer; what only says how to pronounce them (``rPh``) is left out."""
    strings: list[str] = []
    pieces: list[str] = []
    taking = muted = False
    characters = 0

    def start(tag: str, _given: Attributes) -> None:
        nonlocal taking, muted
        muted = muted or tag == "rPh"
        taking = tag == "t" and not muted

    def text(text: str) -> None:
        if taking:
            pieces.append(text)

    def end(tag: str) -> None:
        nonlocal taking, muted, characters
        taking = False
        muted = muted and tag != "rPh"
        if tag == "si":
            # What is too long anyway need not be kept.
            strings.append("".join(pieces)[: MOST_CELL_CHARACTERS + 1])
            pieces.clear()
            characters += len(strings[-1])
            if characters > MOST_CHARACTERS or len(strings) > MOST_STRINGS:
                raise UnreadableWorkbook(TOO_COSTLY)

    if part:
        go_over(part, start, end, text)
    return strings


def _date_styles(part: bytes) -> list[bool]:
    """Of each style of cells, whether it shows a number as a date."""
    dates: set[int] = set(_DATE_FORMATS)
    styles: list[bool] = []
    inside = False

    def start(tag: str, given: Attributes) -> None:
        nonlocal inside
        if tag == "numFmt":
            code = _NO_DATE_LETTERS.sub("", given.get("formatCode", "")[:_LONGEST_FORMAT])
            if _DATE_LETTERS.search(code):
                dates.add(_whole(given.get("numFmtId"), -1))
        elif tag == "xf" and inside:
            styles.append(_whole(given.get("numFmtId"), 0) in dates)
        else:
            inside = inside or tag == "cellXfs"

    def end(tag: str) -> None:
        nonlocal inside
        inside = inside and tag != "cellXfs"

    if part:
        go_over(part, start, end)
    return styles


class _Sheet:
    """The cells of one sheet. A row in which nothing stands costs its bytes and nothing else.

    Handlers are written for speed: a full roster calls them half a million times.
    """

    def __init__(self, shared: list[str], dates: list[bool], *, from_1904: bool, most_rows: int) -> None:
        self.rows: list[tuple[int, bool, list[Cell]]] = []
        self._shared, self._dates, self._most_rows = shared, dates, most_rows
        self._first_day = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)  # noqa: DTZ001
        self._merged: list[tuple[int, int, int, int]] = []
        self._characters = self._size = 0
        self._columns: dict[str, int] = {}
        self._row_name = self._cell_name = self._value_name = self._text_name = ""
        self._row, self._row_text, self._column = 0, "", 0
        self._hidden = self._formula = self._muted = False
        self._cells: list[Cell] = []
        self._given: Attributes = {}
        self._pieces: list[str] = []
        self._parser = parser()

    def scan(self, part: bytes) -> None:
        """Reads the part of the sheet."""
        self._size = max(1, len(part))
        self._parser.StartElementHandler = self._begin
        parse(self._parser, part)
        self._mark_merged()

    def _begin(self, name: str, _given: Attributes) -> None:
        """The root says in which namespace the rest stands."""
        space = name.removesuffix("worksheet")
        self._row_name, self._cell_name = f"{space}row", f"{space}c"
        self._value_name, self._text_name = f"{space}v", f"{space}t"
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def _start(self, name: str, given: Attributes) -> None:
        if name == self._cell_name:
            self._given = given
        elif name == self._value_name or (name == self._text_name and not self._muted):
            self._parser.CharacterDataHandler = self._pieces.append
        elif name == self._row_name:
            self._begin_row(given)
        elif name.endswith(" f"):
            self._formula = True
        elif name.endswith(" rPh"):
            self._muted = True
        elif name.endswith(" mergeCell"):
            first, _, last = given.get("ref", "").partition(":")
            self._merged.append((*self._place(first), *self._place(last or first)))

    def _end(self, name: str) -> None:
        if name == self._value_name or name == self._text_name:
            self._parser.CharacterDataHandler = None
        elif name == self._cell_name:
            self._end_cell()
        elif name == self._row_name:
            self._end_row()
        elif name.endswith(" rPh"):
            self._muted = False

    def _begin_row(self, given: Attributes) -> None:
        number = _whole(given.get("r"), self._row + 1)
        if not self._row < number <= LAST_ROW:
            raise UnreadableWorkbook(BROKEN)
        self._row, self._row_text, self._column = number, str(number), 0
        self._hidden = given.get("hidden") in {"1", "true"}
        self._cells = []

    def _end_row(self) -> None:
        if not self._cells:
            return
        # The header is a row as well.
        if len(self.rows) > self._most_rows:
            raise UnreadableWorkbook(f"行数过多：最多{self._most_rows}行")
        self.rows.append((self._row, self._hidden, self._cells))
        count = len(self.rows)
        if count % PROGRESS_ROWS == 0:
            behind = max(1, self._parser.CurrentByteIndex)
            say_progress(count, max(count, count * self._size // behind))

    def _end_cell(self) -> None:
        given, pieces = self._given, self._pieces
        reference = given.get("r")
        if reference is None:
            column = self._column + 1
        else:
            letters = reference.rstrip(_DIGITS)
            column = self._columns.get(letters) or self._column_of(letters)
            if column <= self._column or reference[len(letters) :] != self._row_text:
                raise UnreadableWorkbook(BROKEN)
        self._column = column
        if not pieces and not self._formula:
            return
        text = "".join(pieces)
        pieces.clear()
        cell = self._read(given.get("t", "n"), text)
        self._formula = False
        if cell is None:
            return
        if column > MOST_COLUMNS:
            # Only the header is asked how far to the right it goes.
            if self._row == 1:
                raise UnreadableWorkbook(f"列数过多：最多{MOST_COLUMNS}列")
            return
        self._characters += len(text)
        if self._characters > MOST_CHARACTERS:
            raise UnreadableWorkbook(TOO_COSTLY)
        cells = self._cells
        while len(cells) < column - 1:
            cells.append(None)
        cells.append(cell)

    def _read(self, kind: str, text: str) -> Cell:
        if self._formula:
            return ["formula", text[:MOST_CELL_CHARACTERS]]
        if kind == "s":
            index = _whole(text, -1)
            if not 0 <= index < len(self._shared):
                return ["broken", ""]
            text = self._shared[index]
            self._characters += len(text)
        if not text or text.isspace():
            return None
        if len(text) > MOST_CELL_CHARACTERS:
            return ["long", ""]
        if kind in {"s", "str", "inlineStr"}:
            return _ESCAPED.sub(_unescaped, text) if "_x" in text else text
        if kind == "n":
            return self._number(text)
        if kind == "d":
            day, _, hour = text.partition("T")
            return ["moment", text] if hour.strip("0:Z.") else ["date", day]
        return [{"b": "flag", "e": "error"}.get(kind, "broken"), text]

    def _number(self, text: str) -> Cell:
        try:
            number = float(text)
        except ValueError:
            return ["broken", text]
        if not isfinite(number):
            return ["broken", text]
        style = _whole(self._given.get("s"), 0)
        if style < len(self._dates) and self._dates[style]:
            return self._date(number)
        whole = number.is_integer() and abs(number) < 10**15
        return ["number", str(int(number)) if whole else repr(number)]

    def _date(self, number: float) -> Cell:
        try:
            # The calendar of Excel has a 29 February 1900.
            days = number + 1 if number < 60 and self._first_day.year < 1900 else number
            moment = self._first_day + timedelta(days=days)
        except (OverflowError, ValueError):
            return ["broken", ""]
        if number.is_integer() and number >= 1:
            return ["date", moment.date().isoformat()]
        return ["moment", moment.isoformat(timespec="seconds")]

    def _mark_merged(self) -> None:
        numbers = [number for number, _, _ in self.rows]
        marked = 0
        for left, top, right, bottom in self._merged:
            columns = range(left, min(right, MOST_COLUMNS) + 1)
            for place in range(bisect_left(numbers, top), len(numbers)):
                if numbers[place] > bottom:
                    break
                cells = self.rows[place][2]
                cells += [None] * (columns.stop - 1 - len(cells))
                for column in columns:
                    if (column, numbers[place]) != (left, top):
                        cells[column - 1] = ["merged", ""]
                marked += len(columns)
                if marked > MOST_MERGED:
                    raise UnreadableWorkbook("合并单元格过多，请取消合并，逐行填写")

    def _place(self, reference: str) -> tuple[int, int]:
        letters = reference.rstrip(_DIGITS)
        return self._column_of(letters), _whole(reference[len(letters) :], 0)

    def _column_of(self, letters: str) -> int:
        """The number of a column, from 1, by its letters."""
        if not _LETTERS.fullmatch(letters):
            raise UnreadableWorkbook(BROKEN)
        column = 0
        for letter in letters:
            column = column * 26 + ord(letter) - ord("A") + 1
        if column > LAST_COLUMN:
            raise UnreadableWorkbook(BROKEN)
        self._columns[letters] = column
        return column


def _whole(text: str | None, otherwise: int) -> int:
    return (
        int(text) if text is not None and text.isascii() and text.isdigit() and len(text) < 10 else otherwise
    )


def _unescaped(found: re.Match[str]) -> str:
    sign = chr(int(found[1], 16))
    # Half of a pair of surrogates is no character.
    return found[0] if "\ud800" <= sign <= "\udfff" else sign
