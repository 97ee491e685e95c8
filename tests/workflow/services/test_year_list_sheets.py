"""The year's list as a workbook: what is written is read again, and what is none of ours is one sentence."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc

from workflow.errors import Malformed
from workflow.services.year_list_keeping import fields_of
from workflow.services.year_list_sheets import (
    MOST_BYTES,
    MOST_ROWS,
    SHEETS,
    cells_of,
    read_lines,
    sheets_of,
    workbook_of,
)
from workflow.vocabulary import CertificateKind, InstitutionKind

REGION = "410400"
# As a workbook holds a day: without an offset.
MIDNIGHT = datetime.fromisoformat("2026-01-01T00:00:00")
INSTITUTION: dict[str, Any] = {
    "year": 2026,
    "uscc": "52410400MJY000001Q",
    "name": "示例学校",
    "kind": "enterprise",
    "listed_from_on": "2026-01-01",
    "document": "文",
}
OCCUPATION: dict[str, Any] = {
    "year": 2026,
    "uscc": "52410400MJY000001Q",
    "occupation_code": "6-18-01-01",
    "occupation": "车工",
    "levels": [5, 4],
    "listed_from_on": "2026-01-01",
    "document": "文",
}
PLATFORM: dict[str, Any] = {"year": 2026, "name": "云课堂", "listed_from_on": "2026-01-01", "document": "文"}
_PARTS = {"institution": INSTITUTION, "occupation": OCCUPATION, "platform": PLATFORM}

_TEXT = st.text(st.sampled_from("示例学校abc123 =+-@（）&<>'\"、"), min_size=1, max_size=30).filter(
    lambda text: any(sign.isalnum() for sign in text)
)
_DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31)).map(date.isoformat)
_LATER = st.none() | st.dates(date(2026, 12, 31), date(2100, 1, 1)).map(date.isoformat)
_COUNT = st.none() | st.integers(0, 1000)
_KNOWN = st.none() | st.booleans()
_USCC = (
    st.integers(0, 10**9 - 1)
    .map(lambda number: f"52410400{number:09d}")
    .map(lambda body: body + uscc.calc_check_digit(body))
)
_INSTITUTIONS = st.fixed_dictionaries(
    {
        "year": st.just(2026),
        "uscc": _USCC,
        "name": _TEXT,
        "kind": st.sampled_from([kind.value for kind in InstitutionKind]),
        "listed_from_on": _DAYS,
        "listed_until_on": _LATER,
        "document": _TEXT,
        "theory_area": _COUNT,
        "residential": _KNOWN,
        "full_time_head": _KNOWN,
        "administrator_count": _COUNT,
        "finance_staff_count": _COUNT,
        "own_account": _KNOWN,
    }
)
_OCCUPATIONS = st.fixed_dictionaries(
    {
        "year": st.just(2026),
        "uscc": _USCC,
        "institution": st.none() | _TEXT,
        "occupation_code": st.sampled_from(["6-18-01-01", "4-10-01-05"]),
        "occupation": _TEXT,
        "levels": st.lists(st.integers(1, 5), min_size=1, max_size=5, unique=True),
        "certificate_kind": st.none() | st.sampled_from([kind.value for kind in CertificateKind]),
        "full_time_teacher_count": _COUNT,
        "listed_from_on": _DAYS,
        "listed_until_on": _LATER,
        "document": _TEXT,
    }
)


def _written(part: str, *rows: dict[str, Any]) -> bytes:
    return workbook_of({sheet.title: cells_of(sheet, rows) for sheet in SHEETS if sheet.part == part})


@given(institutions=st.lists(_INSTITUTIONS, max_size=4), occupations=st.lists(_OCCUPATIONS, max_size=4))
@settings(max_examples=40)
def test_what_is_written_into_a_workbook_is_read_from_it_again(
    institutions: list[dict[str, Any]], occupations: list[dict[str, Any]]
) -> None:
    rows = {"institution": institutions, "occupation": occupations, "platform": [PLATFORM]}
    content = workbook_of({sheet.title: cells_of(sheet, rows[sheet.part]) for sheet in SHEETS})
    lines, faults = read_lines(sheets_of(content), REGION)
    assert faults == []
    found: dict[str, list[dict[str, Any]]] = {part: [] for part in rows}
    for line in lines:
        found[line.sheet.part].append(fields_of(line.entry))
    for part, expected in rows.items():
        shaped = [
            {name: _clean(value) for name, value in row.items()}
            | ({"region": REGION} if part != "occupation" else {})
            | ({"listed_until_on": None} if part == "platform" else {})
            for row in expected
        ]
        assert found[part] == shaped


def _clean(value: Any) -> Any:
    if isinstance(value, list):
        return sorted(value, reverse=True)
    return value.strip() if isinstance(value, str) else value


def test_cells_are_read_as_people_type_them() -> None:
    sheet = SHEETS[0]
    rows = [
        list(sheet.labels.values()),
        [
            *(2026.0, " 52410400mjy000001q", "示例学校", "企业", MIDNIGHT, "2026/12/31", "文"),
            *("300", True, "是", 3.0, None, " "),
        ],
        [None, "  ", None],
        ["2026", "52410400MJY000001Q", "学校", "enterprise", "2026年1月1日", date(2026, 12, 31), 2026],
    ]
    lines, faults = read_lines({"机构": rows}, REGION)
    assert faults == []
    assert [line.row for line in lines] == [2, 4]
    first, second = (fields_of(line.entry) for line in lines)
    assert first == INSTITUTION | {
        "region": REGION,
        "listed_until_on": "2026-12-31",
        "theory_area": 300,
        "residential": True,
        "full_time_head": True,
        "administrator_count": 3,
        "finance_staff_count": None,
        "own_account": None,
    }
    assert (second["listed_from_on"], second["listed_until_on"], second["document"]) == (
        "2026-01-01",
        "2026-12-31",
        "2026",
    )


@pytest.mark.parametrize(
    ("part", "field", "cell", "message"),
    [
        ("institution", "uscc", 524104000000000001, "“统一社会信用代码”的单元格是数字格式"),
        ("institution", "uscc", "52410400MJY000001X", "不是有效的统一社会信用代码"),
        ("institution", "year", "二〇二六", "“年度”须为整数（填写的是“二〇二六”）"),
        ("institution", "kind", "学校", "“类别”须为下列之一"),
        ("institution", "listed_from_on", "2026-02-30", "“列入日期”须为日期，如 2026-01-01"),
        ("institution", "listed_from_on", MIDNIGHT.replace(hour=9), "不带时间"),
        ("institution", "listed_from_on", "2025-12-31", "不在2026年度内"),
        ("institution", "listed_until_on", "2025-12-31", "不能早于起始的2026年1月1日"),
        ("institution", "theory_area", -1, "“理论教学场地面积（平方米）”须为整数"),
        ("institution", "theory_area", 1.5, "须为整数（填写的是“1.5”）"),
        ("institution", "residential", "有", "“场地在居民楼内”须为“是”或“否”"),
        ("institution", "name", None, "“机构名称”未填写"),
        ("occupation", "levels", "五", "“级别”须为1至5的数字"),
        ("occupation", "levels", "6", "“级别”须为1至5的数字"),
        ("occupation", "levels", None, "“级别”至少选一个"),
        ("occupation", "occupation_code", 6180101, "“职业编码”的单元格是数字格式"),
        ("occupation", "certificate_kind", "毕业证", "“可取得的最高证书”须为下列之一"),
        ("platform", "name", True, "“平台名称”的单元格格式不对"),
    ],
)
def test_a_wrong_cell_is_named_with_its_sheet_and_row(
    part: str, field: str, cell: object, message: str
) -> None:
    (sheet,) = (one for one in SHEETS if one.part == part)
    header, good = cells_of(sheet, [_PARTS[part]])
    bad = list(good)
    bad[sheet.columns.index(field)] = cell
    lines, faults = read_lines({sheet.title: [header, good, bad]}, REGION)
    assert [line.row for line in lines] == [2]
    assert [(fault.sheet, fault.row, fault.field) for fault in faults] == [(sheet.title, 3, field)]
    assert message in faults[0].message
    assert faults[0].as_error().message.startswith(f"工作表“{sheet.title}”第3行：")


def _sentence(content: bytes) -> str:
    with pytest.raises(Malformed) as refusal:
        read_lines(sheets_of(content), REGION)
    (error,) = refusal.value.errors
    assert error.field == "file"
    return error.message


def _with_sheet(title: str, rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = title
    for row in rows:
        page.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_file_that_is_none_of_ours_is_one_clear_sentence() -> None:
    header = list(SHEETS[2].labels.values())
    assert "文件是空的" in _sentence(b"")
    assert "不是 XLSX 文件" in _sentence(b"nothing")
    assert "已损坏" in _sentence(b"PK\x03\x04 nothing")
    assert f"最大{MOST_BYTES // 1000} KB，现为{MOST_BYTES // 1000 + 1} KB" in _sentence(
        b"x" * (MOST_BYTES + 1)
    )
    assert "没有工作表“机构”、“职业”、“平台”" in _sentence(_with_sheet("Sheet1", [["年度"]]))
    assert "表头缺少：截止日期" in _sentence(_with_sheet("平台", [[*header[:3], "截止", header[4]]]))
    assert "表头重复：年度" in _sentence(_with_sheet("平台", [[*header, "年度"]]))
    late = [[None]] * MOST_ROWS + [[2026, "云课堂", "2026-01-01", None, "文"]]
    assert f"超过{MOST_ROWS}行" in _sentence(_with_sheet("平台", [header, *late]))
    many = [[2026, "云课堂", "2026-01-01", None, "文"]] * (MOST_ROWS + 1)
    assert f"{MOST_ROWS}行" in _sentence(_with_sheet("平台", [header, *many]))


def test_a_day_that_is_none_is_named() -> None:
    header = list(SHEETS[2].labels.values())
    content = _with_sheet("平台", [header, [2026, "云课堂", "2026-01-01", None, "文"]])
    before = zipfile.ZipFile(io.BytesIO(content))
    buffer = io.BytesIO()
    with before, zipfile.ZipFile(buffer, "w") as after:
        for name in before.namelist():
            part = before.read(name).decode()
            after.writestr(name, re.sub(r'(r="C2")[^>]*>.*?</c>', r'\1 t="d"><v>2026-02-30</v></c>', part))
    lines, (fault,) = read_lines(sheets_of(buffer.getvalue()), REGION)
    assert (lines, fault.field) == ([], "listed_from_on")


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("=A1", "“平台名称”是公式"),
        ("#N/A", "“平台名称”是错误值"),
        ("长" * 1_001, "“平台名称”过长"),
        (MIDNIGHT.replace(hour=9), "“平台名称”的单元格格式不对"),
    ],
)
def test_a_cell_that_holds_something_else_is_named(cell: object, message: str) -> None:
    header = list(SHEETS[2].labels.values())
    content = _with_sheet("平台", [header, [2026, cell, "2026-01-01", None, "文"]])
    lines, (fault,) = read_lines(sheets_of(content), REGION)
    assert (lines, fault.row, fault.field) == ([], 2, "name")
    assert message in fault.message


def test_a_single_cell_at_the_end_of_the_sheet_costs_nothing() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        page = book.add_worksheet("平台")
        page.write_row(0, 0, list(SHEETS[2].labels.values()))
        page.write_row(1, 0, [2026, "云课堂", "2026-01-01", None, "文"])
        page.write_string(1_048_575, 16_383, "远")
    lines, faults = read_lines(sheets_of(buffer.getvalue()), REGION)
    assert (len(lines), faults) == (1, [])


def test_a_workbook_may_hold_one_sheet_and_leave_out_the_name_of_the_institution() -> None:
    content = _written("occupation", OCCUPATION)
    lines, faults = read_lines(sheets_of(content), REGION)
    assert ([line.sheet.part for line in lines], faults) == (["occupation"], [])
    sheet = SHEETS[1]
    header, row = cells_of(sheet, [OCCUPATION])
    place = sheet.columns.index("institution")
    without = [[*cells[:place], *cells[place + 1 :]] for cells in (header, row)]
    lines, faults = read_lines({sheet.title: without}, REGION)
    assert (len(lines), faults) == (1, [])
