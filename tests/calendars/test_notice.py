"""The notice reader: the real texts of 2008-2026 and their amendments, older forms, and what it refuses."""

from contextlib import suppress
from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars import (
    ChinaWorkingDays,
    NoticeError,
    apply_notices,
    provisional_year,
    read_notice,
)
from calendars.notice import apply_with_cautions
from tests.calendars.texts import TEXTS, texts_of, upto

PUBLISHED = ChinaWorkingDays.published()
NOTICE_2026 = (TEXTS / "2026.txt").read_text(encoding="utf-8")
# What makes a fragment known as the notice of 2026 itself.
NUMBERED_2026 = "# 国办发明电〔2025〕7号\n"
NOTICE_2027 = """# 国办发明电〔2026〕9号 2026-11-10
国务院办公厅关于2027年部分节假日安排的通知
一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（农历除夕、周五）至12日（农历正月初七、周五）放假调休，共8天。1月31日（周日）、2月14日（周日）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。5月8日（周六）上班。
五、端午节：6月9日（周三）放假1天，不调休。
六、中秋节：9月15日（周三）放假1天，不调休。
七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。
鼓励单位和个人结合落实带薪年休假等制度，实际形成较长假期。节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作。
国务院办公厅
2026年11月10日
"""


def october(text: str, year: int | None = 2026) -> dict[str, list[str]]:
    """One item's reading, laid upon the published years."""
    reading = read_notice(text, year, PUBLISHED)
    return {
        "off": [named.on.isoformat()[2:] for named in reading.days_off],
        "work": [named.on.isoformat()[2:] for named in reading.workdays],
    }


# Whole notices


def test_the_texts_of_2008_to_2026_replayed_in_order_give_every_day_of_chinesecalendar() -> None:
    calendar = upto(2007)
    for year in range(2008, 2027):
        calendar = calendar.with_years(apply_notices(calendar, texts_of(year), year))
    first = date(2008, 1, 1)
    days = [first + timedelta(days=offset) for offset in range((date(2027, 1, 1) - first).days)]
    assert [day for day in days if calendar.is_working_day(day) != chinese_calendar.is_workday(day)] == []
    assert calendar.version == PUBLISHED.version


@pytest.mark.parametrize("year", range(2008, 2027))
def test_reading_a_year_anew_over_the_published_calendar_changes_nothing(year: int) -> None:
    results = apply_notices(PUBLISHED, texts_of(year), year)
    assert [result.year for result in results] == [year]
    assert PUBLISHED.with_years(results).version == PUBLISHED.version
    if year >= 2010:
        assert results[0].source == PUBLISHED.year(year).source


def test_a_notice_reaches_back_into_the_december_before_and_completes_that_year() -> None:
    results = apply_notices(upto(2018), texts_of(2019), 2019)
    assert [result.year for result in results] == [2018, 2019]
    before = {result.year: result for result in results}[2018]
    assert before.version == PUBLISHED.year(2018).version
    assert before.source == PUBLISHED.year(2018).source
    assert before.day(date(2018, 12, 29)).reason == "元旦调休上班"
    assert read_notice(texts_of(2019)[0], 2019).touches_previous_december


def test_a_december_known_from_the_next_notice_survives_a_new_reading_of_its_own_year() -> None:
    (result,) = apply_notices(PUBLISHED, texts_of(2018), 2018)
    assert result.day(date(2018, 12, 29)).working


def test_the_notice_of_a_coming_year_ends_its_being_provisional() -> None:
    (year,) = apply_notices(PUBLISHED, [NOTICE_2027])
    assert not year.provisional
    assert year.source == "国办发明电〔2026〕9号（2026-11-10）"
    calendar = PUBLISHED.with_years([year])
    assert calendar.last_published_year == 2027
    assert calendar.due(date(2026, 12, 28), 4) == (date(2027, 1, 4), False)
    assert PUBLISHED.nth_working_day_after(date(2027, 2, 4), 1) == date(2027, 2, 11)
    assert calendar.nth_working_day_after(date(2027, 2, 4), 1) == date(2027, 2, 14)
    assert read_notice(NOTICE_2027).cautions == ()


