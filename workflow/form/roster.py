"""The trainee roster: rows of JSON or of a workbook, read to trainees or to what is wrong, row by row.

A roster is taken whole or not at all: ``RosterReading.rows`` may be stored only when ``errors`` is empty.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

import openpyxl
import xlsxwriter
from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from workflow.errors import Malformed
from workflow.form.applicant import IdentityKind
from workflow.form.fields import (
    ClassNumber,
    Drafted,
    IdentityNumber,
    Name,
    Phone,
    Widget,
    asked,
    check_identity,
    clean_text,
    optional,
)
from workflow.form.reading import read
from workflow.vocabulary import IdentityType, TraineeCategory, Word

MOST_ROWS = 5_000
MOST_ERRORS = 1_000
MOST_COLUMNS = 30
MOST_BYTES = 5 * 1024 * 1024
# A full roster unzips to about 3 MB, nearly all of it cells and their texts. Ten times that in styles alone
# would keep openpyxl busy for half a minute and half a gigabyte.
MOST_UNZIPPED = 6 * 1024 * 1024
MOST_UNZIPPED_BESIDE_CELLS = 512 * 1024
MOST_ENTRIES = 200

COLUMNS: Final[dict[str, str]] = {
    "class_no": "班次",
    "name": "姓名",
    "id_type": "证件类型",
    "id_number": "证件号码",
    "phone": "联系电话",
    "category": "人员类别",
    "employer": "工作单位",
    "occupation": "职业（工种）",
}
_CELLS = re.compile(r"/(worksheets/[^/]+|sharedStrings)\.xml$")
_NEEDED_COLUMNS = ("class_no", "name", "id_number", "category")


def _code_of(words: type[Word]) -> BeforeValidator:
    """People choose by the label, systems by the code."""
    codes = {word.label: word.value for word in words}

    def to_code(value: object) -> object:
        text = clean_text(value)
        return codes.get(text, text) if isinstance(text, str) else text

    return BeforeValidator(to_code)


class Trainee(Drafted):
    """One person in one class."""

    class_no: ClassNumber = asked("班次")
    name: Name = asked("姓名")
    id_type: Annotated[IdentityKind, _code_of(IdentityType)] = Field(
        default=IdentityType.RESIDENT_ID, title="证件类型", json_schema_extra={"x-required": False}
    )
    id_number: IdentityNumber = asked("证件号码", personal="identity")
    phone: Phone | None = optional("联系电话", personal="phone")
    category: Annotated[TraineeCategory, Field(strict=False), _code_of(TraineeCategory), Widget("select")] = (
        asked("人员类别")
    )
    employer: Name | None = optional("工作单位")
    occupation: Name | None = optional("职业（工种）")

    @field_validator("id_number")
    @classmethod
    def _identity_is_real(cls, number: str, info: ValidationInfo) -> str:
        kind = info.data.get("id_type")
        return number if kind is None else check_identity(number, kind)


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in one row; ``row`` is the workbook's row, or the entry's place from 1; 0: the whole."""

    row: int
    field: str
    message: str

    def as_dict(self) -> dict[str, int | str]:
        """The error as the API answers it."""
        return {"row": self.row, "field": self.field, "message": self.message}


@dataclass(frozen=True, slots=True)
class RosterReading:
    """The trainees that could be read, and what is wrong with the others."""

    rows: tuple[Trainee, ...]
    errors: tuple[RowError, ...]

    @property
    def counts(self) -> dict[int, int]:
        """Trainees per class."""
        counts: dict[int, int] = {}
        for trainee in self.rows:
            counts[trainee.class_no] = counts.get(trainee.class_no, 0) + 1
        return counts


class _Unreadable(Exception):
    """The workbook cannot be used at all; the message says why."""


def read_roster_rows(rows: object, classes: Iterable[Mapping[str, Any]]) -> RosterReading:
    """The roster of JSON rows; ``classes`` are those of the opening, in which every trainee must be."""
    if not isinstance(rows, list):
        return _refused("名册须为列表，每名学员一项")
    return _read_numbered(list(enumerate(rows, start=1)), classes)


