"""Signing in and out."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request
from flask.typing import ResponseReturnValue

from web.authentication import begin_session, end_session
from web.current import actor, product
from web.kept import kept_form, local_path
from workflow.errors import Forbidden, NotSignedIn
from workflow.services import accounts

blueprint = Blueprint("sign_in", __name__)
_HOME = "/"


@blueprint.get("/sign-in")
def show() -> ResponseReturnValue:
    """The form; who is signed in already goes on."""
    target = local_path(request.args.get("next", ""))
    if actor() is not None:
        return redirect(target or _HOME, code=303)
    return render_template("sign_in.html", form={"login": ""}, error="", next=target)


@blueprint.post("/sign-in")
def enter() -> ResponseReturnValue:
    """Checks login and password; on success starts a session and goes on to ``next``, or to a kept form."""
    login, password = request.form.get("login", ""), request.form.get("password", "")
    target = local_path(request.form.get("next", ""))
    if not login.strip() or not password:
        return _again(login, "请填写登录名和密码", target, 422)
    try:
        token, _ = accounts.sign_in(
            product(), login=login, password=password, address=request.remote_addr or ""
        )
    except (NotSignedIn, Forbidden) as error:
        return _again(login, error.message, target, error.status)
    end_session()
    begin_session(token)
    kept = kept_form(request.form.get("kept", ""))
    if kept is not None:
        # The page's head greets who has just signed in.
        g.actor = accounts.actor_of_session(product(), session_token=token)
        return render_template("resend.html", kept=kept)
    return redirect(target or _HOME, code=303)


@blueprint.post("/sign-out")
def leave() -> ResponseReturnValue:
    """Ends the session."""
    end_session()
    return redirect(_HOME, code=303)


def _again(login: str, error: str, target: str, status: int) -> ResponseReturnValue:
    kept = request.form.get("kept", "")
    page = render_template("sign_in.html", form={"login": login}, error=error, next=target, kept=kept)
    return page, status
