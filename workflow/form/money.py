"""Money between its three shapes: fen (stored), yuan with two decimals (JSON) and 万元 (the printed form)."""

from __future__ import annotations

import re

FEN_PER_YUAN = 100
# The printed form speaks in 万元; four decimals of it are one yuan.
FEN_PER_WAN = 1_000_000
WAN_DECIMALS = 4

_YUAN = re.compile(r"(0|[1-9][0-9]{0,11})(?:\.([0-9]{1,2}))?", re.ASCII)
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿")


def fen_from_yuan(text: str) -> int:
    """Fen of a string of yuan with at most two decimals, below 10^12; raises ``ValueError`` otherwise."""
    found = _YUAN.fullmatch(text)
    if found is None:
        raise ValueError("金额须为元，最多两位小数，小于一万亿，如 54000.00")
    return int(found[1]) * FEN_PER_YUAN + int((found[2] or "").ljust(2, "0"))


def yuan_from_fen(fen: int) -> str:
    """Yuan with two decimals, such as 18240.00."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // FEN_PER_YUAN}.{fen % FEN_PER_YUAN:02d}"


def yuan_text(fen: int) -> str:
    """Yuan as people read it, such as 18,240.00元."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // FEN_PER_YUAN:,}.{fen % FEN_PER_YUAN:02d}元"


def wan_exact(fen: int) -> str:
    """万元 with all six decimals, never rounded."""
    sign, fen = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{fen // FEN_PER_WAN}.{fen % FEN_PER_WAN:06d}"


def wan_text(fen: int) -> str:
    """万元 with four decimals, rounded half up, saying so whenever something was rounded away.

    以万元为单位，保留四位小数（精确到元），四舍五入；舍去或者进位的，在数后注明，没有取舍的不注明。只用于显示，
    计算和存储一律精确到分；需要准确数的地方用元，或者用 ``wan_exact``（六位小数，精确到分）。
    """
    unit = FEN_PER_WAN // 10**WAN_DECIMALS
    sign, size = ("-", -fen) if fen < 0 else ("", fen)
    rounded = (2 * size + unit) // (2 * unit)
    whole, rest = divmod(rounded, 10**WAN_DECIMALS)
    note = "" if size % unit == 0 else f"（四舍五入至小数点后{WAN_DECIMALS}位）"
    return f"{sign}{whole}.{rest:0{WAN_DECIMALS}d}万元{note}"


def capital_text(fen: int) -> str:
    """大写金额 as on a voucher, such as 人民币伍万肆仟元整; for amounts from zero to below 10^12 yuan.

    By 《正确填写票据和结算凭证的基本规定》, in the characters of GB/T 15835: 整 after 元 and after 角, never
    after 分; one 零 for zeros in a row inside the digits, and for 角 where only 分 is given. Where 零 may be
    written or not, between a 万 or 元 that ends in zero and what follows, it stands before a lower group and
    not before 角.
    """
    if not 0 <= fen < 10**12 * FEN_PER_YUAN:
        raise ValueError("大写金额只适用于零至一万亿元")
    yuan, rest = divmod(fen, FEN_PER_YUAN)
    jiao, fen_digit = divmod(rest, 10)
    text = f"{_capital_whole(yuan)}元" if yuan or not rest else ""
    if not rest:
        return f"人民币{text}整"
    if jiao:
        text += f"{_DIGITS[jiao]}角"
    elif yuan:
        text += "零"
    text += f"{_DIGITS[fen_digit]}分" if fen_digit else "整"
    return f"人民币{text}"


def _capital_whole(yuan: int) -> str:
    if yuan == 0:
        return _DIGITS[0]
    text, gap = "", False
    digits = str(yuan)
    for index, sign in enumerate(digits):
        place = len(digits) - 1 - index
        if sign == "0":
            gap = True
        else:
            text += ("零" if gap and text else "") + _DIGITS[int(sign)] + _PLACES[place % 4]
            gap = False
        group = place // 4
        if place % 4 == 0 and int(digits[max(0, index - 3) : index + 1]):
            text += _GROUPS[group]
    return text
