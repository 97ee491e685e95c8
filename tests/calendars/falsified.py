"""Every notice with one thing made false: which falsifications are refused, which are only pointed out.

Run: .venv/bin/python -m tests.calendars.falsified
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from calendars import ChinaWorkingDays, NoticeError, Reading, read_notice
from calendars.year import is_weekend
from tests.calendars.texts import Issued, issued
from tests.calendars.wordings import reworded

WEEKDAYS = "一二三四五六日"
# One word for another, one mark for another, one glyph for one that looks like it.
EXCHANGES = (
    *(
        ("上班", "放假"),
        ("上班", "补休"),
        ("放假", "上班"),
        ("补休", "上班"),
        ("调休", "公休"),
        ("共", ""),
        ("延长", ""),
    ),
    *(
        ("元旦", "春节"),
        ("中秋", "端午"),
        ("清明", "国庆"),
        ("班", ""),
        ("假", "价"),
        ("上", "土"),
        ("星期", "早期"),
    ),
    *(
        ("至", "、"),
        ("、", "至"),
        ("—", "、"),
        ("、", "，"),
        ("，", "。"),
        ("：", ""),
        ("（", ""),
        ("）", ""),
    ),
    *(("0", "O"), ("1", "l"), ("2", "Z"), ("5", "S"), ("6", "G"), ("8", "B"), ("9", "g"), ("一", "―")),
    *(("日", "曰"), ("月", "用"), ("天", "夭")),
)


class Falsified(NamedTuple):
    """One notice with one thing changed in `line`, counted from 1."""

    kind: str
    line: int
    text: str


class Verdict(NamedTuple):
    """`outcome`: refused, harmless (the same working days), cautioned, or silent (wrong without a word)."""

    outcome: str
    truth: Reading
    reading: Reading | None
    error: NoticeError | None


def without_weekdays(text: str) -> str:
    """The same notice as some pages print it, with no weekday told."""
    text = re.sub(
        r"[(（](?:星期|周)[一二三四五六日](?:、([^（）()]*))?[)）]",
        lambda told: f"（{told[1]}）" * bool(told[1]),
        text,
    )
    return re.sub(r"[、，](?:星期|周)[一二三四五六日]", "", text)


def falsifications(text: str) -> Iterator[Falsified]:
    """The text with one thing false: each digit, number, weekday, word, mark, clause, sentence and line."""
    lines = text.splitlines()
    seen = {text}
    for place, line in enumerate(lines):
        if line.startswith("#"):
            continue
        for kind, new in _of_line(line):
            changed = "\n".join([*lines[:place], *new, *lines[place + 1 :]]) + "\n"
            if changed not in seen:
                seen.add(changed)
                yield Falsified(kind, place + 1, changed)


def _of_line(line: str) -> Iterator[tuple[str, list[str]]]:
    def put(found: re.Match[str], new: object) -> list[str]:
        return [f"{line[: found.start()]}{new}{line[found.end() :]}"]

    for found in re.finditer(r"\d", line):
        yield from (("another digit", put(found, digit)) for digit in "0123456789")
        yield "a digit too many", put(found, found[0] + found[0])
    for found in re.finditer(r"(?<=星期|.周)[一二三四五六日]", line):
        yield from (("another weekday", put(found, weekday)) for weekday in WEEKDAYS)
    for found in re.finditer(r"\d+(?=月)", line):
        yield from (("another month", put(found, month)) for month in range(1, 13))
    for found in re.finditer(r"\d+(?=日)", line):
        yield from (("another day", put(found, day)) for day in range(1, 32))
    for found in re.finditer(r"\d+(?=天)", line):
        yield from (("another sum", put(found, days)) for days in range(1, 12))
    for found in re.finditer(r"\d+(?=年)", line):
        year = int(found[0])
        yield from (("another year", put(found, other)) for other in range(year - 2, year + 3))
    for old, new in EXCHANGES:
        yield from ((f"{old} → {new or 'nothing'}", put(found, new)) for found in re.finditer(old, line))
    for place in range(len(line)):
        yield "a character lost", [line[:place] + line[place + 1 :]]
        yield "two characters swapped", [line[:place] + line[place : place + 2][::-1] + line[place + 2 :]]
    for found in re.finditer(r"[^，。；、：]+[，。；、：]", line):
        yield "a clause lost", put(found, "")
    for found in re.finditer(r"[^。；]+[。；]", line):
        yield "a sentence lost", put(found, "")
        yield "a sentence twice", put(found, found[0] * 2)
    yield "a line lost", []
    yield "a line twice", [line, line]


def working_days(reading: Reading) -> tuple[set[date], set[date]]:
    """What counts: the weekdays off and the weekend days worked."""
    return {on for on, _ in reading.days_off if not is_weekend(on)}, {on for on, _ in reading.workdays}


def judged(one: Issued, falsified: Falsified) -> Verdict:
    """What the reader makes of it; a year without all its festivals is refused when it is applied."""
    truth = read_notice(one.text, one.year, one.base)
    try:
        reading = read_notice(falsified.text, one.year, one.base)
    except NoticeError as error:
        return Verdict("refused", truth, None, error)
    if truth.complete and not reading.complete:
        return Verdict("refused", truth, reading, None)
    if working_days(reading) == working_days(truth):
        outcome = "harmless"
    else:
        outcome = "cautioned" if set(reading.cautions) - set(truth.cautions) else "silent"
    return Verdict(outcome, truth, reading, None)


def main() -> None:
    with_weekdays = list(issued())
    without = [one._replace(text=without_weekdays(one.text)) for one in with_weekdays]
    base = ChinaWorkingDays.published()
    careless = [Issued("2027", 2027, text, base) for text, _ in reworded().values()]
    for title, texts, line in (
        ("with weekdays", with_weekdays, False),
        ("without weekdays", without, False),
        ("careless wordings", careless, True),
    ):
        table: dict[str, Counter[str]] = {}
        for place, one in enumerate(texts):
            wanted = [*reworded().values()][place][1] if line else None
            for falsified in falsifications(one.text):
                if falsified.line == (wanted or falsified.line):
                    table.setdefault(falsified.kind, Counter())[judged(one, falsified).outcome] += 1
        table["all"] = sum(table.values(), Counter())
        print(f"\n{title:<26}{'made':>8}{'refused':>9}{'harmless':>10}{'cautioned':>11}{'silent':>8}")
        for kind, found in sorted(table.items(), key=lambda row: (row[0] == "all", -row[1].total())):
            columns = [found[outcome] for outcome in ("refused", "harmless", "cautioned", "silent")]
            print(
                f"{kind:<26}{found.total():>8}{columns[0]:>9}{columns[1]:>10}{columns[2]:>11}{columns[3]:>8}"
            )


if __name__ == "__main__":
    main()
