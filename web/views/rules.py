"""政策说明: the rules of a region in plain words, for everybody."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from web.api.parameters import RegionQuery
from web.current import actor, product
from web.views.filters import read_filters
from workflow.policy import region_labels
from workflow.services import plain_rules

blueprint = Blueprint("rules", __name__)


@blueprint.get("/rules")
def show() -> ResponseReturnValue:
    """The rules of the region in the address; without one, of the reader's own or of the city."""
    chosen, refused = read_filters(RegionQuery, ("region",))
    person = actor()
    region = chosen["region"] or (person.region if person else None)
    found: dict[str, Any] | None = None
    if refused is None:
        found = plain_rules.read_plain_rules(product(), region=region)
    page = render_template(
        "rules/show.html", found=found, regions=list(region_labels().items()), refused=refused
    )
    return page, 422 if refused else 200
