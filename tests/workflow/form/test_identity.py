"""Identity numbers: their forms, and that one person is one person in whatever disguise."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2

from tests.workflow.form.filled import example
from workflow.form.identity import (
    born_on,
    check_identity,
    clean_identity,
    is_of_unknown_region,
    is_woman,
    same_person_key,
)
from workflow.form.roster import read_roster_rows
from workflow.vocabulary import IdentityType

CLASSES = example("application")["opening"]["classes"]
RESIDENT, PERMIT, PASSPORT = IdentityType

DIGITS = ("０", "٠", "۰", "०", "𝟎", "𝟘", "🯰")
CHINESE, CIRCLED, SUPERSCRIPT = "〇一二三四五六七八九", "⓪①②③④⑤⑥⑦⑧⑨", "⁰¹²³⁴⁵⁶⁷⁸⁹"
LONG_HAND = "零壹贰叁肆伍陆柒捌玖"
BLANKS = (
    " ",
    "\u3000",
    "\u00a0",
    "\u200b",
    "\ufeff",
    "\t",
    "\u2009",
    "-",
    "－",
    "–",
    "—",
    "_",
    ".",
    "·",
    "\u0336",
)
AROUND = ("'", "‘", "’", '"', "\u202d", "（", "：", "，", "\u2060")
CROSSES = ("x", "X", "Ｘ", "ｘ", "Х", "х", "Χ", "χ", "×", "Ⅹ", "ⅹ", "✕", "𝐗", "Ẋ", "ⓧ")


def number(chance: random.Random) -> str:
    """A resident's number, those born before 2000 among them."""
    born = date(1950, 1, 1) + timedelta(days=chance.randrange(22_000))
    body = f"{chance.choice(('410499', '110101', '659001'))}{born:%Y%m%d}{chance.randrange(1, 1000):03d}"
    return body + mod_11_2.calc_check_digit(body)


def other_digits(text: str, chance: random.Random) -> str:
    """Some of the digits in other scripts."""
    written = []
    for sign in text:
        if sign.isdigit() and chance.random() < 0.5:
            value = int(sign)
            tables = (CHINESE, CIRCLED, SUPERSCRIPT, LONG_HAND)
            written.append(
                chance.choice([*(chr(ord(zero) + value) for zero in DIGITS), *(row[value] for row in tables)])
            )
        else:
            written.append(chance.choice(CROSSES) if sign == "X" else sign)
    return "".join(written)


def letters_for_digits(text: str, chance: random.Random) -> str:
    """O for 0 and l for 1, as typewriters had it."""
    return "".join({"0": "O", "1": chance.choice("lI|")}.get(sign, sign) for sign in text)


def blanks(text: str, chance: random.Random) -> str:
    """Something between the digits."""
    return "".join(sign + (chance.choice(BLANKS) if chance.random() < 0.3 else "") for sign in text)


def surrounded(text: str, chance: random.Random) -> str:
    """Something before and behind."""
    return chance.choice(AROUND) + text + chance.choice((*AROUND, "）", "\r\n"))


def of_old(text: str, _chance: random.Random) -> str:
    """The form of 15 digits that was issued until 1999."""
    return text[:6] + text[8:17] if text[6:8] == "19" else text


def disguised(text: str, chance: random.Random) -> str:
    """The number in one disguise, or several at once."""
    disguises: list[Callable[[str, random.Random], str]] = []
    if chance.random() < 0.3:
        disguises.append(of_old)
    disguises.append(chance.choice((other_digits, letters_for_digits, lambda text, _: text.lower())))
    disguises += chance.sample((blanks, surrounded), chance.randrange(3))
    hidden = text
    for disguise in disguises:
        hidden = disguise(hidden, chance)
    return hidden if hidden != text else surrounded(text, chance)


def test_two_thousand_disguised_numbers_are_all_caught() -> None:
    chance = random.Random(20261120)
    entry = {"class_no": 1, "name": "张三", "category": "jobless"}
    entries, seen = [], set()
    while len(seen) < 2_000:
        plain = number(chance)
        if plain not in seen:
            seen.add(plain)
            entries += [entry | {"id_number": plain}, entry | {"id_number": disguised(plain, chance)}]
    assert sum(one["id_number"] not in seen for one in entries) == 2_000
    reading = read_roster_rows(entries, CLASSES)
    assert len(reading.rows) == 2_000
    assert [(error.row, error.field) for error in reading.errors] == [
        (row, "id_number") for row in range(2, 4_001, 2)
    ]
    assert all(f"与第{error.row - 1}行重复" in error.message for error in reading.errors)


