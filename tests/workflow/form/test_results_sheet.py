"""The list of certificates: rows become counts, and every wrong cell has its reason."""

from __future__ import annotations

import io
from collections import Counter
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.form.payloads import read_payload
from workflow.form.results_sheet import (
    RESULTS_SHEET,
    Place,
    ResultsReading,
    check_results_table,
    numbers_in,
    read_results_table,
    results_error_workbook,
    results_workbook,
)
from workflow.vocabulary import Event
from workflow.workbooks.errors import UnreadableWorkbook
from workflow.workbooks.rows import FilledRow, Table

CLASSES: list[dict[str, Any]] = [
    {"class_no": 1, "certificate_kind": "skill_level", "level": 4},
    {"class_no": 2, "certificate_kind": "special_ability", "level": 5},
]
NUMBER = "410499197909020081"
ROSTER = [
    Place(1, 1, "甲", "410499********0081"),
    Place(2, 1, "乙", "410499********0002"),
    Place(3, 1, "丙", "410499********0003"),
    Place(5, 2, "戊", "410499********0005"),
]
COLUMNS = [column.field for column in RESULTS_SHEET.columns]


def checked(*rows: dict[str, Any], **more: Any) -> ResultsReading:
    filled = tuple(FilledRow(number, row, (), hidden=False) for number, row in enumerate(rows, start=2))
    table = Table(filled, ())
    return check_results_table(table, CLASSES, ROSTER, more.get("rows_by_number", {NUMBER: 1}))


def row(row_no: int = 1, **more: Any) -> dict[str, Any]:
    known = {place.row_no: place.class_no for place in ROSTER}
    return {"class_no": known.get(row_no, 1), "row_no": row_no} | more


def certified(row_no: int = 1, number: str = "S1", **more: Any) -> dict[str, Any]:
    return row(row_no, number=number, issued_on="2026-09-24") | more


def test_rows_become_the_results_of_each_class_with_the_planned_kind_first() -> None:
    found = checked(
        certified(5, "Z5"),
        certified(1, "J1", kind="结业考核"),
        certified(1, "S1", name="甲", id_number="410499********0081"),
        row(2, examined=True),
        row(3, examined=False),
    )
    assert (found.errors, found.warnings) == ((), ())
    assert found.results == (
        {
            "class_no": 1,
            "kind": "skill_level",
            "level": 4,
            "examined_count": 2,
            "certified_count": 1,
            "certificates": [{"row_no": 1, "number": "S1", "issued_on": "2026-09-24"}],
        },
        {
            "class_no": 1,
            "kind": "completion",
            "examined_count": 1,
            "certified_count": 1,
            "certificates": [{"row_no": 1, "number": "J1", "issued_on": "2026-09-24"}],
        },
        {
            "class_no": 2,
            "kind": "special_ability",
            "examined_count": 1,
            "certified_count": 1,
            "certificates": [{"row_no": 5, "number": "Z5", "issued_on": "2026-09-24"}],
        },
    )


@pytest.mark.parametrize("words", ["中级工（四级）", "中级工", "四级", 4])
def test_a_level_is_written_as_people_say_it(words: object) -> None:
    (result,) = checked(row(1, kind="国家职业资格鉴定", level=words)).results
    assert (result["kind"], result["level"]) == ("national_qualification", 4)


def test_somebody_may_be_named_by_the_identity_number_alone() -> None:
    (result,) = checked(
        {"class_no": 1, "id_number": NUMBER, "number": "S1", "issued_on": "2026-09-24"}
    ).results
    assert result["certificates"] == [{"row_no": 1, "number": "S1", "issued_on": "2026-09-24"}]


