"""The year's list as a workbook with the sheets 机构, 职业 and 平台: what is exported is what import takes.

Cells become entries or faults that name sheet and row; nothing is compared with what stands on the list.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import xlsxwriter

from workflow.errors import FieldError, Malformed
from workflow.form.fields import Drafted, Name, Uscc, asked, optional
from workflow.form.pages import Input, inputs_of
from workflow.form.reading import malformed, read
from workflow.form.year_list import InstitutionEntry, ListYear, OccupationEntry, PlatformEntry, said
from workflow.vocabulary import CertificateKind, InstitutionKind
from workflow.workbooks.errors import UnreadableWorkbook
from workflow.workbooks.rows import CELL_FAULTS
from workflow.workbooks.sheets import Cell, Kind, read_sheet
from workflow.workbooks.sheets import Sheet as Page

MOST_BYTES = 700_000
MOST_ROWS = 5_000

Sheets = Mapping[str, Sequence[Sequence[object]]]
"""The cells of each sheet by its name, the first row being the header."""


class OccupationRow(OccupationEntry):
    """An occupation with the institution it belongs to; the name only guards against slips of the row."""

    year: ListYear = asked("年度")
    uscc: Uscc = asked("统一社会信用代码")
    institution: Name | None = optional("机构名称")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its title, the part of the list it holds, its columns in order, and what reads a row."""

    title: str
    part: str
    columns: tuple[str, ...]
    model: type[Drafted]

    @property
    def labels(self) -> dict[str, str]:
        """The header of each column."""
        return {name: self.model.model_fields[name].title or name for name in self.columns}


_LISTING = ("listed_from_on", "listed_until_on", "document")
SHEETS: tuple[Sheet, ...] = (
    Sheet(
        "机构",
        "institution",
        (
            *("year", "uscc", "name", "kind", *_LISTING, "theory_area", "residential", "full_time_head"),
            *("administrator_count", "finance_staff_count", "own_account"),
        ),
        InstitutionEntry,
    ),
    Sheet(
        "职业",
        "occupation",
        (
            *("year", "uscc", "institution", "occupation_code", "occupation", "levels", "certificate_kind"),
            *("full_time_teacher_count", *_LISTING),
        ),
        OccupationRow,
    ),
    Sheet("平台", "platform", ("year", "name", *_LISTING), PlatformEntry),
)
# Who leaves out this column loses nothing.
_DISPENSABLE = frozenset({"institution"})
_DAY = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?", re.ASCII)
_CODES: dict[str, dict[str, str]] = {
    "kind": {word.label: word.value for word in InstitutionKind},
    "certificate_kind": {word.label: word.value for word in CertificateKind},
}


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a row of a sheet, as people number it."""

    sheet: str
    row: int
    field: str
    message: str

    def as_dict(self) -> dict[str, Any]:
        """The fault as the API answers it."""
        return {"sheet": self.sheet, "row": self.row, "field": self.field, "message": self.message}

    def as_error(self) -> FieldError:
        """The fault as a refusal names it."""
        place = ".".join(filter(None, (self.sheet, str(self.row), self.field)))
        return FieldError(place, f"工作表“{self.sheet}”第{self.row}行：{self.message}")


@dataclass(frozen=True, slots=True)
class Line:
    """A row that could be read."""

    sheet: Sheet
    row: int
    entry: Any

    def fault(self, field: str, message: str) -> Fault:
        """Something that is wrong with it."""
        return Fault(self.sheet.title, self.row, field, message)


def sheets_of(content: bytes) -> Sheets:
    """The cells of an uploaded workbook; raises ``Malformed`` with one sentence for what is none of ours."""
    if len(content) > MOST_BYTES:
        raise unusable(f"文件过大：最大{MOST_BYTES // 1000} KB，现为{-(-len(content) // 1000)} KB")
    try:
        read_in = [read_sheet(content, name=sheet.title, most_rows=MOST_ROWS) for sheet in SHEETS]
    except UnreadableWorkbook as fault:
        raise unusable(str(fault)) from fault
    # Where there is no sheet of that name, another was read.
    titles = {sheet.title for sheet in SHEETS}
    found = {page.name: _cells(page) for page in read_in if page.name in titles}
    if not found:
        wanted = "、".join(f"“{sheet.title}”" for sheet in SHEETS)
        raise unusable(f"文件中没有工作表{wanted}，请使用导出的工作簿填写")
    return found


def read_lines(sheets: Sheets, region: str) -> tuple[list[Line], list[Fault]]:
    """The entries of a region that the cells hold, and what is wrong with the others.

    Raises ``Malformed`` for a sheet whose header or length is not ours.
    """
    lines: list[Line] = []
    faults: list[Fault] = []
    for sheet in SHEETS:
        for row, data, wrong in _rows(sheet, sheets.get(sheet.title, ())):
            faults += wrong
            if wrong:
                continue
            if "region" in sheet.model.model_fields:
                data["region"] = region
            try:
                lines.append(Line(sheet, row, read(sheet.model, data)))
            except Malformed as refusal:
                faults += [Fault(sheet.title, row, error.field, error.message) for error in refusal.errors]
    return lines, faults


def cells_of(sheet: Sheet, rows: Sequence[Mapping[str, Any]]) -> list[list[object]]:
    """The header and the rows of a sheet; ``rows`` are JSON values by field."""
    header: list[object] = list(sheet.labels.values())
    return [header, *([_written(sheet, name, row.get(name)) for name in sheet.columns] for row in rows)]


def workbook_of(sheets: Sheets) -> bytes:
    """The workbook to export. Text is written as text, so that nothing typed by anybody is a formula."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        # A fixed date, so that the same list gives the same file.
        book.set_properties({"created": datetime(2022, 1, 1)})  # noqa: DTZ001 - the format knows no offset
        text = book.add_format({"num_format": "@"})
        head = book.add_format({"num_format": "@", "bold": True})
        for sheet in SHEETS:
            page = book.add_worksheet(sheet.title)
            page.freeze_panes(1, 0)
            for place, name in enumerate(sheet.columns):
                page.set_column(place, place, 28 if name in {"name", "document", "institution"} else 18, text)
                if name in _CODES:
                    choice = {"validate": "list", "source": list(_CODES[name])}
                    page.data_validation(1, place, MOST_ROWS, place, choice)
            for number, row in enumerate(sheets.get(sheet.title, ())):
                for place, value in enumerate(row):
                    if isinstance(value, int):
                        page.write_number(number, place, value)
                    elif value is not None:
                        page.write_string(number, place, str(value), head if number == 0 else text)
        guide = book.add_worksheet("填写说明")
        guide.set_column(0, 0, 100)
        for number, line in enumerate(_GUIDE):
            guide.write_string(number, 0, line)
    return buffer.getvalue()


