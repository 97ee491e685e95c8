"""From 我的待办 to an application and on to the next: filters and place are carried in the address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request, url_for

from web.api.parameters import WorklistQuery
from web.current import product, require_actor
from web.views.filters import read_filters
from workflow.errors import Malformed
from workflow.services import worklist

FILTERS = ("text", "state", "urgency", "subsidy", "region")
PLACE = "after"
"""The name under which the address of an application says where on the worklist it stood."""


@dataclass(frozen=True, slots=True)
class Onward:
    """Where one goes from an application that was opened from the worklist; ``item`` is None at its end."""

    back: str
    item: dict[str, Any] | None
    address: str


def filters_carried() -> dict[str, Any]:
    """The filters of the worklist as they stand in the address."""
    return {name: request.args[name] for name in FILTERS if request.args.get(name, "").strip()}


def carried() -> dict[str, Any]:
    """Filters and place, for an address to carry on; nothing where one did not come from the worklist."""
    place = request.args.get(PLACE)
    return {**filters_carried(), PLACE: place} if place else {}


def to_item(item: dict[str, Any]) -> dict[str, Any]:
    """What the address of an item's application carries."""
    return {**filters_carried(), PLACE: item["place"]}


def onward(application_id: int) -> Onward | None:
    """The way on from this application; None where one did not come from the worklist."""
    place = request.args.get(PLACE)
    if not place:
        return None
    filters, refused = read_filters(WorklistQuery, FILTERS)
    if refused is not None:
        return None
    try:
        item = _next(filters, place, application_id) or _next(filters, None, application_id)
    except Malformed:
        # An address that somebody cut off still leads to its application.
        return None
    back = url_for("worklist.show", **filters_carried())
    if item is None:
        return Onward(back, None, "")
    return Onward(back, item, url_for("applications.show", application_id=item["id"], **to_item(item)))


def _next(filters: dict[str, Any], place: str | None, application_id: int) -> dict[str, Any] | None:
    page = worklist.read_worklist(product(), actor=require_actor(), **filters, cursor=place, limit=2)
    return next((item for item in page["items"] if item["id"] != application_id), None)
