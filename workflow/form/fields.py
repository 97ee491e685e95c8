"""The kinds of thing people type: text, numbers, dates, moments, money and identifiers, with their limits.

Each is an annotated type that cleans what was typed, refuses what is not well-formed with a Chinese message,
and carries the hint (``x-widget``) from which a page draws the input.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import core_schema
from stdnum.cn import uscc

from workflow.form.identity import clean_identity
from workflow.form.money import fen_from_yuan, yuan_from_fen
from workflow.form.private_numbers import private_number
from workflow.vocabulary import Word

FIRST_YEAR, LAST_YEAR = 2000, 2100
MOST_HEADS = 100_000
MOST_HOURS = 10_000

ItemModel = TypeVar("ItemModel")


class EntryError(ValueError):
    """A fault of one entry of a list, found only when the whole list is seen; ``at`` is its path inside."""

    def __init__(self, at: str, message: str) -> None:
        super().__init__(message)
        self.at = at


class Typed(BaseModel):
    """What every model of the form keeps to: nothing unknown, nothing converted, nothing changed later."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    def stored(self) -> dict[str, Any]:
        """The JSON shape in which the form document keeps it: unfilled fields are absent."""
        return self.model_dump(mode="json", exclude_none=True)


class Drafted(Typed):
    """A part of the form that may be saved half filled: an empty field counts as not filled."""

    @model_validator(mode="before")
    @classmethod
    def _leave_out_what_is_empty(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        return {
            name: value
            for name, value in data.items()
            if value is not None and not (isinstance(value, str) and not value.strip())
        }


def asked(title: str, *, help: str = "", personal: str = "") -> Any:
    """A field that must be given. ``personal`` names the mask under which messages repeat its value."""
    return Field(title=title, json_schema_extra=_hints(help, personal, required=True))


def drafted(title: str, *, required: bool = True, help: str = "", personal: str = "") -> Any:
    """A field that may be missing from a draft; ``required`` ones must be there on submission."""
    return Field(default=None, title=title, json_schema_extra=_hints(help, personal, required=required))


def optional(title: str, *, help: str = "", personal: str = "") -> Any:
    """A field that may always be left out."""
    return drafted(title, required=False, help=help, personal=personal)


def _hints(help: str, personal: str, *, required: bool) -> dict[str, Any]:
    hints: dict[str, Any] = {"x-required": required}
    if help:
        hints["x-help"] = help
    if personal:
        hints["x-personal"] = personal
    return hints


@dataclass(frozen=True, slots=True)
class Widget:
    """With what a page asks for a value of this type; published as ``x-widget`` in the JSON schema."""

    kind: str

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        json_schema = handler(schema)
        handler.resolve_ref_schema(json_schema)["x-widget"] = self.kind
        return json_schema


# Text ------------------------------------------------------------------------------------------------------

# Directional marks can make a name or an opinion read differently from what is stored.
_DIRECTIONAL = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINE_BREAKS = frozenset("\n\t")


class ByLabel(BeforeValidator):
    """Marks a field that takes labels: whoever filled it in is told the labels and no codes."""


def code_of(words: type[Word]) -> ByLabel:
    """People choose by the label, systems by the code."""
    codes = {word.label: word.value for word in words}

    def to_code(value: object) -> object:
        text = clean_text(value)
        return codes.get(text, text) if isinstance(text, str) else text

    return ByLabel(to_code)


def clean_text(value: object, *, lines: bool = False) -> object:
    """Text without surrounding blanks; refuses control characters and text in which nothing can be seen."""
    if not isinstance(value, str):
        return value
    text = value.replace("\r\n", "\n").replace("\ufeff", "").strip()
    for sign in text:
        if sign in _DIRECTIONAL or (
            unicodedata.category(sign) in {"Cc", "Cs", "Zl", "Zp"} and not (lines and sign in _LINE_BREAKS)
        ):
            raise ValueError(f"含有不能使用的字符（U+{ord(sign):04X}）")
    if text and not any(unicodedata.category(sign)[0] in "LNPS" for sign in text):
        raise ValueError("没有可见的文字")
    return text


# What is written between the parts of a name in place of the one middle dot.
_DOTS = str.maketrans("•・‧∙⋅●．", "·······")
_BETWEEN_HAN = re.compile(r"(?<=[\u3400-\u9fff\U00020000-\U0003ffff])(\s+|\s*\.\s*)(?=[\u3400-\U0003ffff])")
_IN_NAMES = frozenset("· '-.,’")


def clean_name(value: object) -> object:
    """A person's name: letters of any script, and what stands between them. 张　三 is 张三.

    Digits are let through: registers have them, and whoever looks for invented people has to see them.
    """
    text = clean_text(value)
    if not isinstance(text, str):
        return text
    text = unicodedata.normalize("NFKC", text.translate(_DOTS)).strip()
    text = _BETWEEN_HAN.sub(lambda found: "·" if "." in found[0] else "", text)
    for sign in text:
        if not (sign in _IN_NAMES or unicodedata.category(sign)[0] in "LM" or sign.isdecimal()):
            raise ValueError(f"含有不能用于姓名的符号“{sign}”")
    if text and not any(sign.isalpha() for sign in text):
        raise ValueError("须为姓名，不能只有数字或者符号")
    return text


def _clean_lines(value: object) -> object:
    return clean_text(value, lines=True)


def _without_private_numbers(text: str) -> str:
    kind = private_number(text)
    if kind:
        raise ValueError(f"中有{kind}，这里不能填写；需要指明某人时，请写姓名或者名册序号")
    return text


Name = Annotated[
    str,
    Field(min_length=1, max_length=100),
    BeforeValidator(clean_text),
    AfterValidator(_without_private_numbers),
    Widget("text"),
]
PersonName = Annotated[str, Field(min_length=1, max_length=64), BeforeValidator(clean_name), Widget("text")]
Line = Annotated[
    str,
    Field(min_length=1, max_length=200),
    BeforeValidator(clean_text),
    AfterValidator(_without_private_numbers),
    Widget("text"),
]
Lines = Annotated[
    str,
    Field(min_length=1, max_length=2000),
    BeforeValidator(_clean_lines),
    AfterValidator(_without_private_numbers),
    Widget("textarea"),
]
Code = Annotated[str, Field(min_length=1, max_length=64), BeforeValidator(clean_text), Widget("text")]
# How to reach somebody, in any words; sealed where it is stored.
Contact = Annotated[str, Field(min_length=1, max_length=200), BeforeValidator(clean_text), Widget("text")]


def compact(value: object) -> object:
    """An identifier as it is compared: half-width, without blanks and invisible signs, capital letters."""
    if not isinstance(value, str):
        return value
    signs = unicodedata.normalize("NFKC", value)
    return "".join(
        sign for sign in signs if not sign.isspace() and unicodedata.category(sign) != "Cf"
    ).upper()


def _identifier(pattern: str, message: str) -> Callable[[str], str]:
    shape = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        if not shape.fullmatch(value):
            raise ValueError(message)
        return value

    return check


_USCC_LENGTH, _USCC_DIGITS = 18, 8
_USCC_SIGNS = frozenset("0123456789ABCDEFGHJKLMNPQRTUWXY")


def _check_uscc(value: str) -> str:
    wrong = _fault_of_uscc(value)
    if wrong:
        raise ValueError(f"不是有效的统一社会信用代码：{wrong}")
    return value


def _fault_of_uscc(value: str) -> str:
    """What is wrong with the code, by the place of the sign; empty where nothing is."""
    if len(value) != _USCC_LENGTH:
        return f"应为{_USCC_LENGTH}位，现为{len(value)}位"
    for place, sign in enumerate(value, 1):
        if sign not in _USCC_SIGNS:
            return f"第{place}位“{sign}”不能使用，只用数字和除 I、O、S、V、Z 以外的字母"
        if place <= _USCC_DIGITS and not sign.isdecimal():
            return f"第{place}位“{sign}”应为数字，前{_USCC_DIGITS}位都是数字"
    if not uscc.is_valid(value):
        return f"末位校验码“{value[-1]}”与前17位不符，请逐位核对"
    return ""


Uscc = Annotated[str, AfterValidator(_check_uscc), BeforeValidator(compact), Widget("text")]
Phone = Annotated[
    str,
    AfterValidator(
        _identifier(
            r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}(-\d{1,6})?",
            "须为11位手机号码，或带区号的固定电话（如 0375-1234567）",
        )
    ),
    BeforeValidator(compact),
    Widget("tel"),
]
BankAccount = Annotated[
    str, AfterValidator(_identifier(r"\d{8,32}", "须为8至32位数字")), BeforeValidator(compact), Widget("text")
]
OccupationCode = Annotated[
    str,
    # 06-18-01-01 is the same occupation, and would otherwise be paid once more; so is 006-18-01-01.
    AfterValidator(lambda code: code.lstrip("0")),
    AfterValidator(_identifier(r"\d{1,2}(-\d{2}){2,4}", "须为职业编码的格式，如 6-18-01-01")),
    BeforeValidator(compact),
    Widget("text"),
]
# Compared as it is stored: full-width digits, blanks or a small x make no other certificate.
CertificateNumber = Annotated[
    str, Field(min_length=1, max_length=64), BeforeValidator(compact), Widget("text")
]
RegionCode = Annotated[
    str,
    AfterValidator(_identifier(r"\d{6}", "须为6位行政区划代码")),
    BeforeValidator(compact),
    Widget("select"),
]
IdentityNumber = Annotated[
    str,
    AfterValidator(_identifier(r"[A-Z0-9]{1,40}", "须为1至40位字母或数字")),
    BeforeValidator(clean_identity),
    Widget("text"),
]


