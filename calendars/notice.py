"""Reads the text of a State Council holiday notice, or of an amendment, into days off and make-up days.

All or nothing: what cannot be read to the end, or does not add up, is refused with its line (NoticeError).
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from calendars.errors import CalendarRangeError, NoticeError
from calendars.passages import DATE as _DATE
from calendars.passages import FESTIVAL, HEADING, NUMBERED, SIGNED, Passage, passages
from calendars.plausibility import (
    NAMELESS,
    ONE_DAY,
    VICTORY_DAY,
    WEEKDAYS,
    Item,
    Sum,
    check_blocks,
    check_conflicts,
    check_item,
    distant_days,
    lunar_names,
    span,
    unbalanced,
    with_weekends,
)
from calendars.statute import festival_days
from calendars.working_days import ChinaWorkingDays
from calendars.year import NEW_YEAR, YEAR_END, CalendarYear, Named, is_weekend

NUMERALS = {numeral: value for value, numeral in enumerate("一二三四五六七八九十", start=1)} | {"两": 2}

FESTIVALS = {
    "元旦": "元旦",
    "新年": "元旦",
    "春节": "春节",
    "清明": "清明节",
    "劳动": "劳动节",
    "五一": "劳动节",
    "端午": "端午节",
    "中秋": "中秋节",
    "国庆": "国庆节",
    "十一": "国庆节",
    "抗战": "抗战胜利纪念日",
    "抗日": "抗战胜利纪念日",
}
NATIONAL_DAY = "国庆节"

SMALL_NUMBER = re.compile(r"(?<!\d)\d{1,2}(?!\d)")
DATE = re.compile(_DATE)
RANGE = re.compile(r"[至到\-~—–―]+")
AND = re.compile(r"[、和及与,]")
_LEAD = r"(?:其中|同时|将|自|从|另|但|并)*"
LEAD = re.compile(_LEAD)
OFF_BEFORE = re.compile(r"(?:放假|休假|假期)(?:时间|日期)?(?:为|是)")
ONLY_DATES = re.compile(rf"(?:其中|同时|将)*{_DATE}(?:[、和及与,]{_DATE})*")
ONLY_RANGE = re.compile(rf"{_LEAD}(?:{OFF_BEFORE.pattern})?{_DATE}{RANGE.pattern}{_DATE}")
SPEAKS_OF_DAYS_OFF = re.compile(r"放假|上班|补休|补假|调休|公休|休息|连休|(?<!年)休假|假期至|假日")
CLOSING_WORDS = re.compile(r"(?:节假日|(?:调休)?放假)期间|节假日")
_DAYS = r"(\d+|[一二两三四五六七八九十])天"
COUNT = re.compile(rf"(?:总共|一共|共计|合计|共|计|仅|假期|连休)(放假)?{_DAYS}")
WHOLE_YEAR = re.compile(r"(?:据此,?)?(?:\d{4}年)?全年[^\d。]*?(\d+)天")
# Predicates: what is said of the dates before them. Each must match to its end.
OFF = re.compile(
    r"(?:当[日天]|全国|全体公民|统一)?"
    r"(?:放假、?调休|调休放假|放假公休|放假补休|放假|补休|补假|调休|休息|休假|连休"
    r"|(?:照常|正常)?公休|为公休日?|照常休息|均?为[^\d]{0,6}法定(?:节假日|假日|节日))"
    rf"(?:{_DAYS})?(?:不调休)?"
)
WORK = re.compile(
    rf"(?:均|都|要|需|须|应|分别|{_DAYS})*(?:照常|正常|调休)?(?:上班|补班|工作|为(?:工作日|(?:调休)?上班日))"
)
RESUMED = re.compile(r"起(?:恢复)?(?:照常|正常)?上班")
MOVED = re.compile(r"(?:([一二两三四])个)?公休日([及和]\D{2,3}节)?(?:分别)?调(?:整)?[至到](?=\d)")
EXTENDED = re.compile(
    rf"(?:将)?(?:延长(?:\d{{4}}年)?({FESTIVAL})(?:假期)?|(?:\d{{4}}年)?({FESTIVAL})(?:假期)?延长)[至到](?=\d)"
)
JOINED = re.compile(rf"(?:可)?与(?:周末|双休日)(?:连休|相连)(?:{_DAYS})?")
NEUTRAL = re.compile(
    r"不调休|其中|按照?调休安排|(?:本通知)?自\d{4}年\d{1,2}月\d{1,2}日起(?:施行|执行|实施|生效)"
    # Who is to report something by a day.
    rf"|(?!.*(?:{SPEAKS_OF_DAYS_OFF.pattern}))"
    r"[请各]\D*(?:\d{4}年)?\d{1,2}月\d{1,2}日[之以]?前\D*报\D*"
)
PURE_REMARK = re.compile(r"鼓励")
# The notice of 2025 begins with the law that was changed and with what follows from it for every year.
PRINCIPLES = re.compile(r"据此对放假调休原则")
# Cuts that leave brackets whole.
SENTENCE = re.compile(r"。(?![^()]{0,60}\))")
# Between two statements; also where no comma parts a sum from its days.
CLAUSE = re.compile(
    rf"[,;:](?![^()]{{0,60}}\))|(?<=[班休假])、(?={_DATE})"
    rf"|\((?={COUNT.pattern}\))"
    rf"|(?<=[\d一二两三四五六七八九十]天)\)|(?<=[日号)假休天])(?={COUNT.pattern}|与(?:周末|双休日))"
)
# What may stand between days and what is said of them.
PARTED = re.compile(rf",|\((?={COUNT.pattern}$)")
# A bracket after a date says its weekday, or what day it is in words.
WEEKDAY = re.compile(r"(?:星期|周|礼拜)([一二三四五六日天])")
# The alternatives begin differently from each other, so that no bracket makes the match backtrack.
WORDS_ABOUT_A_DAY = re.compile(
    r"(?:[初一二三四五六七八九十廿月、,即至到]|农历|腊月|正月|除夕|大年|当[日天]|国际|劳动节|国庆节?"
    r"|元旦|新年|春节|清明节?|端午节?|中秋节?)*"
)
LUNAR = re.compile(r"除夕|[正腊一二三四五六七八九十]{1,2}月(?:[初十廿]|二十|三十)[一二三四五六七八九十]?")
NUMBER = re.compile(r"(国办?发明电)[\[(〔【](\d{4})[\])〕】](\d+)号")
TITLE = re.compile(r"关于[^。:,]{0,40}通知(?:\([一二]\))?")
YEAR = r"\d{4}|[一二三四五六七八九〇○零]{4}"
TITLE_YEAR = re.compile(r"(?<!\d)(\d{4})年(?:(部分节假日安排)|元旦、春节|\D{2,4}节?(?:假期|放假安排))")
# Less usual titles are believed only where nobody else's name stands before them.
OWN_TITLE_YEAR = re.compile(
    rf"(?:^|国务院(?:办公厅)?)(?:关于)?(?:做好)?({YEAR})年"
    r"(?:((?:部分|法定|全年)?节假日(?:放假|调休)*安排|(?:放假|调休)+安排)|元旦、?春节)"
)
# What a notice has once: its number, its title.
ONLY_ONCE = (
    re.compile(r"#?国办?发明电\W(\d{4})\W(\d+)号"),
    re.compile(r"国务院(?:办公厅)?关于([^。:,]{0,60}?(?:节假日|放假|假期)[^。:,]{0,20}?通知)"),
)
OTHERS_TITLE = re.compile(
    r"(\D{2,30}?(?:人民政府(?:办公[厅室])?|委员会|办公[厅室]|[厅局]|公司|学校|学院|大学|医院|银行|交易所))"
    r"(?:办公[厅室])?(?:印发|转发)?"
    rf"(?:关于[^。]{{0,40}}(?:放假|节假日|假期)[^。]{{0,20}}通知"
    rf"|(?:{YEAR})年[^。]{{0,20}}(?:放假|节假日|假期)[^。]{{0,10}}(?:安排|通知))"
)
SIGNED_IN_WORDS = re.compile(
    r"([一二三四五六七八九〇○零]{4})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日"
)
DATELINE = re.compile(
    r"(?:\d{1,2}月)?\d{1,2}日(?:电|讯|消息|发布|发出|公布|下发|印发)|记者\d{1,2}日"
    r"|自\d{4}年\d{1,2}月\d{1,2}日起,全体公民放假的假日增加\d+天"
)
TWO_NOTICES = "请分开导入（先通知，后调整）"


@dataclass(frozen=True)
class Reading:
    """What one notice says, read completely.

    `complete`: it arranges every festival of its year; otherwise it changes a year that has its notice.
    `replaces`: festivals whose earlier arrangement it takes the place of. `cautions`: Chinese remarks on
    what is unusual but possible. Days may lie in the December before `year`.
    """

    year: int
    source: str
    days_off: tuple[Named, ...]
    workdays: tuple[Named, ...]
    complete: bool
    replaces: frozenset[str]
    cautions: tuple[str, ...]

    @property
    def touches_previous_december(self) -> bool:
        """Whether days of the year before are changed (New Year arrangements)."""
        return any(named.on.year < self.year for named in (*self.days_off, *self.workdays))


def read_notice(text: str, year: int | None = None, base: ChinaWorkingDays | None = None) -> Reading:
    """The notice in `text`, for `year` or the year its title names.

    `base` is the calendar it is laid upon; an extension of a holiday (延长…假期至) cannot be read without.
    Raises NoticeError, with the line, for whatever is unreadable or contradicts itself.
    """
    return _Reader(text, year, base).reading()


def apply_notices(
    calendar: ChinaWorkingDays, texts: Iterable[str], year: int | None = None
) -> list[CalendarYear]:
    """The complete years that result when the notices are applied in order, a notice before its amendments.

    Holds each year spoken of, and the year before it where its late December changes; `calendar` itself
    stays as it is (`calendar.with_years(result)` is the new one). Raises NoticeError and takes nothing.
    """
    return apply_with_cautions(calendar, texts, year)[0]


def apply_with_cautions(
    calendar: ChinaWorkingDays, texts: Iterable[str], year: int | None = None
) -> tuple[list[CalendarYear], list[str]]:
    """The same, and the cautions of all notices: what the importer should look at before it is in force."""
    changed: dict[int, CalendarYear] = {}
    cautions: list[str] = []
    relied_on: dict[int, list[str]] = {}
    for place, text in enumerate(texts):
        try:
            reading = read_notice(text, year, calendar)
            known = calendar.year(reading.year)
            relied_on.setdefault(reading.year, [] if known.provisional else [*known.sources])
            for result in _applied(reading, calendar):
                changed[result.year] = result
        except NoticeError as error:
            error.place = place
            raise
        relied_on[reading.year].append(reading.source)
        cautions += reading.cautions
        calendar = calendar.with_years(changed.values())
    for number, sources in relied_on.items():
        cautions += _given_up(changed[number], sources)
    return [changed[number] for number in sorted(changed)], cautions


def _given_up(year: CalendarYear, sources: Iterable[str]) -> Iterator[str]:
    """An earlier notice imported over its own amendment takes that back; somebody should know."""
    kept = {_number_of(source) for source in year.sources}
    for source in dict.fromkeys(sources):
        if not source.startswith(YEAR_END) and _number_of(source) not in kept:
            yield f"启用后，{year.year}年不再依据{source}，请核对通知的先后（先放假通知，后调整通知）"


def _number_of(source: str) -> str:
    """The number of a notice, by which it is known however much of its title and date was pasted."""
    number = NUMBER.search(source)
    return number[0] if number else source


def _applied(reading: Reading, calendar: ChinaWorkingDays) -> Iterator[CalendarYear]:
    base = calendar.year(reading.year)
    if base.provisional and not reading.complete:
        arranged = {named.festival for named in reading.days_off}
        missing = "、".join(name for name in festival_days(reading.year) if name not in arranged)
        raise NoticeError(
            f"{reading.year}年的放假安排通知尚未导入，而本通知没有安排{missing}：通知可能不全，或须先导入该年通知"
        )
    yield _laid_over(base, reading)
    if NEW_YEAR in reading.replaces and reading.year > calendar.first_day.year:
        before = calendar.year(reading.year - 1)
        after = _laid_over(before, reading)
        if after.version != before.version:
            yield after


def _laid_over(base: CalendarYear, reading: Reading) -> CalendarYear:
    """The year `base` with what the reading says of its days; the year before only for its last December."""
    own = base.year == reading.year

    def stays(named: Named) -> bool:
        years_end = named.on.month == 12 and named.festival == NEW_YEAR
        if not own:
            return not years_end
        # The December days of New Year are the next notice's to say.
        return years_end or not (reading.complete or named.festival in reading.replaces)

    off = {named.on: named.festival for named in base.days_off if stays(named)}
    work = {named.on: named.festival for named in base.workdays if stays(named)}
    for on, festival in reading.days_off:
        if on.year == base.year:
            off[on] = festival
            # A longer holiday silently cancels the make-up day inside it (2020-02-01).
            work.pop(on, None)
    for on, festival in reading.workdays:
        if on.year == base.year:
            off.pop(on, None)
            if is_weekend(on):
                work[on] = festival
    yearly = [source for source in base.sources if not source.startswith(YEAR_END)]
    years_end = [source for source in base.sources if source.startswith(YEAR_END)]
    if own:
        yearly = [reading.source] if reading.complete else [*yearly, reading.source]
    else:
        years_end = [YEAR_END + reading.source]
    return CalendarYear(
        base.year,
        tuple(Named(*pair) for pair in off.items()),
        tuple(Named(*pair) for pair in work.items()),
        tuple(dict.fromkeys((*yearly, *years_end))),
        provisional=base.provisional and not (own and reading.complete),
    )


class _Reader:
    def __init__(self, text: str, year: int | None, base: ChinaWorkingDays | None) -> None:
        self.lines = passages(text)
        self.base = base
        self.number = NUMBER.search("\n".join(line.plain for line in self.lines))
        self.cautions: list[str] = []
        self._check_issuer()
        self.year = self._year(year)
        try:
            self.festival_days = festival_days(self.year)
            if base is not None:
                base.year(self.year)
        except CalendarRangeError as beyond:
            raise NoticeError(str(beyond)) from None
        self.items: list[Item] = []
        self.extension: Passage | None = None
        self.whole_year: Sum | None = None

    def _year(self, wanted: int | None) -> int:
        """The year asked for; a title that names another is a mistake of the caller's, and refused."""
        titles = [(_year_number(found[1]), line) for line in self.lines if (found := _titled(line))]
        if wanted is None and titles:
            wanted = titles[0][0]
        if wanted is None:
            dated = [
                int(year)
                for line in self.lines
                if not line.plain.startswith("#") and SPEAKS_OF_DAYS_OFF.search(line.plain)
                for year in re.findall(r"(?<!国务院办公厅)(\d{4})年\d{1,2}月", line.plain)
            ]
            # New Year may begin in the December before: the later year is the notice's.
            wanted = max(dated, default=None)
        if wanted is None:
            problem = "看不出是哪一年的放假安排通知，请核对正文或者指明年份"
            raise self.lines[0].refused(problem) if self.lines else NoticeError(problem)
        for year, line in titles:
            if year != wanted:
                raise line.refused(f"通知是{year}年的，不是{wanted}年的")
        return wanted

    def _check_issuer(self) -> None:
        """Only the State Council arranges holidays; others pass it on (转发) or speak for themselves."""
        for line in self.lines:
            title = OTHERS_TITLE.match(line.plain)
            if title and "国务院" not in line.plain and "中央人民政府" not in title[1]:
                raise line.refused(f"是“{title[1]}”的文件，不是国务院办公厅的放假安排通知")
        if self.number is None:
            self.cautions.append("没有读出国务院办公厅的文号（如 国办发明电〔2025〕7号），请核对来源")

    def _check_one_notice(self) -> None:
        """Numbers or titles of two notices: what the second changes cannot be told from what both say."""
        for pattern in ONLY_ONCE:
            found = [(match.groups(), line) for line in self.lines if (match := pattern.match(line.plain))]
            for known, line in found:
                if known != found[0][0]:
                    raise line.refused(f"两份通知写在一起：{TWO_NOTICES}")

    def reading(self) -> Reading:
        for line in self.lines:
            if not line.plain.startswith("#"):
                self._read_line(line)
        self._check_one_notice()
        for item in self.items:
            self._close(item)
        return self._result([item for item in self.items if item.off])

    # Lines, sentences, clauses

    def _read_line(self, line: Passage) -> None:
        text = line.without(NUMBER).without(DATELINE)
        numbered = NUMBERED.match(text.plain)
        if numbered:
            text = text.cut(numbered.end())
        heading = HEADING.match(text.plain)
        if heading:
            text = text.cut(heading.end())
            named = re.split(r"[、和及与]", heading[1] or heading[2])
            self.items.append(Item(line, tuple(_festival(name) for name in named), headed=True))
        elif numbered or not self.items:
            self.items.append(Item(line))
        item = self.items[-1]
        lead = LEAD.match(text.plain)
        dated = lead is not None and DATE.match(text.plain, lead.end()) is not None
        goes_on = item.headed and dated and not SIGNED.fullmatch(text.plain)
        for sentence in text.split(SENTENCE):
            self._read_sentence(item, sentence, strict=heading is not None or goes_on)

    @property
    def _begun(self) -> bool:
        """Days off have been read: from here on nothing that looks like a date may pass unread."""
        return any(item.off for item in self.items)

    def _read_sentence(self, item: Item, sentence: Passage, strict: bool) -> None:
        """Under a festival's heading every word must be understood; elsewhere only what gives days off."""
        remark = PURE_REMARK.search(sentence.plain)
        if not strict and not self._begun:
            remark = remark or PRINCIPLES.match(sentence.plain)
        if remark:
            sentence = sentence.cut(0, remark.start())
        words = TITLE.sub("", sentence.plain)
        speaks = SPEAKS_OF_DAYS_OFF.search(CLOSING_WORDS.sub("", words) if strict else words) is not None
        dated = DATE.search(words) is not None
        numbers = SMALL_NUMBER.search(words) is not None
        if strict:
            matters = speaks or numbers
        elif self._begun:
            matters = dated or (speaks and numbers)
        else:
            matters = dated and speaks
        whole_year = WHOLE_YEAR.fullmatch(words)
        signed = SIGNED.fullmatch(words)
        if signed and not (strict and words[0].isdigit()):
            _existing(sentence, *signed.groups())
            return
        if whole_year:
            self.whole_year = Sum(sentence, int(whole_year[1]), frozenset())
            return
        if not (matters or COUNT.fullmatch(words)):
            return
        for clause in _clauses(sentence):
            self._read_clause(item, clause, strict)

    def _read_clause(self, item: Item, clause: Passage, strict: bool) -> None:
        if counted := COUNT.fullmatch(clause.plain):
            self._read_sum(item, clause, counted)
        elif joined := JOINED.fullmatch(clause.plain):
            item.joined = clause
            if joined[1]:
                item.sums.append(Sum(clause, _count(joined[1]), frozenset(with_weekends(item.off))))
        elif NEUTRAL.fullmatch(clause.plain):
            pass
        elif extended := EXTENDED.match(clause.plain):
            if self._begun and not self.extension:
                raise clause.refused(f"通知与对它的延长写在一起：{TWO_NOTICES}")
            self.extension = clause
            self._read_extension(item, _festival(extended[1] or extended[2]), clause.cut(extended.end()))
        elif DATE.search(clause.plain):
            self._read_days(item, clause)
        elif strict or (self._begun and (SMALL_NUMBER.search(clause.plain) or "上班" in clause.plain)):
            raise clause.refused(f"读不懂“{clause.plain}”")

    def _read_sum(self, item: Item, clause: Passage, counted: re.Match[str]) -> None:
        days = frozenset(item.off)
        # Two festivals under one heading may each have their own sum.
        if len(item.festivals) > 1 and item.summed and item.summed == days - item.latest:
            days = item.latest
        item.sums.append(Sum(clause.cut(counted.start(2)), _count(counted[2]), days, of_item=True))

    def _read_days(self, item: Item, clause: Passage) -> None:
        lead = LEAD.match(clause.plain)
        told = clause.cut(lead.end() if lead else 0)
        before = OFF_BEFORE.match(told.plain)
        days, said = self._dates(item, told.cut(before.end()) if before else told)
        parted = PARTED.match(said.plain)
        said = said.cut(1) if parted else said
        counted = COUNT.fullmatch(said.plain)
        # Under a festival's heading its days need no verb when their sum is told.
        verbless = counted and (counted[1] or (item.headed and not item.off))
        bare = verbless or (before and (counted or not said.plain))
        off = OFF.fullmatch(said.plain)
        work = None if before else WORK.fullmatch(said.plain)
        moved = MOVED.match(said.plain)
        resumed = RESUMED.fullmatch(said.plain)
        if not days or not (off or bare or moved or resumed or work):
            raise (said if days else clause).refused(f"读不懂“{clause.plain}”")
        if len(set(days)) < len(days):
            raise clause.refused(f"“{clause.plain}”中有重复的日期")
        if days != sorted(days):
            self.cautions.append(f"“{clause.plain}”中的日期先后颠倒，请核对")
        lines = dict.fromkeys(days, clause)
        if self.extension and (off or bare or moved):
            raise self.extension.refused(f"通知与对它的延长写在一起：{TWO_NOTICES}")
        if off:
            self._read_days_off(item, lines, clause, off)
        elif bare:
            item.off.update(lines)
            item.latest = frozenset(lines)
            if counted:
                self._read_sum(item, said, counted)
        elif moved:
            targets, rest = self._dates(item, said.cut(moved.end()))
            if rest.plain or not targets:
                raise clause.refused(f"读不懂“{clause.plain}”")
            if len(targets) != len(days) + bool(moved[2]) or (moved[1] and _count(moved[1]) != len(days)):
                raise clause.refused(f"“{clause.plain}”调出与调入的天数不一致")
            item.moved.update(lines)
            item.off.update(dict.fromkeys(targets, clause))
        elif resumed:
            if len(days) != 1:
                raise clause.refused(f"读不懂“{clause.plain}”")
            item.resumed = days[0], clause
        else:
            if work and work[1] and _count(work[1]) != len(days):
                raise said.refused(f"写明{work[1]}天上班，读出{len(days)}天")
            item.work.update(lines)

    def _read_days_off(
        self, item: Item, lines: dict[date, Passage], clause: Passage, off: re.Match[str]
    ) -> None:
        weekend = next((day for day in lines if is_weekend(day)), None)
        if off[0] == "调休" and weekend:
            raise clause.refused("周末“调休”不知是放假还是上班")
        if off[0].startswith(("补休", "补假")):
            if weekend:
                raise clause.refused(f"{weekend} 是周末，本来就休息，不是补休日")
            if item.off and min(lines) < max(item.off):
                raise clause.refused(f"补休的 {min(lines)} 在节日之前")
        item.off.update(lines)
        item.latest = frozenset(lines)
        if off[1]:
            item.sums.append(Sum(clause, _count(off[1]), item.latest))

    def _read_extension(self, item: Item, festival: str, rest: Passage) -> None:
        days, left = self._dates(item, rest)
        if left.plain or len(days) != 1:
            raise rest.refused("读不懂延长到哪一天")
        if self.base is None or self.base.year(self.year).provisional:
            raise rest.refused(f"延长{festival}假期，须先有{self.year}年的放假安排")
        held = [on for on, name in self.base.year(self.year).days_off if name == festival and on.month < 12]
        # An extension that is already in the calendar may be read again; it then changes nothing.
        if not held or days[0] < max(held):
            raise rest.refused(f"{festival}假期并没有因此延长")
        item.festivals, item.held = (festival,), frozenset(held)
        item.off.update(dict.fromkeys(span(min(max(held) + ONE_DAY, days[0]), days[0]), rest))

    # Dates

    def _dates(self, item: Item, text: Passage) -> tuple[list[date], Passage]:
        """The dates and ranges `text` begins with, in order, and what is left of it."""
        days: list[date] = []
        singles = True
        before: date | None = None
        place = 0
        while found := DATE.match(text.plain, place):
            first = last = before = self._date(item, text, found, before)
            place = found.end()
            until = RANGE.match(text.plain, place)
            end_found = DATE.match(text.plain, until.end()) if until else None
            if end_found:
                singles = False
                last = before = self._date(item, text, end_found, before)
                place = end_found.end()
                if found[1] is None and first > last and (first.month, last.month) == (12, 1):
                    first = first.replace(year=last.year - 1)
                if first > last:
                    raise text.cut(found.start()).refused(f"起止颠倒：{first} 至 {last}")
                self._check_bracket(text, end_found, [last], whole=[first, last])
            days.extend(span(first, last))
            self._check_bracket(text, found, [first], whole=days if singles else None)
            another = AND.match(text.plain, place)
            if not another or not DATE.match(text.plain, another.end()):
                break
            place = another.end()
        return days, text.cut(place)

    def _date(self, item: Item, text: Passage, found: re.Match[str], before: date | None) -> date:
        """Month and year left out are those of the date before; New Year's December is the year before's."""
        line = text.cut(found.start())
        if found[2] is None:
            # Out of another clause only what is beyond doubt is carried over.
            before = before or (item.last if len(item.months) == 1 else _only(item.off, int(found[3])))
            if before is None:
                raise line.refused(f"“{found[0]}”不知是哪个月")
            year, month = before.year, before.month
        else:
            month = int(found[2])
            around_new_year = NEW_YEAR in item.festivals or (item.off and min(item.off).month == 1)
            year = self.year - 1 if month == 12 and around_new_year else self.year
        if found[1]:
            year = int(found[1])
        day = _existing(line, year, month, found[3])
        if year != self.year and (year, month) != (self.year - 1, 12):
            raise line.refused(f"{day} 不在{self.year}年内")
        item.last = day
        item.months.add(month)
        return day

    def _check_bracket(
        self, text: Passage, found: re.Match[str], own: list[date], whole: list[date] | None = None
    ) -> None:
        """A bracket tells the weekday of the date before it, or one for each date of the list or range."""
        part = 5 if found[5] else 4
        if not found[part]:
            return
        bracket = text.cut(*found.span(part))
        told = list(WEEKDAY.finditer(bracket.plain))
        if not WORDS_ABOUT_A_DAY.fullmatch(WEEKDAY.sub("", bracket.plain)):
            raise bracket.refused(f"读不懂括号内的“{bracket.plain}”")
        lunar = LUNAR.findall(bracket.plain.replace("腊月", "十二月").replace("廿", "二十"))
        if len(lunar) == 1 and lunar[0] not in lunar_names(own[0]):
            self.cautions.append(f"{own[0]} 不是农历{lunar[0]}，请核对")
        days = own if len(told) == 1 else whole
        if told and (days is None or len(told) != len(days)):
            raise bracket.refused(f"“{bracket.plain}”与日期对不上")
        for day, letter in zip(days or (), told, strict=False):
            if WEEKDAYS[day.weekday()] != letter[1].replace("天", "日"):
                line = bracket.cut(letter.start(1))
                raise line.refused(f"{day} 是星期{WEEKDAYS[day.weekday()]}，不是星期{letter[1]}")

    # What the items add up to

    def _close(self, item: Item) -> None:
        if not item.off and not item.festivals:
            resumed = [item.resumed[1]] if item.resumed else []
            for line in (*item.work.values(), *item.moved.values(), *resumed):
                raise line.refused("只有上班日，没有读出放假日期")
            return
        if not item.off:
            raise item.line.refused(f"没有读出{item.name}的放假日期")
        if not item.festivals:
            item.festivals = self._festivals_of(sorted(item.off))
        check_item(item, self.year, self.festival_days)

    def _festivals_of(self, days: list[date]) -> tuple[str, ...]:
        """The festivals of days off when the text names none: by statute, else by the calendar so far."""
        names = [
            name for name, statutory in self.festival_days.items() if not set(days).isdisjoint(statutory)
        ]
        if not names and self.base is not None:
            names = [name for on, name in self.base.year(self.year).days_off if on in days]
        if not names:
            names = [VICTORY_DAY[day.month, day.day] for day in days if (day.month, day.day) in VICTORY_DAY]
        return tuple(dict.fromkeys(names)) or (NAMELESS,)

    def _result(self, items: list[Item]) -> Reading:
        if not items:
            first = next((line for line in self.lines if not line.plain.startswith("#")), None)
            problem = "没有读出任何放假日期，不像是放假安排的通知"
            raise first.refused(problem) if first else NoticeError(problem)
        seen: dict[str, Item] = {}
        off: dict[date, str] = {}
        work: dict[date, str] = {}
        for item in items:
            for festival in item.festivals:
                before = seen.get(festival)
                if before and before.headed and item.headed:
                    raise item.line.refused(f"{festival}出现两次")
                if before and before.off.keys() != item.off.keys():
                    raise item.line.refused(f"{festival}安排了两次，前后不同：{TWO_NOTICES}")
                seen[festival] = item
            main = NATIONAL_DAY if NATIONAL_DAY in item.festivals else item.festivals[0]
            # 中秋 may fall among the days of 国庆, or on one of its statutory days.
            candidates = [main, *item.festivals]
            for day in item.off:
                by_law = (name for name in candidates if day in self.festival_days.get(name, ()))
                off[day] = next(by_law, main)
            work.update(dict.fromkeys(item.work, main))
        complete = seen.keys() >= self.festival_days.keys()
        check_conflicts(items)
        for item in items:
            for day, line in item.work.items():
                if not is_weekend(day) and (complete or not self._is_off_in_base(day)):
                    weekday = WEEKDAYS[day.weekday()]
                    raise line.refused(f"{day}（星期{weekday}）本来就上班，不是调休上班日")
        self._check_title(items, seen, complete)
        self._check_whole_year(items)
        lacking = tuple(self._compared_with_statute(seen, off))
        check_blocks(items, self.festival_days)
        balance = tuple(unbalanced(items, self.festival_days))
        return Reading(
            self.year,
            self._source(),
            tuple(Named(*pair) for pair in sorted(off.items())),
            tuple(Named(*pair) for pair in sorted(work.items())),
            complete,
            frozenset(festival for festival, item in seen.items() if not item.extends),
            (*self.cautions, *(lacking or balance), *distant_days(items, self.festival_days)),
        )

    def _is_off_in_base(self, day: date) -> bool:
        return self.base is not None and not self.base.is_working_day(day)

    def _check_title(self, items: list[Item], seen: dict[str, Item], complete: bool) -> None:
        """What calls itself the arrangement of a year must arrange every festival."""
        if complete or any(item.extends for item in items):
            return
        for line in self.lines:
            titled = _titled(line)
            if titled and titled[2] and "调整" not in line.plain and not line.plain.startswith("#"):
                missing = "、".join(name for name in self.festival_days if name not in seen)
                raise line.refused(f"题为{self.year}年的安排，却没有安排{missing}")

    def _check_whole_year(self, items: list[Item]) -> None:
        """How many days off the whole year is said to have: all that are read, or those of the law."""
        off = {day for item in items for day in (with_weekends(item.off) if item.joined else item.off)}
        by_law = sum(map(len, self.festival_days.values()))
        if self.whole_year and self.whole_year.stated not in (len(off), by_law):
            line, stated = self.whole_year[:2]
            raise line.refused(f"写明全年{stated}天，读出{len(off)}天")

    def _compared_with_statute(self, seen: dict[str, Item], off: dict[date, str]) -> Iterator[str]:
        """Statutory days left out; a festival of which every day is left out is a slip, and refused."""
        for festival, days in self.festival_days.items():
            lacking = [str(day) for day in days if day not in off]
            if festival not in seen or seen[festival].extends or not lacking:
                continue
            said = f"{festival}的法定放假日 {'、'.join(lacking)} 没有列入放假"
            if len(lacking) == len(days):
                raise seen[festival].line.refused(said)
            yield said

    def _source(self) -> str:
        issued = next((issued for line in self.lines if (issued := _issued(line))), "")
        if self.number is None:
            return f"未注明文号的通知（{issued}）" if issued else "未注明文号的通知"
        number = "{}〔{}〕{}号".format(*self.number.groups())
        return f"{number}（{issued}）" if issued else number


