"""Reads the text of a State Council holiday notice, or of an amendment, into days off and make-up days.

All or nothing: what cannot be read to the end, or does not add up, is refused with its line (NoticeError).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from calendars.errors import CalendarRangeError, NoticeError
from calendars.statute import festival_days
from calendars.working_days import ChinaWorkingDays
from calendars.year import NEW_YEAR, YEAR_END, CalendarYear, Named, is_weekend

ONE_DAY = timedelta(days=1)
# No arrangement ever reached two weeks from its festival; three weeks are a slip of the pen.
FAR = timedelta(days=21)
WEEKDAYS = "一二三四五六日"
NUMERALS = {numeral: value for value, numeral in enumerate("一二三四五六七八九十", start=1)} | {"两": 2}

FESTIVALS = {
    "元旦": "元旦",
    "新年": "元旦",
    "春节": "春节",
    "清明": "清明节",
    "劳动": "劳动节",
    "端午": "端午节",
    "中秋": "中秋节",
    "国庆": "国庆节",
    "抗战": "抗战胜利纪念日",
    "抗日": "抗战胜利纪念日",
}
NATIONAL_DAY = "国庆节"
# 办法第五条: a memorial day, off only when the State Council says so, as in 2015.
VICTORY_DAY = {(9, 3): "抗战胜利纪念日"}
NAMELESS = "国务院通知放假"

_FESTIVAL = (
    r"(?:元旦|新年|春节|清明节?|(?:五一)?(?:国际)?劳动节|端午节?|中秋节?|国庆节?|抗[战日][^:,。、]{0,12}日)"
)
_DATE = r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})[日号](?:\(([^()]*)\))?"
NUMBERED = re.compile(r"[一二三四五六七八九十]{1,3}[、.]|\d{1,2}[、.](?!\d)")
_FESTIVALS = rf"({_FESTIVAL}(?:[、和及与]{_FESTIVAL})*)"
# A colon makes a heading even when its number is garbled; without one the dates must follow at once.
HEADING = re.compile(rf"(?:\d{{4}}年)?(?:[^:,。;、节\d]{{0,6}}?{_FESTIVALS}:|{_FESTIVALS}(?=\d|$))")
SMALL_NUMBER = re.compile(r"(?<!\d)\d{1,2}(?!\d)")
DATE = re.compile(_DATE)
RANGE = re.compile(r"[至到\-~—–―]+")
AND = re.compile(r"[、和及与]")
LEAD = re.compile(r"^(?:其中|同时|将|自|从|另|但|并)*")
SPEAKS_OF_DAYS_OFF = re.compile(r"放假|上班|补休|补假|调休|公休|休息|假期至|假日")
COUNT = re.compile(r"(?:总共|共计|合计|共)(?:放假)?(\d+|[一二两三四五六七八九十])天")
# Predicates: what is said of the dates before them. Each must match to its end.
OFF = re.compile(
    r"(?:全国|全体公民|统一)?(?:放假调休|调休放假|放假公休|放假补休|放假|补休|补假|调休|休息"
    r"|(?:照常|正常)?公休|为公休日?|照常休息|均?为[^\d]{0,6}法定(?:节假日|假日|节日))"
    r"(?:(\d+|[一二两三四五六七八九十])天)?(不调休|与(?:周末|双休日)连休)?"
)
WORK = re.compile(r"(?:均|都|要)?(?:照常|正常|调休)?(?:上班|补班|工作|为工作日)")
RESUMED = re.compile(r"起(?:恢复)?(?:照常|正常)?上班")
MOVED = re.compile(r"(?:[一二两三四]个)?公休日(?:[及和]\D{2,3}节)?(?:分别)?调(?:整)?[至到](?=\d)")
EXTENDED = re.compile(rf"(?:将)?延长(?:\d{{4}}年)?({_FESTIVAL})(?:假期)?[至到](?=\d)")
JOINED = re.compile(r"(?:可)?与(?:周末|双休日)(?:连休|相连)")
NEUTRAL = re.compile(r"不调休|其中")
PURE_REMARK = re.compile(r"鼓励")
# A bracket after a date says its weekday, or what day it is in words.
WEEKDAY = re.compile(r"(?:星期|周|礼拜)([一二三四五六日天])")
# The alternatives begin differently from each other, so that no bracket makes the match backtrack.
WORDS_ABOUT_A_DAY = re.compile(
    r"(?:[初一二三四五六七八九十廿月、,即至到]|农历|腊月|正月|除夕|大年|当[日天]|国际|劳动节|国庆节?"
    r"|元旦|新年|春节|清明节?|端午节?|中秋节?)*"
)
NUMBER = re.compile(r"(国办?发明电)[\[(〔【](\d{4})[\])〕】](\d+)号")
TITLE_YEAR = re.compile(r"(\d{4})年(?:部分节假日安排|\D{2,4}节?(?:假期|放假安排))")
SIGNED = re.compile(r"(?:国务院(?:办公厅)?)?(\d{4})年(\d{1,2})月(\d{1,2})日")
DATELINE = re.compile(r"(?:\d{1,2}月)?\d{1,2}日(?:电|讯|消息)")


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
    changed: dict[int, CalendarYear] = {}
    for text in texts:
        for result in _applied(read_notice(text, year, calendar), calendar):
            changed[result.year] = result
        calendar = calendar.with_years(changed.values())
    return [changed[number] for number in sorted(changed)]


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


class _Line(NamedTuple):
    number: int
    text: str  # as written, for messages
    plain: str  # one width, no blanks, no quotation marks


class _Sum(NamedTuple):
    """A stated number of days, to be compared when the item is over."""

    line: _Line
    stated: int
    days: frozenset[date]


@dataclass
class _Item:
    """One numbered item (or the text outside any), as far as it is read."""

    line: _Line
    festivals: tuple[str, ...] = ()
    headed: bool = False
    off: dict[date, _Line] = field(default_factory=dict)
    work: dict[date, _Line] = field(default_factory=dict)
    moved: dict[date, _Line] = field(default_factory=dict)
    sums: list[_Sum] = field(default_factory=list)
    joined: _Line | None = None
    last: date | None = None
    months: set[int] = field(default_factory=set)
    extends: str = ""
    resumed: tuple[date, _Line] | None = None


class _Reader:
    def __init__(self, text: str, year: int | None, base: ChinaWorkingDays | None) -> None:
        self.lines = list(_lines(text))
        self.base = base
        self.number = NUMBER.search("\n".join(line.plain for line in self.lines))
        self.year = self._year(year)
        try:
            self.festival_days = festival_days(self.year)
            if base is not None:
                base.year(self.year)
        except CalendarRangeError as beyond:
            raise NoticeError(str(beyond)) from None
        self.items: list[_Item] = []

    def _year(self, wanted: int | None) -> int:
        """The year asked for; a title that names another is a mistake of the caller's, and refused."""
        titles = [
            (int(found[1]), line)
            for line in self.lines
            for found in [TITLE_YEAR.search(line.plain)]
            if found is not None
        ]
        if wanted is None and titles:
            wanted = titles[0][0]
        if wanted is None:
            dated = [
                int(year)
                for line in self.lines
                if not line.plain.startswith("#") and SPEAKS_OF_DAYS_OFF.search(line.plain)
                for year in re.findall(r"(\d{4})年\d{1,2}月", line.plain)
            ]
            # New Year may begin in the December before: the later year is the notice's.
            wanted = max(dated, default=None)
        if wanted is None:
            raise NoticeError("看不出是哪一年的通知，请指明年份")
        for year, line in titles:
            if year != wanted:
                raise NoticeError(f"通知是{year}年的，不是{wanted}年的", line.number, line.text)
        return wanted

    def reading(self) -> Reading:
        for line in self.lines:
            if line.plain and not line.plain.startswith("#"):
                self._read_line(line)
        for item in self.items:
            self._close(item)
        return self._result([item for item in self.items if item.off])

    # Lines, sentences, clauses

    def _read_line(self, line: _Line) -> None:
        text = DATELINE.sub("", NUMBER.sub("", line.plain))
        numbered = NUMBERED.match(text)
        if numbered:
            text = text[numbered.end() :]
        heading = HEADING.match(text)
        if heading:
            text = text[heading.end() :]
            named = re.split(r"[、和及与]", heading[1] or heading[2])
            self.items.append(_Item(line, tuple(_festival(name) for name in named), headed=True))
        elif numbered or not self.items:
            self.items.append(_Item(line))
        for sentence in re.split(r"。(?![^()]*\))", text):
            self._read_sentence(self.items[-1], line, sentence, strict=heading is not None)

    @property
    def _begun(self) -> bool:
        """Days off have been read: from here on nothing that looks like a date may pass unread."""
        return any(item.off for item in self.items)

    def _read_sentence(self, item: _Item, line: _Line, sentence: str, strict: bool) -> None:
        """Under a festival's heading every word must be understood; elsewhere only what gives days off."""
        sentence, *_ = PURE_REMARK.split(sentence)
        speaks = SPEAKS_OF_DAYS_OFF.search(sentence) is not None
        dated = DATE.search(sentence) is not None
        numbers = SMALL_NUMBER.search(sentence) is not None
        if strict:
            matters = speaks or numbers
        elif self._begun:
            matters = dated or (speaks and numbers)
        else:
            matters = dated and speaks
        if SIGNED.fullmatch(sentence) or not (matters or COUNT.fullmatch(sentence)):
            return
        for clause in re.split(r"[,;:](?![^()]*\))", sentence):
            if clause:
                self._read_clause(item, line, clause, strict)

    def _read_clause(self, item: _Item, line: _Line, clause: str, strict: bool) -> None:
        counted = COUNT.fullmatch(clause)
        if counted:
            item.sums.append(_Sum(line, _count(counted[1]), frozenset(item.off)))
        elif JOINED.fullmatch(clause):
            item.joined = line
        elif NEUTRAL.fullmatch(clause):
            pass
        elif extended := EXTENDED.match(clause):
            self._read_extension(item, line, _festival(extended[1]), clause[extended.end() :])
        elif DATE.search(clause):
            self._read_days(item, line, clause)
        elif strict or (self._begun and (SMALL_NUMBER.search(clause) or "上班" in clause)):
            raise _refused(f"读不懂“{clause}”", line)

    def _read_days(self, item: _Item, line: _Line, clause: str) -> None:
        days, said = self._dates(item, line, LEAD.sub("", clause))
        if not days:
            raise _refused(f"读不懂“{clause}”", line)
        off = OFF.fullmatch(said)
        moved = MOVED.match(said)
        if off:
            if said == "调休" and any(map(is_weekend, days)):
                raise _refused("周末“调休”不知是放假还是上班", line)
            item.off.update(dict.fromkeys(days, line))
            if off[1]:
                item.sums.append(_Sum(line, _count(off[1]), frozenset(days)))
            if off[2] and off[2] != "不调休":
                item.joined = line
        elif WORK.fullmatch(said):
            item.work.update(dict.fromkeys(days, line))
        elif RESUMED.fullmatch(said) and len(days) == 1:
            item.resumed = days[0], line
        elif moved:
            targets, rest = self._dates(item, line, said[moved.end() :])
            if rest or not targets:
                raise _refused(f"读不懂“{clause}”", line)
            item.moved.update(dict.fromkeys(days, line))
            item.off.update(dict.fromkeys(targets, line))
        else:
            raise _refused(f"读不懂“{clause}”", line)

    def _read_extension(self, item: _Item, line: _Line, festival: str, rest: str) -> None:
        days, left = self._dates(item, line, rest)
        if left or len(days) != 1:
            raise _refused("读不懂延长到哪一天", line)
        if self.base is None or self.base.year(self.year).provisional:
            raise _refused(f"延长{festival}假期，须先有{self.year}年的放假安排", line)
        held = [on for on, name in self.base.year(self.year).days_off if name == festival and on.month < 12]
        # An extension that is already in the calendar may be read again; it then changes nothing.
        if not held or days[0] < max(held):
            raise _refused(f"{festival}假期并没有因此延长", line)
        item.festivals, item.extends = (festival,), festival
        item.off.update(dict.fromkeys(_span(min(max(held) + ONE_DAY, days[0]), days[0]), line))

    # Dates

    def _dates(self, item: _Item, line: _Line, text: str) -> tuple[list[date], str]:
        """The dates and ranges `text` begins with, in order, and what is left of it."""
        days: list[date] = []
        singles = True
        before: date | None = None
        place = 0
        while found := DATE.match(text, place):
            first = last = before = self._date(item, line, found, before)
            place = found.end()
            until = RANGE.match(text, place)
            end_found = DATE.match(text, until.end()) if until else None
            if end_found:
                singles = False
                place = end_found.end()
                last = before = self._date(item, line, end_found, before)
                if found[1] is None and first > last and (first.month, last.month) == (12, 1):
                    first = first.replace(year=last.year - 1)
                if first > last:
                    raise _refused(f"起止颠倒：{first} 至 {last}", line)
                _check_bracket(line, end_found[4], [last], whole=[first, last])
            days.extend(_span(first, last))
            _check_bracket(line, found[4], [first], whole=days if singles else None)
            another = AND.match(text, place)
            if not another or not DATE.match(text, another.end()):
                break
            place = another.end()
        return days, text[place:]

    def _date(self, item: _Item, line: _Line, found: re.Match[str], before: date | None) -> date:
        """Month and year left out are those of the date before; New Year's December is the year before's."""
        if found[2] is None:
            # Out of another clause only what is beyond doubt is carried over.
            before = before or (item.last if len(item.months) == 1 else None)
            if before is None:
                raise _refused(f"“{found[0]}”不知是哪个月", line)
            year, month = before.year, before.month
        else:
            month = int(found[2])
            around_new_year = NEW_YEAR in item.festivals or (item.off and min(item.off).month == 1)
            year = self.year - 1 if month == 12 and around_new_year else self.year
        if found[1]:
            year = int(found[1])
        try:
            day = date(year, month, int(found[3]))
        except ValueError:
            raise _refused(f"没有{year}年{month}月{found[3]}日这一天", line) from None
        if year != self.year and (year, month) != (self.year - 1, 12):
            raise _refused(f"{day} 不在{self.year}年内", line)
        item.last = day
        item.months.add(month)
        return day

    # What an item adds up to

    def _close(self, item: _Item) -> None:
        if not item.off and not item.festivals:
            if item.work or item.moved or item.resumed:
                raise _refused("只有上班日，没有读出放假日期", item.line)
            return
        if not item.off:
            raise _refused(f"没有读出{'、'.join(item.festivals)}的放假日期", item.line)
        # A weekend day moved elsewhere is worked, unless it is itself the festival.
        item.work.update({day: line for day, line in item.moved.items() if day not in item.off})
        if item.resumed:
            self._check_resumption(item, *item.resumed)
        block = _with_weekends(item.off)
        for stated in item.sums:
            allowed = {len(stated.days), len(_with_weekends(stated.days)) if item.joined else 0}
            if stated.stated not in allowed:
                raise _refused(f"写明{stated.stated}天，读出{len(stated.days)}天", stated.line)
        if item.joined and not any(map(is_weekend, block)):
            raise _refused("写明与周末连休，但放假日并不与周末相连", item.joined)
        if not item.festivals:
            item.festivals = self._festivals_of(sorted(item.off))
        statutory = [day for name in item.festivals for day in self.festival_days.get(name, ())]
        for day, line in (*item.off.items(), *item.work.items()):
            if day.year != self.year and NEW_YEAR not in item.festivals:
                raise _refused(f"{day} 不在{self.year}年内", line)
            if all(abs(day - near) > FAR for near in statutory or item.off):
                raise _refused(f"{day} 离{'、'.join(item.festivals)}太远", line)

    def _check_resumption(self, item: _Item, day: date, line: _Line) -> None:
        last = max(item.off)
        if day <= last:
            raise _refused(f"{day} 既放假又上班", line)
        if not all(is_weekend(between) for between in _span(last + ONE_DAY, day - ONE_DAY)):
            raise _refused(f"假期至 {last} 为止，与 {day} 起上班不相接", line)
        if is_weekend(day):
            item.work[day] = line

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

    def _result(self, items: list[_Item]) -> Reading:
        if not items:
            raise NoticeError("没有读出任何放假日期")
        seen: dict[str, _Item] = {}
        off: dict[date, str] = {}
        work: dict[date, tuple[str, _Line]] = {}
        for item in items:
            named = item.festivals
            for festival in named:
                if festival in seen and seen[festival].headed and item.headed:
                    raise _refused(f"{festival}出现两次", item.line)
                seen[festival] = item
            main = NATIONAL_DAY if NATIONAL_DAY in named else named[0]
            for day in item.off:
                # 中秋 may fall among the days of 国庆, or on one of its statutory days.
                candidates = sorted(named, key=lambda name: name != main)
                off[day] = next(
                    (name for name in candidates if day in self.festival_days.get(name, ())), main
                )
            work.update({day: (main, line) for day, line in item.work.items()})
        complete = seen.keys() >= self.festival_days.keys()
        for day, (_, line) in work.items():
            if day in off:
                raise _refused(f"{day} 既放假又上班", line)
            if not is_weekend(day) and (complete or not self._is_off_in_base(day)):
                raise _refused(f"{day}（星期{WEEKDAYS[day.weekday()]}）本来就上班，不是调休上班日", line)
        return Reading(
            self.year,
            self._source(),
            tuple(Named(day, festival) for day, festival in sorted(off.items())),
            tuple(Named(day, festival) for day, (festival, _) in sorted(work.items())),
            complete,
            frozenset(festival for festival, item in seen.items() if not item.extends),
            tuple(self._compared_with_statute(seen, off)),
        )

    def _is_off_in_base(self, day: date) -> bool:
        return self.base is not None and not self.base.is_working_day(day)

    def _compared_with_statute(self, seen: dict[str, _Item], off: dict[date, str]) -> Iterator[str]:
        """Statutory days left out; a festival of which every day is left out is a slip, and refused."""
        for festival, days in self.festival_days.items():
            lacking = [str(day) for day in days if day not in off]
            if festival not in seen or seen[festival].extends or not lacking:
                continue
            said = f"{festival}的法定放假日 {'、'.join(lacking)} 没有列入放假"
            if len(lacking) == len(days):
                raise _refused(said, seen[festival].line)
            yield said

    def _source(self) -> str:
        issued = next((issued for line in self.lines if (issued := _issued(line))), "")
        if self.number is None:
            return f"未注明文号的通知（{issued}）" if issued else "未注明文号的通知"
        number = "{}〔{}〕{}号".format(*self.number.groups())
        return f"{number}（{issued}）" if issued else number


