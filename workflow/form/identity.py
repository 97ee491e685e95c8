"""Numbers of identity documents: cleaned of every disguise, checked by their form, compared as persons.

A resident's number is 18 digits (GB 11643): region, day of birth, sequence, check digit. Permits of 港澳台
residents and passports have forms of their own.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from stdnum.iso7064 import mod_11_2

from workflow.vocabulary import IdentityType

_RESIDENT = re.compile(r"[1-9]\d{16}[\dX]", re.ASCII)
_OLD_RESIDENT = re.compile(r"[1-9]\d{14}", re.ASCII)
_RESIDENCE_PERMIT = re.compile(r"8[123]0000\d{11}[\dX]", re.ASCII)
# 港澳居民来往内地通行证: the person's own eight digits, and on older ones how often it was renewed.
_HK_MACAO_PERMIT = re.compile(r"([HM]\d{8})(\d{2})?", re.ASCII)
# 台湾居民来往大陆通行证: the same, and on the oldest a letter in brackets.
_TAIWAN_PERMIT = re.compile(r"(\d{8})(\d{2}[A-Z]?)?", re.ASCII)
# Passports of any country, and the permanent residence permit that foreigners had before 2023.
_PASSPORT = re.compile(r"(?=[A-Z0-9]*\d)[A-Z0-9]{5,12}|[A-Z]{3}\d{12}", re.ASCII)
_EARLIEST_BIRTH_YEAR = 1900
# The first two digits of region codes, GB/T 2260.
_PROVINCES = frozenset(
    str(code)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
    for code in range(first, last + 1)
)

# Cyrillic and Greek capitals that look like Latin ones, and whatever else is written for an X.
_CYRILLIC, _GREEK = ("АВЕКМНОРСТУХІЈЅ", "ABEKMHOPCTYXIJS"), ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX")
_MEANT_AS_X = "ҲӼӾⲬꓫ×✕✖╳⨯⨉❌✗✘☓乂ㄨメ"
_LOOK_ALIKES = (
    str.maketrans(*_CYRILLIC) | str.maketrans(*_GREEK) | str.maketrans(dict.fromkeys(_MEANT_AS_X, "X"))
)
# In a number that has no letters these are meant as digits.
_MEANT_AS_DIGITS = str.maketrans("OIL|", "0111")
_ROUNDED = re.compile(r"[+-]?\d(\.\d+)?E\+?\d{1,3}", re.ASCII)
SPOILT_BY_EXCEL = "已被 Excel 当作数字改写，末几位已经丢失，请把单元格改为文本格式后重新填写完整号码"


def clean_identity(value: object) -> object:
    """A number as it is stored: plain digits and capitals, the 15 digits of old as the 18 of today.

    Whatever stands between or around the digits goes, and so does every other way to write a digit or an X.
    Raises ``ValueError`` for a number that is covered or that Excel has rounded.
    """
    if not isinstance(value, str) or _RESIDENT.fullmatch(value):
        return value
    # Decomposed, so that an accent goes as well.
    text = unicodedata.normalize("NFKD", value).upper()
    if _ROUNDED.fullmatch(text.strip()):
        raise ValueError(SPOILT_BY_EXCEL)
    if "*" in text:
        raise ValueError("须填写完整的号码，不能遮盖")
    plain = "".join(_plain(sign) for sign in text.translate(_LOOK_ALIKES))
    if _RESIDENT.fullmatch(plain):
        return plain
    meant = plain.translate(_MEANT_AS_DIGITS)
    if _OLD_RESIDENT.fullmatch(meant) and _day(f"19{meant[6:12]}"):
        body = f"{meant[:6]}19{meant[6:]}"
        return f"{body}{mod_11_2.calc_check_digit(body)}"
    return meant if _RESIDENT.fullmatch(meant) and mod_11_2.is_valid(meant) else plain


def _plain(sign: str) -> str:
    number = unicodedata.numeric(sign, -1.0)
    if number in range(10):
        return str(int(number))
    # Blanks, what cannot be seen, accents and punctuation.
    category = unicodedata.category(sign)
    return "" if category[0] in "ZMP" or category in {"Cc", "Cf", "Sk"} else sign


def same_person_key(number: str, kind: IdentityType | None = None) -> str:
    """What two numbers have in common exactly when they are one person's, however they were written.

    A permit that was renewed is the same person's. Numbers of two kinds of document never have it in common.
    """
    try:
        plain = str(clean_identity(number))
    except ValueError:
        return number
    found = _HK_MACAO_PERMIT.fullmatch(plain)
    if found is None and kind is IdentityType.HK_MACAO_TAIWAN_PERMIT:
        found = _TAIWAN_PERMIT.fullmatch(plain)
    return found[1] if found else plain


def born_on(number: str) -> date | None:
    """The day of birth that a resident's card, or a residence permit built like one, carries."""
    return _day(number[6:14]) if _RESIDENT.fullmatch(number) else None


def is_woman(number: str) -> bool | None:
    """The sex that such a number carries in its 17th digit; None for other documents."""
    return int(number[16]) % 2 == 0 if _RESIDENT.fullmatch(number) else None


def is_of_unknown_region(number: str) -> bool:
    """Whether such a number begins with a province that there is not."""
    return bool(_RESIDENT.fullmatch(number)) and number[:2] not in _PROVINCES


def is_suspiciously_round(number: str) -> bool:
    """Whether Excel may have rounded such a number although its check digit happens to be right."""
    return bool(_RESIDENT.fullmatch(number)) and number.endswith("000")


def check_identity(number: str, kind: IdentityType) -> str:
    """The clean number of an identity document, if it is one; raises ``ValueError`` saying what is wrong."""
    number = str(clean_identity(number))
    if kind is IdentityType.RESIDENT_ID:
        return _checked_resident(number)
    if _RESIDENCE_PERMIT.fullmatch(number) and kind is IdentityType.HK_MACAO_TAIWAN_PERMIT:
        return _checked_resident(number)
    if _RESIDENT.fullmatch(number) and mod_11_2.is_valid(number):
        raise ValueError("是居民身份证号码的形式，请核对证件类型")
    if kind is IdentityType.PASSPORT:
        if not _PASSPORT.fullmatch(number):
            raise ValueError("护照号码须为5至12位字母和数字")
    elif not (_HK_MACAO_PERMIT.fullmatch(number) or _TAIWAN_PERMIT.fullmatch(number)):
        raise ValueError(
            "须为港澳台居民居住证号码（18位）、港澳居民来往内地通行证号码（H或M加8位或10位数字）"
            "或者台湾居民来往大陆通行证号码（8位或10位数字）"
        )
    return number


def _checked_resident(number: str) -> str:
    if _OLD_RESIDENT.fullmatch(number):
        raise ValueError("15位居民身份证号码中的出生日期不存在")
    if not _RESIDENT.fullmatch(number):
        raise ValueError("居民身份证号码须为18位（前17位为数字，末位为数字或X）")
    born = born_on(number)
    if born is None:
        raise ValueError("身份证号码中的出生日期不存在")
    if born.year < _EARLIEST_BIRTH_YEAR:
        raise ValueError("身份证号码中的出生日期过早")
    if not mod_11_2.is_valid(number):
        if number.endswith("000"):
            raise ValueError(f"校验码不对，末三位为000：{SPOILT_BY_EXCEL}")
        raise ValueError("身份证号码的校验码不对，请核对各位数字")
    return number


def _day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
