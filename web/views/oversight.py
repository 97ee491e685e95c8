"""For auditors: whether the sealed trails still hold."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from web.current import product, require_actor
from workflow.services import audit

blueprint = Blueprint("oversight", __name__)


@blueprint.get("/audit")
def verify() -> ResponseReturnValue:
    """Reads every chain from its beginning."""
    return render_template("admin/audit.html", verdict=audit.verify_audit(product(), actor=require_actor()))
