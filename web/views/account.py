"""A person's own account: the password, the calendar feed, and the bearer tokens for other programs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from web.current import product, require_actor
from web.views.fields import Errors, Field
from web.views.refused import Shown, messages_of, shown
from workflow.errors import FieldError, Malformed, NotSignedIn, Refused
from workflow.services import accounts, feeds, mail_choices
from workflow.vocabulary import AlertKind, Role

blueprint = Blueprint("account", __name__)
_ONCE = "shown_once"


@blueprint.get("/account")
def show() -> ResponseReturnValue:
    """The page of the account; a secret that was just made stands there this once."""
    return _page(**session.pop(_ONCE, {}))


@blueprint.post("/account/password")
def change_password() -> ResponseReturnValue:
    """Changes the password; every session ends."""
    new = request.form.get("new", "")
    try:
        if new != request.form.get("again", ""):
            raise Malformed("两次输入的新密码不一致", [FieldError("again", "两次输入的新密码不一致")])
        accounts.change_own_password(
            product(), actor=require_actor(), current=request.form.get("current", ""), new=new
        )
    except NotSignedIn as refusal:
        # A wrong current password counts like a failed sign-in, but the person is still signed in here.
        return _page(shown(refusal)), refusal.status
    except Refused as refusal:
        return _page(shown(refusal), messages_of(refusal)), refusal.status
    flash("密码已修改，请用新密码重新登录。", "good")
    return redirect(url_for("sign_in.show"), code=303)


@blueprint.post("/account/mail")
def choose_mail() -> ResponseReturnValue:
    """Chooses which messages come by e-mail too, and where to."""
    typed = {"email": request.form.get("email", ""), "kinds": request.form.getlist("kinds")}
    try:
        mail_choices.choose_mail(product(), actor=require_actor(), body=typed)
    except Refused as refusal:
        return _page(shown(refusal), messages_of(refusal), mail=typed), refusal.status
    flash("邮件提醒已保存。", "good")
    return redirect(url_for("account.show", _anchor="mail"), code=303)


@blueprint.post("/account/tokens")
def create_token() -> ResponseReturnValue:
    """Makes a token, shown this once."""
    made = accounts.create_own_token(product(), actor=require_actor())
    return _shown_once("token", made["token"])


@blueprint.post("/account/tokens/<key:token_id>/revoke")
def revoke_token(token_id: int) -> ResponseReturnValue:
    """Revokes a token."""
    accounts.revoke_own_token(product(), actor=require_actor(), token_id=token_id)
    flash("访问令牌已作废。", "good")
    return redirect(url_for("account.show"), code=303)


@blueprint.post("/account/calendar-feed")
def create_feed() -> ResponseReturnValue:
    """Makes an address of the calendar feed, shown this once; an older one ends."""
    made = feeds.create_feed(product(), actor=require_actor())
    return _shown_once("feed_address", url_for("feeds.read", token=made["token"], _external=True))


@blueprint.post("/account/calendar-feed/revoke")
def revoke_feed() -> ResponseReturnValue:
    """Revokes the address of the calendar feed."""
    feeds.revoke_feed(product(), actor=require_actor())
    flash("日历订阅地址已作废。", "good")
    return redirect(url_for("account.show"), code=303)


def _shown_once(name: str, secret: str) -> ResponseReturnValue:
    session[_ONCE] = {name: secret}
    return redirect(url_for("account.show"), code=303)


def _page(
    refused: Shown | None = None,
    errors: Errors | None = None,
    token: str = "",
    feed_address: str = "",
    mail: dict[str, Any] | None = None,
) -> str:
    found = errors or {}
    chosen = mail or mail_choices.read_mail_choice(product(), actor=require_actor())
    fields = [
        Field(
            name,
            label,
            "password",
            error=found.get(name, ""),
            required=True,
            enforced=True,
            autocomplete="current-password" if name == "current" else "new-password",
        )
        for name, label in (("current", "当前密码"), ("new", "新密码"), ("again", "再次输入新密码"))
    ]
    tokens = accounts.list_tokens(product(), actor=require_actor())
    return render_template(
        "account/show.html",
        fields=fields,
        mail_fields=_mail_fields(chosen, found),
        sends_mail=bool(product().settings.smtp_url),
        refused=refused,
        tokens=tokens["items"],
        token=token,
        feed=feeds.show_feed(product(), actor=require_actor()),
        feed_address=feed_address,
    )


def _mail_fields(chosen: dict[str, Any], errors: Errors) -> list[Field]:
    applies = require_actor().role is Role.APPLICANT
    # What never reaches an applicant, or nobody else, is not asked of them.
    left_out = {AlertKind.TASK} if applies else {AlertKind.RETURNED, AlertKind.PROGRESS}
    shown_kinds = tuple((kind.value, kind.label) for kind in AlertKind if kind not in left_out)
    return [
        Field(
            "email",
            "电子邮箱",
            value=chosen["email"] or "",
            error=errors.get("email", ""),
            help="不填则不发邮件；消息总会在本系统的“消息”中",
            width="half",
            autocomplete="email",
        ),
        Field(
            "kinds",
            "哪些消息同时发邮件",
            "checkboxes",
            value=chosen["kinds"],
            error=errors.get("kinds", ""),
            options=shown_kinds,
        ),
    ]
