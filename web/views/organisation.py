"""本单位账号: what is known of one's organisation, its accounts, and what the owner does with them."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from web.current import product, require_actor
from web.views.fields import Field, Sent, fields_of, sent_by
from web.views.refused import messages_of, not_ticked, shown
from workflow.errors import FieldError, Forbidden, Malformed, NotFound, Refused
from workflow.form import from_inputs
from workflow.form.registration import Colleague
from workflow.services import organisation_accounts

blueprint = Blueprint("organisation", __name__)


@blueprint.get("/organisation")
def show() -> ResponseReturnValue:
    """The organisation and its accounts."""
    return _page({})


@blueprint.post("/organisation/accounts")
def add() -> ResponseReturnValue:
    """Adds an account for a colleague."""
    sent = sent_by(request.form)
    try:
        added = organisation_accounts.add_colleague(
            product(), actor=require_actor(), body=from_inputs(Colleague, sent)
        )
    except Forbidden:
        raise
    except Refused as refusal:
        return _page(sent, adding=refusal), refusal.status
    flash(f"已添加账号“{added['login']}”（{added['name']}）。请当面告知初始密码，首次登录时须修改。", "good")
    return redirect(url_for("organisation.show"), code=303)


@blueprint.post("/organisation/accounts/<key:account_id>")
def change(account_id: int) -> ResponseReturnValue:
    """Closes or reopens an account."""
    act = request.form.get("act", "")
    if act not in {"open", "close"}:
        raise NotFound("没有这个操作")
    try:
        view = organisation_accounts.set_colleague_active(
            product(), actor=require_actor(), account_id=account_id, active=act == "open"
        )
    except (Forbidden, NotFound):
        raise
    except Refused as refusal:
        return _page({}, adding=refusal), refusal.status
    ended = "，已经登录的立即退出" if not view["active"] else ""
    flash(f"账号“{view['login']}”已{'启用' if view['active'] else '停用'}{ended}。", "good")
    return redirect(url_for("organisation.show"), code=303)


@blueprint.post("/organisation/owner")
def hand_over() -> ResponseReturnValue:
    """Hands the accounts over to a colleague."""
    sent = sent_by(request.form)
    chosen = str(sent.get("account_id", ""))
    try:
        if not chosen.isdecimal() or len(chosen) > 18:
            message = "请选择移交给哪一个账号"
            raise Malformed(message, [FieldError("account_id", message)])
        if "confirmed" not in sent:
            raise not_ticked("confirmed")
        view = organisation_accounts.hand_over(product(), actor=require_actor(), account_id=int(chosen))
    except (Forbidden, NotFound):
        raise
    except Refused as refusal:
        return _page(sent, handing=refusal), refusal.status
    flash(f"已移交：{view['name']}（{view['login']}）现在是本单位的账号管理员。", "good")
    return redirect(url_for("organisation.show"), code=303)


def _page(sent: Sent, *, adding: Refused | None = None, handing: Refused | None = None) -> str:
    view = organisation_accounts.read_organisation(product(), actor=require_actor())
    typed = sent if adding else {}
    fields = [
        replace(one, value="", autocomplete="new-password")
        if one.widget == "password"
        else replace(one, autocomplete="off")
        for one in fields_of(Colleague, values=typed, errors=messages_of(adding) if adding else {})
    ]
    errors = messages_of(handing) if handing else {}
    others = [each for each in view["items"] if each["active"] and not each["owner"]]
    taker = Field(
        "account_id",
        "移交给",
        "select",
        str(sent.get("account_id", "")) if handing else "",
        error=errors.get("account_id", ""),
        required=True,
        enforced=True,
        options=tuple((str(each["id"]), f"{each['name']}（{each['login']}）") for each in others),
    )
    confirmed = Field(
        "confirmed",
        "移交后我不再管理本单位的账号",
        "checkbox",
        "true" if handing and "confirmed" in sent else "",
        error=errors.get("confirmed", ""),
        required=True,
    )
    refusal = adding or handing
    return render_template(
        "organisation/show.html",
        view=view,
        fields=fields,
        handing=[taker, confirmed] if others else [],
        is_adding=adding is not None,
        is_handing=handing is not None,
        refused=shown(refusal) if refusal else None,
    )