# Numbers, dates, money -------------------------------------------------------------------------------------

Count = Annotated[int, Field(strict=True, ge=0, le=MOST_HEADS), Widget("number")]
Heads = Annotated[int, Field(strict=True, ge=1, le=MOST_HEADS), Widget("number")]
Hours = Annotated[int, Field(strict=True, ge=0, le=MOST_HOURS), Widget("number")]
# Of a training; one of no hours would pass every rule about their shares.
TotalHours = Annotated[int, Field(strict=True, ge=1, le=MOST_HOURS), Widget("number")]
Minutes = Annotated[int, Field(strict=True, ge=1, le=600), Widget("number")]
ClassNumber = Annotated[int, Field(strict=True, ge=1, le=999), Widget("number")]
RowNumber = Annotated[int, Field(strict=True, ge=1, le=MOST_HEADS), Widget("number")]
Level = Annotated[int, Field(strict=True, ge=1, le=5), Widget("level")]
YesNo = Annotated[bool, Field(strict=True), Widget("checkbox")]


def _within_years(day: date) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"须在{FIRST_YEAR}年至{LAST_YEAR}年之间")


def _read_day(value: object) -> object:
    if isinstance(value, datetime):
        raise ValueError("须为日期，不带时间")
    if isinstance(value, str):
        # fromisoformat also reads 20260907 and week dates; only the one form is written anywhere.
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.strip(), re.ASCII):
            raise ValueError("须为日期，格式如 2026-09-07")
        try:
            value = date.fromisoformat(value.strip())
        except ValueError:
            raise ValueError("这一天不存在") from None
    if isinstance(value, date):
        _within_years(value)
        return value
    raise ValueError("须为日期，格式如 2026-09-07")


