"""Money in its three shapes and in capitals, and what masks leave to be seen."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.form.masking import mask_account, mask_identity, mask_name, mask_phone
from workflow.form.money import capital_text, fen_from_yuan, wan_exact, wan_text, yuan_from_fen

FEN = st.integers(min_value=0, max_value=10**14 - 1)


@given(FEN)
def test_yuan_and_fen_are_the_same_money(fen: int) -> None:
    assert fen_from_yuan(yuan_from_fen(fen)) == fen
    assert Decimal(yuan_from_fen(fen)) * 100 == fen


@given(FEN)
def test_wan_is_exact_with_six_decimals_and_says_when_four_round(fen: int) -> None:
    exact = Decimal(wan_exact(fen))
    assert exact * 1_000_000 == fen
    shown, _, note = wan_text(fen).partition("万元")
    assert Decimal(shown) == exact.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    assert bool(note) is (Decimal(shown) != exact)


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (5_400_000, "5.4000万元"),
        (5_400_049, "5.4000万元（四舍五入至小数点后4位）"),
        (5_400_050, "5.4001万元（四舍五入至小数点后4位）"),
        (0, "0.0000万元"),
        (-5_400_050, "-5.4001万元（四舍五入至小数点后4位）"),
    ],
)
def test_wan_reads_as_on_the_form(fen: int, text: str) -> None:
    assert wan_text(fen) == text


def test_a_negative_amount_keeps_its_sign() -> None:
    assert yuan_from_fen(-105) == "-1.05"
    assert wan_exact(-105) == "-0.000105"


@pytest.mark.parametrize(
    "text", ["", "1.", ".5", "01", "1.001", "1e3", "+1", "-1", "1 0", "１", "NaN", "10" * 7]
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="元"):
        fen_from_yuan(text)


@pytest.mark.parametrize(
    ("yuan", "text"),
    [
        ("0.00", "人民币零元整"),
        ("0.05", "人民币伍分"),
        ("0.50", "人民币伍角整"),
        ("0.55", "人民币伍角伍分"),
        ("1.05", "人民币壹元零伍分"),
        ("10.00", "人民币壹拾元整"),
        ("54000.00", "人民币伍万肆仟元整"),
        ("54000.01", "人民币伍万肆仟元零壹分"),
        ("1409.50", "人民币壹仟肆佰零玖元伍角整"),
        ("6007.14", "人民币陆仟零柒元壹角肆分"),
        ("100001.00", "人民币壹拾万零壹元整"),
        ("100000000.00", "人民币壹亿元整"),
        ("100000001.00", "人民币壹亿零壹元整"),
        ("101010101010.10", "人民币壹仟零壹拾亿零壹仟零壹拾万零壹仟零壹拾元壹角整"),
    ],
)
def test_amounts_in_capitals_read_as_on_a_voucher(yuan: str, text: str) -> None:
    assert capital_text(fen_from_yuan(yuan)) == text


# Most are examples of 《正确填写票据和结算凭证的基本规定》: each with every way that it allows.
ALLOWED = {
    "1409.50": ("壹仟肆佰零玖元伍角", "壹仟肆佰零玖元伍角整"),
    "6007.14": ("陆仟零柒元壹角肆分",),
    "1007.14": ("壹仟零柒元壹角肆分",),
    "1680.32": ("壹仟陆佰捌拾元零叁角贰分", "壹仟陆佰捌拾元叁角贰分"),
    "107000.53": (
        "壹拾万柒仟元零伍角叁分",
        "壹拾万零柒仟元伍角叁分",
        "壹拾万零柒仟元零伍角叁分",
    ),
    "16409.02": ("壹万陆仟肆佰零玖元零贰分",),
    "325.04": ("叁佰贰拾伍元零肆分",),
    "100000000.00": ("壹亿元整", "壹亿元正"),
    "100000000000.00": ("壹仟亿元整", "壹仟亿元正"),
    "999999999999.99": ("玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",),
    "100000.01": ("壹拾万元零壹分",),
    "1000000001.10": ("壹拾亿零壹元壹角", "壹拾亿零壹元壹角整"),
    "10010.00": ("壹万零壹拾元整", "壹万零壹拾元正"),
    "20.30": ("贰拾元叁角", "贰拾元叁角整", "贰拾元零叁角", "贰拾元零叁角整"),
}


@pytest.mark.parametrize("yuan", ALLOWED)
def test_capitals_are_written_in_a_way_that_the_rule_for_vouchers_allows(yuan: str) -> None:
    text = capital_text(fen_from_yuan(yuan))
    assert text.startswith("人民币")
    assert text.removeprefix("人民币") in ALLOWED[yuan]


_GROUP = "(?:[壹贰叁肆伍陆柒捌玖](?:仟|佰|拾|)|零)*"
_WRITTEN = re.compile(
    f"人民币(?:(?P<yi>{_GROUP})亿)?(?:(?P<wan>{_GROUP})万)?(?:(?P<yuan>{_GROUP})元)?"
    "(?:(?P<jiao>[壹贰叁肆伍陆柒捌玖])角)?(?:(?P<gap>零)?(?P<fen>[壹贰叁肆伍陆柒捌玖])分)?(?P<whole>整)?"
)


def read_strictly(text: str) -> int:
    """Fen of an amount in capitals by the grammar of the rule; what is not written by it is no amount."""
    found = _WRITTEN.fullmatch(text)
    assert found, text
    total = 0
    for name, worth in (("yi", 10**10), ("wan", 10**6), ("yuan", 100)):
        total += worth * _group(found[name] or "")
    total += 10 * "零壹贰叁肆伍陆柒捌玖".index(found["jiao"] or "零")
    total += "零壹贰叁肆伍陆柒捌玖".index(found["fen"] or "零")
    # 整 ends what has no 分; where 角 is missing between 元 and 分 there stands 零.
    assert bool(found["whole"]) is (found["fen"] is None)
    assert bool(found["gap"]) is (bool(found["fen"]) and found["jiao"] is None and found["yuan"] is not None)
    return total


def _group(text: str) -> int:
    """A group of four digits; each place at most once, from the highest to the lowest, gaps marked by 零."""
    total, last, gap = 0, 4, False
    for digit, place in re.findall("([零壹贰叁肆伍陆柒捌玖])(仟|佰|拾|)", text):
        if digit == "零":
            assert not gap, text
            gap = True
            continue
        power = ("", "拾", "佰", "仟").index(place)
        assert power < last, text
        # Inside a group zeros that were passed over are said, and others are not.
        assert total == 0 or gap is (last - power > 1), text
        total, last, gap = total + 10**power * "零壹贰叁肆伍陆柒捌玖".index(digit), power, False
    assert not gap or text == "零", text
    return total


@given(FEN | st.integers(0, 10**6) | st.sampled_from([10**power for power in range(14)]))
def test_capitals_read_back_by_the_grammar_of_the_rule_are_the_amount(fen: int) -> None:
    assert read_strictly(capital_text(fen)) == fen


@given(st.lists(st.sampled_from("0001259"), min_size=1, max_size=14))
def test_capitals_with_many_zeros_read_back_are_the_amount(digits: list[str]) -> None:
    fen = int("".join(digits))
    text = capital_text(fen)
    assert read_strictly(text) == fen
    # A gap between groups is said: what follows 万 or 亿 without its thousands begins with 零.
    for group in ("亿", "万"):
        _, _, rest = text.partition(group)
        if rest and rest[0] in "壹贰叁肆伍陆柒捌玖":
            assert rest[1] == "仟", text


def said(text: str) -> int:
    """Fen of an amount in capitals, read the way a person reads it."""
    digits, small = "零壹贰叁肆伍陆柒捌玖", {"拾": 10, "佰": 100, "仟": 1000}
    large = {"万": 10**6, "亿": 10**10, "元": 100, "角": 10, "分": 1}
    total = group = digit = 0
    for sign in text.removeprefix("人民币").removesuffix("整"):
        if sign in digits:
            digit = digits.index(sign)
        elif sign in small:
            group, digit = group + digit * small[sign], 0
        else:
            total, group, digit = total + (group + digit) * large[sign], 0, 0
    return total


@given(FEN | st.integers(min_value=0, max_value=10**6))
def test_an_amount_in_capitals_says_the_amount(fen: int) -> None:
    assert said(capital_text(fen)) == fen
    assert "零零" not in capital_text(fen)


def test_an_amount_beyond_the_form_has_no_capitals() -> None:
    with pytest.raises(ValueError, match="一万亿"):
        capital_text(10**14)


def test_masks_leave_what_the_rules_allow() -> None:
    assert mask_identity("410499197909020081") == "410499********0081"
    assert mask_account("4100000000000000001") == "***************0001"
    assert mask_phone("13800000000") == "138****0000"
    assert mask_name("张三") == "张*"
    assert mask_name("欧阳示例") == "欧***"
    assert mask_name("") == ""


@given(st.text(alphabet="0123456789X", max_size=40))
def test_at_least_a_third_of_a_number_is_covered(number: str) -> None:
    for mask in (mask_identity, mask_account, mask_phone):
        masked = mask(number)
        assert len(masked) == len(number)
        assert masked.count("*") * 3 >= len(number)
