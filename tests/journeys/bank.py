"""The bank: it gives the file of a batch back with its results filled in."""

from __future__ import annotations

import io
from typing import Any

import openpyxl


def answer(file: bytes, results: dict[int, dict[str, str]], **changes: str) -> bytes:
    """The workbook as the bank gives it back; ``changes`` are made in the first line, by their headers."""
    book = openpyxl.load_workbook(io.BytesIO(file))
    sheet = book["拨付批次"]
    head = [cell.value for cell in sheet[1]]
    for cells in sheet.iter_rows(min_row=2):
        said = results.get(int(cells[1].value), {}) if cells[0].value != "合计" else {}
        for name, value in said.items():
            cells[head.index(name)].value = value
    for name, value in changes.items():
        sheet.cell(2, head.index(name) + 1).value = value
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def cells_of(file: bytes) -> list[tuple[Any, ...]]:
    """The values below the first row of the first sheet."""
    sheet: Any = openpyxl.load_workbook(io.BytesIO(file)).worksheets[0]
    return list(sheet.iter_rows(min_row=2, values_only=True))


def paid(line_no: int, voucher: str = "", day: str = "2026-11-03") -> dict[str, str]:
    """What the bank fills in for a line that it paid."""
    return {"结果": "成功", "凭证号": voucher or f"YH-{line_no}", "支付日期": day}


def failed(reason: str = "户名与账号不符") -> dict[str, str]:
    """What it fills in for a line that it could not pay."""
    return {"结果": "失败", "失败原因": reason}