@pytest.mark.parametrize(
    ("rows", "number", "field", "words"),
    [
        ([row(1) | {"class_no": 9}], 2, "class_no", "“班次”9不在开班申请中（已有班次：1、2）"),
        ([row(1) | {"class_no": 2}], 2, "class_no", "序号为1的学员在1班"),
        ([row(4)], 2, "row_no", "“名册序号”4不在名册中"),
        ([{"class_no": 1}], 2, "row_no", "名册序号和证件号码须填写一项"),
        ([{"class_no": 1, "id_number": "410499********0081"}], 2, "id_number", "不能遮盖"),
        ([{"class_no": 1, "id_number": "41049919810226029X"}], 2, "id_number", "不在名册中"),
        ([row(2, id_number=NUMBER)], 2, "id_number", "不是名册中序号为2的学员的"),
        ([row(2, id_number="410499********0081")], 2, "id_number", "不是名册中序号为2的学员的"),
        ([row(1, name="乙")], 2, "name", "与名册中序号为1的学员不一致"),
        ([row(1, kind="毕业考试")], 2, "kind", "须为下列之一"),
        ([row(1, kind="职业技能等级评定")], 2, "level", "职业技能等级评定须填写级别"),
        ([row(1, kind="结业考核", level=4)], 2, "level", "结业考核不分级别"),
        ([row(1, level="六级")], 2, "level", "须为整数"),
        ([row(1, number="S1")], 2, "issued_on", "须填写发证日期"),
        ([row(1, issued_on="2026-09-24")], 2, "number", "须填写证书编号"),
        ([certified(1, examined=False)], 2, "number", "没有参加考核的没有证书"),
        ([certified(1, issued_on="2026-02-30")], 2, "issued_on", "这一天不存在"),
        ([row(1), certified(1)], 3, "row_no", "与第2行重复"),
        ([certified(1, "s 1"), certified(2, "S1")], 3, "number", "与第2行重复"),
        ([], 0, "", "名单中没有学员"),
    ],
)
def test_a_wrong_row_says_what_is_wrong_and_nothing_is_counted(
    rows: list[dict[str, Any]], number: int, field: str, words: str
) -> None:
    found = checked(*rows)
    assert [(error.row, error.field) for error in found.errors] == [(number, field)]
    assert words in found.errors[0].message
    assert NUMBER not in found.errors[0].message
    assert found.results == ()


def test_the_workbook_given_out_reads_back_as_everybody_examined_and_nobody_certified() -> None:
    content = results_workbook(CLASSES, ROSTER)
    sheet = openpyxl.load_workbook(io.BytesIO(content))["取证名单"]
    assert [cell.value for cell in sheet[2]][:7] == [
        *("1", "1", "甲", "410499********0081", "是", "职业技能等级评定", "中级工（四级）"),
    ]
    table = read_results_table(content)
    assert numbers_in(table) == []
    found = check_results_table(table, CLASSES, ROSTER, {})
    assert found.errors == ()
    counts = [(one["class_no"], one["examined_count"], one["certified_count"]) for one in found.results]
    assert counts == [(1, 3, 0), (2, 1, 0)]


def test_the_error_file_is_the_list_with_its_reasons() -> None:
    book = openpyxl.load_workbook(io.BytesIO(results_workbook(CLASSES, ROSTER)))
    sheet = book["取证名单"]
    sheet.cell(3, COLUMNS.index("number") + 1, "S2")
    buffer = io.BytesIO()
    book.save(buffer)
    table = read_results_table(buffer.getvalue())
    found = check_results_table(table, CLASSES, ROSTER, {})
    marked = openpyxl.load_workbook(io.BytesIO(results_error_workbook(buffer.getvalue(), found.errors)))
    reasons = [cell.value for cell in marked["取证名单"]["J"]]
    assert reasons[0] == "错误原因"
    assert "须填写发证日期" in str(reasons[2])
    assert not any(reasons[1:2] + reasons[3:])


def test_what_is_no_such_workbook_is_refused() -> None:
    with pytest.raises(UnreadableWorkbook):
        read_results_table(b"no workbook")


OUTCOMES = st.sampled_from(["absent", "failed", "certified"])
KINDS = st.sampled_from([("", None), ("职业技能等级评定", 5), ("结业考核", None)])


@given(
    st.lists(st.tuples(st.sampled_from([1, 2, 3]), KINDS, OUTCOMES), unique_by=lambda one: (one[0], one[1]))
)
def test_the_counts_follow_from_the_rows_and_agree_with_the_certificates(
    drawn: list[tuple[int, tuple[str, int | None], str]],
) -> None:
    rows = []
    for place, (row_no, (kind, level), outcome) in enumerate(drawn):
        more: dict[str, Any] = {"kind": kind, "level": level} if kind else {}
        if outcome == "certified":
            more |= {"number": f"S{place}", "issued_on": "2026-09-24"}
        rows.append(row(row_no, examined=outcome != "absent", **more))
    found = checked(*rows)
    if not rows:
        return
    assert found.errors == ()
    examined = Counter(kind for _, kind, outcome in drawn if outcome != "absent")
    passed = Counter(kind for _, kind, outcome in drawn if outcome == "certified")
    labels = {
        "skill_level4": ("", None),
        "skill_level5": ("职业技能等级评定", 5),
        "completion": ("结业考核", None),
    }
    for result in found.results:
        kind = labels[f"{result['kind']}{result.get('level', '')}"]
        assert (result["examined_count"], result["certified_count"]) == (examined[kind], passed[kind])
    assert len(found.results) == len({kind for _, kind, _ in drawn})
    counted = read_payload(Event.RECORD_RESULTS, {"results": list(found.results)}).stored()
    for result in found.results:
        del result["certified_count"]
    assert read_payload(Event.RECORD_RESULTS, {"results": list(found.results)}).stored() == counted
