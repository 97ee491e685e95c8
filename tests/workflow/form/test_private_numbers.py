"""Numbers of private persons in free text: found in whatever way they are written, and nothing else is."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from stdnum import luhn
from stdnum.iso7064 import mod_11_2

from workflow.form.fields import Contact, Line, Lines, Name
from workflow.form.masking import cover_numbers
from workflow.form.private_numbers import identity_inside, private_number

WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
AROUND = st.sampled_from(["", "学员", "号码：", "（", "T", "见 ", "，核对", "\n"])


@st.composite
def identities(draw: st.DrawFn) -> str:
    region = draw(st.sampled_from(["110101", "410499", "650102", "820000"]))
    born = draw(st.dates(date(1930, 1, 1), date(2010, 12, 31)))
    body = f"{region}{born:%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return body + mod_11_2.calc_check_digit(body)


@st.composite
def mobiles(draw: st.DrawFn) -> str:
    return f"1{draw(st.integers(3, 9))}{draw(st.integers(0, 999_999_999)):09d}"


@st.composite
def cards(draw: st.DrawFn) -> str:
    body = "62" + "".join(draw(st.lists(st.sampled_from("0123456789"), min_size=13, max_size=16)))
    return body + luhn.calc_check_digit(body)


def written(number: str) -> list[str]:
    """One number in the ways that people write it."""
    parts = (number[:6], number[6:14], number[14:])
    return [
        number,
        number.lower(),
        number.translate(WIDE),
        " ".join(parts),
        "-".join(parts),
        "\u3000".join(parts),
        "\u200b".join(number),
        " ".join(number),
    ]


@given(identities(), AROUND, AROUND)
def test_an_identity_number_is_found_however_it_is_written(number: str, before: str, after: str) -> None:
    for text in (*written(number), f"{number[:6]}{number[8:17]}"):
        assert private_number(f"{before}{text}{after}") == "证件号码", text
        for kind in (Name, Line, Lines):
            with pytest.raises(ValidationError, match="这里不能填写"):
                TypeAdapter(kind).validate_python(f"学员{text}")
    assert identity_inside(f"T{number}") == identity_inside(f" t {number.translate(WIDE)} ") == number


@given(mobiles(), AROUND, AROUND)
def test_a_mobile_number_is_found_however_it_is_written(number: str, before: str, after: str) -> None:
    groups = (number[:3], number[3:7], number[7:])
    for text in (number, number.translate(WIDE), " ".join(groups), "-".join(groups)):
        assert private_number(f"{before}{text}{after}") == "手机号码", text
    assert TypeAdapter(Contact).validate_python(f"电话{number}") == f"电话{number}"


@given(cards(), AROUND)
def test_a_bank_card_is_found(number: str, before: str) -> None:
    grouped = " ".join(number[place : place + 4] for place in range(0, len(number), 4))
    for text in (number, number.translate(WIDE), grouped):
        assert private_number(before + text) in {"银行卡号", "证件号码"}, text


@pytest.mark.parametrize(
    "text",
    [
        "同意",
        "平技领办〔2022〕5号 二(四)21",
        "申请 410400-2026-000001 与 410400-2026-000002 重复",
        "2026-09-07至2026-09-18，共80学时，签到50人",
        "银行退票，流水号20261020123456789012",
        "对公账户41001234567890123456已销户",
        "统一社会信用代码52410400MJY000001Q、91410400123456789X",
        "联系区人社局 0375-1234567",
        "证书S000041040000264099001",
        "共 13800 人次，支出 1380000.00 元",
        "410499199013011234",
        "6222000000000000001",
    ],
)
def test_other_numbers_pass(text: str) -> None:
    assert private_number(text) == ""
    assert TypeAdapter(Lines).validate_python(text) == text


@given(st.one_of(identities(), mobiles(), cards()), AROUND, AROUND)
def test_what_is_repeated_never_shows_the_number(number: str, before: str, after: str) -> None:
    covered = cover_numbers(f"{before}{number}{after}")
    assert number not in covered
    assert number[:-1] not in covered
    assert len(covered) == len(before + number + after)


@pytest.mark.parametrize("text", ["410400-2026-000001", "2026-09-07 08:40", "6-18-01-01", "V-20261020", ""])
def test_what_is_no_persons_number_is_repeated_as_it_was(text: str) -> None:
    assert cover_numbers(text) == text
