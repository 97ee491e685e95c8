"""A notice with one thing made false is refused with its line, or is harmless, or says what to look at.

`python -m tests.calendars.falsified` prints how many of each kind.
"""

from datetime import timedelta
from itertools import islice

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calendars import ChinaWorkingDays, NoticeError, apply_notices, read_notice
from tests.calendars.falsified import (
    Falsified,
    Verdict,
    falsifications,
    judged,
    without_weekdays,
    working_days,
)
from tests.calendars.test_notice_copies import a_page
from tests.calendars.texts import Issued, issued

ISSUED = list(issued())
# Every so manieth falsification in the ordinary run; all of them under soak.
STRIDE = 31
NAMES = [one.name for one in ISSUED]


def names_its_line(falsified: Falsified, error: NoticeError) -> bool:
    """The line itself, or the other half of a contradiction with it."""
    others = (falsified.line, falsified.line + 1) if falsified.kind == "a line twice" else (falsified.line,)
    return error.line_number in others or any(f"第{number}行" in error.problem for number in others)


def check(one: Issued, falsified: Falsified, verdict: Verdict) -> None:
    """That it does not pass in silence, and that the refusal names the line where there is one to name."""
    assert verdict.outcome != "silent", falsified
    error = verdict.error
    if error is None or names_its_line(falsified, error):
        return
    # What is gone has no line; what is then missed may be missed elsewhere.
    assert falsified.kind.endswith("lost") or falsified.kind == "， → 。" or one.year < 2010, (
        falsified,
        error,
    )


@pytest.mark.parametrize("one", ISSUED, ids=NAMES)
def test_nothing_false_passes_in_silence(one: Issued) -> None:
    for falsified in islice(falsifications(one.text), one.year % STRIDE, None, STRIDE):
        check(one, falsified, judged(one, falsified))


@pytest.mark.soak
@pytest.mark.parametrize("one", ISSUED, ids=NAMES)
def test_nothing_false_at_all_passes_in_silence(one: Issued) -> None:
    for falsified in falsifications(one.text):
        check(one, falsified, judged(one, falsified))


def check_without_weekdays(one: Issued, falsified: Falsified) -> None:
    """Only a make-up day on another near weekend day can then be told by nothing but the State Council."""
    verdict = judged(one, falsified)
    if verdict.outcome != "silent":
        return
    assert verdict.reading is not None
    off, work = working_days(verdict.reading)
    true_off, true_work = working_days(verdict.truth)
    assert off == true_off, falsified
    (wrong,) = work - true_work
    assert len(true_work - work) == 1
    assert any(abs(wrong - on) <= timedelta(days=6) for on, _ in verdict.reading.days_off)


@pytest.mark.parametrize("one", ISSUED, ids=NAMES)
def test_without_weekdays_only_a_make_up_day_can_be_wrong_unseen(one: Issued) -> None:
    bare = one._replace(text=without_weekdays(one.text))
    for falsified in islice(falsifications(bare.text), one.year % STRIDE, None, STRIDE):
        check_without_weekdays(bare, falsified)


@pytest.mark.soak
@pytest.mark.parametrize("one", ISSUED, ids=NAMES)
def test_without_weekdays_only_a_make_up_day_can_ever_be_wrong_unseen(one: Issued) -> None:
    bare = one._replace(text=without_weekdays(one.text))
    for falsified in falsifications(bare.text):
        check_without_weekdays(bare, falsified)


@pytest.mark.parametrize("one", [one for one in ISSUED if "amend" not in one.name], ids=lambda one: one.name)
def test_a_line_lost_from_a_notice_of_a_coming_year_is_refused(one: Issued) -> None:
    lines = one.text.splitlines()
    for place in range(1, len(lines)):
        with pytest.raises(NoticeError, match="没有安排"):
            apply_notices(one.base, ["\n".join(lines[:place] + lines[place + 1 :])], one.year)


# What a scanner, a bad font or a careless hand makes of a character.
CONFUSED = dict(
    zip(
        "0125789日月至上班放假星期周六、。，：（）天共节一二休调补元春国",
        "OlZS?Bg曰用主土斑故价早朝同大...;〈〉夭其即—=体凋朴无舂囯",
        strict=True,
    )
)


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(ISSUED),
    st.booleans(),
    st.lists(
        st.tuples(
            st.integers(0, 10_000), st.sampled_from(["confused", "lost", "blank", "break", "joined", "mark"])
        ),
        min_size=1,
        max_size=8,
    ),
)
def test_a_mangled_copy_is_read_rightly_or_refused(
    one: Issued, framed: bool, faults: list[tuple[int, str]]
) -> None:
    text = a_page(one.text, one.year) if framed and "amend" not in one.name else one.text
    for where, fault in faults:
        place = where % len(text)
        old = text[place]
        new = {
            "confused": CONFUSED.get(old, old),
            "lost": "" if not old.isdigit() else "l",
            "blank": f" {old}　",
            "break": f"{old}\n",
            "joined": "" if old == "\n" else old,
            "mark": f"{old}<b>&nbsp;",
        }[fault]
        text = text[:place] + new + text[place + 1 :]
    truth = read_notice(one.text, one.year, one.base)
    try:
        read = read_notice(text, one.year, one.base)
    except NoticeError as error:
        refused = error
    else:
        refused = None
    lines = ["", *text.split("\n")]
    if refused is not None:
        assert refused.line == lines[refused.line_number].strip()
        return
    if truth.complete and not read.complete:
        return
    assert working_days(read) == working_days(truth) or read.cautions != truth.cautions, text


OTHER_DOCUMENTS = [
    "关于开展2026年职业培训补贴申领工作的通知\n各培训机构：\n请于2026年10月15日前提交申请，逾期不予受理。\n2026年9月1日",
    "劳动合同\n甲方：某公司\n合同期自2026年1月1日至2028年12月31日。每周工作五天，周六、周日休息。",
    "Dear all, the office is closed from 1 October to 7 October 2026.",
    "2026年10月\n日 一 二 三 四 五 六\n1 2 3\n4 5 6 7 8 9 10",
    "\x00\x01\x02\n\ufffd\ufffd 2026年",
    '{"2026-10-01": "国庆节"}',
    "BEGIN:VEVENT\nDTSTART;VALUE=DATE:20261001\nSUMMARY:国庆节 假期\nEND:VEVENT",
]


@pytest.mark.parametrize("text", OTHER_DOCUMENTS)
def test_another_document_is_refused(text: str) -> None:
    with pytest.raises(NoticeError):
        apply_notices(ChinaWorkingDays.published(), [text], 2026)


@settings(max_examples=200, deadline=None)
@given(
    st.text(
        alphabet="年月日天至、，。：（）一二三四五六0123456789放假上班调休补休共元旦春节国庆节 \n",
        max_size=200,
    )
)
def test_noise_never_makes_a_coming_year(text: str) -> None:
    with pytest.raises(NoticeError):
        apply_notices(ChinaWorkingDays.published(), [text], 2027)
