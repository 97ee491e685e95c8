"""The versions of the calendar: each can be looked at, and any two compared, for ever."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from web.api.parameters import ComparisonQuery, VersionQuery
from web.current import product
from web.views.filters import read_filters
from web.views.months import festivals_of, months_of
from web.views.paging import cursor, page_addresses
from web.views.refused import shown
from workflow.errors import Malformed
from workflow.policy import region_labels
from workflow.services import calendar_versions

blueprint = Blueprint("calendar_versions", __name__)


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
    chosen, refused = read_filters(ComparisonQuery, ("before", "after"))
    found = None
    if refused is None and chosen["before"] and chosen["after"]:
        found = calendar_versions.compare_versions(product(), **chosen)
    versions = calendar_versions.list_versions(product(), limit=100)["items"]
    page = render_template(
        "calendar/compare.html", chosen=chosen, found=found, versions=versions, refused=refused
    )
    return page, 422 if refused else 200
