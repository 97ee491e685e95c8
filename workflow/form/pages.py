"""A model as inputs of a web page, and what a page sends back (flat text) as data for ``read``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from unicodedata import normalize

from workflow.form.fields import Typed
from workflow.form.reading import model_inside, words_inside

# The offset of Asia/Shanghai, in which everybody types: a datetime-local input sends none.
TYPED_OFFSET = "+08:00"
LEVELS = (
    ("5", "初级工（五级）"),
    ("4", "中级工（四级）"),
    ("3", "高级工（三级）"),
    ("2", "技师（二级）"),
    ("1", "高级技师（一级）"),
)
MOST_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a page. ``inputs`` are those of the part it holds; ``many`` says that it holds a list."""

    name: str
    label: str
    widget: str
    required: bool
    help: str
    choices: tuple[tuple[str, str], ...]
    minimum: int | None
    maximum: int | None
    inputs: tuple[Input, ...]
    many: bool


@cache
def inputs_of(model: type[Typed]) -> tuple[Input, ...]:
    """The inputs of a model in the order of the printed form."""
    schema = model.model_json_schema()
    definitions = schema.get("$defs", {})
    found: list[Input] = []
    for name, field in model.model_fields.items():
        shape = _shape(schema["properties"][name], definitions)
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        many = shape.get("type") == "array"
        inner, words = model_inside(field.annotation), words_inside(field.annotation)
        part = inner if inner is not None and issubclass(inner, Typed) else None
        widget = str(shape.get("x-widget", "text"))
        if many:
            widget = "rows" if part else "checkboxes" if words else str(shape.get("x-widget", "list"))
        elif part:
            widget = "part"
        choices = tuple((word.value, word.label) for word in words or ())
        found.append(
            Input(
                name=name,
                label=field.title or name,
                widget=widget,
                required=bool(extra.get("x-required", field.is_required())),
                help=str(extra.get("x-help", "")),
                choices=LEVELS if widget == "level" else choices,
                minimum=shape.get("minimum"),
                maximum=shape.get("maximum"),
                inputs=inputs_of(part) if part else (),
                many=many,
            )
        )
    return tuple(found)


def from_inputs(model: type[Typed], sent: Mapping[str, str | list[str]]) -> dict[str, Any]:
    """What a page sent under dotted names (``lines.0.heads``), as data for ``read``.

    Empty inputs are left out; text that is no number or date stays text, so that ``read`` names the field.
    A checkbox that is not sent is a no; a verdict that is not given stays open. Rows are numbered anew,
    without the gaps of removed ones.
    """
    return _part(inputs_of(model), sent, "")


def _shape(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    shape = dict(schema)
    for option in shape.pop("anyOf", []):
        if option.get("type") != "null":
            shape |= _shape(option, definitions)
    reference = shape.pop("$ref", None)
    if isinstance(reference, str):
        shape = _shape(definitions[reference.rpartition("/")[2]], definitions) | shape
    return shape


def _part(inputs: tuple[Input, ...], sent: Mapping[str, str | list[str]], path: str) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for field in inputs:
        name = f"{path}{field.name}"
        if field.widget == "part":
            part = _part(field.inputs, sent, f"{name}.")
            if _is_filled(sent, f"{name}."):
                data[field.name] = part
        elif field.widget == "rows":
            rows = _rows(field, sent, name)
            if rows:
                data[field.name] = rows
        elif field.widget == "checkboxes":
            chosen = sent.get(name)
            if chosen:
                data[field.name] = [chosen] if isinstance(chosen, str) else list(chosen)
        elif field.widget == "checkbox":
            data[field.name] = _text(sent.get(name)) in {"on", "true", "1", "yes"}
        elif field.widget == "verdict":
            if text := _text(sent.get(name)):
                data[field.name] = {"true": True, "false": False}.get(text, text)
        elif text := _text(sent.get(name)):
            data[field.name] = _value(field, text)
    return data


def _rows(field: Input, sent: Mapping[str, str | list[str]], name: str) -> list[dict[str, Any]]:
    pattern = re.compile(re.escape(name) + r"\.(\d{1,4})\.", re.ASCII)
    numbers = sorted({int(found[1]) for key in sent if (found := pattern.match(key))})
    return [
        _part(field.inputs, sent, f"{name}.{number}.")
        for number in numbers[:MOST_ROWS]
        if _is_filled(sent, f"{name}.{number}.")
    ]


def _is_filled(sent: Mapping[str, str | list[str]], start: str) -> bool:
    return any(name.startswith(start) and _text(value) for name, value in sent.items())


def _text(value: str | list[str] | None) -> str:
    if isinstance(value, list):
        value = value[-1] if value else ""
    return (value or "").strip()


def _value(field: Input, text: str) -> str | int:
    if field.widget in {"number", "level"}:
        # Whoever types Chinese often leaves the digits full-width.
        digits = normalize("NFKC", text)
        return int(digits) if re.fullmatch(r"-?\d{1,18}", digits, re.ASCII) else text
    if field.widget == "datetime" and re.fullmatch(r"[\d-]{10}[T ][\d:.]+", text, re.ASCII):
        return text + TYPED_OFFSET
    return text
