"""The landing page of the public, and how pages are shown: letter size, contrast, the words of facts."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.current import actor, product
from web.kept import local_path
from web.views import wording
from workflow.services import notices

blueprint = Blueprint("home", __name__)
for name, words in wording.FILTERS.items():
    blueprint.add_app_template_filter(words, name)
for name, function in wording.GLOBALS.items():
    blueprint.add_app_template_global(function, name)

_SWITCHES = {"type": "large", "contrast": "high"}
_YEAR_SECONDS = 365 * 24 * 3600
_SHOWN_NOTICES = 5


@blueprint.get("/")
def show() -> ResponseReturnValue:
    """Who is signed in finds the worklist; the public, what this is and what is published."""
    if actor() is not None:
        return redirect(url_for("worklist.show"), code=303)
    published = notices.list_public_notices(product(), limit=_SHOWN_NOTICES)
    return render_template("home.html", published=published["items"])


@blueprint.post("/display")
def set_display() -> ResponseReturnValue:
    """Switches large type or high contrast on or off, and goes back."""
    switch = request.form.get("switch", "")
    answer = redirect(local_path(request.form.get("back", "").rstrip("?")) or url_for("home.show"), code=303)
    if switch in _SWITCHES:
        on = _SWITCHES[switch]
        chosen = "" if request.cookies.get(switch) == on else on
        answer.set_cookie(
            switch, chosen, max_age=_YEAR_SECONDS, httponly=True, samesite="Lax", secure=request.is_secure
        )
    return answer
