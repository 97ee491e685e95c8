"""Inputs of the form's models as a page draws them: with what was typed, and what was wrong with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from workflow.form import Input, inputs_of
from workflow.form.fields import Typed

Sent = dict[str, str | list[str]]
Errors = Mapping[str, str]

_WIDTHS = {
    "date": "third",
    "datetime": "half",
    "number": "third",
    "level": "third",
    "money": "third",
    "tel": "half",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One input with its label; ``required`` is said, ``enforced`` is also told to the browser."""

    name: str
    label: str
    widget: str = "text"
    value: str | list[str] = ""
    error: str = ""
    help: str = ""
    required: bool = False
    enforced: bool = False
    options: tuple[tuple[str, str], ...] = ()
    minimum: int | None = None
    rows: int = 3
    width: str = ""
    accept: str = ""
    datalist: str = ""
    autocomplete: str = ""
    scope: str = ""

    @property
    def id(self) -> str:
        """The element's id; ``scope`` keeps two forms of one page apart."""
        return input_id(self.scope, self.name)


def input_id(scope: str, name: str) -> str:
    """The id of the element for the field ``name``, so that a message may lead to it."""
    return f"{scope or 'field'}-{name.replace('.', '-')}"


def fields_of(
    model: type[Typed],
    *,
    prefix: str = "",
    values: Mapping[str, str | list[str]],
    errors: Errors,
    scope: str = "",
    enforced: bool = True,
    without: Iterable[str] = (),
) -> list[Field]:
    """The plain inputs of a model; parts and rows inside it are drawn by whoever knows them."""
    left_out = set(without)
    return [
        _field(one, prefix=prefix, values=values, errors=errors, scope=scope, enforced=enforced)
        for one in inputs_of(model)
        if one.name not in left_out and one.widget not in {"part", "rows"}
    ]


def _field(
    one: Input,
    *,
    prefix: str,
    values: Mapping[str, str | list[str]],
    errors: Errors,
    scope: str,
    enforced: bool,
) -> Field:
    name = f"{prefix}{one.name}"
    value = values.get(name, "")
    if one.widget == "checkboxes" and isinstance(value, str):
        value = [value] if value else []
    return Field(
        name=name,
        label=one.label,
        widget=one.widget,
        value=value,
        error=errors.get(name, ""),
        help=one.help,
        required=one.required,
        enforced=one.required and enforced,
        options=one.choices,
        minimum=one.minimum,
        width=_WIDTHS.get(one.widget, "half" if one.widget in {"text", "select"} else ""),
        scope=scope,
    )


def with_options(field: Field, options: Iterable[tuple[str, str]], *, widget: str = "select") -> Field:
    """The field as a choice among ``options``."""
    return replace(field, widget=widget, options=tuple(options), width="half")


def sent_by(form: MultiDict[str, str]) -> Sent:
    """What a page sent, by name; several boxes of one name as a list."""
    return {name: values[0] if len(values) == 1 else list(values) for name, values in form.lists()}


def ordinal_typed(typed: str) -> int | None:
    """The version that a page was made upon; a form sent by hand may leave it out."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


def flat(data: Any, prefix: str = "") -> Sent:
    """A stored part of the form under the names that a page would send."""
    if isinstance(data, Mapping):
        pairs: Iterable[tuple[object, Any]] = data.items()
    elif isinstance(data, list) and any(isinstance(entry, Mapping) for entry in data):
        pairs = enumerate(data)
    else:
        return {prefix.rstrip("."): _written(data)}
    found: Sent = {}
    for name, inner in pairs:
        found |= flat(inner, f"{prefix}{name}.")
    return found


def _written(value: Any) -> str | list[str]:
    if isinstance(value, list):
        return [str(entry) for entry in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