def test_the_extension_of_2020_takes_back_the_make_up_day_without_saying_so() -> None:
    notice, amendment = texts_of(2020)
    (arranged,) = apply_notices(upto(2019), [notice], 2020)
    assert arranged.day(date(2020, 2, 1)).working
    (amended,) = apply_notices(upto(2019), [notice, amendment], 2020)
    assert amended.day(date(2020, 2, 1)) == (date(2020, 2, 1), False, "春节假期", False)
    added = {named.on for named in amended.days_off} - {named.on for named in arranged.days_off}
    assert sorted(added) == [date(2020, 1, 31), date(2020, 2, 1), date(2020, 2, 2)]


def test_an_amendment_already_in_the_calendar_may_be_applied_again() -> None:
    for year in (2015, 2019, 2020):
        (again,) = apply_notices(PUBLISHED, texts_of(year)[1:], year)
        assert again.version == PUBLISHED.year(year).version


def test_the_replacement_of_2019_names_no_festival_and_still_finds_it() -> None:
    reading = read_notice(
        "2019年5月1日至4日放假调休，共4天。4月28日（星期日）、5月5日（星期日）上班。", 2019, upto(2018)
    )
    assert reading.replaces == {"劳动节"}
    assert not reading.complete


def test_a_replacement_takes_back_what_the_first_arrangement_said() -> None:
    notice = texts_of(2026)[0]
    (year,) = apply_notices(PUBLISHED, [notice, "劳动节：5月1日放假，与周末连休。"], 2026)
    assert [named.on.day for named in year.days_off if named.festival == "劳动节"] == [1]
    assert not year.day(date(2026, 5, 9)).working
    assert year.day(date(2026, 5, 4)).working


def test_the_addition_of_2015_leaves_the_rest_alone() -> None:
    notice, amendment = texts_of(2015)
    (plain,) = apply_notices(upto(2014), [notice], 2015)
    (amended,) = apply_notices(upto(2014), [notice, amendment], 2015)
    assert [n.on.day for n in sorted(set(amended.days_off) - set(plain.days_off))] == [3, 4, 5]
    assert set(plain.days_off) < set(amended.days_off)
    assert [named.on for named in set(amended.workdays) - set(plain.workdays)] == [date(2015, 9, 6)]
    assert amended.day(date(2015, 9, 6)).reason == "抗战胜利纪念日调休上班"


def test_the_year_is_taken_from_the_title_when_it_is_not_given() -> None:
    assert read_notice("国务院办公厅关于2026年部分节假日安排的通知\n" + NOTICE_2026).year == 2026
    assert read_notice((TEXTS / "2020-amend.txt").read_text(encoding="utf-8"), None, PUBLISHED).year == 2020
    assert read_notice("2019年5月1日至4日放假调休，共4天。", None, PUBLISHED).year == 2019


def test_a_paragraph_of_a_newspaper_with_half_width_marks_is_read_like_the_official_text() -> None:
    body = NOTICE_2026.split("\n", 1)[1].replace("\n", "")
    marks = str.maketrans("：，（）", ":,()")
    lead = "新华社北京11月4日电 经国务院批准，现将2026年元旦、春节放假调休日期的具体安排通知如下："
    report = f"{lead}{body}国务院办公厅2025年11月4日".translate(marks)
    (year,) = apply_notices(PUBLISHED, [report], 2026)
    assert year.version == PUBLISHED.year(2026).version


def test_the_number_is_found_in_any_brackets_and_the_date_in_the_signature() -> None:
    text = NOTICE_2027.split("\n", 1)[1]
    assert read_notice(text).source == "未注明文号的通知（2026-11-10）"
    in_words = text.replace("2026年11月10日", "二○二六年十一月二十日")
    assert read_notice(in_words).source == "未注明文号的通知（2026-11-20）"
    assert (
        read_notice(text.replace("各地区", "国办发明电[2026]9号各地区")).source
        == "国办发明电〔2026〕9号（2026-11-10）"
    )


# Forms of single items


