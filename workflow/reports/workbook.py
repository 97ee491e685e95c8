"""Reports as an Excel workbook. Text is written as text, so that nothing typed by anybody is a formula."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import xlsxwriter

_LONGEST_CELL = 32_767
_NARROWEST, _WIDEST = 10, 40


def workbook(*reports: dict[str, Any]) -> bytes:
    """A sheet for each: the title, the header (repeated on every printed page), the rows.

    ``sheet`` of a report is the name of its sheet; one alone needs none.
    """
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"constant_memory": True}) as book:
        bold = book.add_format({"bold": True})
        header = book.add_format({"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter"})
        cell = book.add_format({"border": 1})
        for report in reports:
            _write(book.add_worksheet(report.get("sheet", "报表")), report, bold, header, cell)
    return buffer.getvalue()


def _write(sheet: Any, report: dict[str, Any], bold: Any, header: Any, cell: Any) -> None:
    columns = report["columns"]
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)
    sheet.freeze_panes(2, 0)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, _width(column, report["rows"]))
    sheet.write_string(0, 0, report["title"], bold)
    for place, column in enumerate(columns):
        sheet.write_string(1, place, column["label"], header)
    for number, row in enumerate(report["rows"], start=2):
        for place, column in enumerate(columns):
            value = row.get(column["key"])
            if isinstance(value, int):
                sheet.write_number(number, place, value, cell)
            else:
                sheet.write_string(number, place, str(value or "")[:_LONGEST_CELL], cell)


def _width(column: dict[str, str], rows: list[dict[str, Any]]) -> int:
    # A Chinese character is as wide as two digits.
    texts = [column["label"], *(str(row.get(column["key"]) or "") for row in rows[:100])]
    widest = max(sum(1 if sign.isascii() else 2 for sign in text) for text in texts)
    return min(max(widest + 2, _NARROWEST), _WIDEST)
