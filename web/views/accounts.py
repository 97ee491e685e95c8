"""账号, for administrators: found, added, changed and closed, each with what it means."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from web.api.parameters import AccountsQuery
from web.current import product, require_actor
from web.views.fields import Errors, Field, Sent, fields_of, ordinal_typed, sent_by, with_options
from web.views.filters import read_filters
from web.views.paging import cursor, page_addresses
from web.views.refused import Shown, messages_of, shown
from web.views.wording import options
from workflow.errors import Conflict, NotFound, Refused
from workflow.form.accounts import AccountChange, NewAccount, Seating
from workflow.policy import region_labels
from workflow.services import account_keeping, seats

blueprint = Blueprint("accounts", __name__)
_FILTERS = ("text", "role", "department", "region", "state")
_ONCE = "one_time_password"
_ACTS = {
    "close": (account_keeping.close_account, "已停用，其登录会话和访问令牌已全部失效"),
    "reopen": (account_keeping.reopen_account, "已重新启用"),
    "unlock": (account_keeping.unlock_account, "已解除锁定"),
    "require_new_password": (account_keeping.require_new_password, "下次操作前须先修改密码"),
    "sign_out": (account_keeping.sign_out_everywhere, "的登录会话和访问令牌已全部结束"),
}


@blueprint.get("/admin/accounts")
def list_all() -> ResponseReturnValue:
    """The accounts, filtered from the address; with a filter that cannot be read, nothing but the reason."""
    filters, refused = read_filters(AccountsQuery, _FILTERS)
    page: dict[str, Any] = {"items": [], "next": None}
    if refused is None:
        page = account_keeping.list_accounts(product(), actor=require_actor(), **filters, cursor=cursor())
    shown_page = render_template(
        "accounts/list.html",
        items=page["items"],
        filters=filters,
        regions=list(region_labels().items()),
        refused=refused,
        **page_addresses(page),
    )
    return shown_page, 422 if refused else 200


@blueprint.get("/admin/seats")
def show_seats() -> ResponseReturnValue:
    """Which seats of which region have how many people, and what is missing."""
    return render_template("accounts/seats.html", found=seats.read_seats(product(), actor=require_actor()))


@blueprint.get("/admin/accounts/new")
def new() -> ResponseReturnValue:
    """The form for another account; a link from an empty seat fills in which."""
    return _new_page({name: request.args.get(name, "") for name in ("role", "department", "region")})


@blueprint.post("/admin/accounts")
def add() -> ResponseReturnValue:
    """Adds an account; its one-time password stands on its page this once."""
    sent = sent_by(request.form)
    try:
        view = account_keeping.add_account(product(), actor=require_actor(), body=_body(NewAccount, sent))
    except Refused as refusal:
        return _new_page(sent, shown(refusal, place=_place), messages_of(refusal, _place)), refusal.status
    flash(f"已添加账号“{view['login']}”（{view['name']}）。", "good")
    return _show_once(view)


@blueprint.get("/admin/accounts/<key:account_id>")
def show(account_id: int) -> ResponseReturnValue:
    """One account; a one-time password that was just set stands there this once."""
    once = session.pop(_ONCE, None)
    # Kept for its own account alone, and for the very next page.
    password = once[1] if once and once[0] == account_id else ""
    return _page(account_id, password=password)


@blueprint.post("/admin/accounts/<key:account_id>")
def change(account_id: int) -> ResponseReturnValue:
    """Changes who somebody is and where."""
    sent = sent_by(request.form)
    body = _body(AccountChange, sent) | _seen()
    try:
        view = account_keeping.change_account(
            product(), actor=require_actor(), account_id=account_id, body=body
        )
    except Refused as refusal:
        return _page(account_id, refusal, sent=sent), refusal.status
    flash(f"账号“{view['login']}”已修改。", "good")
    return redirect(url_for("accounts.show", account_id=account_id), code=303)


@blueprint.post("/admin/accounts/<key:account_id>/<act>")
def act(account_id: int, act: str) -> ResponseReturnValue:
    """Closes, reopens, unlocks or signs out an account, or has its password changed."""
    body = _seen() | ({"reason": request.form["reason"]} if request.form.get("reason", "").strip() else {})
    about: dict[str, Any] = {"actor": require_actor(), "account_id": account_id, "body": body}
    try:
        if act == "one_time_password":
            return _show_once(account_keeping.set_one_time_password(product(), **about))
        if act not in _ACTS:
            raise NotFound("没有这个操作")
        done, words = _ACTS[act]
        view = done(product(), **about)
    except NotFound:
        raise
    except Refused as refusal:
        return _page(account_id, refusal, act=act), refusal.status
    flash(f"账号“{view['login']}”{words}。", "good")
    return redirect(url_for("accounts.show", account_id=account_id), code=303)


def _show_once(view: dict[str, Any]) -> ResponseReturnValue:
    session[_ONCE] = [view["id"], view["one_time_password"]]
    return redirect(url_for("accounts.show", account_id=view["id"]), code=303)


def _seen() -> dict[str, Any]:
    """The version on which the page was made, and whether its consequences were acknowledged."""
    return {
        "version": ordinal_typed(request.form.get("version", "")),
        "confirmed": request.form.get("confirmed") == "true",
    }


def _body(model: type[Seating], sent: Sent) -> dict[str, Any]:
    """What was filled in; an empty input is left out, and so named where it is needed."""
    names = [name for name in model.model_fields if name not in {"version", "confirmed"}]
    return {name: str(sent[name]).strip() for name in names if str(sent.get(name, "")).strip()}


def _place(field: str) -> str:
    """The page's name of a field: an organisation is known by its code."""
    return "uscc" if field == "organisation_id" else field


