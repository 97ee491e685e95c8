"""For administrators: how the system is doing, and the test clock where there is one."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.current import product, require_actor
from web.views.fields import Errors, Field
from web.views.refused import Shown, messages_of, shown
from workflow.errors import NotFound, Refused
from workflow.services import health, test_clock

blueprint = Blueprint("admin", __name__)


@blueprint.get("/admin/system")
def show_system() -> ResponseReturnValue:
    """Whether the parts of the system are well."""
    return _system_page()


@blueprint.post("/admin/test-clock")
def set_test_clock() -> ResponseReturnValue:
    """Sets the present moment of the business; exists only where the test clock is on."""
    if not product().settings.test_clock:
        raise NotFound("本环境没有测试时钟")
    typed = request.form.get("now", "").strip()
    now = f"{typed}:00+08:00" if len(typed) == len("2026-09-18T09:00") else typed
    try:
        test_clock.set_test_clock(product(), actor=require_actor(), now=now)
    except Refused as refusal:
        return _system_page(shown(refusal), messages_of(refusal), typed), refusal.status
    flash("业务时间已设定。", "good")
    return redirect(url_for("admin.show_system"), code=303)


def _system_page(refused: Shown | None = None, errors: Errors | None = None, typed: str = "") -> str:
    now = Field(
        "now",
        "业务时间（北京时间）",
        "datetime",
        typed,
        error=(errors or {}).get("now", ""),
        required=True,
        enforced=True,
    )
    state = health.operations(product(), actor=require_actor())
    return render_template("admin/system.html", state=state, now_field=now, refused=refused)
