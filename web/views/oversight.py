"""For auditors: whether the sealed trails still hold, and who has read personal data."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from web.api.parameters import ReadingsQuery
from web.current import product, require_actor
from web.views.filters import read_filters
from web.views.paging import cursor, page_addresses
from workflow.services import audit
from workflow.services import readings as readings_in_clear

blueprint = Blueprint("oversight", __name__)


@blueprint.get("/audit")
def verify() -> ResponseReturnValue:
    """Reads every chain from its beginning."""
    return render_template("admin/audit.html", verdict=audit.verify_audit(product(), actor=require_actor()))


@blueprint.get("/audit/readings")
def readings() -> ResponseReturnValue:
    """Who has read whose personal data, newest first."""
    filters, refused = read_filters(ReadingsQuery, ("application_id", "account"))
    page: dict[str, Any] = {"items": [], "next": None}
    if refused is None:
        page = readings_in_clear.list_readings(product(), actor=require_actor(), **filters, cursor=cursor())
    shown_page = render_template(
        "admin/readings.html", items=page["items"], filters=filters, refused=refused, **page_addresses(page)
    )
    return shown_page, 422 if refused else 200