@given(st.randoms(use_true_random=False))
def test_a_disguise_changes_neither_the_person_nor_what_is_stored(chance: random.Random) -> None:
    plain = number(chance)
    assert clean_identity(disguised(plain, chance)) == plain
    assert same_person_key(disguised(plain, chance)) == same_person_key(plain, RESIDENT) == plain


@given(st.randoms(use_true_random=False))
def test_two_persons_are_never_taken_for_one(chance: random.Random) -> None:
    one, other = number(chance), number(chance)
    keys = {same_person_key(disguised(each, chance)) for each in (one, other)}
    assert len(keys) == len({one, other})


@given(st.text(max_size=30))
def test_cleaning_again_changes_nothing(text: str) -> None:
    try:
        clean = clean_identity(text)
    except ValueError:
        return
    assert clean_identity(clean) == clean


@pytest.mark.parametrize(
    ("kind", "typed", "kept", "key"),
    [
        (PERMIT, "h12345678", "H12345678", "H12345678"),
        (PERMIT, "H1234567800", "H1234567800", "H12345678"),
        (PERMIT, "M12345678(01)", "M1234567801", "M12345678"),
        (PERMIT, "Ｈ１２３４５６７８", "H12345678", "H12345678"),
        (PERMIT, "Н12345678", "H12345678", "H12345678"),
        (PERMIT, "01234567", "01234567", "01234567"),
        (PERMIT, "01234567(02)", "0123456702", "01234567"),
        (PERMIT, "0123456701（B）", "0123456701B", "01234567"),
        (PERMIT, "830000 19900101 0012", "830000199001010012", "830000199001010012"),
        (PASSPORT, "e12345678", "E12345678", "E12345678"),
        (PASSPORT, "EA1234567", "EA1234567", "EA1234567"),
        (PASSPORT, "G12345678", "G12345678", "G12345678"),
        (PASSPORT, "MZ-123 4567", "MZ1234567", "MZ1234567"),
        (PASSPORT, "AB12345", "AB12345", "AB12345"),
        (PASSPORT, "123456789", "123456789", "123456789"),
        (PASSPORT, "CAN310112345678", "CAN310112345678", "CAN310112345678"),
        (RESIDENT, "410499790902008", "410499197909020081", "410499197909020081"),
    ],
)
def test_each_document_has_its_own_form(kind: IdentityType, typed: str, kept: str, key: str) -> None:
    assert check_identity(typed, kind) == kept
    assert same_person_key(typed, kind) == same_person_key(kept, kind) == key


@pytest.mark.parametrize(
    ("kind", "typed", "words"),
    [
        (RESIDENT, "41049919790902008", "须为18位"),
        (RESIDENT, "010499197909020081", "须为18位"),
        (RESIDENT, "410499197909020082", "校验码不对"),
        (RESIDENT, "410499197902300085", "出生日期不存在"),
        (RESIDENT, "410499790230008", "15位居民身份证号码中的出生日期不存在"),
        (RESIDENT, "410499189909020088", "出生日期过早"),
        (RESIDENT, "410499197909020000", "Excel"),
        (RESIDENT, "4.1049919790902E+17", "Excel"),
        (RESIDENT, "４.１e17", "Excel"),
        (RESIDENT, "4104991979****0081", "不能遮盖"),
        (PERMIT, "H1234567", "港澳居民来往内地通行证"),
        (PERMIT, "A123456789", "台湾居民来往大陆通行证"),
        (PERMIT, "830000199001010015", "校验码不对"),
        (PERMIT, "410499197909020081", "证件类型"),
        (PASSPORT, "410499790902008", "证件类型"),
        (PASSPORT, "ABCDEFG", "护照号码"),
        (PASSPORT, "E1", "护照号码"),
    ],
)
def test_what_is_no_such_document_is_told_why(kind: IdentityType, typed: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check_identity(typed, kind)


def test_a_number_says_birth_sex_and_region() -> None:
    assert born_on("41049919810226029X") == date(1981, 2, 26)
    assert (is_woman("41049919810226029X"), is_woman("410499198003010156")) == (False, False)
    assert is_woman("410499197909020081") is True
    assert (born_on("E12345678"), is_woman("E12345678")) == (None, None)
    assert not is_of_unknown_region("410499197909020081")
    assert is_of_unknown_region("990499197909020084")
    assert not is_of_unknown_region("E12345678")