@pytest.mark.parametrize(
    ("text", "off", "work"),
    [
        ("国庆节：10月1日至3日放假公休,共3天。", "10-01 10-02 10-03", ""),
        ("十、国庆节:10月1日-3日放假", "10-01 10-02 10-03", ""),
        ("国庆节１０月１日～３日放假，共３天", "10-01 10-02 10-03", ""),
        ("国庆节：10月1日（星期四）放假1天，不调休。", "10-01", ""),
        ("国庆节：10月1日、2日（周四、周五）放假，与周末连休，共4天。", "10-01 10-02", ""),
        ("国庆节：10月1日(星期四)、2日(星期五)放假,10月5日（周一）补休。", "10-01 10-02 10-05", ""),
        ("国庆节：10月1日至2日（周四至周五）放假两天。", "10-01 10-02", ""),
        ("国庆节：10月1日放假。9月26日(周六)、27日(礼拜天)上班", "10-01", "09-26 09-27"),
        ("七国庆节：10月1日放假。", "10-01", ""),
        ("国庆节：9月30日至10月2日放假调休。9月26日、10月10日上班。", "09-30 10-01 10-02", "09-26 10-10"),
        ("国庆节：10月1日放假。鼓励安排职工在国庆次日（10月2日）休息。", "10-01", ""),
        ("国庆节：10月1日、2日放假，10月4日（周日）公休日调至10月5日。", "10-01 10-02 10-05", "10-04"),
        ("国庆节：10月3日、4日放假，10月3日（周六）公休日调至10月5日。", "10-03 10-04 10-05", ""),
        ("国庆节：10月1日至4日放假，10月5日（星期一）起正常上班。", "10-01 10-02 10-03 10-04", ""),
        ("国庆节：\n10月1日至2日放假，\n共2天。\n9月27日（星期日）上班。", "10-01 10-02", "09-27"),
        ("中秋节：9月25日（农历八月十五，星期五）至9月27日放假，共3天。", "09-25 09-26 09-27", ""),
        ("国庆节：10月1日,2日,3日放假。", "10-01 10-02 10-03", ""),
        ("国庆节：10月1日至3日放假，共3天，10月5日（周一）补休。", "10-01 10-02 10-03 10-05", ""),
        ("“十一”：10月1日～3日放假，共三天。", "10-01 10-02 10-03", ""),
        ("“五一”国际劳动节：5月1日、2日放假。", "05-01 05-02", ""),
        ("国庆节：9月30日—10月2日放假。其中，1日、2日为法定假日。", "09-30 10-01 10-02", ""),
        ("https://www.gov.cn/2025-11/04/c_1.htm\n国庆节：10月1日放假。", "10-01", ""),
    ],
)  # fmt: skip
def test_an_item_is_read_in_each_of_its_forms(text: str, off: str, work: str) -> None:
    read = october(text)
    assert read == {
        "off": [f"26-{day}" for day in off.split()],
        "work": [f"26-{day}" for day in work.split()],
    }


@pytest.mark.parametrize(
    "text",
    [
        "元旦：2025年12月30日至2026年1月1日放假调休，共3天。2025年12月28日（星期日）上班。",
        "元旦：12月30日至1月1日放假调休，共3天。12月28日（星期日）上班。",
        "元旦：2025年12月30日、31日、2026年1月1日放假调休，共3天。12月28日上班。",
        "12月30日至1月1日放假调休，共3天。2025年12月28日（星期日）上班。",
    ],
)
def test_new_year_runs_over_the_year_with_or_without_the_year_written(text: str) -> None:
    assert october(text) == {"off": ["25-12-30", "25-12-31", "26-01-01"], "work": ["25-12-28"]}


@pytest.mark.parametrize("heading", ["国庆节、中秋节", "中秋节、国庆节", "中秋、国庆"])
def test_two_festivals_in_one_line_may_stand_in_either_order(heading: str) -> None:
    text = f"{heading}：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。"
    reading = read_notice(text, 2025, PUBLISHED)
    assert reading.replaces == {"中秋节", "国庆节"}
    names = dict(reading.days_off)
    assert (names[date(2025, 10, 6)], names[date(2025, 10, 5)]) == ("中秋节", "国庆节")
    assert {festival for _, festival in reading.workdays} == {"国庆节"}


def test_a_statutory_day_that_is_not_off_is_pointed_out_but_not_refused() -> None:
    reading = read_notice(f"{NUMBERED_2026}国庆节：10月1日至2日放假。", 2026, PUBLISHED)
    assert reading.cautions == ("国庆节的法定放假日 2026-10-03 没有列入放假",)


