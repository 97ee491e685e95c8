"""From what was typed to a model, or to Chinese messages that name the field, the value and the limit.

``read(Model, data, prefix)`` is the only way in: no pydantic error leaves this room.
"""

from __future__ import annotations

import re
import types
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from workflow.errors import FieldError, Malformed
from workflow.form.fields import ByLabel, EntryError, Typed
from workflow.form.masking import MASKS, cover_numbers
from workflow.vocabulary import Word

Model = TypeVar("Model", bound=Typed)

MOST_ERRORS = 200
LONGEST_ECHO = 40

# One template per pydantic error; {…} are its context. What is not listed cannot come from JSON and our
# types, and is answered by the last line of ``_problem``.
_TEMPLATES: dict[str, str] = {
    "missing": "未填写",
    "extra_forbidden": "表中没有这一项",
    "model_type": "须为一组内容（JSON 对象）",
    "model_attributes_type": "须为一组内容（JSON 对象）",
    "dict_type": "须为一组内容（JSON 对象）",
    "invalid_key": "键须为文本",
    "list_type": "须为列表",
    "tuple_type": "须为列表",
    "set_type": "须为列表",
    "iterable_type": "须为列表",
    "too_short": "至少{min_length}项",
    "too_long": "最多{max_length}项",
    "string_type": "须为文本",
    "string_unicode": "文本编码不正确",
    "string_too_short": "不能为空",
    "string_pattern_mismatch": "格式不正确",
    "string_not_ascii": "只能使用英文字母、数字和符号",
    "int_type": "须为整数",
    "int_parsing": "须为整数",
    "int_parsing_size": "数字过大",
    "int_from_float": "须为整数",
    "float_type": "须为数字",
    "float_parsing": "须为数字",
    "finite_number": "须为有限的数字",
    "decimal_type": "须为数字",
    "decimal_parsing": "须为数字",
    "decimal_max_digits": "数字过长",
    "decimal_max_places": "最多{decimal_places}位小数",
    "decimal_whole_digits": "整数部分过长",
    "multiple_of": "须为{multiple_of}的倍数",
    "greater_than": "须大于{gt}",
    "greater_than_equal": "不能小于{ge}",
    "less_than": "须小于{lt}",
    "less_than_equal": "不能大于{le}",
    "bool_type": "须为“是”或“否”（true 或 false）",
    "bool_parsing": "须为“是”或“否”（true 或 false）",
    "none_required": "须为空",
    "date_type": "须为日期，格式如 2026-09-07",
    "date_parsing": "须为日期，格式如 2026-09-07",
    "date_from_datetime_parsing": "须为日期，格式如 2026-09-07",
    "date_from_datetime_inexact": "须为日期，不带时间",
    "datetime_type": "须为日期和时间",
    "datetime_parsing": "须为日期和时间",
    "datetime_from_date_parsing": "须为日期和时间",
    "datetime_object_invalid": "须为日期和时间",
    "timezone_naive": "不能带时区",
    "timezone_aware": "须带时区，如 +08:00",
    "timezone_offset": "时区不对",
    "time_type": "须为时间",
    "time_parsing": "须为时间",
    "bytes_type": "须为文本",
    "recursion_loop": "内容相互嵌套，无法读取",
    "recursion_depth_exceeded": "嵌套过深，无法读取",
    "json_invalid": "不是有效的 JSON",
    "json_type": "须为 JSON 文本",
}


# What was typed is repeated, except where there is nothing, or where nobody knows what it is.
_SILENT = frozenset({"missing", "extra_forbidden"})


