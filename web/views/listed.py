"""The year's list for everybody: who may train in what, from when to when, and who is stopped."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from web.api.parameters import ListedInstitutionsQuery
from web.current import product
from web.views.filters import read_filters
from web.views.paging import cursor, page_addresses
from web.views.refused import Shown
from workflow.clock import shanghai_date
from workflow.policy import region_labels
from workflow.services import test_clock, year_list

blueprint = Blueprint("listed", __name__)
_FILTERS = ("region", "year", "kind", "text")


@blueprint.get("/listed-institutions")
def list_all() -> ResponseReturnValue:
    """The listed institutions; at first those of the present year."""
    filters, refused = read_list_filters(_FILTERS)
    page: dict[str, Any] = {"items": [], "next": None}
    if refused is None:
        page = year_list.list_public_institutions(product(), **filters, cursor=cursor())
    shown_page = render_template(
        "listed/list.html",
        items=page["items"],
        filters=filters,
        years=years_to_choose(),
        regions=list(region_labels().items()),
        refused=refused,
        **page_addresses(page),
    )
    return shown_page, 422 if refused else 200


def read_list_filters(names: tuple[str, ...]) -> tuple[dict[str, Any], Shown | None]:
    """The filters of the address; where no year is named, the present one."""
    filters, refused = read_filters(ListedInstitutionsQuery, names)
    if "year" not in request.args:
        filters["year"] = this_year()
    return filters, refused


def years_to_choose() -> list[int]:
    """The years of which there is a list, and the present one."""
    return sorted({*year_list.public_years(product()), this_year()}, reverse=True)


def this_year() -> int:
    """The year of the business's present day."""
    return shanghai_date(test_clock.business_now(product())).year
