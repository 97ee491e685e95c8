"""The official form as a PDF for whoever may read the application; and where anybody checks a print of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from web.api.replies import pdf_reply
from web.current import product, require_actor
from web.rate import check_verification_rate
from web.views.fields import Errors, Field
from web.views.refused import Shown, messages_of, shown
from workflow.errors import Refused
from workflow.services import official_forms

blueprint = Blueprint("official_forms", __name__)
_FIELDS = {
    "number": ("编号", "印在表格的左上角和每页的页脚，如 410400-2026-000001"),
    "code": ("核验码", "印在每页的页脚，12 位；大小写和连字符不限"),
}


@blueprint.get("/applications/<key:application_id>/official-form")
def show(application_id: int) -> ResponseReturnValue:
    """The official form, to be looked at or printed by the browser."""
    return pdf_reply(
        official_forms.print_official_form(product(), actor=require_actor(), application_id=application_id)
    )


@blueprint.get("/verify")
def verify() -> ResponseReturnValue:
    """Whether a printed form is genuine; in the address, so that an answer can be sent on."""
    typed = {name: request.args.get(name, "") for name in _FIELDS}
    if not any(typed.values()):
        return _page(typed)
    try:
        check_verification_rate()
        found = official_forms.check_printed_form(product(), **typed)
    except Refused as refusal:
        return _page(typed, refused=shown(refusal), errors=messages_of(refusal)), refusal.status
    return _page(typed, found=found)


def _page(
    typed: dict[str, str],
    *,
    found: dict[str, Any] | None = None,
    refused: Shown | None = None,
    errors: Errors | None = None,
) -> str:
    fields = [
        Field(name, label, value=typed[name], error=(errors or {}).get(name, ""), help=words, required=True)
        for name, (label, words) in _FIELDS.items()
    ]
    return render_template("official_forms/verify.html", fields=fields, found=found, refused=refused)
