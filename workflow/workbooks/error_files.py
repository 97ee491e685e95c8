"""The error file: the sheet that was sent, with one more column that says what is wrong in each row."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from tempfile import TemporaryDirectory

import xlsxwriter

from workflow.workbooks.confinement import ask_child
from workflow.workbooks.errors import UnreadableWorkbook
from workflow.workbooks.rows import REASONS_LABEL, CellFault, places_of, plain_label
from workflow.workbooks.sheets import Sheet, read_sheet
from workflow.workbooks.templates import Template

_MEMORY_FOLDER = "/dev/shm"  # noqa: S108 - a folder of its own is made in it
_MOST_CHARACTERS = 32_000
_PLAIN_WIDTH = 16


def error_workbook(content: bytes, template: Template, reasons: Mapping[int, Sequence[CellFault]]) -> bytes:
    """The uploaded workbook with the column 错误原因, its wrong cells marked; ``reasons`` by row number.

    Columns, order, cells and formats stay as they were. A workbook whose formats cost too much to keep is
    given back plain. Sent in again it reads as before: the column of reasons is not read, and what it said
    is replaced. Raises ``UnreadableWorkbook`` where there is no sheet to give back.
    """
    sheet = read_sheet(content, name=template.name, most_rows=template.most_rows)
    places = places_of(sheet, template)
    labels = [plain_label(cell.text) if cell else "" for cell in sheet.rows[0].cells]
    again = REASONS_LABEL in labels
    column = labels.index(REASONS_LABEL) if again else max(len(row.cells) for row in sheet.rows)
    said = {number: _joined(faults) for number, faults in reasons.items() if number > 1}
    wrong = {
        number: sorted({places[fault.field] for fault in faults if fault.field in places})
        for number, faults in reasons.items()
    }
    task = {
        "sheet": sheet.name,
        "label": REASONS_LABEL,
        "column": column + 1,
        "again": again,
        "rows": {number: (text, [place + 1 for place in wrong[number]]) for number, text in said.items()},
    }
    # The writer of worksheets needs a folder; what people sent is not to lie on a disk.
    with TemporaryDirectory(dir=_MEMORY_FOLDER if os.path.isdir(_MEMORY_FOLDER) else None) as folder:
        try:
            return ask_child("marking", task | {"folder": folder}, content, packages=True)
        except UnreadableWorkbook:
            return _plain_workbook(template.name, sheet, column, said, wrong)


def _joined(faults: Sequence[CellFault]) -> str:
    return "；".join(fault.message for fault in faults)[:_MOST_CHARACTERS]


def _plain_workbook(
    name: str, sheet: Sheet, column: int, said: Mapping[int, str], wrong: Mapping[int, Sequence[int]]
) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    text = book.add_format({"num_format": "@"})
    mark = book.add_format({"num_format": "@", "bg_color": "#FFC7CE"})
    written = book.add_worksheet(name)
    written.set_column(0, column, _PLAIN_WIDTH, text)
    for row in sheet.rows:
        marked = wrong.get(row.number, ())
        for place, cell in enumerate(row.cells):
            if cell is not None and place != column:
                written.write_string(row.number - 1, place, cell.text, mark if place in marked else text)
    for number, reasons in {1: REASONS_LABEL, **said}.items():
        written.write_string(number - 1, column, reasons, text)
    book.close()
    return buffer.getvalue()