def read_roster_workbook(content: bytes, classes: Iterable[Mapping[str, Any]]) -> RosterReading:
    """The roster of an uploaded XLSX, read within fixed bounds of bytes, rows and columns."""
    try:
        rows, errors = _rows_of_workbook(content)
    except _Unreadable as fault:
        return _refused(str(fault))
    if not rows and not errors:
        return _refused("名册中没有学员")
    spoilt = {error.row for error in errors}
    reading = _read_numbered([(row, data) for row, data in rows if row not in spoilt], classes)
    both = sorted([*errors, *reading.errors], key=lambda error: error.row)
    return RosterReading(reading.rows, tuple(both[:MOST_ERRORS]))


def _refused(message: str) -> RosterReading:
    return RosterReading((), (RowError(0, "", message),))


def _read_numbered(rows: Sequence[tuple[int, object]], classes: Iterable[Mapping[str, Any]]) -> RosterReading:
    if len(rows) > MOST_ROWS:
        return _refused(f"名册最多{MOST_ROWS}行，现有{len(rows)}行")
    known = [entry.get("class_no") for entry in classes]
    trainees: list[Trainee] = []
    errors: list[RowError] = []
    first_rows: dict[str, int] = {}
    for row, data in rows:
        if len(errors) >= MOST_ERRORS:
            errors.append(RowError(row, "", "错误过多，从这一行起未再检查"))
            break
        try:
            trainee = read(Trainee, data)
        except Malformed as fault:
            errors += [RowError(row, error.field, error.message) for error in fault.errors]
            continue
        if trainee.class_no not in known:
            named = "、".join(str(number) for number in known) or "无"
            errors.append(
                RowError(row, "class_no", f"“班次”{trainee.class_no}不在开班申请中（已有班次：{named}）")
            )
        # Compared after cleaning, so that full-width digits, blanks or a small x hide nobody.
        first = first_rows.setdefault(trainee.id_number, row)
        if first != row:
            errors.append(RowError(row, "id_number", f"“证件号码”与第{first}行重复，同一人只能登记一次"))
        trainees.append(trainee)
    return RosterReading(tuple(trainees), tuple(errors))


# Workbooks -------------------------------------------------------------------------------------------------


def _rows_of_workbook(content: bytes) -> tuple[list[tuple[int, dict[str, Any]]], list[RowError]]:
    _check_archive(content)
    try:
        workbook = openpyxl.load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        try:
            sheet = workbook.worksheets[0]
            # One row and column more than allowed tell whether there are too many. Without these bounds a
            # single cell at XFD1048576 makes openpyxl fill in every empty cell before it.
            rows = sheet.iter_rows(min_row=1, max_row=MOST_ROWS + 2, min_col=1, max_col=MOST_COLUMNS + 1)
            table = [[(cell.value, cell.data_type) for cell in cells] for cells in rows]
        finally:
            workbook.close()
    except Exception as fault:
        # A damaged or hostile file raises anything from KeyError to ParseError inside openpyxl.
        raise _Unreadable("文件无法读取，请使用名册模板另存为 .xlsx 后再上传") from fault
    return _rows_of_table(table)


def _check_archive(content: bytes) -> None:
    if len(content) > MOST_BYTES:
        raise _Unreadable(f"文件过大：最大{MOST_BYTES // 1024 // 1024}MB")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            unzipped = sum(entry.file_size for entry in entries)
            beside = max(
                (entry.file_size for entry in entries if not _CELLS.search(entry.filename)), default=0
            )
            if len(entries) > MOST_ENTRIES or unzipped > MOST_UNZIPPED or beside > MOST_UNZIPPED_BESIDE_CELLS:
                raise _Unreadable("文件解压后过大，请只保留名册内容后再上传")
            for entry in entries:
                # A workbook never declares entities; whoever does wants them expanded.
                if entry.filename.endswith((".xml", ".rels")) and _is_unsafe(archive.read(entry)):
                    raise _Unreadable("文件内容不安全，不能读取")
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError, ValueError) as fault:
        raise _Unreadable("不是 XLSX 文件，请使用名册模板填写") from fault


def _is_unsafe(part: bytes) -> bool:
    # In another encoding the declaration would not be seen; workbooks are written in UTF-8.
    return b"<!DOCTYPE" in part or part.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in part[:64]