_GUIDE = (
    "每行一条，从第2行开始填写；不要改动第1行表头和工作表的名称。",
    "导入时按年度和统一社会信用代码（平台按名称，职业再加职业编码和批准日期）与清单比对：没有的增加，不同的修改。",
    "工作簿中没有的条目保持不变；要终止某一条的，填写它的截止日期（最后一日）。",
    "已填写又清空的选填栏目，导入后即为空。",
    "日期如 2026-01-01；级别如 5、4、3（5 初级工 至 1 高级技师）；是否类栏目填“是”或“否”，不清楚的不填。",
    f"类别：{'、'.join(_CODES['kind'])}。",
    f"可取得的最高证书：{'、'.join(_CODES['certificate_kind'])}；不分级别的证书不填级别。",
    "更换或者增加级别的：原有一行填写截止日期，另起一行填写新的级别和批准日期。",
    f"每个工作表最多{MOST_ROWS}行，文件最大{MOST_BYTES // 1000} KB。",
)


def unusable(message: str) -> Malformed:
    """The refusal of a file as a whole."""
    return malformed([FieldError("file", message)])


def _cells(page: Page) -> list[list[object]]:
    """The cells of a sheet, with an empty row wherever nothing stands; what cannot be used stays a cell."""
    last = max((row.number for row in page.rows), default=0)
    if last > MOST_ROWS + 1:
        raise _too_long(page.name)
    rows: list[list[object]] = [[] for _ in range(last)]
    for row in page.rows:
        for cell in row.cells:
            try:
                rows[row.number - 1].append(cell and _plain(cell))
            except ValueError:
                # A day or a number that a program wrote wrongly.
                rows[row.number - 1].append(Cell(Kind.BROKEN, ""))
    return rows


def _plain(cell: Cell) -> object:
    match cell.kind:
        case Kind.NUMBER:
            return int(cell.text) if cell.text.lstrip("-").isdecimal() else float(cell.text)
        case Kind.DATE:
            return date.fromisoformat(cell.text)
        case Kind.MOMENT:
            return datetime.fromisoformat(cell.text)
        case Kind.FLAG:
            return cell.text == "1"
        case Kind.TEXT:
            return cell.text
    return cell


