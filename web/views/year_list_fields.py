"""The forms of the year's list: entries as inputs of a page, and what a page sends back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from web.views.fields import Errors, Field, Sent, fields_of, flat
from workflow.form import from_inputs, inputs_of
from workflow.form.fields import Typed
from workflow.form.pages import LEVELS

_YES_NO = (("true", "是"), ("false", "否"))


def entry_fields(
    model: type[Typed], values: Sent, errors: Errors, *, scope: str, without: Iterable[str] = ()
) -> list[Field]:
    """The inputs of an entry; the person's region is not asked for."""
    fields = fields_of(
        model, values=values, errors=errors, scope=scope, enforced=False, without=("region", *without)
    )
    return [_drawn(one) for one in fields]


def _drawn(one: Field) -> Field:
    if one.widget == "yes_no":
        return replace(one, widget="select", options=_YES_NO, width="third")
    if one.name == "levels":
        return replace(one, options=LEVELS)
    return one


def stored_fields(view: dict[str, Any]) -> Sent:
    """What stands, under the names that a page would send."""
    return flat({name: value for name, value in view.items() if not isinstance(value, dict)})


def entry_of(model: type[Typed], sent: Sent, region: str | None) -> dict[str, Any]:
    """What was typed of a new entry, for the person's region, as services read it."""
    found = from_inputs(model, sent)
    for one in inputs_of(model):
        value = found.get(one.name)
        if one.widget == "yes_no" and value in {"true", "false"}:
            found[one.name] = value == "true"
        elif one.name == "levels" and isinstance(value, list):
            found[one.name] = [int(each) if each in dict(LEVELS) else each for each in value]
    if "region" in model.model_fields:
        found["region"] = region or ""
    return found


def change_of(model: type[Typed], sent: Sent, *, without: Iterable[str] = ()) -> dict[str, Any]:
    """What a page says of an entry that stands: every field that may change, None where it was emptied."""
    found = entry_of(model, sent, None)
    names = (name for name in model.model_fields if name not in {"region", *without})
    return {name: found.get(name, [] if name == "levels" else None) for name in names}
