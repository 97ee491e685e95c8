"""The versions of the calendar: each can be looked at, and any two compared, for ever."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from web.api.parameters import ComparisonQuery, VersionQuery
from web.current import product
from web.views.fields import Field, input_id
from web.views.filters import read_filters
from web.views.months import festivals_of, months_of
from web.views.paging import cursor, page_addresses
from web.views.refused import shown
from workflow.errors import FieldError, Malformed, NotFound
from workflow.form.reading import malformed
from workflow.policy import region_labels
from workflow.services import calendar_versions

blueprint = Blueprint("calendar_versions", __name__)
_SIDES = {name: str(field.title) for name, field in ComparisonQuery.model_fields.items()}


@blueprint.get("/calendar/versions")
def list_all() -> ResponseReturnValue:
    """Every version that ever was in force, newest first."""
    page = calendar_versions.list_versions(product(), cursor=cursor())
    return render_template("calendar/versions.html", items=page["items"], **page_addresses(page))


@blueprint.get("/calendar/versions/<key:ordinal>")
def show(ordinal: int) -> ResponseReturnValue:
    """One version, with a year of it where asked for."""
    chosen, refused = read_filters(VersionQuery, ("year", "region"))
    try:
        found = calendar_versions.read_version(product(), ordinal=ordinal, **chosen)
    except Malformed as refusal:
        found = calendar_versions.read_version(product(), ordinal=ordinal)
        refused = shown(refusal, scope="filter")
    year = found.get("shown")
    page = render_template(
        "calendar/version.html",
        found=found,
        chosen=chosen,
        months=months_of(year) if year else [],
        festivals=festivals_of(year) if year else [],
        regions=list(region_labels().items()),
        refused=refused,
    )
    return page, 422 if refused else 200


@blueprint.get("/calendar/versions/compare")
def compare() -> ResponseReturnValue:
    """What differs between two versions."""
    chosen, refused = read_filters(ComparisonQuery, tuple(_SIDES))
    found = None
    if refused is None and any(chosen.values()):
        try:
            found = _compared(chosen)
        except Malformed as refusal:
            refused = shown(refusal, scope="filter")
    errors = {error["id"]: error["message"] for error in refused.errors} if refused else {}
    fields = [
        Field(
            name,
            label,
            "number",
            request.args.get(name, ""),
            error=errors.get(input_id("filter", name), ""),
            minimum=1,
            datalist="versions",
            scope="filter",
        )
        for name, label in _SIDES.items()
    ]
    versions = calendar_versions.list_versions(product(), limit=100)["items"]
    page = render_template(
        "calendar/compare.html", fields=fields, found=found, versions=versions, refused=refused
    )
    return page, 422 if refused else 200


def _compared(chosen: dict[str, Any]) -> dict[str, Any]:
    """The comparison; ``Malformed`` names the side that is missing, or that there is not."""
    errors = [FieldError(side, f"“{label}”未填写") for side, label in _SIDES.items() if not chosen[side]]
    for side, label in _SIDES.items():
        try:
            if chosen[side]:
                calendar_versions.read_version(product(), ordinal=chosen[side])
        except NotFound as refusal:
            errors.append(FieldError(side, f"“{label}”：{refusal.message}"))
    if errors:
        raise malformed(errors)
    return calendar_versions.compare_versions(product(), **chosen)
