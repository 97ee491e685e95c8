"""Inside the child: an uploaded workbook with the reasons written beside its rows and wrong cells marked.

Run by ``error_files``. All else stays as openpyxl can keep it: formats, widths, lists to choose from, other
sheets; links to other files are cut.
"""

from __future__ import annotations

import ctypes
import io
import os
import sys
import tempfile
from copy import copy
from typing import Any

from workflow.workbooks.child import run
from workflow.workbooks.limits import MARKING_SECONDS, MOST_MEMORY

MOST_FILES = 16
MARK = "FFFFC7CE"
_WIDTH = 60


def main() -> None:
    """Marks the workbook of the task."""
    _leave_network()
    # It would be loaded wherever it is installed, and nothing here counts.
    sys.modules["numpy"] = None  # type: ignore[assignment]
    import openpyxl  # noqa: F401 - loaded before the fence

    run(_mark, seconds=MARKING_SECONDS, memory=MOST_MEMORY, files=MOST_FILES)


def _mark(task: dict[str, Any], content: bytes) -> bytes:
    import openpyxl
    from openpyxl.utils import get_column_letter

    tempfile.tempdir = task["folder"]
    book = openpyxl.load_workbook(io.BytesIO(content), keep_links=False, rich_text=True)
    sheet: Any = book[task["sheet"]]
    place: int = task["column"]
    rows: dict[str, Any] = task["rows"]
    if task["again"]:
        _clean(sheet, place)
    else:
        head = sheet.cell(1, place)
        head._style = copy(sheet.cell(1, max(1, place - 1))._style)
        _write(head, task["label"])
    for number, (reasons, columns) in rows.items():
        _write(sheet.cell(int(number), place), reasons)
        for column in columns:
            _fill(sheet.cell(int(number), column))
    sheet.column_dimensions[get_column_letter(place)].width = _WIDTH
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def _write(cell: Any, text: str) -> None:
    cell.value = text
    # Whatever it begins with, it is no formula.
    cell.data_type = "s"


def _fill(cell: Any) -> None:
    from openpyxl.styles import PatternFill

    cell.fill = PatternFill("solid", fgColor=MARK)


def _clean(sheet: Any, place: int) -> None:
    """Takes away what an earlier marking left."""
    from openpyxl.styles import PatternFill

    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            if cell.has_style and cell.fill.fgColor.rgb == MARK:
                cell.fill = PatternFill()
            if cell.column == place:
                cell.value = None


def _leave_network() -> None:
    # Where the system does not allow it, nothing is lost: nothing here asks for a network either.
    new_user, new_network = 0x10000000, 0x40000000
    library = ctypes.CDLL(None)
    if library.unshare(new_network) and os.geteuid():
        library.unshare(new_user | new_network)
