"""A pasted text of a notice as passages: one width, wrapped lines rejoined, each character keeps its line."""

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from calendars.errors import NoticeError

# Blanks, what no one sees, and marks that carry no meaning here: bullets, quotation marks, emphasis.
MEANINGLESS = re.compile(
    r"[\s\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff•●▪■◆◇“”\"‘’'「」『』《》<>*]"
)
ADDRESS = re.compile(r"https?://[!-~]+")
TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]*)(?:\s[^<>]*)?/?>")
INLINE_TAGS = frozenset(["a", "b", "em", "font", "i", "span", "strong", "u"])
BREAK = "\x00"
# Pages of Hong Kong, Macao and Taiwan; only characters that stand in notices.
SIMPLIFIED = str.maketrans(
    "節勞動國慶調補週號發電務辦廳關於為爲農曆臘連勵應與將從開單職個兩體戰勝紀別當總計時間長復統禮歷擬況",
    "节劳动国庆调补周号发电务办厅关于为为农历腊连励应与将从开单职个两体战胜纪别当总计时间长复统礼历拟况",
)
CIRCLED = {0x2460 + number: f"{number + 1}、" for number in range(20)}
# A full stop typed in half width; elsewhere the mark numbers an item.
STOP = re.compile(r"(?<=[天班休假日)])\.")

FESTIVAL = (
    r"(?:元旦|新年|春节|清明节?|(?:五一)?(?:国际)?劳动节|五一|端午节?|中秋节?|国庆节?|十一"
    r"|抗[战日][^:,。、]{0,12}日)"
)
FESTIVALS = rf"({FESTIVAL}(?:[、和及与]{FESTIVAL})*)"
NUMBERED = re.compile(
    rf"[一二三四五六七八九十]{{1,3}}[、.]|\d{{1,2}}[、.](?!\d(?!\d{{3}}年))|\((?:[一二三四五六七八九十]{{1,3}}|\d{{1,2}})\)"
    rf"|\d{{1,2}}(?={FESTIVAL}[:、\d])"
)
# A colon makes a heading even when its number is garbled; without one the dates must follow at once.
HEADING = re.compile(
    rf"[、.]?(?:\d{{4}}年)?(?:[^:,。;、节\d]{{0,6}}?{FESTIVALS}(?:假期|放假(?:安排)?)?:|{FESTIVALS}(?=\d|$))"
)
SIGNED = re.compile(
    r"(?:国务院(?:办公厅)?|(?:发布|印发|公布|发文|成文|更新)?(?:日期|时间):)?(\d{4})年(\d{1,2})月(\d{1,2})[日号]"
    r"[\d:时分秒]*(?:来源:.*|\(此件[^()]*\))?"
)
# Its weekday in brackets, among other words, or bare.
DATE = (
    r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})[日号]"
    r"(?:\(([^()]*)\)|((?:星期|周|礼拜)[一二三四五六日天]))?"
)

_SENTENCE_END = re.compile(r"[。;:!?]$")
_STATEMENT_END = re.compile(r"(?:放假|调休|公休|补休|补假|休息|连休|上班|天|日)$")
_STATEMENT_START = re.compile(rf"(?:其中|同时)?,?(?:{DATE}|共)")
_GOING_ON = tuple("、,;。:)")
_SIGNATURE = re.compile(rf"国务院(?:办公厅)?|\(此件[^()]*\)|{SIGNED.pattern}")
_APART = re.compile(
    rf"#|{SIGNED.pattern}$|国务院(?:办公厅)?(?:关于|\d|$)|国办?发明电"
    r"|\(?(?:此件|来源|责任编辑|编辑)|(?:发布|印发|公布|发文|成文|更新)(?:日期|时间)"
)
_LOST_BREAK = re.compile(
    rf"(?<=[。;:])(?=[一二三四五六七八九十]{{1,3}}、|(?:\d{{1,2}}[、.]|\([一二三四五六七八九十\d]+\))?{FESTIVALS}:)"
)


