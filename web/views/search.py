"""The search box in the head of every page: a whole number opens its application, anything else a list."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from web.current import product, require_actor
from workflow.services import search

blueprint = Blueprint("search", __name__)


@blueprint.get("/search")
def find() -> ResponseReturnValue:
    """Leads to the application of this very number, or else to the list narrowed to what was typed."""
    words = request.args.get("text", "").strip()
    found = search.find_number(product(), actor=require_actor(), number=words) if words else None
    if found is not None:
        return redirect(url_for("applications.show", application_id=found), code=303)
    return redirect(url_for("applications.list_all", text=words or None), code=303)
