"""The official form on paper: true to 附件2, filled from data that is never markup, and always the same."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workflow.printing.printed import IMPRINT, classes, pages_of, printed, review, sheet, view_of
from workflow.errors import Unavailable
from workflow.printing import FontsMissing, sheet_of, typeset
from workflow.printing.cells import COLUMNS, Part
from workflow.printing.fonts import find_fonts

ROOT = Path(__file__).parents[3]
LABELS = (
    "年度补贴培训资金申请表",
    "培训机构(或企业、个人)名称",
    "联系人及电话",
    "开户银行名称",
    "银行帐号",
    "开班批次及开班时间",
    "培训工种及级别",
    "拟培训人数",
    "培训时长",
    "拟培训方式(企业自主培训或委托培训等)",
    "培训计划及人员名册是否在职业培训信息化管理系统填报",
    "开班当日检查情况",
    "培训期间检查情况",
    "检查情况是否在职业培训信息化管理系统填报",
    "平均出勤人数",
    "人力资源社会保障部门检查意见",
    "组织考核(评价、鉴定)时间",
    "参加国家职业资格鉴定人数",
    "参加职业技能等级评定人数",
    "参加特种作业操作考核人数",
    "参加专项能力考核认定人数",
    "参加结业考核人数",
    "取证总人数",
    "考核巡查人员签字",
    "申请补贴人数",
    "我郑重承诺对提供的各项材料和信息真实性负责，自觉接受社会监督",
    "人力资源社会保障部门对补贴信息公示情况(不少于5个工作日)",
    "财政部门审核意见",
    "拨付时间",
    "拨付金额(万元)",
    "资金来源(就业补助资金、失业保险基金、职业技能提升行动资金等)",
)


def filled(part: Part) -> list[int]:
    """How many columns each row of a part fills, those of cells from the rows above among them."""
    left = 1 if part.title else 0
    above: dict[int, int] = {}
    found = []
    for number, row in enumerate(part.rows):
        found.append(left + above.get(number, 0) + sum(cell.colspan for cell in row))
        for cell in row:
            for below in range(1, getattr(cell, "rowspan", 1)):
                above[number + below] = above.get(number + below, 0) + cell.colspan
    return found


PEOPLE = [
    {
        "row": 1,
        "name": "王示例",
        "id_number": "410499********0081",
        "certificate_kind": "skill_level",
        "level": 4,
        "occupation": "焊工",
        "certificate_number": "S0001",
        "issued_on": "2026-09-01",
        "hired_on": "2026-09-02",
        "placed_on": "2026-09-03",
    }
]
SHEETS = {
    "empty": sheet(),
    "one class": sheet(form={"opening": {"classes": classes(1)}}),
    "four classes": sheet(form={"opening": {"classes": classes(4)}}),
    "fifty classes": sheet(form={"opening": {"classes": classes(50)}}),
    "individual": sheet(kind="individual"),
    "evaluation": sheet_of(view_of(subsidy="evaluation", roster_count=1), IMPRINT, PEOPLE),
    "hiring": sheet_of(view_of(subsidy="hiring", roster_count=1), IMPRINT, PEOPLE),
    "placement": sheet_of(view_of(subsidy="placement", roster_count=1), IMPRINT, PEOPLE),
}


@pytest.mark.parametrize("name", SHEETS)
def test_every_row_fills_the_table(name: str) -> None:
    for page in SHEETS[name].pages:
        for part in page:
            assert filled(part) == [COLUMNS] * len(part.rows), part.title
    for table in SHEETS[name].continuations:
        assert {len(row) for row in table.rows} == {len(table.columns)}


def test_an_empty_form_has_every_label_of_the_document_and_the_places_for_what_is_to_come() -> None:
    text = printed()
    assert [words for words in LABELS if words not in text] == []
    # 一: two departments; 二, 三: one each; 四: industry, notice, HR, finance.
    assert text.count("盖章（公章）") == 8
    assert text.count("初审人：复核人：") == 6
    assert "年月日至年月日在省(市、县)人力资源和社会保障局官网进行公示，公示期天" in text


def test_the_pages_are_numbered_and_each_bears_number_version_state_and_check_code() -> None:
    pages = pages_of(typeset(sheet(form={"opening": {"classes": classes(50)}})))
    for number, page in enumerate(pages, start=1):
        assert f"第{number}页共{len(pages)}页" in page
        assert "编号410400-2026-000001第3版办理状态：草稿" in page
        assert "核验码ABCD-EFGH-JKMN" in page
    assert len(pages_of(typeset(sheet()))) == 2


def test_the_same_sheet_is_the_same_file() -> None:
    assert typeset(sheet()) == typeset(sheet())
    assert typeset(sheet()) != typeset(sheet(version=4))
    # In another process as well, and without a moment of its making.
    program = (
        "import hashlib; from tests.workflow.printing.printed import sheet, typeset; "
        "print(hashlib.sha256(typeset(sheet())).hexdigest())"
    )
    told = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.strip() == hashlib.sha256(typeset(sheet())).hexdigest()
    assert b"/CreationDate" not in typeset(sheet())


HOSTILE = (
    '#read("/etc/passwd")',
    "*粗体* _斜体_ `代码` $x^2$",
    "= 标题\n- 列表",
    "#sys.inputs #panic() #{1+1}",
    "<标签> @引用 \\u{4e00} \\",
    '"; } ] #set page(fill: red)',
    "// 注释 /* 块 */ --- ... ~ 'x'",
    "{{ 7*7 }} {% raw %}",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_type_is_printed_as_it_is(text: str) -> None:
    opening = {"reviews": [review("opening_hr", "first", "某人", "2026-09-03", opinion=text)]}
    found = printed(form={"applicant": {"name": text, "bank_name": text}, "opening": opening})
    expected = "".join(text.split())
    assert found.count(expected) == 3, found


@given(st.text(st.characters(codec="utf-8"), max_size=60))
@settings(max_examples=40, deadline=None)
def test_no_text_breaks_the_typesetter_or_changes_the_rest(text: str) -> None:
    found = printed(form={"applicant": {"name": text}, "opening": {"commissioned_by": text}})
    assert "财政部门审核意见" in found
    assert "核验码ABCD-EFGH-JKMN" in found


def test_a_rare_character_is_printed_and_one_that_no_font_has_is_named_by_its_code() -> None:
    found = printed(form={"applicant": {"name": "王𠮷䶮\U00031350", "contact_name": "李\u202e四\U0001f600"}})
    assert "王𠮷䶮〔U+31350〕" in found
    assert "李〔U+202E〕四〔U+1F600〕" in found


def test_a_long_text_wraps_and_goes_on_over_the_page() -> None:
    words = "材料经核对与原件一致，培训情况属实。" * 150 + "x" * 300 + "末尾"
    reviews = [review("claim_finance", "first", "某人", "2026-11-03", opinion=words)]
    pages = pages_of(typeset(sheet(form={"claim": {"reviews": reviews}})))
    assert len(pages) == 4
    # A footer may stand in the middle of one of the sentences where the page turns.
    text = "".join(pages)
    assert text.count("材料经核对与原件一致，培训情况属实。") >= 150 - (len(pages) - 1)
    assert text.count("x") == 300
    assert "末尾（2026年11月3日）" in text


def test_an_opinion_shows_who_signed_when_and_is_dated_by_the_second_signature() -> None:
    first = review("opening_hr", "first", "王示例", "2026-09-03", opinion="符合要求")
    gone = review("opening_hr", "first", "旧示例", "2026-09-02", opinion="不算数", superseded=True)
    text = printed(form={"opening": {"reviews": [gone, first]}})
    assert "初审意见：同意。符合要求（2026年9月3日）" in text
    assert "初审人：王示例复核人：盖章（公章）年月日" in text
    assert "不算数" not in text
    assert "旧示例" not in text
    second = review("opening_hr", "second", "李示例", "2026-09-07")
    text = printed(form={"opening": {"reviews": [gone, first, second]}})
    assert "复核意见：同意（2026年9月7日）" in text
    assert "初审人：王示例复核人：李示例盖章（公章）2026年9月7日" in text


def test_a_rejection_by_the_first_reviewer_is_dated() -> None:
    rejected = review(
        "claim_hr",
        "first",
        "王示例",
        "2026-11-03",
        outcome="rejected",
        outcome_label="不予通过",
        opinion="重复申领",
    )
    text = printed(form={"claim": {"reviews": [rejected]}})
    assert "初审意见：不予通过。重复申领（2026年11月3日）" in text
    assert "初审人：王示例复核人：盖章（公章）2026年11月3日" in text


def test_few_classes_stand_in_the_cells_and_many_behind_the_form() -> None:
    text = printed(form={"opening": {"classes": classes(2)}})
    assert "1班：第1批次，2026年9月7日2班：第2批次，2026年9月7日" in text
    assert "1班：40人2班：40人合计80人" in text
    assert "续表" not in text

    form: dict[str, Any] = {"opening": {"classes": classes(50)}}
    form["training"] = {
        "opening_inspections": [
            {
                "class_no": one,
                "inspected_at": "2026-09-07T09:00:00+08:00",
                "present_count": 39,
                "sign_in": "已签到",
                "materials": "齐全",
                "inspector": "检查甲",
            }
            for one in range(1, 51)
        ],
        "inspections": [
            {
                "class_no": one,
                "inspected_at": "2026-09-10T09:00:00+08:00",
                "present_count": 38,
                "place": "实训楼",
                "teachers": "到岗",
                "inspector": "检查乙",
            }
            for one in (*range(1, 51), *range(1, 51))
        ],
    }
    form["claim"] = {"lines": [{"class_no": one, "heads": 30, "amount": "36000.00"} for one in range(1, 51)]}
    pages = pages_of(typeset(sheet(form=form)))
    text = "".join(pages)
    assert "共50个班次，见续表" in text
    assert "50个班次，学员人数合计1950人，见续表" in text
    assert "100次检查，见续表" in text
    assert "续表各班次情况（共50个班次）" in text
    assert "续表过程监管检查情况（共150次）" in text
    assert [number for number in range(1, 51) if f"{number}第{number}批次" not in text] == []
    # The head of each table stands on every page that it fills.
    behind = [page for page in pages if "申请金额（元）" in page or "检查情况出勤人数" in page]
    assert len(behind) == len(pages) - 2 > 4
    assert "1500人" in text
    assert "180.0000万元大写：人民币壹佰捌拾万元整" in text


def test_money_is_printed_in_wan_and_in_capitals_and_what_came_back_counts_for_nothing() -> None:
    payments = [
        {
            "paid_on": "2026-11-02",
            "amount": amount,
            "failed": failed,
            "source": "special_account",
            "year": 2026,
            "voucher": voucher,
            "paid_by_name": "拨付甲",
        }
        for amount, failed, voucher in (("54000.00", True, "V-1"), ("54000.01", False, "V-2"))
    ]
    text = printed(
        form={
            "claim": {"lines": [{"class_no": 1, "heads": 45, "amount": "54000.01"}]},
            "disbursement": {
                "payments": payments,
                "recovery": {"amount": "1000.00", "reason": "重复发放"},
            },
        },
        money={"asked": "54000.01", "paid": "54000.01", "recovered": "400.00"},
    )
    assert "5.4000万元（四舍五入至小数点后4位）大写：人民币伍万肆仟元零壹分" in text
    assert "2026年11月2日（支付失败）2026年11月2日" in text
    assert "5.4000万元（未计入）" in text
    assert "实付合计：54,000.01元" in text
    assert "职业技能提升行动专账资金（2026年）凭证号：V-2经办人：拨付甲" in text
    assert "追缴：应追缴1,000.00元，已追缴400.00元。原因：重复发放" in text


def notice(**changes: Any) -> dict[str, Any]:
    """A public notice that hangs."""
    return {
        "id": 1,
        "site": "市人社局官网",
        "published_on": "2026-12-28",
        "minimum_until": "2027-01-05",
        "provisional": True,
        "published_by_name": "发布甲",
        "closed_on": None,
        "closed_by_name": None,
        "ended_because": None,
    } | changes


def test_a_provisional_date_is_said_to_be_provisional_until_it_is_fixed() -> None:
    hanging = {"notices": [notice()]}
    text = printed(form={"claim": hanging})
    assert "2026年12月28日至2027年1月5日（暂定）在市人社局官网进行公示，公示期天" in text
    assert "最短公示期至2027年1月5日（暂定），期间收到异议情况和处理情况：暂无。" in text
    assert "初审人：发布甲复核人：盖章（公章）年月日" in text
    closed = notice(
        closed_on="2027-01-06", closed_by_name="结束乙", ended_because="closed", provisional=False
    )
    text = printed(form={"claim": {"notices": [closed]}})
    assert (
        "2026年12月28日至2027年1月6日在市人社局官网进行公示，公示期10天，期间收到异议情况和处理情况：无异议。"
        in text
    )
    assert "初审人：发布甲复核人：结束乙盖章（公章）2027年1月6日" in text
    assert "暂定" not in text


def test_a_notice_that_was_broken_off_says_why_and_is_signed_by_its_publisher_alone() -> None:
    ended = notice(closed_on="2026-12-30", ended_because="returned", provisional=False)
    again = notice(id=2, published_on="2027-01-11", minimum_until="2027-01-18", provisional=False)
    text = printed(form={"claim": {"notices": [ended, again]}})
    assert "2026年12月28日至2026年12月30日" in text
    assert "公示中止（退回补正）2027年1月11日至2027年1月18日" in text
    assert "初审人：发布甲复核人：盖章（公章）年月日" in text


def test_an_objection_stands_with_how_it_was_handled() -> None:
    objections = [
        {
            "notice_id": 1,
            "filed_at": "2026-12-29T10:00:00+08:00",
            "content": "名单有误",
            "outcome": "dismissed",
            "reply": "经核实无误",
            "resolved_by_name": "处理丙",
        },
        {"notice_id": 1, "filed_at": "2026-12-30T10:00:00+08:00", "content": "再次质疑", "outcome": None},
    ]
    text = printed(form={"claim": {"notices": [notice()], "objections": objections}})
    assert "1.2026年12月29日收到异议：名单有误处理：异议不成立。经核实无误（处理丙）" in text
    assert "2.2026年12月30日收到异议：再次质疑（尚未处理）" in text


def test_an_individual_fills_in_the_person_the_institution_and_the_assessment_body() -> None:
    pages = pages_of(
        typeset(
            sheet(
                kind="individual",
                form={
                    "applicant": {
                        "name": "张示例",
                        "id_type": "resident_id",
                        "id_number": "410499********1234",
                    },
                    "provider": {"institution": "示例学校", "occupation": "车工", "level": 4},
                    "certificate": {
                        "kind": "skill_level",
                        "level": 4,
                        "number": "S1",
                        "issued_on": "2026-09-24",
                        "body": "示例评价机构",
                    },
                },
            )
        )
    )
    assert len(pages) == 1
    for words in (
        "居民身份证证件号码410499********1234",
        "车工中级工（四级）",
        "示例评价机构",
        "2026年9月24日",
    ):
        assert words in pages[0]
    assert "开班当日检查情况" not in pages[0]
    assert "财政部门审核意见" in pages[0]


@pytest.mark.parametrize(
    ("subsidy", "column", "day"),
    [
        ("evaluation", "发证日期", "2026-09-01"),
        ("hiring", "吸纳日期", "2026-09-02"),
        ("placement", "就业日期", "2026-09-03"),
    ],
)
def test_a_direct_claim_has_its_list_behind_it(subsidy: str, column: str, day: str) -> None:
    pages = pages_of(typeset(SHEETS[subsidy]))
    assert "职业技能等级评定中级工（四级）：1人" in pages[0]
    assert "名单见附表" in pages[0]
    assert "受益人员名单（1人）" in pages[1]
    for words in (column, day, "王示例", "410499********0081", "S0001"):
        assert words in pages[1]


def test_without_a_chinese_font_nothing_is_printed_and_it_is_said_what_is_missing(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(FontsMissing) as refused:
            typeset(sheet(), font_path=str(place))
        assert isinstance(refused.value, Unavailable)
        assert "fonts-noto-cjk" in refused.value.message
        assert "SUBSIDY_FONT_PATH" in refused.value.message


def test_a_folder_that_is_named_is_looked_in_alone() -> None:
    found = find_fonts()
    path = next(each.path for each in found.fonts.fonts() if each.family == found.families[0])
    assert typeset(sheet(), font_path=str(Path(str(path)).parent)) == typeset(sheet())
