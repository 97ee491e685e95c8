"""The same notices as people paste them: from other pages, retyped, wrapped, in other widths and glyphs.

Whatever the copy, the days are exactly those of the text it was copied from.
"""

import re
from collections.abc import Callable

import pytest

from calendars import NoticeError, Reading, read_notice
from tests.calendars.falsified import without_weekdays
from tests.calendars.texts import Issued, issued

ISSUED = list(issued())
Copy = Callable[[str], str]


def days_of(reading: Reading) -> tuple[object, ...]:
    return reading.year, reading.days_off, reading.workdays, reading.complete, reading.replaces


def body(text: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith("#"))


def every(old: str, new: str) -> Copy:
    return lambda text: text.replace(old, new)


def pattern(old: str, new: str) -> Copy:
    return lambda text: re.sub(old, new, text)


def widths(narrow: str, wide: str) -> Copy:
    return lambda text: text.translate(str.maketrans(narrow, wide))


def wrapped(width: int) -> Copy:
    """Every line broken after so many characters, as mail programs and PDF files do."""

    def wrap(text: str) -> str:
        return "\n".join(
            line[place : place + width]
            for line in text.splitlines()
            for place in range(0, max(len(line), 1), width)
        )

    return wrap


def months_in_full(text: str) -> str:
    """2月20日、21日 becomes 2月20日、2月21日."""
    full = re.sub(r"(?<![月\d])(\d{1,2}日)", "缺\\1", text)
    while "缺" in full:
        full = re.sub(r"(\d{1,2})月((?:(?!\d月)[^缺])*)缺", "\\1月\\2\\1月", full, count=1)
    return full


def without_repeated_months(text: str) -> str:
    """2月2日（星期六）、2月3日 becomes 2月2日（星期六）、3日."""
    return re.sub(r"(\d{1,2})月(\d{1,2}日(?:[(（][^()（）]*[)）])?)([、至])\1月", "\\1月\\2\\3", text)


def numbered(*marks: str) -> Copy:
    def renumber(text: str) -> str:
        for mark, old in zip(marks, "一二三四五六七", strict=False):
            text = re.sub(rf"^{old}、", mark, text, flags=re.MULTILINE)
        return text

    return renumber


def a_page(text: str, year: int) -> str:
    """As the government's page shows it, with its head, its frame and its foot."""
    head = f"""当前位置：首页 > 政策 > 国务院政策文件库
标　　题：	国务院办公厅关于{year}年部分节假日安排的通知
发文机关：	国务院办公厅	发文字号：	国办发明电〔{year - 1}〕45号
成文日期：	{year - 1}年12月05日	发布日期：	{year - 1}年12月06日
字号：默认 大 超大 | 打印

国务院办公厅关于{year}年
部分节假日安排的通知
国办发明电〔{year - 1}〕45号

各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
　　根据国务院《关于修改〈全国年节及纪念日放假办法〉的决定》，为便于各地区、各部门及早合理安排节假日旅游、交通运输、
生产经营等有关工作，经国务院批准，现将{year}年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体
安排通知如下。
"""
    foot = f"""
　　节假日期间，各地区、各部门要妥善安排好值班和安全、保卫等工作，遇有重大突发事件，要按规定及时报告并妥善处置，
确保人民群众祥和平安度过节日假期。

　　　　　　　　　　　　　　　　　　　国务院办公厅
　　　　　　　　　　　　　　　　　　{year - 1}年12月5日
（此件公开发布）
发布时间：{year - 1}年12月06日 16:48 来源：中国政府网
责任编辑：张三
"""
    return head + "\n".join(f"　　{line}" for line in body(text).splitlines()) + foot


def html_of(text: str) -> str:
    return "".join(
        f'<p style="text-indent: 2em;"><span>{line}</span>&nbsp;</p>' for line in body(text).splitlines()
    )


TRADITIONAL = str.maketrans(
    "节劳动国庆调补号务办厅关于为农历腊连鼓励应与将体战胜纪",
    "節勞動國慶調補號務辦廳關於為農曆臘連鼓勵應與將體戰勝紀",
)

