"""What a workbook to fill in asks for, column by column, and the empty workbook made of it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import xlsxwriter

from workflow.workbooks.limits import MOST_COLUMNS, MOST_ROWS

GUIDE_SHEET = "填写说明"
# Excel takes no longer list of choices.
_LONGEST_CHOICES = 255
_FILL = "#F2F2F2"


class Holds(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    # Digits that are no number: the 18 of an identity number do not survive as one.
    IDENTIFIER = "identifier"
    WHOLE = "whole"
    DATE = "date"
    YES_NO = "yes_no"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``field`` is the name of its value, ``label`` what stands above it.

    ``needed`` columns have to be there; whether a cell in it may be empty is for the model to say.
    ``choices`` become a list to choose from, ``help`` a line of the guide, ``width`` is in characters.
    """

    field: str
    label: str
    holds: Holds = Holds.TEXT
    needed: bool = False
    width: int = 14
    choices: tuple[str, ...] = ()
    help: str = ""

    def __post_init__(self) -> None:
        """A list that Excel would drop silently is a fault of the program."""
        assert len(",".join(self.choices)) <= _LONGEST_CHOICES, self.label


@dataclass(frozen=True, slots=True)
class Template:
    """A workbook to fill in: its sheet is called ``name``, with at most ``most_rows`` below the header."""

    name: str
    columns: tuple[Column, ...]
    guide: tuple[str, ...] = ()
    most_rows: int = MOST_ROWS

    def __post_init__(self) -> None:
        """There is room beside the columns for some of one's own."""
        assert len(self.columns) < MOST_COLUMNS, self.name

    @property
    def labels(self) -> Mapping[str, str]:
        """What stands above each field."""
        return {column.field: column.label for column in self.columns}


def empty_workbook(template: Template) -> bytes:
    """The empty workbook: every column is text, so that no number is spoilt; a second sheet is the guide."""
    return filled_workbook(template, ())


def filled_workbook(template: Template, rows: Iterable[Mapping[str, str]]) -> bytes:
    """The same with rows that are there already; each is texts by the fields of its columns."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    # A fixed date, so that the same template gives the same file.
    book.set_properties({"created": datetime(2022, 1, 1)})  # noqa: DTZ001 - the format knows no offset
    text = book.add_format({"num_format": "@"})
    head = {"num_format": "@", "bg_color": _FILL, "border": 1}
    heads = {needed: book.add_format(head | {"bold": needed}) for needed in (True, False)}
    sheet = book.add_worksheet(template.name)
    for place, column in enumerate(template.columns):
        sheet.set_column(place, place, column.width, text)
        sheet.write_string(0, place, column.label, heads[column.needed])
        choices = column.choices or (("是", "否") if column.holds is Holds.YES_NO else ())
        if choices:
            sheet.data_validation(
                1, place, template.most_rows, place, {"validate": "list", "source": list(choices)}
            )
    for number, given in enumerate(rows, start=1):
        for place, column in enumerate(template.columns):
            if value := given.get(column.field):
                sheet.write_string(number, place, value, text)
    sheet.freeze_panes(1, 0)
    guide = book.add_worksheet(GUIDE_SHEET)
    guide.set_column(0, 0, 100)
    for row, line in enumerate(_guide(template)):
        guide.write_string(row, 0, line)
    book.close()
    return buffer.getvalue()


def _guide(template: Template) -> list[str]:
    lines = [
        "每行填写一项，从第2行开始；不要改动第1行表头，不要合并单元格，不要使用公式。",
        f"最多{template.most_rows}行。表头加粗的列必须保留。",
        *template.guide,
    ]
    for column in template.columns:
        said = [column.help, f"可选：{'、'.join(column.choices)}" if column.choices else ""]
        said.append("单元格须为文本格式，否则末几位会丢失" if column.holds is Holds.IDENTIFIER else "")
        said.append("格式如 2026-09-07" if column.holds is Holds.DATE else "")
        said.append("填“是”或“否”" if column.holds is Holds.YES_NO else "")
        if any(said):
            lines.append(f"{column.label}：{'；'.join(filter(None, said))}。")
    return lines