def _lines(text: str) -> Iterator[_Line]:
    for number, written in enumerate(text.splitlines(), start=1):
        plain = re.sub(r"[\s“”\"‘’'《》<>\ufeff]", "", unicodedata.normalize("NFKC", written))
        if plain.startswith("#"):
            yield _Line(number, written.strip(), plain)
            continue
        # News sites print all items in one paragraph.
        for part in re.split(r"(?<=[。:;])(?=[一二三四五六七八九十]{1,3}、)", plain):
            yield _Line(number, written.strip(), part)


def _issued(line: _Line) -> str:
    """The date of issue, from the first remark that has one or from the signature; empty elsewhere."""
    if line.plain.startswith("#"):
        found = re.search(r"\d{4}-\d{2}-\d{2}", line.text)
        return found[0] if found else ""
    signed = SIGNED.fullmatch(line.plain)
    return f"{signed[1]}-{int(signed[2]):02}-{int(signed[3]):02}" if signed else ""


def _festival(name: str) -> str:
    return next(festival for word, festival in FESTIVALS.items() if word in name)


def _count(numeral: str) -> int:
    return NUMERALS[numeral] if numeral in NUMERALS else int(numeral)


def _span(first: date, last: date) -> list[date]:
    return [first + ONE_DAY * offset for offset in range((last - first).days + 1)]