@pytest.mark.parametrize(
    ("text", "caution"),
    [
        (
            "国庆节：10月1日至3日放假。",
            "国庆节放假占用2个工作日，调休上班0天，法定放假3天，少放1天，请核对",
        ),
        (
            "国庆节：10月1日至7日放假。9月20日、10月10日上班。",
            "2026-09-20 上班离国庆节假期11天，比往年远，请核对",
        ),
        ("春节：2月15日（农历除夕）至23日放假。2月14日、28日上班。", "2026-02-15 不是农历除夕，请核对"),
        (
            "国庆节：10月1日至7日放假。10月10日、9月27日上班。",
            "“10月10日、9月27日上班”中的日期先后颠倒，请核对",
        ),
    ],
)
def test_what_is_unusual_but_possible_is_pointed_out(text: str, caution: str) -> None:
    text = NUMBERED_2026 + text
    assert read_notice(text, 2026, PUBLISHED).cautions == (caution,)
    assert apply_with_cautions(PUBLISHED, [text], 2026)[1] == [caution]


def test_a_text_without_a_number_is_read_with_a_caution() -> None:
    reading = read_notice("国庆节：10月1日至7日放假。", 2026, PUBLISHED)
    assert any("没有读出国务院办公厅的文号" in caution for caution in reading.cautions)


@pytest.mark.parametrize(
    ("names", "given_up"),
    [
        (["2020"], "国办发明电〔2020〕1号（2020-01-26）"),
        (["2019"], "国办发明电〔2019〕3号（2019-03-22）"),
        (["2020-amend", "2020"], "国办发明电〔2020〕1号（2020-01-26）"),
        (["2020", "2020-amend"], ""),
    ],
)
def test_a_notice_that_takes_back_its_own_amendment_is_pointed_out(names: list[str], given_up: str) -> None:
    texts = [(TEXTS / f"{name}.txt").read_text(encoding="utf-8") for name in names]
    cautions = apply_with_cautions(PUBLISHED, texts, None)[1]
    assert [given_up in caution for caution in cautions] == ([True] if given_up else [])


@pytest.mark.parametrize(
    ("title", "issuer"),
    [
        ("平顶山市人民政府办公室关于2027年部分节假日安排的通知", "平顶山市人民政府办公室"),
        ("某某公司关于2027年部分节假日放假安排的通知", "某某公司"),
    ],
)
def test_another_issuers_notice_is_refused(title: str, issuer: str) -> None:
    text = NOTICE_2027.replace(NOTICE_2027.splitlines()[1], title, 1)
    with pytest.raises(NoticeError, match=f"第2行：是“{issuer}”的文件"):
        apply_notices(PUBLISHED, [text], 2027)


def test_a_notice_that_is_passed_on_is_read() -> None:
    title = "平顶山市人民政府办公室转发国务院办公厅关于2027年部分节假日安排的通知"
    text = NOTICE_2027.replace(NOTICE_2027.splitlines()[1], title, 1)
    assert apply_notices(PUBLISHED, [text]) == apply_notices(PUBLISHED, [NOTICE_2027])