_NO_MOMENT = "须为日期和时间，如 2026-09-07 08:40（调用接口的带时区，如 2026-09-07T08:40:00+08:00）"


def _read_moment(value: object) -> object:
    if isinstance(value, str):
        if not re.fullmatch(
            r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})",
            value.strip(),
            re.ASCII,
        ):
            raise ValueError(_NO_MOMENT)
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            raise ValueError("这个日期或时间不存在") from None
    if isinstance(value, datetime) and value.tzinfo is not None:
        _within_years(value)
        return value
    raise ValueError(_NO_MOMENT)


def _read_money(value: object) -> object:
    if isinstance(value, Decimal):
        value = str(value)
    if not isinstance(value, str):
        raise ValueError('金额须写成文本，单位为元，如 "54000.00"')
    fen = fen_from_yuan(value.strip())
    if fen <= 0:
        raise ValueError("金额须大于0")
    return Decimal(yuan_from_fen(fen))


Day = Annotated[date, BeforeValidator(_read_day), Widget("date")]
Moment = Annotated[
    datetime,
    BeforeValidator(_read_moment),
    PlainSerializer(lambda moment: moment.isoformat(), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
    Widget("datetime"),
]
Money = Annotated[
    Decimal,
    BeforeValidator(_read_money),
    PlainSerializer(str, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,2})?$"}),
    Widget("money"),
]
"""An amount of yuan above zero, exact, with two decimals."""


def unique(entries: list[ItemModel], *names: str, message: str) -> list[ItemModel]:
    """The entries, if no two agree in the named fields; the fault stands at the second of them."""
    seen: dict[tuple[object, ...], int] = {}
    for index, entry in enumerate(entries):
        mark = tuple(getattr(entry, name) for name in names)
        if None not in mark and seen.setdefault(mark, index) != index:
            raise EntryError(f"{index}.{names[0]}", message.format(*mark))
    return entries
