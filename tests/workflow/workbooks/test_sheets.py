"""The cells of a sheet: what each kind of cell comes out as, and that openpyxl reads the same."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflow.workbooks.corpus import (
    BOOK,
    BOOK_RELATIONS,
    DOCUMENT,
    MAIN,
    SHEET,
    good,
    packed,
    relations,
    row,
    sheet,
    text_cell,
    with_cells,
    with_part,
)
from workflow.workbooks.errors import UnreadableWorkbook
from workflow.workbooks.limits import MOST_CELL_CHARACTERS
from workflow.workbooks.sheets import Kind, Sheet, read_sheet


def cells(content: bytes) -> list[tuple[str, str] | None]:
    """The cells of the second row."""
    (found,) = (each for each in read_sheet(content).rows if each.number == 2)
    return [(cell.kind.value, cell.text) if cell else None for cell in found.cells]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('<c r="A2" t="s"><v>0</v></c>', ("text", "张三")),
        ('<c r="A2" t="str"><v> x </v></c>', ("text", " x ")),
        (
            '<c r="A2" t="inlineStr"><is><r><t>一</t></r><rPh><t>yi</t></rPh><r><t>二</t></r></is></c>',
            ("text", "一二"),
        ),
        ('<c r="A2" t="inlineStr"><is><t>a_x000A_b_x005F_x0041_</t></is></c>', ("text", "a\nb_x0041_")),
        ('<c r="A2" t="inlineStr"><is><t>=1+1</t></is></c>', ("text", "=1+1")),
        ('<c r="A2"><v>13800000001</v></c>', ("number", "13800000001")),
        ('<c r="A2"><v>1.38E10</v></c>', ("number", "13800000000")),
        ('<c r="A2"><v>0.1</v></c>', ("number", "0.1")),
        ('<c r="A2"><v>4.1049919790902E+17</v></c>', ("number", "4.1049919790902e+17")),
        ('<c r="A2"><v>1E999</v></c>', ("broken", "1E999")),
        ('<c r="A2" s="1"><v>46272</v></c>', ("date", "2026-09-07")),
        ('<c r="A2" s="1"><v>46272.5</v></c>', ("moment", "2026-09-07T12:00:00")),
        ('<c r="A2" s="1"><v>1</v></c>', ("date", "1900-01-01")),
        ('<c r="A2" s="1"><v>61</v></c>', ("date", "1900-03-01")),
        ('<c r="A2" s="1"><v>99999999</v></c>', ("broken", "")),
        ('<c r="A2" t="d"><v>2026-09-07T00:00:00</v></c>', ("date", "2026-09-07")),
        ('<c r="A2" t="d"><v>2026-09-07T08:30:00</v></c>', ("moment", "2026-09-07T08:30:00")),
        ('<c r="A2" t="b"><v>1</v></c>', ("flag", "1")),
        ('<c r="A2" t="e"><v>#N/A</v></c>', ("error", "#N/A")),
        ('<c r="A2"><f>1+1</f><v>2</v></c>', ("formula", "2")),
        ('<c r="A2" t="str"><f t="shared" si="0"/></c>', ("formula", "")),
        ('<c r="A2" t="s"><v>7</v></c>', ("broken", "")),
        ('<c r="A2" t="s"><v>-1</v></c>', ("broken", "")),
        ('<c r="A2" t="?"><v>7</v></c>', ("broken", "7")),
        (text_cell("A2", "长" * (MOST_CELL_CHARACTERS + 1)), ("long", "")),
    ],
)
def test_each_kind_of_cell(written: str, read: tuple[str, str]) -> None:
    assert cells(with_cells(written)) == [read]


def test_cells_without_a_reference_follow_each_other_and_gaps_are_empty() -> None:
    next_one, at_f = '<c t="str"><v>x</v></c>', '<c r="F2" t="str"><v>x</v></c>'
    content = with_cells(f"{next_one}<c/>{next_one}{at_f}{next_one}")
    assert [cell and cell[1] for cell in cells(content)] == ["x", None, "x", None, None, "x", "x"]


def test_merged_cells_count_for_the_first_alone() -> None:
    merges = '<mergeCells><mergeCell ref="A2:B3"/><mergeCell ref="D1:XFD1"/></mergeCells>'
    content = with_part(SHEET, sheet([row(2, "xyz"), row(3, "uvw")], after=merges))
    found = read_sheet(content).rows
    assert [[cell.kind for cell in each.cells[:3] if cell] for each in found[1:]] == [
        [Kind.TEXT, Kind.MERGED, Kind.TEXT],
        [Kind.MERGED, Kind.MERGED, Kind.TEXT],
    ]


def test_hidden_rows_are_read_and_said() -> None:
    lines = [row(2, "x").replace("<row ", '<row hidden="1" '), row(3, "y")]
    assert [each.hidden for each in read_sheet(with_part(SHEET, sheet(lines))).rows] == [False, True, False]


def test_dates_may_count_from_1904() -> None:
    parts = good()
    parts[BOOK] = parts[BOOK].replace(b"<sheets>", b'<workbookPr date1904="1"/><sheets>')
    parts[SHEET] = sheet(['<row r="2"><c r="A2" s="1"><v>44810</v></c></row>'])
    assert cells(packed(parts)) == [("date", "2026-09-07")]


def book(*sheets: tuple[str, str]) -> dict[str, bytes]:
    listed = "".join(
        f'<sheet name="{name}" sheetId="{number}" {state} r:id="rId{number}"/>'
        for number, (name, state) in enumerate(sheets, start=1)
    )
    parts = good() | {
        BOOK: f'<workbook xmlns="{MAIN}" xmlns:r="{DOCUMENT}"><sheets>{listed}</sheets></workbook>'.encode(),
        BOOK_RELATIONS: relations(
            *(("worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1))
        ),
    }
    for number, (name, _) in enumerate(sheets, start=1):
        parts[f"xl/worksheets/sheet{number}.xml"] = sheet([row(2, [name])])
    return parts


def test_the_sheet_of_that_name_is_read_or_else_the_first_that_can_be_seen() -> None:
    content = packed(book(("旧", 'state="hidden"'), ("说明", ""), ("学员名册", "")))
    assert read_sheet(content, name="学员名册").name == "学员名册"
    assert read_sheet(content, name="别的").name == "说明"
    assert read_sheet(content).rows[1].cells[0] is not None
    hidden = packed(book(("学员名册", 'state="veryHidden"'), ("其他", "")))
    assert read_sheet(hidden, name="学员名册").name == "其他"


def test_the_strict_variety_and_other_prefixes_are_read() -> None:
    content = with_part(
        SHEET,
        b'<x:worksheet xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main"><x:sheetData><x:row r="2">'
        b'<x:c r="A2" t="s"><x:v>0</x:v></x:c></x:row></x:sheetData></x:worksheet>',
    )
    assert cells(content) == [("text", "张三")]


def test_rows_in_which_nothing_stands_are_not_there() -> None:
    content = with_part(SHEET, sheet(['<row r="2"><c r="A2"/></row>', row(3, ["  "]), row(9, ["x"])]))
    assert [each.number for each in read_sheet(content).rows] == [1, 9]


def test_more_rows_than_asked_for_are_refused_and_the_header_is_none_of_them() -> None:
    content = with_part(SHEET, sheet(row(number, ["x"]) for number in range(2, 13)))
    assert len(read_sheet(content, most_rows=11).rows) == 12
    with pytest.raises(UnreadableWorkbook, match="最多10行"):
        read_sheet(content, most_rows=10)


def test_progress_is_told_on_the_way() -> None:
    told: list[tuple[int, int]] = []
    content = with_part(SHEET, sheet(row(number, ["x"]) for number in range(2, 2_500)))
    read_sheet(content, progress=lambda *now: told.append(now))
    assert [done for done, _ in told] == [500, 1_000, 1_500, 2_000]
    assert all(2_400 < total < 2_600 for _, total in told)


def from_openpyxl(content: bytes) -> dict[tuple[int, int], str]:
    found: dict[tuple[int, int], str] = {}
    for line in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows():
        for cell in line:
            value: Any = cell.value
            if isinstance(value, bool):
                value = str(int(value))
            elif isinstance(value, datetime):
                value = value.date().isoformat()
            elif isinstance(value, int | float):
                value = str(int(value)) if float(value).is_integer() else repr(float(value))
            if value is not None and str(value).strip():
                found[cell.row, cell.column] = str(value)
    return found


def from_sheet(found: Sheet) -> dict[tuple[int, int], str]:
    return {
        (each.number, place): cell.text
        for each in found.rows
        for place, cell in enumerate(each.cells, start=1)
        if cell is not None
    }


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn", "Co"]), max_size=20).filter(
    lambda text: not text.startswith("=")
)
VALUES = st.one_of(
    st.none(),
    TEXTS,
    st.booleans(),
    st.integers(-(10**14), 10**14),
    st.floats(-1e6, 1e6).map(lambda number: round(number, 3)),
    st.dates(date(1901, 1, 1), date(2099, 12, 31)),
)


@settings(max_examples=25)
@given(st.lists(st.lists(VALUES, min_size=1, max_size=6), min_size=1, max_size=6))
def test_openpyxl_reads_the_same(lines: list[list[Any]]) -> None:
    made = openpyxl.Workbook()
    assert made.active is not None
    for line in lines:
        made.active.append(line)
    buffer = io.BytesIO()
    made.save(buffer)
    assert from_sheet(read_sheet(buffer.getvalue())) == from_openpyxl(buffer.getvalue())