def without_remarks(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#"))


@pytest.mark.parametrize("year", [2015, 2019, 2020])
@pytest.mark.parametrize("base", [PUBLISHED, None])
def test_a_notice_and_its_amendment_in_one_paste_are_refused(
    year: int, base: ChinaWorkingDays | None
) -> None:
    base = base or upto(year - 1)
    notice, amendment = texts_of(year)
    with pytest.raises(NoticeError, match="请分开导入（先通知，后调整）"):
        apply_notices(base, [notice + amendment], year)
    with pytest.raises(NoticeError, match="第9行：通知与对它的延长" if year == 2020 else "两份通知"):
        apply_notices(base, [notice + amendment], year)
    # By their titles, and with neither.
    first, second = f"国务院办公厅关于{year}年部分节假日安排的通知\n", "国务院关于纪念日\n调休放假的通知\n"
    if year == 2015:
        with pytest.raises(NoticeError, match="第9行：两份通知写在一起"):
            apply_notices(base, [first + without_remarks(notice) + second + without_remarks(amendment)], year)
    with pytest.raises(NoticeError):
        apply_notices(base, [without_remarks(notice) + without_remarks(amendment)], year)


def test_an_extension_is_never_read_together_with_what_it_extends() -> None:
    extension = "延长2020年春节假期至2月2日"
    for text in (
        without_remarks(texts_of(2020)[0]) + f"经国务院批准，{extension}。",
        f"{extension}。\n{texts_of(2020)[0]}",
        f"{extension}，2月3日至5日放假。",
        f"春节：1月24日至30日放假，{extension}。",
        f"一、劳动节：5月1日至5日放假。\n二、{extension}。",
    ):
        with pytest.raises(NoticeError, match="通知与对它的延长写在一起") as refused:
            apply_notices(PUBLISHED, [text], 2020)
        assert extension in refused.value.line
    with pytest.raises(NoticeError, match="第13行：通知与对它的延长写在一起"):
        apply_notices(PUBLISHED, [f"{NOTICE_2027}一、延长2027年春节假期至2月14日。"])


@pytest.mark.parametrize("amendment", ["2027年5月1日至3日放假。", "一、5月1日至3日放假，共3天。"])
def test_two_arrangements_of_one_festival_are_refused_unless_they_agree(amendment: str) -> None:
    text = NOTICE_2027.split("鼓励")[0]
    agreeing = "一、2027年5月1日至5日放假，共5天。"
    assert apply_notices(PUBLISHED, [text + agreeing]) == apply_notices(PUBLISHED, [text])
    numbered = amendment if amendment.startswith("一") else f"一、{amendment}"
    with pytest.raises(NoticeError, match="第10行：劳动节安排了两次"):
        apply_notices(PUBLISHED, [text + numbered])


CLOSING = (
    "节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作，遇有重大突发事件，要按规定及时报告并"
    "妥善处置，确保人民群众祥和平安度过节日假期。"
)
# The notice of 2025 begins with the law that was changed and the principles that follow from it.
OPENING_2025 = """国务院办公厅关于2025年
部分节假日安排的通知
国办发明电〔2024〕12号
各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
经党中央、国务院批准，根据2024年11月修订的《全国年节及纪念日放假办法》，自2025年1月1日起，全体公民放假的假日增加2天，其中春节、劳动节各增加1天。据此对放假调休原则作进一步优化完善，除个别特殊情形外，春节自农历除夕起放假调休8天，国庆节自10月1日起放假调休7天，劳动节放假调休5天，元旦、清明节、端午节、中秋节分别放假调休或连休3天（如逢周三则只在当日放假），国庆节放假如逢中秋节则合并放假8天。
按照上述原则，现将2025年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
"""
OPENING_2026 = """国务院办公厅关于2026年部分节假日安排的通知
国办发明电〔2025〕7号
各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
经国务院批准，现将2026年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
"""
ENCOURAGING = "鼓励单位和个人结合落实带薪年休假等制度，实际形成较长假期，推动错峰出行。"


@pytest.mark.parametrize(
    ("year", "opening", "closing"),
    [
        (2025, OPENING_2025, f"{CLOSING}\n国务院办公厅\n2024年11月12日"),
        (2026, OPENING_2026, f"{ENCOURAGING}{CLOSING}\n国务院办公厅\n2025年11月4日"),
        (2026, OPENING_2026, f"{CLOSING}国务院办公厅 2025年11月4日（此件公开发布）"),
        (2026, "", ENCOURAGING + CLOSING),
        (2026, "", CLOSING),
        (2026, "", f"调休{CLOSING.replace('节假日', '放假')}"),
    ],
)
@pytest.mark.parametrize("end", ["\n", ""])
def test_a_whole_notice_is_read_in_lines_or_in_one(year: int, opening: str, closing: str, end: str) -> None:
    text = (opening + without_remarks(texts_of(year)[0]) + closing).replace("\n", end)
    (result,) = apply_notices(PUBLISHED, [text], None if opening else year)
    assert result.days_off == PUBLISHED.year(year).days_off
    assert result.workdays == PUBLISHED.year(year).workdays


@pytest.mark.parametrize(
    "title",
    [
        "国务院办公厅关于2027年节假日安排的通知",
        "国务院办公厅关于2027年部分节假日放假安排的通知",
        "关于2027年放假安排的通知",
        "2027年放假安排",
        "2027年法定节假日安排",
        *(f"国务院办公厅关于二{zero}二七年部分节假日安排的通知" for zero in "〇○零"),
        "国务院办公厅关于做好2027年元旦春节等假期安排的通知",
    ],
)
def test_the_year_is_seen_in_each_title(title: str) -> None:
    text = f"{title}\n" + NOTICE_2027.split("\n", 2)[2]
    assert read_notice(text).year == 2027
    with pytest.raises(NoticeError, match="第1行：通知是2027年的，不是2026年的"):
        read_notice(text, 2026)


@pytest.mark.parametrize(
    "title",
    [
        "某某公司关于2027年放假安排的通知",
        "某某公司2027年放假安排",
        "某某公司2027年元旦春节放假通知",
        "平顶山市文化局2027年法定节假日安排",
        "平顶山市人民政府办公室关于二〇二七年放假安排的通知",
        "某某集团2027年放假安排",
    ],
)
def test_the_year_of_anothers_title_is_not_believed(title: str) -> None:
    text = f"{title}\n" + NOTICE_2027.split("\n", 2)[2]
    with pytest.raises(NoticeError, match="看不出是哪一年" if "集团" in title else "第1行：是“.*”的文件"):
        read_notice(text)


def test_of_several_texts_the_error_says_which_one_it_is_in() -> None:
    with pytest.raises(NoticeError) as refused:
        apply_notices(PUBLISHED, [NOTICE_2027, "乱七八糟"])
    assert refused.value.place == 1


@pytest.mark.parametrize("year", range(2008, 2027))
def test_the_texts_as_issued_give_no_caution_but_for_one_make_up_day_of_2026(year: int) -> None:
    cautions = apply_with_cautions(PUBLISHED, texts_of(year), year)[1]
    assert len(cautions) == (1 if year == 2026 else 0)


@pytest.mark.parametrize("lost", ["9月26日（周日）、", "5月8日（周六）上班。"])
def test_a_make_up_day_that_is_lost_is_remarked_on(lost: str) -> None:
    whole = apply_with_cautions(PUBLISHED, [NOTICE_2027], None)[1]
    cautions = apply_with_cautions(PUBLISHED, [NOTICE_2027.replace(lost, "")], None)[1]
    assert any("多放1天" in caution for caution in set(cautions) - set(whole))


# Refusals


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("国庆节：10月1日（星期五）至7日放假。", "2026-10-01 是星期四，不是星期五"),
        ("国庆节：10月1日至7日放假。9月20日（周六）上班。", "2026-09-20 是星期日，不是星期六"),
        ("国庆节：10月1日至3日（周四至周五）放假。", "2026-10-03 是星期六"),
        ("国庆节：10月1日至7日放假调休，共8天。", "写明8天，读出7天"),
        ("国庆节：10月1日放假3天。", "写明3天，读出1天"),
        ("春节：2月29日放假。", "没有2026年2月29日这一天"),
        ("国庆节：13月1日放假。", "没有2026年13月1日"),
        ("国庆节：10月7日至1日放假。", "起止颠倒"),
        ("国庆节：2027年10月1日放假。", "2027-10-01 不在2026年内"),
        ("国庆节：10月1日放假。2025年12月28日上班。", "2025-12-28 不在2026年内"),
        ("元旦：2025年11月30日放假。", "2025-11-30 不在2026年内"),
        ("国庆节：10月1日至7日放价调休。", "读不懂"),
        ("国庆节：10月1日至7日。", "读不懂"),
        ("国庆节：10月1日至7日放假，工7天。", "读不懂“工7天”"),
        ("国庆节：10月1日至7日放假，10月10日大概上班。", "读不懂"),
        ("国庆节：10月1日至7日不放假。", "读不懂"),
        ("国庆节：10月1日（不放假）至7日放假。", "读不懂括号"),
        ("国庆节：1日至7日放假。", "不知是哪个月"),
        ("国庆节：9月30日至10月2日放假。9日上班。", "不知是哪个月"),
        ("国庆节：10月1日至7日放假。10月3日（周六）上班。", "2026-10-03 既放假又上班"),
        ("国庆节：10月1日至7日放假。10月12日上班。", "本来就上班"),
        ("国庆节：1月1日至7日放假。", "离国庆节太远"),
        ("国庆节：10月1日至7日放假。1月10日（周六）上班。", "2026-01-10 离国庆节太远"),
        ("国庆节：10月1日放假。\n其他：6月19日放假。", "离国庆节太远"),
        ("中秋节：9月7日放假，与周末连休。", "中秋节的法定放假日 2026-09-25 没有列入放假"),
        ("一、10月1日至7日放假。10月10日上8班。", "读不懂“10月10日上8班”"),
        ("一、10月1日至7日放假。10月十日上班。", "读不懂“10月十日上班”"),
        ("一、10月1日至7日放假，10月10上班。", "读不懂“10月10上班”"),
        ("一、10月1日至7日放假。\n10月10日。", "读不懂“10月10日”"),
        ("国庆节：10月1日、6日（周四、周二、周三）放假。", "与日期对不上"),
        ("国庆节：9月29日至30日放假，与周末连休。", "不与周末相连"),
        ("国庆节：10月10日（周六）调休。", "不知是放假还是上班"),
        ("国庆节：放假七天。", "读不懂"),
        ("国庆节：另行通知。", "没有读出国庆节的放假日期"),
        ("国庆节：10月1日放假。\n国庆节：10月2日放假。", "国庆节出现两次"),
        ("国庆节：10月1日至5日放假，10月7日起上班。", "不相接"),
        ("国庆节：10月1日至5日放假，10月5日起上班。", "既放假又上班"),
        ("10月10日（周六）上班。", "只有上班日"),
        ("一、延长2026年春节假期至2月22日。", "并没有因此延长"),
        ("一、延长2026年春节假期。2月25日上班。", "只有上班日"),
        ("国庆节：10月1日至3日放假，共0天。", "写明0天，读出3天（2026-10-01 至 2026-10-03）"),
        ("国庆节：10月1日至3日放假，共3天。10月4日放假。", "2026-10-04 放假在写明的3天之外"),
        ("国庆节：10月1日至3日放假。10月6日（周二）补休。", "2026-10-06 放假与国庆节的法定放假日不相连"),
        ("国庆节：10月1日至2日放假。10月3日（周六）补休。", "2026-10-03 是周末"),
        ("国庆节：10月1日至2日放假。9月30日（周三）补休。", "补休的 2026-09-30 在节日之前"),
        ("国庆节：10月1日、1日放假。", "重复的日期"),
        ("国庆节：10月1日至7日放假。9月13日（周日）上班。", "上班离国庆节假期太远"),
        ("国庆节：10月1日至5日放假，10月4日、10日公休日调至10月5日。", "调出与调入的天数不一致"),
        ("国庆节：10月1日至5日放假，10月10日公休日调至10月5日，10月11日上班。", "2026-10-10 只写在一处"),
        ("中秋节：9月25日放假。9月20日上班。\n国庆节：10月1日放假。9月20日上班。", "上班写了两次（第1行）"),
        ("国庆节：10月1日放假。\n2026年11月31日", "没有2026年11月31日这一天"),
        ("2026年部分节假日安排的通知\n国庆节：10月1日放假。", "题为2026年的安排，却没有安排元旦、春节"),
        ("各地区要妥善安排好值班。", "没有读出任何放假日期"),
        ("", "没有读出任何放假日期"),
        ("国庆节：10月1日至7日，共8天。", "写明8天，读出7天"),
        ("国庆节：10月1日至7日，10月8日，共8天。", "读不懂"),
        ("国庆节：10月1日至7日放假（共6天）。", "写明6天，读出7天"),
        ("一、10月1日至7日，共7天。", "没有读出任何放假日期"),
        ("国庆节：10月1日至7日放假。9月26日、10月10日，共2天。", "读不懂"),
        ("国庆节：放假时间为10月1日至7日上班。", "读不懂"),
        ("元旦：1月1日放假，与周末连休3天。", "写明3天，读出1天"),
        ("端午节：6月19日（周五）放假，与周末连休2天。", "写明2天，读出3天"),
        ("端午节：6月19日周四当日放假。", "2026-06-19 是星期五，不是星期四"),
        ("国庆节：10月1日至7日放假。9月20日周日、10月10日周日上班。", "2026-10-10 是星期六，不是星期日"),
        ("国庆节：10月1日至7日放假。9月20日周日）上班。", "读不懂"),
        ("国庆节：10月1日至7日放假。9月20日（周日）、10月10日（周六）三天上班。", "写明三天上班，读出2天"),
        ("国庆节：10月1日至7日放假。9月20日（周日）上班、10月11日（周六）上班。", "2026-10-11 是星期日"),
        ("中秋节、国庆节：9月25日放假1天；10月1日至6日放假，共7天。", "写明7天，读出6天"),
        ("中秋节、国庆节：9月25日放假1天；10月1日至7日放假，共8天。", "写明8天，读出7天"),
        ("国庆节：10月1日至3日放假，共3天。10月4日放假，共1天。", "2026-10-04 放假在写明的3天之外"),
        ("国庆节：10月1日至7日放假，除个别特殊情形外，10月10日上班。", "读不懂"),
        (
            "国庆节：10月1日至7日放假。\n据此对放假调休原则作完善，10月12日放假。",
            "2026-10-12 放假与国庆节的法定放假日不相连",
        ),
        ("国庆节：10月1日至7日放假。全年放假天数共28天。", "写明全年28天，读出7天"),
        ("国庆节：10月1日至7日放假。请各单位于10月10日前上班并报告。", "读不懂"),
        ("国庆节：10月1日至7日放假。自2026年10月10日起上班。", "不相接"),
    ],
)
def test_what_does_not_add_up_is_refused_with_the_reason(text: str, problem: str) -> None:
    with pytest.raises(NoticeError) as refused:
        apply_notices(PUBLISHED, [text], 2026)
    assert problem in str(refused.value)