@dataclass(frozen=True)
class Passage:
    """A stretch of the text without blanks; `places` holds the line number of every character."""

    plain: str
    places: Sequence[int]
    pasted: Sequence[str]

    @property
    def number(self) -> int:
        """The line it begins on, counted from 1."""
        return self.places[0]

    @property
    def line(self) -> str:
        """That line, as it was pasted."""
        return self.pasted[self.number - 1].strip()

    def cut(self, start: int, end: int | None = None) -> "Passage":
        """A part of it; what is empty keeps its place."""
        places = self.places[start:end] or self.places[min(start, len(self.places) - 1) :][:1]
        return Passage(self.plain[start:end], places, self.pasted)

    def split(self, separator: re.Pattern[str]) -> Iterator["Passage"]:
        """What stands between the separators, empty parts left out."""
        start = 0
        for found in separator.finditer(self.plain):
            if found.start() > start:
                yield self.cut(start, found.start())
            start = found.end()
        if start < len(self.plain):
            yield self.cut(start)

    def without(self, pattern: re.Pattern[str]) -> "Passage":
        """The same with every match taken out."""
        taken = {place for found in pattern.finditer(self.plain) for place in range(*found.span())}
        kept = [place for place in range(len(self.plain)) if place not in taken]
        places = [self.places[place] for place in kept] or self.places[:1]
        return Passage("".join(self.plain[place] for place in kept), places, self.pasted)

    def refused(self, problem: str) -> NoticeError:
        """The error that names this line."""
        return NoticeError(problem, self.number, self.line)


def passages(text: str) -> list[Passage]:
    """The text in passages that each begin where a statement may begin; remarks (#) stand for themselves."""
    pasted = re.split(r"\r\n|\r|\n", text)
    whole: list[Passage] = []
    for number, written in enumerate(pasted, start=1):
        for plain in _plain(written).split(BREAK):
            if not plain:
                continue
            line = Passage(plain, (number,) * len(plain), pasted)
            if whole and _goes_on(whole[-1].plain, plain):
                before = whole.pop()
                line = Passage(before.plain + plain, (*before.places, *line.places), pasted)
            whole.append(line)
    return [part for line in whole for part in _parted(line)]


def _plain(written: str) -> str:
    if written.lstrip().startswith("#"):
        return MEANINGLESS.sub("", unicodedata.normalize("NFKC", written))
    written = ADDRESS.sub("", written)
    if "&" in written or "<" in written:
        tagless = TAG.sub(lambda tag: "" if tag[1].lower() in INLINE_TAGS else BREAK, written)
        written = html.unescape(tagless)
    written = unicodedata.normalize("NFKC", written.translate(CIRCLED))
    plain = MEANINGLESS.sub("", written).translate(SIMPLIFIED)
    return STOP.sub("。", plain)


def _goes_on(before: str, line: str) -> bool:
    """Whether a line continues the one before it: it was wrapped in the middle of a statement."""
    if before.startswith("#") or _APART.match(line) or _SIGNATURE.fullmatch(before):
        return False
    if before.rfind("(") > before.rfind(")"):
        return True
    if _SENTENCE_END.search(before):
        # A festival on a line of its own, its days on the next.
        numbered = NUMBERED.match(before)
        return HEADING.fullmatch(before, numbered.end() if numbered else 0) is not None
    if line.startswith(_GOING_ON):
        return True
    if NUMBERED.match(line) or HEADING.match(line):
        return False
    return not (_STATEMENT_END.search(before) and _STATEMENT_START.match(line))


def _parted(line: Passage) -> Iterator[Passage]:
    """Items that stand in one paragraph, as news sites print them."""
    starts = [0, *(found.start() for found in _LOST_BREAK.finditer(line.plain) if found.start())]
    if line.plain.startswith("#"):
        starts = [0]
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        yield line.cut(start, end)
