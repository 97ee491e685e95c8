"""The ledger of funds as an Excel workbook: every movement with its two sides, and accounts that sum to zero.

Amounts are numbers of yuan, so that whoever checks can add them up; text is written as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_range

from workflow.vocabulary import LedgerAccount

_TEXTS = {
    "happened_on": ("日期", 12),
    "region_label": ("地区", 12),
    "year": ("年度", 8),
    "source_label": ("资金来源", 26),
    "sequence": ("序号", 8),
    "kind_label": ("种类", 14),
}
_SIDES = {account.value: (f"{account.label}（元）", 18) for account in LedgerAccount}
_AFTER = {"available": ("可用余额", 18), "reserved": ("已预留余额", 18), "paid": ("已拨付余额", 18)}
_REST = {
    "application_number": ("申请编号", 22),
    "applicant_name": ("申请人", 26),
    "voucher": ("凭证号", 20),
    "document": ("文件号", 22),
    "recorded_by_name": ("经办人", 12),
    "note": ("说明", 30),
}
_TITLES = (*_TEXTS.values(), *_SIDES.values(), ("合计", 12), *_AFTER.values(), *_REST.values())
_POOL = ("region_label", "year", "source_label")
_BALANCE_TITLES = (*(_TEXTS[name] for name in _POOL), *_SIDES.values(), ("合计", 12))
_MONEY = "#,##0.00;-#,##0.00;0.00"
Row = Mapping[str, Any]


def ledger_workbook(title: str, movements: Iterable[Row], balance: Mapping[str, Any]) -> bytes:
    """The movements on one sheet, the trial balance on another; the sides of every line add up to zero."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"constant_memory": True}) as book:
        pen = _Pen(book)
        sheet = pen.sheet("台账", title, _TITLES)
        for number, row in enumerate(movements, start=2):
            amounts = {entry["account"]: entry["amount"] for entry in row["entries"]}
            place = pen.texts(sheet, number, 0, [row[name] for name in _TEXTS])
            place = pen.sides(sheet, number, place, [amounts.get(name) for name in _SIDES])
            place = pen.amounts(sheet, number, place, [row[name] for name in _AFTER])
            pen.texts(sheet, number, place, [row[name] for name in _REST])
        sheet = pen.sheet("收支平衡表", f"{title} 收支平衡表（按台账合计，各账户之和为零）", _BALANCE_TITLES)
        last = {"region_label": "合计", "year": "", "source_label": ""} | balance["totals"]
        for number, row in enumerate([*balance["items"], last], start=2):
            place = pen.texts(sheet, number, 0, [row[name] for name in _POOL])
            pen.sides(sheet, number, place, [row[name] for name in _SIDES])
    return buffer.getvalue()


class _Pen:
    """Writes the cells of a workbook."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._bold = book.add_format({"bold": True})
        self._header = book.add_format({"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter"})
        self._text = book.add_format({"border": 1})
        self._money = book.add_format({"border": 1, "num_format": _MONEY})

    def sheet(self, name: str, title: str, columns: Iterable[tuple[str, int]]) -> Any:
        """A sheet with its title and header, repeated on every printed page."""
        sheet = self._book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(1)
        sheet.freeze_panes(2, 0)
        columns = list(columns)
        for place, (_, width) in enumerate(columns):
            sheet.set_column(place, place, width)
        sheet.write_string(0, 0, title, self._bold)
        for place, (words, _) in enumerate(columns):
            sheet.write_string(1, place, words, self._header)
        return sheet

    def texts(self, sheet: Any, number: int, place: int, values: list[Any]) -> int:
        """Cells of text, or whole numbers; answers the next place."""
        for value in values:
            if isinstance(value, int):
                sheet.write_number(number, place, value, self._text)
            else:
                sheet.write_string(number, place, value or "", self._text)
            place += 1
        return place

    def amounts(self, sheet: Any, number: int, place: int, values: list[str | None]) -> int:
        """Cells of money; answers the next place."""
        for value in values:
            if value is None:
                sheet.write_blank(number, place, None, self._money)
            else:
                sheet.write_number(number, place, float(value), self._money)
            place += 1
        return place

    def sides(self, sheet: Any, number: int, place: int, values: list[str | None]) -> int:
        """The accounts and their sum; answers the next place."""
        end = self.amounts(sheet, number, place, values)
        # Rounded to the fen: a spreadsheet adds binary fractions.
        formula = f"=ROUND(SUM({xl_range(number, place, number, end - 1)}),2)"
        sheet.write_formula(number, end, formula, self._money, 0)
        return end + 1