def test_a_refusal_names_the_line_and_its_text() -> None:
    with pytest.raises(NoticeError) as refused:
        read_notice(NOTICE_2026.replace("2月28日（周六）", "2月28日（周日）"), 2026)
    assert refused.value.line_number == 3
    assert str(refused.value).startswith("第3行：2026-02-28 是星期六，不是星期日：“二、春节：")


def test_a_day_off_under_one_festival_and_worked_under_another_is_refused() -> None:
    with pytest.raises(NoticeError, match="第8行：2026-09-26 既放假又上班"):
        read_notice(NOTICE_2026.replace("9月20日（周日）", "9月26日（周六）"), 2026)


def test_an_amendment_of_several_holidays_need_not_arrange_all() -> None:
    title = "国务院办公厅关于调整2026年部分节假日安排的通知"
    text = f"{title}\n一、国庆节：10月1日至3日放假。\n二、端午节：6月19日放假，与周末连休。"
    assert read_notice(text, None, PUBLISHED).replaces == {"国庆节", "端午节"}


def test_a_title_of_another_year_is_refused() -> None:
    with pytest.raises(NoticeError, match="通知是2027年的，不是2026年的"):
        read_notice(NOTICE_2027, 2026)


@pytest.mark.parametrize("year", [2003, 2040, 2100])
def test_a_notice_of_a_year_outside_the_calendar_is_refused(year: int) -> None:
    with pytest.raises(NoticeError, match="范围"):
        apply_notices(PUBLISHED, [f"{year}年部分节假日安排\n国庆节：10月1日放假。"])