def read(model: type[Model], data: object, prefix: str = "") -> Model:
    """The model of what was typed; raises ``Malformed`` with one ``FieldError`` per field that is wrong.

    Paths start with ``prefix`` and go on by dots, such as ``opening.classes.0.level``.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        faults = error.errors(include_url=False)[:MOST_ERRORS]
    errors = [_field_error(model, fault, prefix) for fault in faults]
    raise malformed(errors)


def malformed(errors: list[FieldError]) -> Malformed:
    """The refusal that carries these field errors; its message repeats the first."""
    more = f"（另有{len(errors) - 1}处）" if len(errors) > 1 else ""
    return Malformed(f"填写有误：{errors[0].message}{more}", errors)


def joined(*parts: object) -> str:
    """A field path of the parts that are not empty."""
    return ".".join(str(part) for part in parts if str(part))


def _field_error(model: type[BaseModel], fault: ErrorDetails, prefix: str) -> FieldError:
    place, at = list(fault["loc"]), ""
    cause = fault.get("ctx", {}).get("error")
    if isinstance(cause, EntryError):
        at = cause.at
        place += [int(part) if part.isdigit() else part for part in at.split(".")]
    spot = spot_of(model, place)
    problem = _problem(fault, spot)
    shown = "" if fault["type"] in _SILENT or at else _echo(fault["input"], spot.personal)
    path = joined(prefix, *(_printable(str(part)) for part in place))
    return FieldError(path, f"“{spot.label}”{problem}{shown}" if spot.label else f"请求内容{problem}{shown}")


def _problem(fault: ErrorDetails, spot: Spot) -> str:
    kind, context = fault["type"], fault.get("ctx", {})
    if kind in {"value_error", "assertion_error"}:
        return str(context.get("error", "")) or "填写的内容不符合要求"
    if kind == "enum":
        return f"须为下列之一：{'、'.join(_choice(word, spot) for word in spot.words or ())}"
    if kind == "literal_error":
        expected = re.findall("'([^']*)'", str(context.get("expected", "")))
        return f"须为下列之一：{'、'.join(f'“{word}”' for word in expected)}"
    if kind in {"string_too_long", "too_long"} and isinstance(fault["input"], str):
        # Not the bare limit: whoever has pasted a page wants to know how much has to go.
        return f"最多{context['max_length']}个字，现有{len(fault['input'])}个字"
    if kind in _TEMPLATES:
        return _TEMPLATES[kind].format(**context)
    return "填写的内容不符合要求"


def _choice(word: Word, spot: Spot) -> str:
    return word.label if spot.by_label else f"{word}（{word.label}）"


def _printable(text: str) -> str:
    # A lone surrogate, which JSON can carry, would break the answer when it is encoded. What was typed into
    # the wrong field may be somebody's number.
    return "".join(sign if sign.isprintable() else "?" for sign in cover_numbers(text)[:LONGEST_ECHO])


def _echo(value: object, personal: str) -> str:
    if isinstance(value, str):
        text = MASKS[personal](value) if personal else value
        more = "…" if len(value) > LONGEST_ECHO else ""
        return f"（填写的是“{_printable(text)}{more}”）" if text else ""
    if isinstance(value, bool):
        return f"（填写的是 {'true' if value else 'false'}）"
    if isinstance(value, int | float):
        # int-to-text conversion of a huge number is refused by Python itself.
        return f"（填写的是 {cover_numbers(str(value))}）" if abs(value) < 10**20 else ""
    return ""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a model: its printed label, the mask for its value, and the words it chooses from.

    ``by_label``: the words are chosen by their labels.
    """

    label: str
    personal: str = ""
    words: type[Word] | None = None
    by_label: bool = False


def spot_of(model: type[BaseModel], place: list[int | str]) -> Spot:
    """What stands at a path inside a model, such as ``["classes", 0, "level"]``."""
    labels: list[str] = []
    spot = Spot("")
    current: type[BaseModel] | None = model
    for part in place:
        if isinstance(part, int):
            if labels:
                labels[-1] += f"第{part + 1}项"
            continue
        field = current.model_fields.get(part) if current else None
        if field is None:
            labels.append(_printable(part))
            current = None
            continue
        labels.append(field.title or part)
        extra = field.json_schema_extra
        personal = str(extra.get("x-personal", "")) if isinstance(extra, dict) else ""
        by_label = any(isinstance(each, ByLabel) for each in field.metadata)
        spot = Spot("", personal, words_inside(field.annotation), by_label)
        current = model_inside(field.annotation)
    return replace(spot, label=" ".join(labels[-2:]))


def model_inside(annotation: object) -> type[BaseModel] | None:
    """The model that a field holds, once or in a list, if any."""
    for candidate in _unwrapped(annotation):
        if isinstance(candidate, type) and issubclass(candidate, BaseModel):
            return candidate
    return None


def words_inside(annotation: object) -> type[Word] | None:
    """The vocabulary from which a field chooses, if any."""
    for candidate in _unwrapped(annotation):
        if isinstance(candidate, type) and issubclass(candidate, Word):
            return candidate
    return None


def _unwrapped(annotation: object) -> list[object]:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _unwrapped(get_args(annotation)[0])
    if origin in {Union, types.UnionType, list}:
        return [found for part in get_args(annotation) for found in _unwrapped(part)]
    return [annotation]


def section(form: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A section of a stored form document; empty when it is not filled yet."""
    found = form.get(name)
    return found if isinstance(found, Mapping) else {}
