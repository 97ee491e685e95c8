"""A sheet held against its template: the values of each row by field, and what is wrong in its cells."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Any

from workflow.workbooks.confinement import Progress
from workflow.workbooks.errors import UnreadableWorkbook
from workflow.workbooks.limits import MOST_CELL_CHARACTERS
from workflow.workbooks.sheets import Cell, Kind, Row, Sheet, read_sheet
from workflow.workbooks.templates import Holds, Template

REASONS_LABEL = "错误原因"

CELL_FAULTS = {
    Kind.FORMULA: "是公式，请改为直接填写的内容",
    Kind.ERROR: "是错误值，请重新填写",
    Kind.MERGED: "在合并的单元格中，请取消合并，逐行填写",
    Kind.LONG: f"过长，最多{MOST_CELL_CHARACTERS}个字",
    Kind.BROKEN: "的内容已损坏，请重新填写",
}
_WRONG_FORMAT = "的单元格格式不对，请改为文本格式后重新填写"
_DIGITS_OF_A_NUMBER = 15
_YES_NO = {"是": True, "否": False, "1": True, "0": False}
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong in a cell of a column; the message begins with its label."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A row by its number on the sheet: the values that could be read, and what is wrong with the others.

    A value is a text, except a whole number, and yes or no, in columns that hold them; a day is ISO text.
    What is not of its kind is left as it was typed, for the model to refuse. Empty cells have no value.
    """

    number: int
    values: dict[str, Any]
    faults: tuple[CellFault, ...]
    hidden: bool


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a filled template; ``unread`` are labels of columns that it does not have."""

    rows: tuple[FilledRow, ...]
    unread: tuple[str, ...]


def read_table(content: bytes, template: Template, *, progress: Progress | None = None) -> Table:
    """The rows of an uploaded workbook, their columns found by label in whatever order.

    Rows in which no column of the template is filled are left out. Raises ``UnreadableWorkbook`` with the one
    sentence for which the file cannot be used. ``progress`` as for ``read_sheet``.
    """
    sheet = read_sheet(content, name=template.name, most_rows=template.most_rows, progress=progress)
    return table_of(sheet, template)


def table_of(sheet: Sheet, template: Template) -> Table:
    """The rows of a sheet that was read; raises like ``read_table``."""
    places = places_of(sheet, template)
    known = {plain_label(column.label) for column in template.columns} | {REASONS_LABEL}
    rows = (_filled(row, template, places) for row in sheet.rows if row.number > 1)
    return Table(
        rows=tuple(row for row in rows if row.values or row.faults),
        unread=tuple(label for label in _labels(sheet) if label and plain_label(label) not in known),
    )


def places_of(sheet: Sheet, template: Template) -> dict[str, int]:
    """The column of each field, from 0; raises ``UnreadableWorkbook`` for the header of something else."""
    labels = _labels(sheet)
    plain = [plain_label(label) for label in labels]
    repeated = sorted({label for label in labels if label and plain.count(plain_label(label)) > 1})
    if repeated:
        raise UnreadableWorkbook(f"第1行表头重复：{'、'.join(repeated)}")
    places = {
        column.field: plain.index(plain_label(column.label))
        for column in template.columns
        if plain_label(column.label) in plain
    }
    missing = [column.label for column in template.columns if column.needed and column.field not in places]
    if missing:
        raise UnreadableWorkbook(f"第1行表头缺少：{'、'.join(missing)}，请使用{template.name}模板")
    return places


def plain_label(label: str) -> str:
    """A label as it is compared: full-width or not, with blanks and the mark of a needed column or not."""
    return "".join(unicodedata.normalize("NFKC", label).split()).strip("*")


def _labels(sheet: Sheet) -> list[str]:
    first = sheet.rows[0] if sheet.rows and sheet.rows[0].number == 1 else Row(1, False, ())
    return [
        cell.text.strip() if cell is not None and cell.kind is not Kind.MERGED else "" for cell in first.cells
    ]


def _filled(row: Row, template: Template, places: dict[str, int]) -> FilledRow:
    values: dict[str, Any] = {}
    faults: list[CellFault] = []
    for column in template.columns:
        cell = row.cell(places[column.field]) if column.field in places else None
        if cell is None:
            continue
        try:
            values[column.field] = _value(column.holds, cell)
        except ValueError as fault:
            faults.append(CellFault(column.field, f"“{column.label}”{fault}"))
    return FilledRow(row.number, values, tuple(faults), row.hidden)


def _value(holds: Holds, cell: Cell) -> Any:
    if cell.kind in CELL_FAULTS:
        raise ValueError(CELL_FAULTS[cell.kind])
    if holds is Holds.YES_NO:
        return _yes_or_no(cell)
    if holds is Holds.DATE:
        return _day(cell)
    if cell.kind is Kind.NUMBER and holds is Holds.IDENTIFIER:
        lost = len(cell.text.lstrip("-")) > _DIGITS_OF_A_NUMBER or "e" in cell.text
        raise ValueError(
            f"的单元格是数字格式，{'末几位已经丢失' if lost else '开头的0或末几位可能已经丢失'}"
            f"（Excel 只保留数字的前{_DIGITS_OF_A_NUMBER}位），请把单元格改为文本格式后重新填写"
        )
    if cell.kind not in {Kind.TEXT, Kind.NUMBER}:
        raise ValueError(_WRONG_FORMAT)
    if holds is Holds.WHOLE:
        text = unicodedata.normalize("NFKC", cell.text).strip()
        return int(text) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else cell.text
    return cell.text


def _yes_or_no(cell: Cell) -> bool:
    text = unicodedata.normalize("NFKC", cell.text).strip()
    if cell.kind not in {Kind.TEXT, Kind.FLAG} or text not in _YES_NO:
        raise ValueError("须为“是”或“否”")
    return _YES_NO[text]


def _day(cell: Cell) -> str:
    if cell.kind is Kind.MOMENT:
        raise ValueError("须为日期，不带时间")
    if cell.kind is Kind.DATE:
        return cell.text
    if cell.kind is not Kind.TEXT:
        raise ValueError("须为日期，格式如 2026-09-07")
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", cell.text).strip())
    try:
        return date(*map(int, found.groups())).isoformat() if found else cell.text
    except ValueError:
        raise ValueError("这一天不存在") from None