def _clauses(sentence: Passage) -> Iterator[Passage]:
    """What stands between the marks of a sentence; dates that a comma parts from their predicate stay one."""
    start = piece = 0
    for mark in CLAUSE.finditer(sentence.plain):
        if mark[0] in ("", ",", "("):
            range_alone = ONLY_RANGE.fullmatch(sentence.plain, piece, mark.start())
            if range_alone and DATE.match(sentence.plain, mark.end()):
                range_alone = None
            if range_alone or ONLY_DATES.fullmatch(sentence.plain, piece, mark.start()):
                piece = mark.end()
                continue
        if mark.start() > start:
            yield sentence.cut(start, mark.start())
        start = piece = mark.end()
    if start < len(sentence.plain):
        yield sentence.cut(start)


def _existing(line: Passage, year: int | str, month: int | str, day: int | str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        raise line.refused(f"没有{year}年{month}月{day}日这一天") from None


def _titled(line: Passage) -> re.Match[str] | None:
    """The year a title names, and the words by which it speaks for all of it."""
    return TITLE_YEAR.search(line.plain) or OWN_TITLE_YEAR.search(line.plain)


def _year_number(written: str) -> int:
    """2027 or 二〇二七."""
    return int("".join(letter if letter.isdigit() else str(NUMERALS.get(letter, 0)) for letter in written))


def _only(days: Iterable[date], number: int) -> date | None:
    """The one of the days that has this number in its month, if it is only one."""
    found = [day for day in days if day.day == number]
    return found[0] if len(found) == 1 else None


def _issued(line: Passage) -> str:
    """The date of issue, from the first remark that has one or from the signature; empty elsewhere."""
    if line.plain.startswith("#"):
        found = re.search(r"\d{4}-\d{2}-\d{2}", line.line)
        return found[0] if found else ""
    signed = SIGNED.fullmatch(SIGNED_IN_WORDS.sub(_in_digits, line.plain))
    return f"{signed[1]}-{int(signed[2]):02}-{int(signed[3]):02}" if signed else ""


def _in_digits(signed: re.Match[str]) -> str:
    """二〇一一年十二月五日 as 2011年12月5日."""
    year = "".join(str(NUMERALS.get(numeral, 0)) for numeral in signed[1])
    month, day = (sum(_tens_and_ones(words)) for words in (signed[2], signed[3]))
    return f"{year}年{month}月{day}日"


def _tens_and_ones(words: str) -> tuple[int, int]:
    tens, ten, ones = words.rpartition("十")
    return (10 * NUMERALS.get(tens, 1) if ten else 0), NUMERALS.get(ones, 0)


def _festival(name: str) -> str:
    return next(festival for word, festival in FESTIVALS.items() if word in name)


def _count(numeral: str) -> int:
    return NUMERALS[numeral] if numeral in NUMERALS else int(numeral)