def _rows_of_table(
    table: list[list[tuple[Any, str]]],
) -> tuple[list[tuple[int, dict[str, Any]]], list[RowError]]:
    header = [str(value).strip() if value is not None else "" for value, _ in (table[0] if table else [])]
    if len(header) > MOST_COLUMNS and any(header[MOST_COLUMNS:]):
        raise _Unreadable(f"列数过多：最多{MOST_COLUMNS}列")
    places = {field: header.index(label) for field, label in COLUMNS.items() if label in header}
    missing = [COLUMNS[field] for field in _NEEDED_COLUMNS if field not in places]
    if missing:
        raise _Unreadable(f"第1行表头缺少：{'、'.join(missing)}，请使用名册模板")
    repeated = sorted({label for label in header if label and header.count(label) > 1})
    if repeated:
        raise _Unreadable(f"第1行表头重复：{'、'.join(repeated)}")
    rows: list[tuple[int, dict[str, Any]]] = []
    errors: list[RowError] = []
    for number, cells in enumerate(table[1:], start=2):
        if all(value is None or str(value).strip() == "" for value, _ in cells):
            continue
        if number > MOST_ROWS + 1:
            raise _Unreadable(f"名册最多{MOST_ROWS}行")
        data: dict[str, Any] = {}
        for field, place in places.items():
            value, kind = cells[place] if place < len(cells) else (None, "n")
            try:
                data[field] = _cell(field, value, kind)
            except ValueError as fault:
                errors.append(RowError(number, field, f"“{COLUMNS[field]}”{fault}"))
        rows.append((number, data))
    return rows, errors


def _cell(field: str, value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "f":
        raise ValueError("是公式，请改为直接填写的内容")
    if kind == "e":
        raise ValueError("是错误值，请重新填写")
    if field == "class_no":
        return _class_number(value)
    if isinstance(value, str):
        return value
    if field == "id_number":
        # Excel keeps 15 digits of a number and turns the rest into zeros.
        raise ValueError("的单元格是数字格式，末几位可能已经丢失，请改为文本格式后重新填写")
    if isinstance(value, bool | datetime):
        raise ValueError("的单元格格式不对，请改为文本格式后重新填写")
    if isinstance(value, int) or (isinstance(value, float) and value.is_integer()):
        return str(int(value))
    return str(value)


def _class_number(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"\d{1,3}", value.strip()):
        return int(value.strip())
    return value


def roster_template() -> bytes:
    """The empty roster as a workbook: every column is text, so that no identity number is spoilt."""
    return _workbook([], note=True)


def roster_error_workbook(errors: Iterable[RowError]) -> bytes:
    """What is wrong, row by row, as a workbook to work through."""
    return _workbook([(str(error.row or ""), error.field, error.message) for error in errors], note=False)


def _workbook(errors: list[tuple[str, str, str]], *, note: bool) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    # A fixed date, so that the same roster gives the same file.
    book.set_properties({"created": datetime(2022, 1, 1)})  # noqa: DTZ001 - the format knows no offset
    text = book.add_format({"num_format": "@"})
    head = book.add_format({"num_format": "@", "bold": True})
    if note:
        sheet = book.add_worksheet("学员名册")
        for place, (field, label) in enumerate(COLUMNS.items()):
            sheet.set_column(place, place, 24 if field in {"id_number", "employer"} else 14, text)
            sheet.write_string(0, place, label, head)
        for field, words in (("id_type", IdentityType), ("category", TraineeCategory)):
            place = list(COLUMNS).index(field)
            choice = {"validate": "list", "source": [word.label for word in words]}
            sheet.data_validation(1, place, MOST_ROWS, place, choice)
        sheet.freeze_panes(1, 0)
        guide = book.add_worksheet("填写说明")
        guide.set_column(0, 0, 80)
        for row, line in enumerate(_GUIDE):
            guide.write_string(row, 0, line)
    else:
        sheet = book.add_worksheet("名册检查结果")
        for place, (label, width) in enumerate((("行号", 8), ("项目", 16), ("问题", 80))):
            sheet.set_column(place, place, width, text)
            sheet.write_string(0, place, label, head)
        for row, (number, field, message) in enumerate(errors, start=1):
            for place, value in enumerate((number, COLUMNS.get(field, field), message)):
                sheet.write_string(row, place, value)
    book.close()
    return buffer.getvalue()


_GUIDE = (
    "每行一名学员，从第2行开始填写；不要改动第1行表头。",
    "班次：与开班申请中的班次一致，如 1。",
    f"证件类型：{'、'.join(word.label for word in IdentityType)}；不填即为居民身份证。",
    "证件号码：单元格须为文本格式，否则末几位会丢失。",
    f"人员类别：{'、'.join(word.label for word in TraineeCategory)}。",
    f"最多{MOST_ROWS}行。",
)