COPIES: dict[str, Copy] = {
    "half-width marks": widths("：，（）；", ":,();"),
    "half-width marks, stops too": lambda text: widths("：，（）；。", ":,();.")(body(text)),
    "a comma for the enumeration mark": lambda text: re.sub(r"日([)）]?)、(?=\d)", r"日\1,", body(text)),
    "full-width digits": lambda text: widths("0123456789", "０１２３４５６７８９")(body(text)),
    "周六": pattern("星期", "周"),
    "星期六": pattern("(?<=[（、，])周", "星期"),
    "礼拜六": pattern("星期|(?<=[（、，])周", "礼拜"),
    "星期天": pattern("星期日", "星期天"),
    "no weekday": without_weekdays,
    "no brackets": pattern(r"[（(][^（）()]*[)）]", ""),
    "号 for 日": pattern(r"(?<=\d)日", "号"),
    "months in full": months_in_full,
    "months left out": without_repeated_months,
    "— for 至": pattern(r"(?<=[日）)])至(?=\d)", "—"),
    "－ for 至": pattern(r"(?<=[日）)])至(?=\d)", "－"),
    "～ for 至": pattern(r"(?<=[日）)])至(?=\d)", "～"),
    "到 for 至": pattern(r"至(?=\d)", "到"),
    "Windows line ends": every("\n", "\r\n"),
    "indented": pattern("(?m)^(?=[^#])", "　　"),
    "blank lines between": every("\n", "\n\n"),
    "blanks between characters": lambda text: "\n".join(" ".join(line) for line in body(text).splitlines()),
    "invisible characters": lambda text: body(text).replace("月", "\u200b月\u00a0").replace("日", "日\ufeff"),
    "radicals of a PDF": lambda text: widths("月日一二", "⽉⽇⼀⼆")(body(text)),
    "days on the line after the festival": pattern("(?m)^([一二三四五六七]、[^：\\d]{2,9}：)", "\\1\n"),
    "a line for every sentence": pattern("。(?!$)", "。\n"),
    "a line for every statement": lambda text: re.sub("([，；。])", "\\1\n", body(text)),
    "one paragraph": lambda text: body(text).replace("\n", ""),
    "numbered 1.": numbered(*(f"{number}." for number in range(1, 8))),
    "numbered 1、": numbered(*(f"{number}、" for number in range(1, 8))),
    "numbered (1)": numbered(*(f"（{number}）" for number in range(1, 8))),
    "numbered (一)": numbered(*(f"（{number}）" for number in "一二三四五六七")),
    "numbered ①": numbered(*"①②③④⑤⑥⑦"),
    "bullets": numbered(*"•••••••"),
    "bold by asterisks": pattern("(?m)^([一二三四五六七]、[^：\\d]{2,9}：)", "**\\1**"),
    "no numbers": numbered(*[""] * 7),
    "HTML, one line": html_of,
    "HTML, breaks": lambda text: "<div>" + "<br/>\n".join(body(text).splitlines()) + "</div>",
    "traditional glyphs": lambda text: body(text).translate(TRADITIONAL),
    **{f"wrapped at {width}": wrapped(width) for width in (5, 7, 11, 16, 23, 38)},
}  # fmt: skip


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES.keys())
def test_a_copy_is_read_to_the_same_days(copy: Copy) -> None:
    for one in ISSUED:
        copied = copy(one.text)
        try:
            read = read_notice(copied, one.year, one.base)
        except NoticeError as refused:
            raise AssertionError(f"{one.name}: {refused}\n{copied}") from refused
        assert days_of(read) == days_of(read_notice(one.text, one.year, one.base)), f"{one.name}\n{copied}"


@pytest.mark.parametrize("one", [one for one in ISSUED if "amend" not in one.name], ids=lambda one: one.name)
@pytest.mark.parametrize("width", [0, 9, 20, 45])
def test_the_whole_page_of_the_government_is_read_to_the_same_days(one: Issued, width: int) -> None:
    page = a_page(one.text, one.year)
    if width:
        page = wrapped(width)(page)
    read = read_notice(page, None, one.base)
    assert days_of(read) == days_of(read_notice(one.text, one.year, one.base))
    assert read.source.startswith(f"国办发明电〔{one.year - 1}〕45号")


@pytest.mark.parametrize("width", [9, 14, 30])
def test_in_a_wrapped_copy_the_line_of_the_mistake_is_named(width: int) -> None:
    one = next(one for one in ISSUED if one.name == "2026")
    page = wrapped(width)(a_page(one.text, one.year))
    for found in re.finditer(r"周[一二三四五六日](?=[）\n])", page):
        wrong = page[: found.end() - 1] + ("一" if found[0] != "周一" else "二") + page[found.end() :]
        with pytest.raises(NoticeError, match="不是星期") as refused:
            read_notice(wrong, one.year, one.base)
        assert refused.value.line_number == page.count("\n", 0, found.end()) + 1
        assert refused.value.line == wrong.split("\n")[refused.value.line_number - 1].strip()
