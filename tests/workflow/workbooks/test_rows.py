"""A filled template: columns by label, values by kind, a reason for every cell, and the file given back."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from openpyxl.styles import Font, PatternFill

from tests.workflow.workbooks.corpus import (
    HEADER,
    PERSON,
    SHEET,
    good,
    packed,
    row,
    sheet,
    with_cells,
    with_part,
)
from tests.workflow.workbooks.harness import TEMPLATE
from workflow.workbooks.error_files import error_workbook
from workflow.workbooks.errors import UnreadableWorkbook
from workflow.workbooks.rows import REASONS_LABEL, CellFault, FilledRow, read_table
from workflow.workbooks.templates import GUIDE_SHEET, Column, Holds, Template, empty_workbook


def filled(written: str, place: int) -> FilledRow:
    """The second row with this cell in a column, from 0."""
    letter = "ABCDEF"[place]
    (found,) = read_table(with_cells(written.replace("@", f"{letter}2")), TEMPLATE).rows
    return found


@pytest.mark.parametrize(
    ("place", "written", "value"),
    [
        (0, '<c r="@"><v>12</v></c>', 12),
        (0, '<c r="@" t="str"><v> １２ </v></c>', 12),
        (0, '<c r="@" t="str"><v>一</v></c>', "一"),
        (0, '<c r="@"><v>1.5</v></c>', "1.5"),
        (1, '<c r="@"><v>13800000001</v></c>', "13800000001"),
        (2, '<c r="@" t="str"><v>410499197909020081</v></c>', "410499197909020081"),
        (4, '<c r="@" s="1"><v>46272</v></c>', "2026-09-07"),
        (4, '<c r="@" t="str"><v>2026/9/7</v></c>', "2026-09-07"),
        (4, '<c r="@" t="str"><v>2026年9月7日</v></c>', "2026-09-07"),
        (4, '<c r="@" t="str"><v>２０２６．９．７</v></c>', "2026-09-07"),
        (4, '<c r="@" t="str"><v>下周</v></c>', "下周"),
        (5, '<c r="@" t="str"><v> 是</v></c>', True),
        (5, '<c r="@" t="b"><v>0</v></c>', False),
    ],
)
def test_a_value_is_of_the_kind_of_its_column(place: int, written: str, value: Any) -> None:
    found = filled(written, place)
    assert (found.values, found.faults) == ({TEMPLATE.columns[place].field: value}, ())


@pytest.mark.parametrize(
    ("place", "written", "words"),
    [
        (1, '<c r="@"><f>A1</f></c>', "“姓名”是公式"),
        (1, '<c r="@" t="e"><v>#N/A</v></c>', "“姓名”是错误值"),
        (1, '<c r="@" t="s"><v>9</v></c>', "“姓名”的内容已损坏"),
        (1, '<c r="@" t="b"><v>1</v></c>', "“姓名”的单元格格式不对"),
        (1, '<c r="@" s="1"><v>46272</v></c>', "“姓名”的单元格格式不对"),
        (1, f'<c r="@" t="str"><v>{"长" * 1_001}</v></c>', "“姓名”过长，最多1000个字"),
        (2, '<c r="@"><v>4.1049919790902E+17</v></c>', "“证件号码”的单元格是数字格式，末几位已经丢失"),
        (2, '<c r="@"><v>410499197909020081</v></c>', "末几位已经丢失"),
        (2, '<c r="@"><v>1234567</v></c>', "开头的0或末几位可能已经丢失"),
        (4, '<c r="@" s="1"><v>46272.25</v></c>', "“开始日期”须为日期，不带时间"),
        (4, '<c r="@"><v>46272</v></c>', "“开始日期”须为日期，格式如"),
        (4, '<c r="@" t="str"><v>2026-02-30</v></c>', "“开始日期”这一天不存在"),
        (5, '<c r="@" t="str"><v>也许</v></c>', "“是否转岗”须为“是”或“否”"),
    ],
)
def test_every_wrong_cell_has_its_reason(place: int, written: str, words: str) -> None:
    found = filled(written, place)
    assert found.values == {}
    (fault,) = found.faults
    assert fault.field == TEMPLATE.columns[place].field
    assert words in fault.message


def test_merged_cells_are_told_where_they_are_empty() -> None:
    content = with_part(
        SHEET,
        sheet([row(2, PERSON), row(3, PERSON)], after='<mergeCells><mergeCell ref="A2:A3"/></mergeCells>'),
    )
    first, second = read_table(content, TEMPLATE).rows
    assert first.faults == ()
    assert [fault.message for fault in second.faults] == ["“班次”在合并的单元格中，请取消合并，逐行填写"]


def test_columns_are_found_in_any_order_and_with_any_blanks() -> None:
    header = ("备注", " 人员类别* ", "证件\n号码", "姓　名", "班次")
    data = sheet([row(2, ("x", "d", "c", "b", "7"))]).replace(
        row(1, HEADER).encode(), row(1, header).encode()
    )
    table = read_table(with_part(SHEET, data), TEMPLATE)
    assert table.rows[0].values == {"class_no": 7, "name": "b", "id_number": "c", "category": "d"}
    assert table.unread == ("备注",)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ((), "第1行表头缺少：班次、姓名、证件号码、人员类别，请使用名册模板"),
        (("班次", "姓名", "身份证号", "人员类别"), "第1行表头缺少：证件号码，请使用名册模板"),
        ((*HEADER, "姓 名"), "第1行表头重复"),
    ],
)
def test_a_header_of_something_else_is_one_sentence(header: tuple[str, ...], words: str) -> None:
    data = sheet([]).replace(row(1, HEADER).encode(), row(1, header).encode())
    with pytest.raises(UnreadableWorkbook, match=words):
        read_table(with_part(SHEET, data), TEMPLATE)


def test_a_table_under_a_title_is_told_where_the_header_belongs() -> None:
    data = sheet([row(2, HEADER)]).replace(row(1, HEADER).encode(), row(1, ["某某名册"]).encode())
    with pytest.raises(UnreadableWorkbook, match="第1行表头缺少"):
        read_table(with_part(SHEET, data), TEMPLATE)


# --- the empty template ------------------------------------------------------------------------------------


def test_the_empty_template_has_text_columns_choices_and_a_guide() -> None:
    template = Template(
        name="取证名单",
        columns=(
            Column("name", "姓名", needed=True, help="与证件一致"),
            Column("number", "证书编号", Holds.IDENTIFIER),
            Column("issued_on", "发证日期", Holds.DATE),
            Column("passed", "是否合格", Holds.YES_NO),
            Column("level", "级别", choices=("初级工", "中级工")),
        ),
        guide=("先看通知。",),
        most_rows=50,
    )
    book = openpyxl.load_workbook(io.BytesIO(empty_workbook(template)))
    assert book.sheetnames == ["取证名单", GUIDE_SHEET]
    lists = {str(one.sqref): one.formula1 for one in book.worksheets[0].data_validations.dataValidation}
    assert lists == {"D2:D51": '"是,否"', "E2:E51": '"初级工,中级工"'}
    guide = [str(line[0]) for line in book[GUIDE_SHEET].values]
    assert guide[1:3] == ["最多50行。表头加粗的列必须保留。", "先看通知。"]
    assert "姓名：与证件一致。" in guide
    assert "证书编号：单元格须为文本格式，否则末几位会丢失。" in guide
    assert read_table(empty_workbook(template), template).rows == ()


def test_a_list_that_excel_would_drop_is_no_template() -> None:
    with pytest.raises(AssertionError):
        Column("kind", "种类", choices=("长" * 100,) * 3)


# --- the error file ----------------------------------------------------------------------------------------


def users_own() -> bytes:
    """A sheet as people make it: an own column in front, formats, a formula, a text that looks like one."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "我的名册"
    page.append(["序号", *HEADER, "备注"])
    page.append([1, *PERSON, "=A2+1"])
    page.append([2, *PERSON, "x"])
    page["I3"].value = "=cmd|'/c calc'!A1"
    page["I3"].data_type = "s"
    page["C2"].font = Font(bold=True, color="FF0000FF")
    page["C3"].fill = PatternFill("solid", fgColor="FF00FF00")
    page.column_dimensions["C"].width = 33
    book.create_sheet("别的")["A1"] = "留着"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def given_back(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


REASONS = {
    2: [CellFault("name", "“姓名”不对"), CellFault("id_number", "“证件号码”不对")],
    3: [CellFault("", "=HYPERLINK(1)")],
}


def test_the_error_file_is_the_users_own_sheet_with_one_more_column() -> None:
    book = given_back(error_workbook(users_own(), TEMPLATE, REASONS))
    assert book.sheetnames == ["我的名册", "别的"]
    page = book["我的名册"]
    assert [cell.value for cell in page[1]] == ["序号", *HEADER, "备注", None, REASONS_LABEL]
    assert [page["J2"].value, page["J3"].value] == ["“姓名”不对；“证件号码”不对", "=HYPERLINK(1)"]
    assert [page["H2"].value, page["H2"].data_type] == ["=A2+1", "f"]
    assert page["J3"].data_type == page["I3"].data_type == "s"
    assert (page["C2"].font.b, page["C2"].font.color.rgb) == (True, "FF0000FF")
    assert [page[place].fill.fgColor.rgb for place in ("C2", "D2", "C3")] == [
        "FFFFC7CE",
        "FFFFC7CE",
        "FF00FF00",
    ]
    assert page.column_dimensions["C"].width == 33
    assert book["别的"]["A1"].value == "留着"


def test_a_second_error_file_says_only_what_is_still_wrong() -> None:
    first = error_workbook(users_own(), TEMPLATE, REASONS)
    page = given_back(
        error_workbook(first, TEMPLATE, {3: [CellFault("category", "“人员类别”不对")]})
    ).worksheets[0]
    assert [page["J1"].value, page["J2"].value, page["J3"].value] == [REASONS_LABEL, None, "“人员类别”不对"]
    assert [page[place].fill.fgColor.rgb for place in ("C2", "C3", "E3")] == [
        "00000000",
        "FF00FF00",
        "FFFFC7CE",
    ]
    table = read_table(first, TEMPLATE)
    assert [found.values["name"] for found in table.rows] == ["张三", "张三"]
    assert REASONS_LABEL not in table.unread


def test_what_cannot_be_marked_is_given_back_plain() -> None:
    """Merged to the far corner: openpyxl would make a cell of each."""
    merges = '<mergeCells><mergeCell ref="A2:A3"/><mergeCell ref="G5:XFD1048576"/></mergeCells>'
    formula = '<row r="3"><c r="B3"><f>1+1</f><v>2</v></c><c r="C3" t="str"><v>=1+1</v></c></row>'
    content = with_part(SHEET, sheet([row(2, PERSON), formula], after=merges))
    page = given_back(error_workbook(content, TEMPLATE, REASONS)).worksheets[0]
    assert [cell.value for cell in page[1]] == [*HEADER, REASONS_LABEL]
    assert [cell.value for cell in page[2]] == [*PERSON, "“姓名”不对；“证件号码”不对"]
    assert [(cell.value, cell.data_type) for cell in (page["B3"], page["C3"], page["G3"])] == [
        ("2", "s"),
        ("=1+1", "s"),
        ("=HYPERLINK(1)", "s"),
    ]
    assert page["B2"].fill.fgColor.rgb == "FFFFC7CE"


def test_a_large_sheet_is_marked_as_well() -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    page = book.add_worksheet()
    for number in range(2_001):
        page.write_row(number, 0, HEADER if number == 0 else PERSON)
    book.close()
    reasons = {number: [CellFault("name", "“姓名”不对")] for number in range(2, 2_002)}
    marked = given_back(error_workbook(buffer.getvalue(), TEMPLATE, reasons)).worksheets[0]
    assert marked.max_row == 2_001
    # Marked, and not only given back plain.
    assert marked.column_dimensions["G"].width == 60
    assert marked["G2001"].value == "“姓名”不对"


def test_what_was_no_sheet_is_not_given_back() -> None:
    with pytest.raises(UnreadableWorkbook):
        error_workbook(packed(good())[:200], TEMPLATE, REASONS)