def _too_long(title: str) -> Malformed:
    return unusable(f"工作表“{title}”超过{MOST_ROWS}行，请分几次导入")


# --- cells -------------------------------------------------------------------------------------------------


def _rows(
    sheet: Sheet, cells: Sequence[Sequence[object]]
) -> Iterator[tuple[int, dict[str, Any], list[Fault]]]:
    """The rows that hold anything, by their numbers: what each column says, and cells that say nothing."""
    if not cells:
        return
    places = _places(sheet, cells[0])
    for number, row in enumerate(cells[1:], start=2):
        if all(_is_blank(value) for value in row):
            continue
        if number > MOST_ROWS + 1:
            raise _too_long(sheet.title)
        data: dict[str, Any] = {}
        faults: list[Fault] = []
        for one in inputs_of(sheet.model):
            place = places.get(one.name)
            value = row[place] if place is not None and place < len(row) else None
            if _is_blank(value):
                continue
            try:
                data[one.name] = _read(one, value)
            except ValueError as fault:
                faults.append(Fault(sheet.title, number, one.name, f"“{one.label}”{fault}"))
        yield number, data, faults


def _places(sheet: Sheet, header: Sequence[object]) -> dict[str, int]:
    found = [str(value).strip() if value is not None else "" for value in header]
    labels = sheet.labels
    missing = [label for name, label in labels.items() if label not in found and name not in _DISPENSABLE]
    if missing:
        raise unusable(f"工作表“{sheet.title}”第1行表头缺少：{'、'.join(missing)}，请使用导出的工作簿填写")
    repeated = sorted(label for label in labels.values() if found.count(label) > 1)
    if repeated:
        raise unusable(f"工作表“{sheet.title}”第1行表头重复：{'、'.join(repeated)}")
    return {name: found.index(label) for name, label in labels.items() if label in found}


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _read(one: Input, value: object) -> object:
    """A cell as the model takes it; raises ``ValueError`` for what no cell of this column can be."""
    if isinstance(value, Cell):
        raise ValueError(CELL_FAULTS[value.kind])
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if one.widget == "date":
        return _day(value)
    if one.widget == "yes_no":
        return _yes_or_no(value)
    if one.name == "levels":
        return _levels(value)
    if one.widget == "number":
        text = str(value).strip()
        if isinstance(value, bool) or not re.fullmatch(r"\d{1,9}", text, re.ASCII):
            raise ValueError(f"须为整数（填写的是“{text[:40]}”）")
        return int(text)
    if isinstance(value, bool | date | time):
        raise ValueError("的单元格格式不对，请改为文本格式后重新填写")
    if isinstance(value, int | float) and one.name in {"uscc", "occupation_code"}:
        # Excel keeps 15 digits of a number and turns the rest into zeros.
        raise ValueError("的单元格是数字格式，末几位可能已经丢失，请改为文本格式后重新填写")
    text = str(value).strip()
    return _CODES.get(one.name, {}).get(text, text)


def _day(value: object) -> str:
    if isinstance(value, datetime):
        if value.time() != time():
            raise ValueError(f"须为日期，不带时间（填写的是“{value}”）")
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    found = _DAY.fullmatch(str(value).strip())
    try:
        if found is None:
            raise ValueError
        return date(*map(int, found.groups())).isoformat()
    except ValueError:
        raise ValueError(f"须为日期，如 2026-01-01（填写的是“{str(value).strip()[:40]}”）") from None


def _yes_or_no(value: object) -> bool:
    if isinstance(value, bool):
        return value
    text = str(value).strip()
    if text not in {"是", "否"}:
        raise ValueError(f"须为“是”或“否”（填写的是“{text[:40]}”）")
    return text == "是"


def _levels(value: object) -> list[int]:
    text = str(value).strip()
    if isinstance(value, bool) or not re.fullmatch(r"[1-5]([\s、,，;；]+[1-5])*", text, re.ASCII):
        raise ValueError(f"须为1至5的数字，如 5、4、3（填写的是“{text[:40]}”）")
    return [int(sign) for sign in text if sign.isdigit()]


def _written(sheet: Sheet, name: str, value: object) -> object:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    # In a workbook to be filled in again a date stands as one types it.
    return str(value) if name.endswith("_on") else said(sheet.part, name, value) or None
