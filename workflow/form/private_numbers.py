"""Numbers of private persons where free text is typed: identity numbers, mobile phones, bank cards; pure.

Their own fields are sealed at rest. Free text is not, so that it must not hold them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from stdnum import luhn
from stdnum.iso7064 import mod_11_2

# The first two digits of an identity number (GB/T 2260).
_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)", re.ASCII)
_RUN = re.compile(r"(?<!\d)\d{15,19}(?!\d)[Xx]?", re.ASCII)
_GAP = re.compile(r"(?<=\d)[ -](?=[\dXx])", re.ASCII)


def private_number(text: str) -> str:
    """What kind of private number stands in ``text``, however it was typed; empty where there is none.

    Only what can hardly be anything else: check digits and dates are looked at, and numbers of vouchers,
    documents and companies pass.
    """
    plain = "".join(
        " " if sign.isspace() else sign
        for sign in unicodedata.normalize("NFKC", text)
        if unicodedata.category(sign) != "Cf"
    )
    if _MOBILE.search(plain):
        return "手机号码"
    for run in _runs(plain):
        if _is_identity(run):
            return "证件号码"
        if run.startswith("62") and 16 <= len(run) <= 19 and luhn.is_valid(run):
            return "银行卡号"
    return ""


def identity_inside(number: str) -> str:
    """The identity number that another number holds, such as that of a 特种作业操作证; empty without one."""
    plain = "".join(unicodedata.normalize("NFKC", number).split()).upper()
    return next((run for run in _runs(plain) if len(run) == 18 and _is_identity(run)), "")


def _runs(plain: str) -> Iterator[str]:
    for written in (plain, _GAP.sub("", plain)):
        for found in _RUN.finditer(written):
            yield found[0].upper()


def _is_identity(run: str) -> bool:
    if not _PROVINCE.match(run):
        return False
    if len(run) == 15:
        return _is_day(f"19{run[6:12]}")
    return len(run) == 18 and _is_day(run[6:14]) and mod_11_2.is_valid(run)


def _is_day(digits: str) -> bool:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:])).year >= 1900
    except ValueError:
        return False