def test_a_text_without_any_year_is_refused_unless_the_year_is_given() -> None:
    with pytest.raises(NoticeError, match="看不出是哪一年"):
        read_notice("国庆节：10月1日放假。")


@pytest.mark.parametrize("lost", range(2, 9))
def test_a_notice_of_a_coming_year_that_lacks_a_festival_is_refused(lost: int) -> None:
    lines = NOTICE_2027.split("\n")
    festival = lines[lost].split("、")[1].split("：")[0]
    with pytest.raises(NoticeError, match=f"没有安排{festival}"):
        apply_notices(PUBLISHED, ["\n".join(lines[:lost] + lines[lost + 1 :])])


def test_an_extension_needs_the_arrangement_it_extends() -> None:
    text = "一、延长2027年春节假期至2月14日。"
    for base in (None, PUBLISHED):
        with pytest.raises(NoticeError, match="须先有2027年的放假安排"):
            read_notice(text, 2027, base)
    (year,) = apply_notices(PUBLISHED, [NOTICE_2027, text])
    assert not year.day(date(2027, 2, 14)).working


def test_a_refused_amendment_takes_the_whole_import_with_it() -> None:
    with pytest.raises(NoticeError):
        apply_notices(PUBLISHED, [NOTICE_2027, "劳动节：5月1日（周日）放假。"], 2027)
    assert PUBLISHED.year(2027) == provisional_year(2027)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(NOTICE_2027) - 1), st.sampled_from("0123456789日月至、，。（）上放周一六"))
def test_one_changed_character_is_refused_or_read_completely(place: int, character: str) -> None:
    text = NOTICE_2027[:place] + character + NOTICE_2027[place + 1 :]
    with suppress(NoticeError):
        (*_, year) = apply_notices(PUBLISHED, [text], 2027)
        assert not year.provisional
        assert {named.festival for named in year.days_off} >= {"元旦", "春节", "清明节", "国庆节"}