def _fields(model: type[Seating], values: Sent, errors: Errors) -> list[Field]:
    found = fields_of(model, values=values, errors=errors, without=("version", "confirmed"))
    choices = {
        "role": options("role"),
        "department": options("department"),
        "region": list(region_labels().items()),
        "applicant_kind": options("kind"),
    }
    fields = [
        replace(with_options(field, choices[field.name]) if field.name in choices else field, width="third")
        for field in found
    ]
    # The login comes first: it is how one knows an account.
    return sorted(fields, key=lambda field: field.name != "login")


def _new_page(sent: Sent, refused: Shown | None = None, errors: Errors | None = None) -> str:
    fields = _fields(NewAccount, sent, errors or {})
    days = account_keeping.ONE_TIME_FOR.days
    return render_template("accounts/new.html", fields=fields, refused=refused, days=days)


def _page(
    account_id: int,
    refusal: Refused | None = None,
    *,
    sent: Sent | None = None,
    act: str = "",
    password: str = "",
) -> str:
    view = account_keeping.read_account(product(), actor=require_actor(), account_id=account_id)
    reload = url_for("accounts.show", account_id=account_id) if isinstance(refusal, Conflict) else ""
    stored: Sent = {name: str(view.get(name) or "") for name in AccountChange.model_fields}
    stored["uscc"] = view["organisation_uscc"] or ""
    errors = messages_of(refusal, _place) if refusal else {}
    return render_template(
        "accounts/show.html",
        one=view,
        fields=_fields(AccountChange, sent or stored, errors if not act else {}),
        confirm_change=errors.get("confirmed", "") if not act else "",
        confirm_close=errors.get("confirmed", "") if act == "close" else "",
        refused=shown(refusal, scope=act or "field", place=_place, reload=reload) if refusal else None,
        act=act,
        editing=bool(sent),
        password=password,
        days=account_keeping.ONE_TIME_FOR.days,
        # After a conflict the page still speaks of what was seen, until it is loaded anew.
        version=request.form.get("version", view["version"]) if refusal else view["version"],
    )
