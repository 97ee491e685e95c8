"""The list of persons as a workbook: its template, and an uploaded one as rows."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import openpyxl
import xlsxwriter

from workflow.form.beneficiaries import MOST_ROWS, ListReading, columns_of, read_numbered
from workflow.form.pages import LEVELS
from workflow.form.roster import MOST_COLUMNS, RowError, _cell, _check_archive, _Unreadable
from workflow.vocabulary import CertificateKind, IdentityType, Subsidy

_OPTIONAL = frozenset({"id_type", "phone", "level"})
_CHOICES = {
    "id_type": [word.label for word in IdentityType],
    "certificate_kind": [word.label for word in CertificateKind],
    "level": [label for _, label in LEVELS],
}
_WIDE = frozenset({"id_number", "certificate_number", "employer", "employer_uscc"})


def read_list_workbook(subsidy: Subsidy, content: bytes) -> ListReading:
    """The list of an uploaded XLSX, read within fixed bounds of bytes, rows and columns."""
    try:
        rows, errors = _rows_of(content, columns_of(subsidy))
    except _Unreadable as fault:
        return ListReading((), (RowError(0, "", str(fault)),))
    return read_numbered(subsidy, rows, errors)


def list_template(subsidy: Subsidy) -> bytes:
    """The empty list as a workbook: every column is text, so that no number is spoilt."""
    columns = columns_of(subsidy)
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    # A fixed date, so that the same list gives the same file.
    book.set_properties({"created": datetime(2022, 1, 1)})  # noqa: DTZ001 - the format knows no offset
    text = book.add_format({"num_format": "@"})
    head = book.add_format({"num_format": "@", "bold": True})
    sheet = book.add_worksheet("受益人员名单")
    for place, (name, label) in enumerate(columns.items()):
        sheet.set_column(place, place, 24 if name in _WIDE else 14, text)
        sheet.write_string(0, place, label, head)
        if name in _CHOICES:
            sheet.data_validation(1, place, MOST_ROWS, place, {"validate": "list", "source": _CHOICES[name]})
    sheet.freeze_panes(1, 0)
    guide = book.add_worksheet("填写说明")
    guide.set_column(0, 0, 80)
    for row, line in enumerate(_guide(subsidy)):
        guide.write_string(row, 0, line)
    book.close()
    return buffer.getvalue()


def _guide(subsidy: Subsidy) -> tuple[str, ...]:
    return (
        f"{subsidy.label}：每行一人，从第2行开始填写；不要改动第1行表头。",
        f"证件类型：{'、'.join(_CHOICES['id_type'])}；不填即为居民身份证。",
        "证件号码、证书编号：单元格须为文本格式，否则末几位会丢失。",
        f"证书种类：{'、'.join(_CHOICES['certificate_kind'])}。",
        "级别：职业资格、职业技能等级须填写；不分级别的证书不填。",
        "日期：格式如 2026-09-07。",
        f"最多{MOST_ROWS}行。",
    )


def _rows_of(
    content: bytes, columns: dict[str, str]
) -> tuple[list[tuple[int, dict[str, Any]]], list[RowError]]:
    _check_archive(content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        try:
            sheet = book.worksheets[0]
            rows_of = sheet.iter_rows(min_row=1, max_row=MOST_ROWS + 2, min_col=1, max_col=MOST_COLUMNS + 1)
            table = [[(cell.value, cell.data_type) for cell in cells] for cells in rows_of]
        finally:
            book.close()
    except Exception as fault:
        # A damaged or hostile file raises anything from KeyError to ParseError inside openpyxl.
        raise _Unreadable("文件无法读取，请使用名单模板另存为 .xlsx 后再上传") from fault
    header = [str(value).strip() if value is not None else "" for value, _ in (table[0] if table else [])]
    missing = [label for name, label in columns.items() if label not in header and name not in _OPTIONAL]
    if missing:
        raise _Unreadable(f"第1行表头缺少：{'、'.join(missing)}，请使用名单模板")
    repeated = sorted({label for label in header if label and header.count(label) > 1})
    if repeated:
        raise _Unreadable(f"第1行表头重复：{'、'.join(repeated)}")
    places = {name: header.index(label) for name, label in columns.items() if label in header}
    rows: list[tuple[int, dict[str, Any]]] = []
    errors: list[RowError] = []
    for number, cells in enumerate(table[1:], start=2):
        if all(value is None or str(value).strip() == "" for value, _ in cells):
            continue
        data: dict[str, Any] = {}
        for name, place in places.items():
            value, kind = cells[place] if place < len(cells) else (None, "n")
            try:
                data[name] = _value(name, value, kind)
            except ValueError as fault:
                errors.append(RowError(number, name, f"“{columns[name]}”{fault}"))
        rows.append((number, data))
    return rows, errors


def _value(name: str, value: Any, kind: str) -> Any:
    if name.endswith("_on") and isinstance(value, datetime):
        return value.date().isoformat()
    if name == "certificate_number" and isinstance(value, int | float):
        # Excel keeps 15 digits of a number and turns the rest into zeros.
        raise ValueError("的单元格是数字格式，末几位可能已经丢失，请改为文本格式后重新填写")
    return _cell(name, value, kind)
