"""A sheet out of comma-separated text, as a bank gives it: cells of text, read in place.

Unlike a workbook it unzips to nothing and names nothing to fetch: the size of the file and the number of its
rows are all that reading it can cost.
"""

from __future__ import annotations

import csv
import io

from workflow.workbooks.errors import UnreadableWorkbook
from workflow.workbooks.limits import MEGABYTE, MOST_CELL_CHARACTERS, MOST_COLUMNS
from workflow.workbooks.sheets import Cell, Kind, Row, Sheet

MOST_TEXT_BYTES = MEGABYTE
# As banks and offices write them; the first that reads the whole file is the one it was written in.
ENCODINGS = ("utf-8-sig", "gb18030")


def read_text_sheet(content: bytes, *, most_rows: int) -> Sheet:
    """The rows of comma-separated text in UTF-8 or GB18030.

    Raises ``UnreadableWorkbook`` with the one sentence for which the file cannot be used.
    """
    if len(content) > MOST_TEXT_BYTES:
        raise UnreadableWorkbook(f"文件过大，.csv 文件最大 {MOST_TEXT_BYTES // MEGABYTE} MB")
    reader = csv.reader(io.StringIO(_decoded(content), newline=""), strict=True)
    rows: list[Row] = []
    try:
        for number, texts in enumerate(reader, start=1):
            cells = tuple(map(_cell, texts))
            if not any(cells):
                continue
            if len(cells) > MOST_COLUMNS:
                raise UnreadableWorkbook(f"第{number}行的列数过多，最多{MOST_COLUMNS}列")
            rows.append(Row(number, False, cells))
            if len(rows) > most_rows + 1:
                raise UnreadableWorkbook(f"行数过多，最多{most_rows}行")
    except csv.Error as fault:
        raise UnreadableWorkbook("不是以逗号分隔的文本（.csv），请核对文件") from fault
    return Sheet("", tuple(rows))


def _decoded(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise UnreadableWorkbook("文件的编码不能识别，.csv 文件须为 UTF-8 或者 GB18030")


def _cell(text: str) -> Cell | None:
    plain = text.strip()
    if not plain:
        return None
    return Cell(Kind.LONG if len(plain) > MOST_CELL_CHARACTERS else Kind.TEXT, plain)