def _with_weekends(days: Iterable[date]) -> set[date]:
    """The days and the weekend days that touch them."""
    block = set(days)
    for day in sorted(block):
        for step in (ONE_DAY, -ONE_DAY):
            beside = day + step
            while is_weekend(beside):
                block.add(beside)
                beside += step
    return block


def _check_bracket(
    line: _Line, bracket: str | None, own: list[date], whole: list[date] | None = None
) -> None:
    """A bracket tells the weekday of the date before it, or one for each date of the list or range."""
    if not bracket:
        return
    told = WEEKDAY.findall(bracket)
    words = WEEKDAY.sub("", bracket)
    if not WORDS_ABOUT_A_DAY.fullmatch(words):
        raise _refused(f"读不懂括号内的“{bracket}”", line)
    days = own if len(told) == 1 else whole
    if not told:
        return
    if days is None or len(told) != len(days):
        raise _refused(f"“{bracket}”与日期对不上", line)
    for day, letter in zip(days, told, strict=True):
        if WEEKDAYS[day.weekday()] != letter.replace("天", "日"):
            raise _refused(f"{day} 是星期{WEEKDAYS[day.weekday()]}，不是星期{letter}", line)


def _refused(problem: str, line: _Line) -> NoticeError:
    return NoticeError(problem, line.number, line.text)
