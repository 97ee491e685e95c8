"""The roster: the example passes, faults are told row by row, and hostile files are refused quickly."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from tests.workflow.form.filled import example
from workflow.form.roster import (
    COLUMNS,
    MOST_ROWS,
    RosterReading,
    read_roster_rows,
    read_roster_workbook,
    roster_error_workbook,
    roster_template,
)

CLASSES = example("application")["opening"]["classes"]


def rows() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = example("roster")
    return loaded


def faults(reading: RosterReading) -> list[tuple[int, str]]:
    return [(error.row, error.field) for error in reading.errors]


def workbook(lines: list[list[Any]], *, header: list[str] | None = None) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    for number, line in enumerate([header or list(COLUMNS.values()), *lines]):
        for place, value in enumerate(line):
            sheet.write(number, place, value)
    book.close()
    return buffer.getvalue()


def as_lines(entries: list[dict[str, Any]]) -> list[list[Any]]:
    return [[entry.get(field) for field in COLUMNS] for entry in entries]


def test_the_example_is_read_whole_and_unchanged() -> None:
    reading = read_roster_rows(rows(), CLASSES)
    assert reading.errors == ()
    assert [trainee.stored() for trainee in reading.rows] == rows()
    assert reading.counts == {1: 50}


def test_the_example_as_a_workbook_reads_the_same() -> None:
    reading = read_roster_workbook(workbook(as_lines(rows())), CLASSES)
    assert reading == read_roster_rows(rows(), CLASSES)


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": ""}, "name", "“姓名”未填写"),
        ({"id_number": "410499197909020082"}, "id_number", "校验码"),
        ({"id_number": None}, "id_number", "未填写"),
        ({"phone": "110"}, "phone", "11位手机号码"),
        ({"category": "天才"}, "category", "企业职工"),
        ({"class_no": 2}, "class_no", "“班次”2不在开班申请中（已有班次：1）"),
        ({"class_no": "1"}, "class_no", "须为整数"),
        ({"age": 40}, "age", "表中没有这一项"),
        ({"id_type": "library_card"}, "id_type", "居民身份证"),
    ],
)
def test_a_fault_is_told_with_row_field_and_reason(changes: dict[str, Any], field: str, words: str) -> None:
    entries = rows()
    entries[2].update(changes)
    reading = read_roster_rows(entries, CLASSES)
    assert faults(reading) == [(3, field)]
    assert words in reading.errors[0].message


def test_a_message_shows_no_whole_identity_number() -> None:
    entries = rows()
    entries[0]["id_number"] = "410499197909020082"
    (error,) = read_roster_rows(entries, CLASSES).errors
    assert "410499********0082" in error.message
    assert "410499197909020082" not in error.message


@pytest.mark.parametrize(
    "disguise",
    [
        str.lower,
        lambda number: number.translate({ord("0") + digit: ord("０") + digit for digit in range(10)}),
        lambda number: f" {number[:6]} {number[6:14]}\u3000{number[14:]}\u200b",
        lambda number: number.replace("X", "Ｘ"),
    ],
)
def test_a_person_in_disguise_is_still_the_same_person(disguise: Any) -> None:
    entries = rows()[:4]
    entries.append(entries[3] | {"id_number": disguise(entries[3]["id_number"]), "name": "另一人"})
    reading = read_roster_rows(entries, CLASSES)
    assert faults(reading) == [(5, "id_number")]
    assert "与第4行重复" in reading.errors[0].message


def test_categories_and_documents_may_be_given_by_label() -> None:
    entry = rows()[0] | {"category": " 退役军人 ", "id_type": "居民身份证"}
    (trainee,) = read_roster_rows([entry], CLASSES).rows
    assert (trainee.category, trainee.id_type) == ("veteran", "resident_id")


def test_the_document_is_a_residents_card_unless_said_otherwise() -> None:
    entry = rows()[0]
    del entry["id_type"]
    assert read_roster_rows([entry], CLASSES).rows[0].id_type == "resident_id"


@pytest.mark.parametrize("data", [None, {}, "x", {"rows": []}])
def test_a_roster_is_a_list(data: object) -> None:
    assert faults(read_roster_rows(data, CLASSES)) == [(0, "")]


def test_a_row_is_an_object() -> None:
    assert faults(read_roster_rows([5, None, []], CLASSES)) == [(1, ""), (2, ""), (3, "")]


def test_an_endless_roster_is_refused_at_once() -> None:
    assert faults(read_roster_rows([{}] * (MOST_ROWS + 1), CLASSES)) == [(0, "")]


def test_errors_end_before_they_flood() -> None:
    reading = read_roster_rows([{}] * MOST_ROWS, CLASSES)
    assert len(reading.errors) < 1_010
    assert "未再检查" in reading.errors[-1].message


def test_an_identity_number_typed_as_a_number_is_refused_for_that_reason() -> None:
    lines = as_lines(rows())
    place = list(COLUMNS).index("id_number")
    lines[0][place] = int(lines[0][place])
    reading = read_roster_workbook(workbook(lines), CLASSES)
    assert faults(reading) == [(2, "id_number")]
    assert "数字格式" in reading.errors[0].message
    assert len(reading.rows) == 49


def test_a_telephone_number_may_be_a_number_and_a_class_may_be_text() -> None:
    lines = as_lines(rows()[:1])
    lines[0][list(COLUMNS).index("phone")] = 13800000001
    lines[0][list(COLUMNS).index("class_no")] = "1"
    (trainee,) = read_roster_workbook(workbook(lines), CLASSES).rows
    assert (trainee.phone, trainee.class_no) == ("13800000001", 1)


def test_a_formula_is_not_read() -> None:
    lines = as_lines(rows()[:1])
    lines[0][list(COLUMNS).index("name")] = "=A1&B1"
    reading = read_roster_workbook(workbook(lines), CLASSES)
    assert faults(reading) == [(2, "name")]
    assert "公式" in reading.errors[0].message


def test_blank_rows_are_skipped_and_rows_keep_their_numbers() -> None:
    entries = rows()[:2]
    entries[1]["phone"] = "110"
    first, second = as_lines(entries)
    reading = read_roster_workbook(workbook([first, [None] * 8, ["  "], second]), CLASSES)
    assert faults(reading) == [(5, "phone")]


def test_a_missing_or_doubled_column_is_named() -> None:
    header = [label for label in COLUMNS.values() if label != "姓名"]
    assert "缺少：姓名" in read_roster_workbook(workbook([], header=header), CLASSES).errors[0].message
    header = [*COLUMNS.values(), "姓名"]
    assert "重复：姓名" in read_roster_workbook(workbook([], header=header), CLASSES).errors[0].message


def test_the_template_is_empty_but_has_every_column_as_text() -> None:
    content = roster_template()
    assert content == roster_template()
    assert read_roster_workbook(content, CLASSES).errors[0].message == "名册中没有学员"
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    assert [cell.value for cell in sheet[1]] == list(COLUMNS.values())
    assert sheet["D2"].number_format == "@" or sheet.column_dimensions["D"].number_format == "@"
    assert sheet.data_validations.dataValidation


def test_a_filled_template_is_read() -> None:
    book = openpyxl.load_workbook(io.BytesIO(roster_template()))
    for line in as_lines(rows()):
        book.worksheets[0].append(line)
    buffer = io.BytesIO()
    book.save(buffer)
    assert len(read_roster_workbook(buffer.getvalue(), CLASSES).rows) == 50


def test_the_error_file_tells_rows_and_reasons() -> None:
    entries = rows()
    entries[1]["phone"] = "=1+1"
    errors = read_roster_rows(entries, CLASSES).errors
    sheet = openpyxl.load_workbook(io.BytesIO(roster_error_workbook(errors))).worksheets[0]
    lines = list(sheet.iter_rows(values_only=True))
    assert lines[0] == ("行号", "项目", "问题")
    assert lines[1][:2] == ("2", "联系电话")


def bomb(name: str, content: str) -> bytes:
    source, target = zipfile.ZipFile(io.BytesIO(roster_template())), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry in source.infolist():
            archive.writestr(entry.filename, content if entry.filename == name else source.read(entry))
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "不是 XLSX 文件"),
        (b"PK\x03\x04 junk", "不是 XLSX 文件"),
        (b"0" * (5 * 1024 * 1024 + 1), "文件过大"),
        (bomb("xl/worksheets/sheet1.xml", " " * 7_000_000), "解压后过大"),
        (bomb("xl/styles.xml", " " * 600_000), "解压后过大"),
        (bomb("xl/worksheets/sheet1.xml", "<a"), "无法读取"),
        (bomb("xl/workbook.xml", "<workbook/>"), "无法读取"),
        (bomb("xl/workbook.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), "不安全"),
        (workbook([[None]] * MOST_ROWS + [["x"]]), "最多5000行"),
        (workbook([], header=[*COLUMNS.values(), *(f"列{number}" for number in range(30))]), "最多30列"),
    ],
    # A workbook holds the moment at which it was made: as a name it would differ from process to process.
    ids=["empty", "junk", "large", "bomb", "styles", "cut", "no sheets", "entities", "rows", "columns"],
)
def test_a_file_that_is_no_roster_is_refused_with_the_reason(content: bytes, words: str) -> None:
    reading = read_roster_workbook(content, CLASSES)
    assert reading.rows == ()
    assert faults(reading) == [(0, "")]
    assert words in reading.errors[0].message


def test_a_cell_at_the_far_corner_costs_nothing() -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write(0, 0, "班次")
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    assert "缺少：姓名" in read_roster_workbook(buffer.getvalue(), CLASSES).errors[0].message


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_quietly(content: bytes) -> None:
    assert read_roster_workbook(content, CLASSES).rows == ()


@given(st.lists(st.integers(min_value=0, max_value=49), max_size=30))
def test_nobody_is_accepted_twice(chosen: list[int]) -> None:
    entries = [rows()[index] for index in chosen]
    reading = read_roster_rows(entries, CLASSES)
    assert len(reading.errors) == len(chosen) - len(set(chosen))
