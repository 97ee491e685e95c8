"""我的待办: what the person can act on now, most urgent first."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from web.current import product, require_actor
from web.views.acts import tasks_of
from web.views.paging import cursor, page_addresses
from workflow.services import listing

blueprint = Blueprint("worklist", __name__)


@blueprint.get("/worklist")
def show() -> ResponseReturnValue:
    """The worklist."""
    page = listing.read_worklist(product(), actor=require_actor(), cursor=cursor())
    clocks = [item.get("clock") or {} for item in page["items"]]
    late = sum(1 for clock in clocks if clock.get("state") == "overdue")
    return render_template(
        "worklist.html", items=page["items"], late=late, tasks_of=tasks_of, **page_addresses(page)
    )
