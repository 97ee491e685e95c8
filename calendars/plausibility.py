"""What one item of a notice says, and whether it adds up: with itself, with the others, with the statute.

Every check holds for each notice of 2004-2026 as issued; the tests replay them.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from lunardate import LunarDate

from calendars.passages import Passage
from calendars.year import NEW_YEAR, is_weekend

ONE_DAY = timedelta(days=1)
# No arrangement ever reached two weeks from its festival, no make-up day more than 11 days from its holiday.
FAR = timedelta(days=21)
TOO_FAR_TO_MAKE_UP = timedelta(days=14)
# How far from its holiday a make-up day lay: 3 days for the short ones, 6 for the others (2026: 11, once).
SHORT = 4
USUAL = {True: timedelta(days=3), False: timedelta(days=6)}
WEEKDAYS = "一二三四五六日"
DIGITS = "一二三四五六七八九十"
MONTHS = ("正", *DIGITS[1:], "十一", "十二")
# 办法第五条: a memorial day, off only when the State Council says so, as in 2015.
VICTORY_DAY = {(9, 3): "抗战胜利纪念日"}
NAMELESS = "国务院通知放假"


class Sum(NamedTuple):
    """A stated number of days: of the days read before it, of the whole item where `of_item`."""

    line: Passage
    stated: int
    days: frozenset[date]
    of_item: bool = False


@dataclass
class Item:
    """One numbered item (or the text outside any), as far as it is read."""

    line: Passage
    festivals: tuple[str, ...] = ()
    headed: bool = False
    off: dict[date, Passage] = field(default_factory=dict)
    work: dict[date, Passage] = field(default_factory=dict)
    moved: dict[date, Passage] = field(default_factory=dict)
    sums: list[Sum] = field(default_factory=list)
    latest: frozenset[date] = frozenset()
    joined: Passage | None = None
    last: date | None = None
    months: set[int] = field(default_factory=set)
    held: frozenset[date] = frozenset()
    resumed: tuple[date, Passage] | None = None

    @property
    def extends(self) -> bool:
        """Whether it only makes an arranged holiday longer."""
        return bool(self.held)

    @property
    def summed(self) -> frozenset[date]:
        """The days that are in a stated sum."""
        return frozenset[date]().union(*(stated.days for stated in self.sums))

    @property
    def name(self) -> str:
        """Its festivals, for messages."""
        return "、".join(self.festivals)

    def statutory(self, festival_days: Mapping[str, tuple[date, ...]]) -> list[date]:
        """The days of its festivals by law; two festivals may share one."""
        own = [day for name in self.festivals for day in festival_days.get(name, ())]
        granted = [day for day in self.off if VICTORY_DAY.get((day.month, day.day)) in self.festivals]
        return own + granted


# One item by itself


def check_item(item: Item, year: int, festival_days: Mapping[str, tuple[date, ...]]) -> None:
    """Stated sums, joined weekends, days within reach of the festival; fills in days moved and resumed."""
    _check_moved(item)
    if item.resumed:
        _check_resumption(item, *item.resumed)
    for stated in item.sums:
        _check_sum(item, stated)
    if item.joined and not any(map(is_weekend, with_weekends(item.off))):
        raise item.joined.refused("写明与周末连休，但放假日并不与周末相连")
    by_law = item.statutory(festival_days)
    expected = f"，法定放假日是 {'、'.join(map(str, by_law))}" if by_law else ""
    for day, line in (*item.off.items(), *item.work.items()):
        if day.year != year and NEW_YEAR not in item.festivals:
            raise line.refused(f"{day} 不在{year}年内")
        if all(abs(day - near) > FAR for near in by_law or item.off):
            raise line.refused(f"{day} 离{item.name}太远{expected}")
    for day, line in item.work.items():
        if all(abs(day - off) > TOO_FAR_TO_MAKE_UP for off in item.held | item.off.keys()):
            raise line.refused(f"{day} 上班离{item.name}假期太远（超过{TOO_FAR_TO_MAKE_UP.days}天）")


def _check_sum(item: Item, stated: Sum) -> None:
    days = item.held | stated.days
    allowed = {len(stated.days), len(days)}
    if item.joined:
        allowed.add(len(with_weekends(days)))
    if stated.stated not in allowed:
        read = f"（{min(days)} 至 {max(days)}）" if len(days) > 1 else ""
        raise stated.line.refused(f"写明{stated.stated}天，读出{len(days)}天{read}")
    if stated.of_item and not item.joined:
        if len(item.festivals) > 1:
            days |= item.summed
        for day, line in item.off.items():
            if day not in days and not line.plain.endswith(("补休", "补假")):
                raise line.refused(f"{day} 放假在写明的{stated.stated}天之外")


def _check_moved(item: Item) -> None:
    """A weekend day moved elsewhere is worked, unless it is itself off; where both are told, both agree."""
    moved = {day: line for day, line in item.moved.items() if day not in item.off}
    if moved and item.work and moved.keys() != item.work.keys():
        day = min(moved.keys() ^ item.work.keys())
        raise (moved | item.work)[day].refused(f"公休日调整与上班对不上：{day} 只写在一处")
    item.work.update(moved)


def _check_resumption(item: Item, day: date, line: Passage) -> None:
    last = max(item.off)
    if day <= last:
        raise line.refused(f"{day} 既放假又上班")
    if not all(is_weekend(between) for between in span(last + ONE_DAY, day - ONE_DAY)):
        raise line.refused(f"假期至 {last} 为止，与 {day} 起上班不相接")
    if is_weekend(day):
        item.work[day] = line


# All items together


def check_conflicts(items: Sequence[Item]) -> None:
    """No day is both off and worked, and none is made up for twice."""
    off = {day: line for item in items for day, line in item.off.items()}
    work: dict[date, Passage] = {}
    for item in items:
        for day, line in item.work.items():
            if day in off:
                elsewhere = off[day].number
                other = f"（放假见第{elsewhere}行）" if elsewhere != line.number else ""
                raise line.refused(f"{day} 既放假又上班{other}")
            if day in work:
                raise line.refused(f"{day} 上班写了两次（第{work[day].number}行）")
            work[day] = line


def check_blocks(items: Sequence[Item], festival_days: Mapping[str, tuple[date, ...]]) -> None:
    """Days off hang together, over weekends too, and each such block holds a day of its festival by law."""
    everywhere = {day for item in items for day in item.off}
    for item in items:
        by_law = set(item.statutory(festival_days))
        if item.extends or not by_law:
            continue
        for block in _blocks(item.off, everywhere):
            if by_law.isdisjoint(block):
                first = min(block)
                raise item.off[first].refused(f"{first} 放假与{item.name}的法定放假日不相连")


def unbalanced(items: Sequence[Item], festival_days: Mapping[str, tuple[date, ...]]) -> Iterator[str]:
    """Items that give more or fewer weekdays off than the law gives and make-up days pay for (第六条).

    Every notice so far balances, but no law says that the next one must, so this is a remark and no refusal.
    What one item lacks, the next may give (2015).
    """
    uneven: list[tuple[Item, int]] = []
    for item in items:
        by_law = item.statutory(festival_days)
        if item.extends or not by_law:
            continue
        surplus = len(_ordinary(item.off)) - len(item.work) - len(by_law)
        if uneven and surplus and uneven[-1][1] == -surplus:
            uneven.pop()
        elif surplus:
            uneven.append((item, surplus))
    for item, surplus in uneven:
        yield f"{_told(item, festival_days)}，{'多' if surplus > 0 else '少'}放{abs(surplus)}天，请核对"


def _told(item: Item, festival_days: Mapping[str, tuple[date, ...]]) -> str:
    return (
        f"{item.name}放假占用{len(_ordinary(item.off))}个工作日，调休上班{len(item.work)}天，"
        f"法定放假{len(item.statutory(festival_days))}天"
    )


def distant_days(items: Sequence[Item], festival_days: Mapping[str, tuple[date, ...]]) -> Iterator[str]:
    """Make-up days further from their holiday than is usual."""
    for item in items:
        made_up_for = _made_up_for(item, festival_days)
        for day in item.work:
            away = min(abs(day - off) for off in made_up_for)
            if away > USUAL[len(made_up_for) <= SHORT]:
                yield f"{day} 上班离{item.name}假期{away.days}天，比往年远，请核对"


def _made_up_for(item: Item, festival_days: Mapping[str, tuple[date, ...]]) -> Collection[date]:
    """The blocks of an item that take more weekdays than the law gives; all of it where none does."""
    by_law = item.statutory(festival_days)
    dear = [
        block
        for block in _blocks(item.off, set())
        if len(_ordinary(block)) > sum(map(block.__contains__, by_law))
    ]
    return set().union(*dear) or item.off


# Days


def span(first: date, last: date) -> list[date]:
    """Every day from the first to the last."""
    return [first + ONE_DAY * offset for offset in range((last - first).days + 1)]


def with_weekends(days: Iterable[date]) -> set[date]:
    """The days and the weekend days that touch them."""
    block = set(days)
    for day in sorted(block):
        for step in (ONE_DAY, -ONE_DAY):
            beside = day + step
            while is_weekend(beside):
                block.add(beside)
                beside += step
    return block


def lunar_names(day: date) -> set[str]:
    """What the day is called in the lunar calendar: 正月初七, 腊月二十八, 除夕."""
    lunar = LunarDate.from_solar_date(day.year, day.month, day.day)
    tens, ones = divmod(lunar.day - 1, 10)
    number = {20: "二十", 30: "三十"}.get(lunar.day, ("初", "十", "二十")[tens] + DIGITS[ones])
    names = {f"{MONTHS[lunar.month - 1]}月{number}"}
    next_day = day + ONE_DAY
    if LunarDate.from_solar_date(next_day.year, next_day.month, next_day.day).day == 1 and lunar.month == 12:
        names.add("除夕")
    return names


def _ordinary(days: Iterable[date]) -> set[date]:
    return {day for day in days if not is_weekend(day)}


def _blocks(days: Iterable[date], bridges: set[date]) -> Iterator[set[date]]:
    """The days in groups between which only weekends and `bridges` lie."""
    block: set[date] = set()
    for day in sorted(days):
        between = span(max(block) + ONE_DAY, day - ONE_DAY) if block else []
        if not all(is_weekend(each) or each in bridges for each in between):
            yield block
            block = set()
        block.add(day)
    if block:
        yield block
