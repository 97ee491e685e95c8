"""The roster: the example passes, faults are told row by row, and hostile files are refused quickly."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflow.form.filled import example
from workflow.form.ages import Ages
from workflow.form.roster import (
    COLUMNS,
    MOST_ROWS,
    RosterReading,
    RowRemark,
    Trainee,
    read_roster_rows,
    read_roster_workbook,
    roster_error_workbook,
    roster_template,
)
from workflow.policy import load_policy
from workflow.workbooks.errors import UnreadableWorkbook

CLASSES = example("application")["opening"]["classes"]


def rows() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = example("roster")
    return loaded


def faults(reading: RosterReading) -> list[tuple[int, str]]:
    return [(error.row, error.field) for error in reading.errors]


def trainees(reading: RosterReading) -> list[Trainee]:
    return [one.trainee for one in reading.rows]


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
    assert [trainee.stored() for trainee in trainees(reading)] == rows()
    assert [one.row for one in reading.rows] == list(range(1, 51))
    assert reading.counts == {1: 50}


def test_the_example_as_a_workbook_reads_the_same() -> None:
    reading = read_roster_workbook(workbook(as_lines(rows())), CLASSES)
    assert trainees(reading) == trainees(read_roster_rows(rows(), CLASSES))
    assert [one.row for one in reading.rows] == list(range(2, 52))
    assert reading.errors == ()


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
        ({"id_type": "passport"}, "id_number", "居民身份证号码的形式"),
        ({"name": "张三#"}, "name", "符号“#”"),
        ({"name": "123"}, "name", "须为姓名"),
        ({"name": "张" * 65}, "name", "最多64个字"),
        ({"post_code": "车工"}, "post_code", "须为职业编码的格式"),
        ({"changing_post": "是"}, "changing_post", "须为“是”或“否”"),
        ({"id_number": "4.1049919790902E+17"}, "id_number", "已被 Excel 当作数字改写"),
        ({"id_number": "410499197909020000"}, "id_number", "已被 Excel 当作数字改写"),
        ({"id_number": "410499197913020081"}, "id_number", "出生日期不存在"),
        ({"id_number": "410499********0081"}, "id_number", "不能遮盖"),
    ],
)
def test_a_fault_is_told_with_row_field_and_reason(changes: dict[str, Any], field: str, words: str) -> None:
    entries = rows()
    entries[2].update(changes)
    reading = read_roster_rows(entries, CLASSES)
    assert faults(reading) == [(3, field)]
    assert words in reading.errors[0].message
    assert [one.row for one in reading.rows] == [number for number in range(1, 51) if number != 3]


def test_everything_that_is_wrong_in_a_row_is_told_at_once() -> None:
    entries = rows()[:3]
    entries[2] |= {"name": "张#", "phone": "110", "class_no": 9, "id_number": entries[0]["id_number"]}
    reading = read_roster_rows(entries, CLASSES)
    assert faults(reading) == [(3, "name"), (3, "phone"), (3, "class_no"), (3, "id_number")]
    assert [one.row for one in reading.rows] == [1, 2]


def test_the_second_of_two_is_a_double_even_where_the_first_is_wrong_for_another_reason() -> None:
    entries = [rows()[0] | {"phone": "110"}, rows()[0], rows()[0] | {"class_no": 7}]
    assert faults(read_roster_rows(entries, CLASSES)) == [
        (1, "phone"),
        (2, "id_number"),
        (3, "class_no"),
        (3, "id_number"),
    ]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("张　三", "张三"),
        ("阿不都•热合曼", "阿不都·热合曼"),
        ("买买提.艾力", "买买提·艾力"),
        ("Jean-Luc O’Neill Jr.", "Jean-Luc O’Neill Jr."),
        ("Ｊｏｈｎ　Ｓｍｉｔｈ", "John Smith"),
        ("Łukasz Żółć", "Łukasz Żółć"),
        ("𠮷田", "𠮷田"),
        ("Нгуен", "Нгуен"),
    ],
)
def test_names_of_every_origin_are_taken(typed: str, kept: str) -> None:
    (trainee,) = trainees(read_roster_rows([rows()[0] | {"name": typed}], CLASSES))
    assert trainee.name == kept


def test_what_people_should_look_at_refuses_nothing() -> None:
    entry = rows()[0] | {"name": "张三", "id_number": "990499197909020084"}
    reading = read_roster_rows(
        [entry, entry | {"name": "学员02", "id_number": "410499200001020000"}], CLASSES
    )
    assert reading.errors == ()
    assert [(one.row, one.field) for one in reading.warnings] == [
        (1, "id_number"),
        (2, "id_number"),
        (2, "name"),
    ]
    assert "地区代码未收录" in reading.warnings[0].message
    assert "末三位为000" in reading.warnings[1].message


def test_what_the_rules_of_posts_and_majors_need_is_read_from_either_form() -> None:
    more = {"post_code": "6-18-01-01", "changing_post": True, "major": "数控", "major_code": "6-18-01-02"}
    entry = rows()[0] | {"name": "张三"} | more
    (told,) = trainees(read_roster_rows([entry], CLASSES))
    line = ["是" if value is True else value for value in as_lines([entry])[0]]
    (filled,) = trainees(read_roster_workbook(workbook([line]), CLASSES))
    assert told == filled
    assert told.stored() == entry


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
    (trainee,) = trainees(read_roster_rows([entry], CLASSES))
    assert (trainee.category, trainee.id_type) == ("veteran", "resident_id")


def test_who_chose_none_of_the_labels_is_told_them_and_no_codes() -> None:
    (fault,) = read_roster_rows([rows()[0] | {"category": "工人"}], CLASSES).errors
    assert "须为下列之一：企业职工、农村转移就业劳动者、" in fault.message
    assert "employee" not in fault.message


def test_the_document_is_a_residents_card_unless_said_otherwise() -> None:
    entry = rows()[0]
    del entry["id_type"]
    assert trainees(read_roster_rows([entry], CLASSES))[0].id_type == "resident_id"


@pytest.mark.parametrize("data", [None, {}, "x", {"rows": []}])
def test_a_roster_is_a_list(data: object) -> None:
    assert faults(read_roster_rows(data, CLASSES)) == [(0, "")]


def test_a_row_is_an_object() -> None:
    assert faults(read_roster_rows([5, None, []], CLASSES)) == [(1, ""), (2, ""), (3, "")]


def test_an_endless_roster_is_refused_at_once() -> None:
    assert faults(read_roster_rows([{}] * (MOST_ROWS + 1), CLASSES)) == [(0, "")]


def test_every_row_of_the_largest_roster_is_checked() -> None:
    reading = read_roster_rows([{}] * MOST_ROWS, CLASSES)
    assert {error.row for error in reading.errors} == set(range(1, MOST_ROWS + 1))


def test_ages_are_asked_where_they_are_given() -> None:
    ages = Ages.of_policy(load_policy("pingdingshan-2022"), CLASSES, date(2095, 1, 1))
    told: list[tuple[int, int]] = []
    reading = read_roster_rows(rows(), CLASSES, ages=ages, progress=lambda *now: told.append(now))
    assert (len(reading.rows), len(reading.errors)) == (0, 50)
    assert "达到法定退休年龄" in reading.errors[0].message
    assert told == [(50, 50)]


def test_progress_goes_from_reading_to_checking() -> None:
    lines = [[1, f"学员{number}", None, f"E{number:08d}"] for number in range(1_200)]
    told: list[tuple[int, int]] = []
    read_roster_workbook(workbook(lines), CLASSES, progress=lambda *now: told.append(now))
    shares = [done / total for done, total in told]
    assert shares == sorted(shares)
    assert shares[0] < 0.5
    assert told[-1] == (2_400, 2_400)


def test_an_identity_number_typed_as_a_number_is_refused_for_that_reason() -> None:
    lines = as_lines(rows())
    place = list(COLUMNS).index("id_number")
    lines[0][place] = int(lines[0][place])
    reading = read_roster_workbook(workbook(lines), CLASSES)
    assert faults(reading) == [(2, "id_number")]
    assert "数字格式，末几位已经丢失" in reading.errors[0].message
    assert [one.row for one in reading.rows] == list(range(3, 52))


def test_a_telephone_number_may_be_a_number_and_a_class_may_be_text() -> None:
    lines = as_lines(rows()[:1])
    lines[0][list(COLUMNS).index("phone")] = 13800000001
    lines[0][list(COLUMNS).index("class_no")] = "1"
    (trainee,) = trainees(read_roster_workbook(workbook(lines), CLASSES))
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
    assert {column.number_format for column in sheet.column_dimensions.values()} == {"@"}
    assert sheet.data_validations.dataValidation


def test_a_filled_template_is_read() -> None:
    book = openpyxl.load_workbook(io.BytesIO(roster_template()))
    for line in as_lines(rows()):
        book.worksheets[0].append(line)
    buffer = io.BytesIO()
    book.save(buffer)
    assert len(read_roster_workbook(buffer.getvalue(), CLASSES).rows) == 50


def test_columns_of_ones_own_are_left_alone_and_named() -> None:
    header = [*COLUMNS.values(), "备注", "电话", "错误原因"]
    line = [*as_lines(rows()[:1])[0], "=1+1", "x", "旧的原因"]
    reading = read_roster_workbook(workbook([line, [None] * len(COLUMNS) + ["合计"]], header=header), CLASSES)
    assert reading.errors == ()
    assert len(reading.rows) == 1
    assert [(one.row, one.message) for one in reading.warnings[:2]] == [
        (1, "表头“备注”不是模板中的列，没有读取"),
        (1, "表头“电话”不是模板中的列，没有读取"),
    ]


def test_the_error_file_is_mended_and_sent_again() -> None:
    entries = rows()[:3]
    entries[1]["phone"] = "110"
    lines = as_lines(entries)
    lines[2][list(COLUMNS).index("name")] = "=A1"
    reading = read_roster_workbook(content := workbook(lines), CLASSES)
    book = openpyxl.load_workbook(io.BytesIO(roster_error_workbook(content, reading.errors)))
    sheet = book.worksheets[0]
    place = len(COLUMNS) + 1
    assert [sheet.cell(row, place).value for row in (1, 2)] == ["错误原因", None]
    assert "11位手机号码" in str(sheet.cell(3, place).value)
    assert "是公式" in str(sheet.cell(4, place).value)
    sheet.cell(3, 1 + list(COLUMNS).index("phone")).value = "13800000002"
    sheet.cell(4, 1 + list(COLUMNS).index("name")).value = "李四"
    buffer = io.BytesIO()
    book.save(buffer)
    again = read_roster_workbook(buffer.getvalue(), CLASSES)
    assert again.errors == ()
    assert [one.row for one in again.rows] == [2, 3, 4]


def test_the_error_file_of_what_was_no_roster_is_refused() -> None:
    with pytest.raises(UnreadableWorkbook, match="缺少：班次"):
        roster_error_workbook(workbook([], header=["一"]), [RowRemark(2, "name", "x")])


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "文件是空的"),
        (b"PK\x03\x04 junk", "文件不完整或已损坏"),
        (b"0" * (5 * 1024 * 1024 + 1), "文件过大"),
        (workbook([["x"]] * (MOST_ROWS + 1)), f"最多{MOST_ROWS}行"),
        (workbook([], header=[*COLUMNS.values(), *(f"列{number}" for number in range(60))]), "最多60列"),
    ],
    # A workbook holds the moment at which it was made: as a name it would differ from process to process.
    ids=["empty", "junk", "large", "rows", "columns"],
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


@settings(max_examples=20)
@given(st.binary(max_size=200).map(b"PK\x03\x04".__add__))
def test_any_bytes_are_refused_quietly(content: bytes) -> None:
    assert read_roster_workbook(content, CLASSES).rows == ()


@given(st.lists(st.integers(min_value=0, max_value=49), max_size=30))
def test_nobody_is_accepted_twice(chosen: list[int]) -> None:
    entries = [rows()[index] for index in chosen]
    reading = read_roster_rows(entries, CLASSES)
    assert len(reading.errors) == len(chosen) - len(set(chosen))
