"""Filters of a page's address: read as the API reads them, and refused in the page's own words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import request

from web.views.refused import Shown, shown
from workflow.errors import FieldError, Malformed
from workflow.form.fields import Typed
from workflow.form.reading import read

_LONGEST_ECHO = 40


def read_filters(model: type[Typed], names: tuple[str, ...]) -> tuple[dict[str, Any], Shown | None]:
    """The filters by their names, None where not given or not readable; and, with such a one, the refusal.

    The caller shows the refusal and no list: what an unreadable filter was to keep out would be in it.
    """
    typed = {name: request.args[name].strip() for name in names if request.args.get(name, "").strip()}
    refused: Shown | None = None
    try:
        found = read(model, typed)
    except Malformed as refusal:
        wrong = [error.field for error in refusal.errors]
        errors = [FieldError(name, _words(model, name, typed.pop(name))) for name in wrong]
        refused = replace(shown(Malformed("", errors), scope="filter"), title="查询条件有误")
        found = read(model, typed)
    return dict.fromkeys(names) | {name: getattr(found, name) for name in typed}, refused


def _words(model: type[Typed], name: str, value: str) -> str:
    # The API lists the codes; on a page one chooses again.
    return f"查询条件“{model.model_fields[name].title}”不能是“{value[:_LONGEST_ECHO]}”，请重新选择或填写"
